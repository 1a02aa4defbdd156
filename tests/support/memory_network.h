#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/channel/party_channel.h"
#include "mpc/party.h"
#include "mpc/prf/pair_secret.h"
#include "mpc/share/rss.h"

namespace tercet::test {

/// One message as it was sent (after tampering).
struct SentMessage {
  SentMessage() = default;
  mpc::PartyIndex from = mpc::PartyIndex::p1;
  mpc::PartyIndex to = mpc::PartyIndex::p1;
  mpc::Step step{};
  std::uint32_t hop = 0;  ///< 1 + the highest hop its sender had received
  Bytes payload;
};

/// Three party channels on one io_context: deterministic, in order, without time. A party that
/// waits for a message nobody will send gets peer_timeout once nothing else can run.
///
///   MemoryNetwork network;
///   auto results = run_three<Bytes>(network, [&](mpc::PartyIndex i) { return protocol(parties[i]);
///   });
class MemoryNetwork {
 public:
  /// What a corrupt sender makes of a message: the (altered) payload, or nothing to withhold it.
  using Tamper =
      std::function<std::optional<Bytes>(mpc::PartyIndex to, mpc::Step step, Bytes payload)>;

  MemoryNetwork();
  ~MemoryNetwork();
  MemoryNetwork(const MemoryNetwork&) = delete;
  MemoryNetwork& operator=(const MemoryNetwork&) = delete;

  mpc::PartyChannel& channel(mpc::PartyIndex party);
  asio::io_context& context();

  /// Makes `party` corrupt: everything it sends passes the hook.
  void corrupt(mpc::PartyIndex party, Tamper tamper);
  /// Delivers a message as if `from` had sent it, past its hook.
  void inject(mpc::PartyIndex from, mpc::PartyIndex to, mpc::Step step, Bytes payload);
  /// Called when a message reaches the queue of its receiver: a corrupt party's ears.
  void listen(std::function<void(const SentMessage&)> ear);
  /// Keeps whole payloads in sent() (default: sizes only).
  void keep_payloads(bool keep);

  /// All messages so far; payloads emptied unless kept.
  const std::vector<SentMessage>& sent() const;
  /// Messages, payload bytes sent by a party (to both peers together).
  std::size_t message_count(mpc::PartyIndex from) const;
  std::uint64_t payload_bytes(mpc::PartyIndex from) const;
  /// The longest chain of messages so far.
  std::uint32_t hops() const;

  /// Runs until everything spawned ended; starved waits end with peer_timeout.
  void run();
  /// `done` is asked whether more must happen.
  void run_until(const std::function<bool()>& done);

 private:
  class Endpoint;
  void deliver(mpc::PartyIndex from, mpc::PartyIndex to, mpc::Step step, Bytes payload);

  asio::io_context context_;
  std::array<std::unique_ptr<Endpoint>, 3> endpoints_;
  std::vector<SentMessage> sent_;
  std::array<std::uint64_t, 3> payload_bytes_{};
  std::function<void(const SentMessage&)> ear_;
  bool keep_payloads_ = false;
};

/// Pair secrets of three parties, from a seed; index 0 is P1's view.
std::array<mpc::PairSecrets, 3> test_pair_secrets(std::uint8_t seed);

/// The results of three parties, in the order P1, P2, P3.
template <class T>
using ThreeResults = std::array<std::optional<Result<T>>, 3>;

namespace detail {
template <class T>
Task<void> store_result(Task<Result<T>> task, std::optional<Result<T>>& into) {
  Result<T> result = co_await std::move(task);
  into.emplace(std::move(result));
}
}  // namespace detail

/// Runs make(P1), make(P2), make(P3), each a Task<Result<T>>, to the end.
template <class T, class Make>
ThreeResults<T> run_three(MemoryNetwork& network, Make&& make) {
  ThreeResults<T> results;
  for (const mpc::PartyIndex party : mpc::kAllParties) {
    asio::co_spawn(network.context(),
                   detail::store_result<T>(make(party), results[mpc::number(party) - 1U]),
                   [](std::exception_ptr failure) {
                     if (failure) {
                       std::rethrow_exception(failure);
                     }
                   });
  }
  network.run_until([&results] {
    return results[0].has_value() && results[1].has_value() && results[2].has_value();
  });
  return results;
}

/// Splits public test bytes into the shares of P1, P2, P3 (tests only).
std::array<mpc::ByteShares, 3> split(ByteView value, RandomSource& random);
/// x from three consistent shares; the copies must agree (returns nothing otherwise).
std::optional<Bytes> reconstruct(const mpc::ByteShares& p1,
                                 const mpc::ByteShares& p2,
                                 const mpc::ByteShares& p3);

}  // namespace tercet::test
