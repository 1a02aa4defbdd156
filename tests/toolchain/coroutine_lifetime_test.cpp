// What this compiler gets right: the patterns that our rules for coroutines allow
// (tests/lint/coroutine_rules_test.cpp) must destroy every object exactly once. Run it before
// trusting another compiler. And some of what g++ 12 gets wrong, where that can be seen without a
// crash.

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

void run(Task<void> task) {
  asio::io_context context;
  asio::co_spawn(context, std::move(task), asio::detached);
  context.run();
}

TEST(CoroutineLifetime, AllowedPatternsDestroyEverythingOnce) {
  const int before = Counted::alive();
  int sum = 0;
  run(allowed_patterns(sum));
  EXPECT_EQ(sum, 127);
  EXPECT_EQ(Counted::alive(), before);
}

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ == 12
constexpr bool kCompilerErrs = true;
#else
constexpr bool kCompilerErrs = false;
#endif

Task<bool> ask(int& asked) {
  ++asked;
  co_return true;
}

Task<Counted> produce_counted() {
  co_return Counted();
}

// R4: the object of the branch that is not taken is destroyed all the same.
Task<void> conditional_operator(bool taken) {
  const Counted counted = taken ? co_await produce_counted() : Counted();
}

// R5: what stands after && is awaited once more than it should be.
Task<void> and_in_condition(int& asked) {
  int n = 0;
  while (n < 3 && co_await ask(asked)) {
    ++n;
  }
}

// R5: `continue` goes past the condition.
Task<void> continue_before_condition(int& asked) {
  int n = 0;
  do {
    ++n;
    if (n == 1) {
      continue;
    }
  } while (co_await ask(asked) && n < 3);
}

TEST(CoroutineLifetime, TheConditionalOperatorDestroysWrongly) {
  const int before = Counted::alive();
  run(conditional_operator(true));
  run(conditional_operator(false));
  EXPECT_EQ(Counted::alive() != before, kCompilerErrs);
}

TEST(CoroutineLifetime, ConditionsWithCoAwaitAreFollowedWrongly) {
  int asked = 0;
  run(and_in_condition(asked));
  EXPECT_EQ(asked, kCompilerErrs ? 4 : 3);
  asked = 0;
  run(continue_before_condition(asked));
  EXPECT_EQ(asked, kCompilerErrs ? 2 : 3);
}

}  // namespace
}  // namespace tercet
