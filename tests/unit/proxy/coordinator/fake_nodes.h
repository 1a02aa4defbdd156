#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/async/block_on.h"
#include "core/async/deadline.h"
#include "core/async/task_group.h"
#include "core/random/random.h"
#include "mpc/party.h"
#include "mpc/wire/proxy_messages.h"
#include "proxy/coordinator/coordinator.h"
#include "tests/support/memory_link.h"

namespace tercet::proxy::test {

/// What the three scripted nodes agree on: a keystream, a tag, a lease, an IV. Messages are made as
/// the nodes of mpc/engine make them, from components this class simply knows.
class Script {
 public:
  Script();

  std::array<std::uint8_t, 16> tag() const;
  Bytes keystream(std::size_t bytes) const;

  mpc::wire::SlotsMade slots(mpc::PartyIndex node, const mpc::wire::MakeSlots& request) const;
  mpc::wire::TagReleased tag_released(mpc::PartyIndex node, std::uint64_t ticket) const;
  /// With `tag_holds` false the pads do not cancel.
  mpc::wire::KeystreamReleased keystream_released(mpc::PartyIndex node,
                                                  std::uint64_t ticket,
                                                  std::size_t bytes,
                                                  bool tag_holds) const;

  LeaseId lease;
  BatchId batch;
  SessionId sid;
  std::array<std::uint8_t, 12> iv{};
  bool tag_holds = true;
  std::uint32_t batch_vectors = 65536;
  std::size_t decrypt_bytes = 0;
};

/// One scripted node at the end of a memory link. By default it does what an honest node does;
/// a test names what it does otherwise.
class FakeNode {
 public:
  using Type = mpc::wire::ProxyFrame;

  FakeNode(mpc::PartyIndex index, const Script& script) : index_(index), script_(&script) {}

  Task<void> serve(std::unique_ptr<FrameLink> link);
  void send(Type type, const Bytes& body);

  void close() { link_->close(); }

  std::map<Type, Errc> refuse;       ///< requests refused, and why
  std::map<Type, int> refuse_times;  ///< only so often; then served
  std::set<Type> silent;             ///< requests not answered
  std::uint64_t session_mark = 0;    ///< told in refusals
  std::uint32_t vector_mark = 0;
  KeyVersion newest;                   ///< told in refusals
  std::function<void(Frame&)> tamper;  ///< on every answer
  mpc::wire::Answer answer;            ///< to Authenticate
  std::map<Type, std::vector<Frame>> received;

  std::size_t count(Type type) const {
    const auto found = received.find(type);
    return found == received.end() ? 0 : found->second.size();
  }

 private:
  void handle(Frame frame);
  bool refused(Type type, std::uint64_t ticket);
  void reply(Type type, Bytes body);

  mpc::PartyIndex index_;
  const Script* script_;
  std::shared_ptr<FrameLink> link_;
};

/// Cancels and joins from within the executor: a cancellation that is given from outside is only
/// posted, and may meet a task that has ended meanwhile (a flaw of Asio's co_spawn).
Task<void> close_and_join(TaskGroup& group);

/// A coordinator with three scripted nodes on one executor.
class FakeCluster {
 public:
  FakeCluster();
  ~FakeCluster();
  FakeCluster(const FakeCluster&) = delete;
  FakeCluster& operator=(const FakeCluster&) = delete;

  FakeNode& node(mpc::PartyIndex index) { return *nodes_[mpc::number(index) - 1U]; }

  template <class Change>
  void at_all(const Change& change) {
    for (const mpc::PartyIndex index : mpc::kAllParties) {
      change(node(index));
    }
  }

  void link(mpc::PartyIndex index);
  /// Links all three and waits for lease and stock.
  void start();
  /// All three announce another batch.
  void announce_batch(std::uint32_t vectors);
  /// Runs everything that is ready, for up to `limit`, until `done`.
  bool run_until(const std::function<bool()>& done, Milliseconds limit = Milliseconds(3000));

  asio::io_context context;
  Script script;
  Coordinator coordinator;

 private:
  std::array<std::unique_ptr<FakeNode>, 3> nodes_;
  std::uint8_t announced_ = 0;
  TaskGroup tasks_;
};

}  // namespace tercet::proxy::test
