#include "tests/e2e/traffic.h"

#include <algorithm>

namespace tercet::test {
namespace {

constexpr Milliseconds kLimit{90'000};
/// After a failure: a client that hammers a dead proxy would only take time from what starts.
constexpr Milliseconds kPauseAfterFailure{20};

}  // namespace

Traffic::Traffic(const LiveEndpoint& endpoint, std::string key)
    : endpoint_(endpoint), key_(std::move(key)), thread_([this] { run(); }) {}

Traffic::~Traffic() {
  stop();
}

void Traffic::stop() {
  stopped_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

bool Traffic::wait_for_round_trips(std::size_t count) const {
  const std::size_t goal = round_trips_ + count;
  return eventually([&] { return round_trips_ >= goal; }, kLimit);
}

bool Traffic::wait_for_failures(std::size_t count) const {
  const std::size_t goal = failed_ + count;
  return eventually([&] { return failed_ >= goal; }, kLimit);
}

void Traffic::run() {
  XksClient client(endpoint_);
  for (std::size_t number = 0; !stopped_; ++number) {
    round_trip(client, number);
  }
}

void Traffic::round_trip(XksClient& client, std::size_t number) {
  const std::string plaintext = "traffic " + std::to_string(number);
  const std::string path = "/keys/" + key_;
  const XksReply sealed =
      timed_post(client, path + "/encrypt", encrypt_body(plaintext, "traffic aad"));
  if (sealed.status != 200) {
    failed(sealed);
    return;
  }
  const XksReply opened =
      timed_post(client, path + "/decrypt", decrypt_body(Sealed(sealed), "traffic aad"));
  if (opened.status != 200) {
    failed(opened);
    return;
  }
  wrong_ += as_text(opened.bytes("plaintext")) == plaintext ? 0U : 1U;
  ++round_trips_;
}

XksReply Traffic::timed_post(XksClient& client, const std::string& rest, const std::string& body) {
  const SteadyTime began = real_clock().now();
  XksReply reply = post_once(client, rest, body);
  const auto took = std::chrono::duration_cast<Milliseconds>(real_clock().now() - began);
  longest_ = std::max(longest_, took);
  return reply;
}

void Traffic::failed(const XksReply& reply) {
  ++failures_[std::to_string(reply.status) + " " + reply.error_name()];
  ++failed_;
  std::this_thread::sleep_for(kPauseAfterFailure);
}

}  // namespace tercet::test
