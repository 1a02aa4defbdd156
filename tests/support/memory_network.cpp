#include "tests/support/memory_network.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/random/random.h"
#include "core/secret/secret_bytes.h"
#include "mpc/share/rss.h"
#include "mpc/share/view.h"

namespace tercet::test {

using mpc::PartyIndex;
using mpc::Step;

namespace {

struct Delivered {
  Step step{};
  Bytes payload;
  std::uint32_t hop = 0;
};

std::size_t slot(PartyIndex party) {
  return mpc::number(party) - 1U;
}

}  // namespace

class MemoryNetwork::Endpoint final : public mpc::PartyChannel {
 public:
  Endpoint(MemoryNetwork& network, PartyIndex self) : network_(network), self_(self) {}

  PartyIndex self() const override { return self_; }

  void send(PartyIndex to, Step step, Bytes payload) override {
    if (tamper_) {
      std::optional<Bytes> altered = tamper_(to, step, std::move(payload));
      if (!altered.has_value()) {
        return;
      }
      payload = std::move(*altered);
    }
    network_.deliver(self_, to, step, std::move(payload));
  }

  Task<Result<Bytes>> receive(PartyIndex from, Step step) override {
    std::deque<Delivered>& queue = queues_[slot(from)];
    asio::steady_timer& timer = timers_[slot(from)];
    while (queue.empty()) {
      if (starved_) {
        co_return Error(Errc::peer_timeout, "receive: the peer sends nothing more");
      }
      waiting_ = true;
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      waiting_ = false;
    }
    Delivered first = std::move(queue.front());
    queue.pop_front();
    if (first.step != step) {
      co_return Error(Errc::peer_malformed, "receive: another step than expected");
    }
    hop_ = std::max(hop_, first.hop);
    Bytes payload = std::move(first.payload);
    co_return payload;
  }

  void put(PartyIndex from, Delivered message) {
    queues_[slot(from)].push_back(std::move(message));
    timers_[slot(from)].cancel();
  }

  /// Ends the wait, if there is one; true if there was.
  bool starve() {
    starved_ = true;
    if (waiting_) {
      for (asio::steady_timer& timer : timers_) {
        timer.cancel();
      }
    }
    return waiting_;
  }

  void set_tamper(Tamper tamper) { tamper_ = std::move(tamper); }

  std::uint32_t hop() const { return hop_; }

 private:
  MemoryNetwork& network_;
  PartyIndex self_;
  Tamper tamper_;
  std::array<std::deque<Delivered>, 3> queues_;
  std::array<asio::steady_timer, 3> timers_{
      asio::steady_timer(network_.context_, asio::steady_timer::time_point::max()),
      asio::steady_timer(network_.context_, asio::steady_timer::time_point::max()),
      asio::steady_timer(network_.context_, asio::steady_timer::time_point::max())};
  std::uint32_t hop_ = 0;
  bool waiting_ = false;
  bool starved_ = false;
};

MemoryNetwork::MemoryNetwork() {
  for (const PartyIndex party : mpc::kAllParties) {
    endpoints_[slot(party)] = std::make_unique<Endpoint>(*this, party);
  }
}

MemoryNetwork::~MemoryNetwork() = default;

mpc::PartyChannel& MemoryNetwork::channel(PartyIndex party) {
  return *endpoints_[slot(party)];
}

asio::io_context& MemoryNetwork::context() {
  return context_;
}

void MemoryNetwork::corrupt(PartyIndex party, Tamper tamper) {
  endpoints_[slot(party)]->set_tamper(std::move(tamper));
}

void MemoryNetwork::inject(PartyIndex from, PartyIndex to, Step step, Bytes payload) {
  deliver(from, to, step, std::move(payload));
}

void MemoryNetwork::listen(std::function<void(const SentMessage&)> ear) {
  ear_ = std::move(ear);
}

void MemoryNetwork::keep_payloads(bool keep) {
  keep_payloads_ = keep;
}

void MemoryNetwork::deliver(PartyIndex from, PartyIndex to, Step step, Bytes payload) {
  SentMessage record;
  record.from = from;
  record.to = to;
  record.step = step;
  record.hop = endpoints_[slot(from)]->hop() + 1;
  payload_bytes_[slot(from)] += payload.size();
  if (ear_ || keep_payloads_) {
    record.payload = payload;
  }
  Delivered message;
  message.step = step;
  message.payload = std::move(payload);
  message.hop = record.hop;
  endpoints_[slot(to)]->put(from, std::move(message));
  if (ear_) {
    ear_(record);
  }
  if (!keep_payloads_) {
    record.payload = Bytes();
  }
  sent_.push_back(std::move(record));
}

const std::vector<SentMessage>& MemoryNetwork::sent() const {
  return sent_;
}

std::size_t MemoryNetwork::message_count(PartyIndex from) const {
  return static_cast<std::size_t>(std::ranges::count(sent_, from, &SentMessage::from));
}

std::uint64_t MemoryNetwork::payload_bytes(PartyIndex from) const {
  return payload_bytes_[slot(from)];
}

std::uint32_t MemoryNetwork::hops() const {
  std::uint32_t hops = 0;
  for (const SentMessage& message : sent_) {
    hops = std::max(hops, message.hop);
  }
  return hops;
}

void MemoryNetwork::run() {
  run_until([] { return false; });
}

void MemoryNetwork::run_until(const std::function<bool()>& done) {
  for (;;) {
    context_.restart();
    while (context_.poll() != 0) {
    }
    if (done()) {
      return;
    }
    bool woke = false;
    for (const std::unique_ptr<Endpoint>& endpoint : endpoints_) {
      woke = endpoint->starve() || woke;
    }
    if (!woke) {
      return;
    }
  }
}

std::array<mpc::PairSecrets, 3> test_pair_secrets(std::uint8_t seed) {
  // pairs[j] belongs to the holders of component j + 1: P_{j+1} and P_j
  std::array<std::shared_ptr<const mpc::PairSecret>, 3> pairs;
  for (std::uint8_t j = 0; j < 3; ++j) {
    std::array<std::uint8_t, mpc::PairSecret::kSharedBytes> shared{};
    shared.fill(static_cast<std::uint8_t>(16 * seed + j + 1));
    pairs[j] = std::make_shared<const mpc::PairSecret>(SecretBytes::copy_of(shared));
  }
  return {mpc::PairSecrets(pairs[1], pairs[0]),
          mpc::PairSecrets(pairs[2], pairs[1]),
          mpc::PairSecrets(pairs[0], pairs[2])};
}

std::array<mpc::ByteShares, 3> split(ByteView value, RandomSource& random) {
  std::array<SecretBytes, 3> components;
  components[0] = SecretBytes::random(value.size(), random);
  components[1] = SecretBytes::random(value.size(), random);
  components[2] = SecretBytes::copy_of(value);
  for (const std::size_t j : {0U, 1U}) {
    mpc::xor_bytes(mpc::mutable_view_of(components[2]), mpc::view_of(components[j]));
  }
  return {mpc::ByteShares(components[0].clone(), components[1].clone()),
          mpc::ByteShares(components[1].clone(), components[2].clone()),
          mpc::ByteShares(components[2].clone(), components[0].clone())};
}

std::optional<Bytes> reconstruct(const mpc::ByteShares& p1,
                                 const mpc::ByteShares& p2,
                                 const mpc::ByteShares& p3) {
  const auto same = [](const SecretBytes& a, const SecretBytes& b) {
    return std::ranges::equal(mpc::view_of(a), mpc::view_of(b));
  };
  if (!same(p1.next, p2.own) || !same(p2.next, p3.own) || !same(p3.next, p1.own)) {
    return std::nullopt;
  }
  Bytes value = to_bytes(mpc::view_of(p1.own));
  mpc::xor_bytes(value, mpc::view_of(p2.own));
  mpc::xor_bytes(value, mpc::view_of(p3.own));
  return value;
}

}  // namespace tercet::test
