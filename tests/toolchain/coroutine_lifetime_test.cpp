// What this compiler gets right: the patterns that our rules R1 to R3 allow (style guide 3.2) must
// destroy every object exactly once. Run it before trusting another compiler.

#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet {
namespace {

/// Counts how many are alive; never negative if each is destroyed once.
class Counted {
 public:
  Counted() { ++alive_now; }

  Counted(const Counted&) { ++alive_now; }

  Counted(Counted&&) noexcept { ++alive_now; }

  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) noexcept = default;

  ~Counted() { --alive_now; }

  static int alive() { return alive_now; }

 private:
  static inline int alive_now = 0;
};

/// Owns, and has a constructor: what rule R2 asks for.
class Message {
 public:
  explicit Message(int number) : number_(number) {}

  int number() const { return number_; }

 private:
  int number_;
  Counted counted_;
  Bytes bytes_ = Bytes(100);
};

Task<int> take(Message message) {
  co_return message.number();
}

Task<int> take_pair(std::pair<Counted, Bytes> pair) {
  co_return static_cast<int>(pair.second.size());
}

Task<Result<Message>> produce(int number) {
  co_return Message(number);
}

Message make_message(int number) {
  return Message(number);
}

Task<Status> use_result(int& sum) {
  TERCET_CO_TRY(const Message message, co_await produce(1));
  sum += message.number();
  co_return ok_status();
}

Task<void> allowed_patterns(int& sum) {
  Message named(2);
  sum += co_await take(std::move(named));
  sum += co_await take(Message(4));
  sum += co_await take(make_message(8));
  sum += co_await take_pair(std::make_pair(Counted(), Bytes(16)));
  Task<int> made_first = take(Message(32));
  sum += co_await std::move(made_first);
  const Status status = co_await use_result(sum);
  sum += status.ok() ? 64 : 0;
}

TEST(CoroutineLifetime, AllowedPatternsDestroyEverythingOnce) {
  int sum = 0;
  asio::io_context context;
  asio::co_spawn(context, allowed_patterns(sum), asio::detached);
  context.run();
  EXPECT_EQ(sum, 127);
  EXPECT_EQ(Counted::alive(), 0);
}

}  // namespace
}  // namespace tercet
