#include "bench/load/open_loop.h"

#include <map>
#include <set>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/deadline.h"
#include "core/crypto/hash.h"
#include "core/sigv4/verify.h"

namespace tercet::bench {
namespace {

ClusterFile some_cluster() {
  ClusterFile cluster;
  cluster.endpoint = "https://localhost:8443";
  cluster.uri_path = "/dev/kms/xks/v1";
  cluster.access_key_id = "AAAAAAAAAAAAAAAAAAAA";
  cluster.secret = "0123456789012345678901234567890123456789012=";
  return cluster;
}

/// Answers 200 after a time of its own for each request.
class ScriptedClient final : public HttpClient {
 public:
  explicit ScriptedClient(std::map<std::size_t, Milliseconds> delays)
      : delays_(std::move(delays)) {}

  Task<Result<HttpResponse>> send(HttpRequest request, Deadline until) override {
    authorizations.insert(*request.find("authorization"));
    const auto found = delays_.find(count_++);
    if (found != delays_.end()) {
      const Deadline done = Deadline::in(real_clock(), found->second);
      static_cast<void>(co_await sleep_until(done.earlier_of(until)));
      if (until.passed()) {
        co_return Error(Errc::timeout, "scripted");
      }
    }
    co_return HttpResponse(200);
  }

  void close_idle() override {}

  std::size_t connections_made() const override { return 1; }

  std::set<std::string> authorizations;

 private:
  std::map<std::size_t, Milliseconds> delays_;
  std::size_t count_ = 0;
};

class NumberedWorkload final : public Workload {
 public:
  Call next() override {
    Call call;
    call.path = "keys/k/encrypt";
    call.body = to_bytes(as_bytes(std::to_string(++number_)));
    return call;
  }

  std::string judge(const Call& call, const HttpResponse& /*response*/) override {
    return call.path == "keys/k/encrypt" && number_ != wrong_at ? "" : "wrong_answer";
  }

  std::size_t wrong_at = 0;

 private:
  std::size_t number_ = 0;
};

/// One run over one connection.
class OneConnection {
 public:
  explicit OneConnection(std::map<std::size_t, Milliseconds> delays, Milliseconds timeout)
      : signer_(some_cluster(), system_wall_clock()) {
    auto client = std::make_unique<ScriptedClient>(std::move(delays));
    client_ = client.get();
    std::vector<std::unique_ptr<HttpClient>> connections;
    connections.push_back(std::move(client));
    loop_ = std::make_unique<OpenLoop>(std::move(connections), signer_, workload, timeout);
  }

  Outcome run(double per_second, double seconds) {
    const Schedule schedule(real_clock().now(), per_second, seconds);
    return block_on(context_, loop_->run(context_.get_executor(), schedule));
  }

  const ScriptedClient& client() const { return *client_; }

  NumberedWorkload workload;

 private:
  asio::io_context context_;
  XksSigner signer_;
  ScriptedClient* client_ = nullptr;
  std::unique_ptr<OpenLoop> loop_;
};

TEST(OpenLoop, ASlowAnswerMakesTheRequestsBehindItLateToo) {
  OneConnection one({{0, Milliseconds(100)}}, Milliseconds(30'000));
  const Outcome outcome = one.run(100, 0.1);
  EXPECT_EQ(outcome.sent, 10U);
  EXPECT_EQ(outcome.ok, 10U);
  ASSERT_EQ(outcome.latency.count(), 10U);
  // Intended at 0, 10, 20 ... 90 ms, none sent before 100 ms: lower bounds, whatever the machine
  // does.
  EXPECT_GE(outcome.latency.max(), std::chrono::milliseconds(100));
  EXPECT_GE(outcome.latency.quantile(0.5), std::chrono::milliseconds(50));
  EXPECT_GE(outcome.send_lag.max(), std::chrono::milliseconds(90));
}

TEST(OpenLoop, ARequestGivenUpOnIsAnErrorAndCountsWithItsTime) {
  OneConnection one({{1, Milliseconds(60'000)}}, Milliseconds(300));
  const Outcome outcome = one.run(1000, 0.003);
  EXPECT_EQ(outcome.sent, 3U);
  EXPECT_GE(outcome.errors.at("timeout"), 1U);
  EXPECT_EQ(outcome.latency.count(), 3U);
  EXPECT_GE(outcome.latency.max(), std::chrono::milliseconds(300));
}

TEST(OpenLoop, WhatGetsNoConnectionBeforeTheEndIsUnsent) {
  // Each of the first two keeps the connection until its timeout: beyond the end for the others.
  OneConnection one({{0, Milliseconds(60'000)}, {1, Milliseconds(60'000)}}, Milliseconds(50));
  const Outcome outcome = one.run(1000, 0.005);
  EXPECT_EQ(outcome.sent, 5U);
  EXPECT_EQ(outcome.ok, 0U);
  EXPECT_GE(outcome.errors.at("unsent"), 3U);
}

TEST(OpenLoop, WrongAnswersAreErrors) {
  OneConnection one({}, Milliseconds(30'000));
  one.workload.wrong_at = 2;
  const Outcome outcome = one.run(1000, 0.004);
  EXPECT_EQ(outcome.sent, 4U);
  EXPECT_EQ(outcome.ok, 3U);
  EXPECT_EQ(outcome.errors.at("wrong_answer"), 1U);
}

TEST(OpenLoop, EveryRequestIsSignedByItself) {
  OneConnection one({}, Milliseconds(30'000));
  const Outcome outcome = one.run(1000, 0.02);
  EXPECT_EQ(outcome.ok, 20U);
  EXPECT_EQ(one.client().authorizations.size(), 20U);
}

class SetClock final : public WallClock {
 public:
  std::int64_t now_seconds() const override { return now; }

  std::int64_t now = 1'790'000'000;
};

TEST(XksSigner, SignsWhatANodeAcceptsAlsoOnTheNextDay) {
  SetClock clock;
  const ClusterFile cluster = some_cluster();
  XksSigner signer(cluster, clock);
  auto secret = std::make_shared<const SecretBytes>(SecretBytes::copy_of(as_bytes(cluster.secret)));
  for (const std::int64_t day : {0, 1}) {
    clock.now += day * 86'400;
    const Bytes body = to_bytes(as_bytes("{}"));
    const Result<HttpRequest> request = signer.sign("keys/k/encrypt", body);
    ASSERT_TRUE(request.ok());
    EXPECT_EQ(request->target, "/dev/kms/xks/v1/keys/k/encrypt");
    std::vector<sigv4::Header> headers;
    for (const HttpHeader& header : request->headers) {
      headers.emplace_back(header.name, header.value);
    }
    const sigv4::RequestView view{request->method, request->target, headers};
    sigv4::VerifyOptions options;
    options.regions = {"us-east-1"};
    options.now_seconds = clock.now;
    const auto lookup = [&](std::string_view id) {
      return id == cluster.access_key_id ? secret : nullptr;
    };
    const auto caller = sigv4::verify(view, sha256(body), lookup, options);
    EXPECT_TRUE(caller.ok()) << caller.error().to_string();
  }
}

}  // namespace
}  // namespace tercet::bench
