#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/operations.h"

namespace tercet::test {

/// Encrypts and decrypts in a thread of its own, one request after the other, each tried once, and
/// judges every answer. While it runs, the test starts no process (see LiveCluster).
class Traffic {
 public:
  Traffic(const LiveEndpoint& endpoint, std::string key);
  ~Traffic();
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  /// Waits for so many round trips, or failures, from now on.
  bool wait_for_round_trips(std::size_t count) const;
  bool wait_for_failures(std::size_t count) const;
  void stop();

  // After stop().

  /// Answers of 200 with something else than what had been encrypted. There must be none.
  std::size_t wrong_answers() const { return wrong_; }

  /// How often what failed, by status and error name; 0 stands for no answer at all.
  const std::map<std::string, std::size_t>& failures() const { return failures_; }

  Milliseconds longest() const { return longest_; }

 private:
  void run();
  void round_trip(XksClient& client, std::size_t number);
  XksReply timed_post(XksClient& client, const std::string& rest, const std::string& body);
  void failed(const XksReply& reply);

  LiveEndpoint endpoint_;
  std::string key_;
  std::atomic<bool> stopped_{false};
  std::atomic<std::size_t> round_trips_{0};
  std::atomic<std::size_t> failed_{0};
  // Of the thread, until it is joined:
  std::size_t wrong_ = 0;
  std::map<std::string, std::size_t> failures_;
  Milliseconds longest_{0};
  std::thread thread_;
};

}  // namespace tercet::test
