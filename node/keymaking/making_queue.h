#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/base/ids.h"
#include "core/time/clock.h"
#include "node/store/open_makings.h"

namespace tercet::node {

/// Which of the open commands that make keys is tried next. Whoever has waited longest since it was
/// due comes first, so none starves however many there are; one whose attempts fail waits longer
/// each time; on one key runs one at a time.
///
/// Holds one small entry for each open command. Pure: time is passed in. Threads: one.
class MakingQueue {
 public:
  class Pauses {
   public:
    Pauses() = default;
    Milliseconds first{250};
    Milliseconds longest{30'000};
    /// Where an attempt cost nothing, and what it waits for comes soon.
    Milliseconds longest_unready{2000};
  };

  enum class Ended : std::uint8_t {
    unready,  ///< it could not begin, or its decision is open now
    failed,   ///< it began, and took vectors
  };

  explicit MakingQueue(const Pauses& pauses) : pauses_(pauses) {}

  /// Takes in what is open now. New ones are due at once.
  void follow(const OpenMakings& open, SteadyTime now);

  /// The next one that is due, if its key is free; running from now on.
  std::optional<OpenMaking> take(SteadyTime now);
  /// After take(); whether or not the command is still open.
  void give_back(const CommandId& id, Ended how, SteadyTime now);

  /// What all waited for may have come: everything is due, as if it were new.
  void all_due(SteadyTime now);

  /// When the next one is due that take() would give; nothing while there is none.
  std::optional<SteadyTime> next_due() const;

  std::size_t running() const { return running_.size(); }

  bool empty() const { return entries_.empty(); }

 private:
  class Entry {
   public:
    Entry(OpenMaking its_making, SteadyTime its_due)
        : making(std::move(its_making)), due(its_due) {}

    OpenMaking making;
    SteadyTime due;
    Milliseconds pause{0};
  };

  using Place = std::pair<SteadyTime, std::uint64_t>;

  class Running {
   public:
    Running(std::uint64_t its_place, KeyId its_key) : place(its_place), key(std::move(its_key)) {}

    std::uint64_t place;
    KeyId key;
  };

  bool may_run(const Place& place) const;

  Pauses pauses_;
  std::uint64_t followed_ = 0;
  std::map<std::uint64_t, Entry> entries_;  ///< by their places in the log
  std::set<Place> waiting_;                 ///< those that do not run
  std::map<CommandId, Running> running_;
  std::set<KeyId> keys_;  ///< of those that run
};

}  // namespace tercet::node
