#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/log/line_caps.h"
#include "core/time/clock.h"

namespace tercet::node {

/// One audit record in the making: a JSON object on one line, of at most 8 KiB (rule AU6). Text
/// from outside is escaped and cut. Takes no byte views: secrets do not fit in.
class AuditRecord {
 public:
  /// `event`: a fixed snake_case name.
  explicit AuditRecord(std::string_view event);

  AuditRecord& text(std::string_view name, std::string_view value);
  AuditRecord& number(std::string_view name, std::uint64_t value);
  AuditRecord& flag(std::string_view name, bool value);

  template <class Tag, std::size_t N>
  AuditRecord& id(std::string_view name, const ByteId<Tag, N>& value) {
    return text(name, value.hex());
  }

  /// What it was made with.
  const std::string& event() const { return event_; }

  AuditRecord& error(Errc code) { return text("error", errc_name(code)); }

  std::string take();

 private:
  void begin_member(std::string_view name);

  std::string event_;
  std::string line_;
};

/// The node's audit records (rules AU1 to AU7). Each gets sequence number, time, node and
/// generation in front. A record that cannot be written stops cryptographic work until one can be
/// (rule AU5): "no audit record, no answer". What is missing then is on record: `audit_gap` comes
/// before everything else.
/// Threads: the service's executor only.
class AuditTrail {
 public:
  /// Writes one line so that it is durable when it returns ok.
  using Sink = std::function<Status(std::string_view line)>;

  /// How often `tend` tries again.
  static constexpr Milliseconds kTryAgain{500};

  AuditTrail(std::string node, Sink sink, const WallClock& clock, const Clock& monotonic)
      : node_(std::move(node)), sink_(std::move(sink)), clock_(&clock), monotonic_(&monotonic) {}

  void set_generation(const GenerationId& generation) { generation_ = generation; }

  /// The number of the last record of an earlier process: the next one follows.
  void continue_after(std::uint64_t sequence) { sequence_ = sequence; }

  /// Errors: storage_error; then `working()` is false until a later record was written.
  Status write(AuditRecord record);

  /// The same of what somebody else can cause as often as he likes; `by` says who, in public text.
  /// Written no oftener than LineCaps says; the next one, or a record of its own
  /// (`records_left_out`), says how many were not.
  Status write_capped(AuditRecord record, std::string_view by);

  /// Call it twice a second or oftener: tries to write again after a failure, and tells what was
  /// left out.
  void tend();

  bool working() const { return lost_ == 0; }

  /// Records that could not be written since one could be; they are not kept.
  std::uint64_t lost() const { return lost_; }

  /// How many the last `audit_gap` stands for.
  std::uint64_t lost_in_last_gap() const { return last_gap_; }

  /// Why the first of those that are missing now, or of the last gap, could not be written.
  const std::string& lost_why() const { return lost_why_; }

 private:
  Status put(AuditRecord record);
  Status put_gap();

  std::string node_;
  Sink sink_;
  const WallClock* clock_;
  const Clock* monotonic_;
  GenerationId generation_;
  std::uint64_t sequence_ = 0;
  LineCaps caps_;
  std::uint64_t lost_ = 0;
  std::uint64_t last_gap_ = 0;
  std::int64_t lost_since_ms_ = 0;  ///< wall time of the first of them
  std::string lost_why_;            ///< likewise
  SteadyTime tried_{};
};

/// The greatest record number in the last lines of an audit file, also where its last line is torn;
/// 0 if there is none.
std::uint64_t last_sequence(std::string_view lines);

}  // namespace tercet::node
