#include "core/secret/secret_bytes.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <concepts>
#include <ostream>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "core/secret/locked_arena.h"

namespace tercet {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::equality_comparable<SecretBytes>);
static_assert(!Streamable<SecretBytes>);
static_assert(!std::is_default_constructible_v<SecretAccess>);

ByteView bytes_of(const SecretBytes& secret) {
  return secret.expose(SecretAccess::grant());
}

TEST(SecretBytes, StartsAsZerosEvenInReusedMemory) {
  for (const std::size_t size : {1U, 33U, 4096U, 16384U, 100000U}) {
    for (int round = 0; round < 3; ++round) {
      SecretBytes secret(size);
      const MutableByteView view = secret.expose_mutable(SecretAccess::grant());
      EXPECT_EQ(std::count(view.begin(), view.end(), 0), static_cast<std::ptrdiff_t>(size));
      std::fill(view.begin(), view.end(), std::uint8_t{0xab});
    }
  }
}

TEST(SecretBytes, MovesAndLeavesNothing) {
  DeterministicRandom random(1);
  SecretBytes first = SecretBytes::random(40, random);
  const Bytes expected = to_bytes(bytes_of(first));
  SecretBytes second(7);
  second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): moved-from is empty
  EXPECT_EQ(to_bytes(bytes_of(second)), expected);
  EXPECT_EQ(to_bytes(bytes_of(second.clone())), expected);
}

/// What one thread frees, another one may get, also while threads end.
TEST(SecretBytes, MoveBetweenThreads) {
  constexpr int kRounds = 20;
  constexpr std::size_t kCount = 300;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<SecretBytes> made;
    std::thread maker([&made] {
      for (std::size_t i = 0; i < kCount; ++i) {
        made.emplace_back(1 + i * 97 % 20'000);
        const MutableByteView view = made.back().expose_mutable(SecretAccess::grant());
        std::fill(view.begin(), view.end(), static_cast<std::uint8_t>(i));
      }
    });
    maker.join();
    for (std::size_t i = 0; i < kCount; ++i) {
      const ByteView view = bytes_of(made[i]);
      ASSERT_EQ(std::count(view.begin(), view.end(), static_cast<std::uint8_t>(i)),
                static_cast<std::ptrdiff_t>(view.size()));
    }
    std::thread user([moved = std::move(made)]() mutable { moved.clear(); });
    user.join();
  }
}

TEST(SecretBytes, EmptyNeedsNoMemory) {
  const SecretBytes empty(0);
  EXPECT_TRUE(empty.empty());
  EXPECT_TRUE(empty.clone().empty());
}

TEST(SecretBytes, NeighboursDoNotOverlap) {
  std::vector<SecretBytes> many;
  for (std::size_t i = 0; i < 3000; ++i) {
    many.push_back(SecretBytes::copy_of(Bytes(i % 200 + 1, static_cast<std::uint8_t>(i))));
  }
  for (std::size_t i = 0; i < many.size(); ++i) {
    const ByteView view = bytes_of(many[i]);
    EXPECT_EQ(std::count(view.begin(), view.end(), static_cast<std::uint8_t>(i)),
              static_cast<std::ptrdiff_t>(i % 200 + 1));
  }
}

TEST(SecretBytes, BlocksAreAlignedForVectorCode) {
  for (const std::size_t size : {64U, 192U, 16384U, 1U << 20U}) {
    const SecretBytes secret(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes_of(secret).data()) % 64, 0U);
  }
}

TEST(SecretBytes, ThreadsShareTheArena) {
  std::vector<std::thread> threads;
  for (std::uint8_t t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (std::size_t i = 1; i < 500; ++i) {
        const SecretBytes secret = SecretBytes::copy_of(Bytes(i * 40, t));
        const ByteView view = bytes_of(secret);
        EXPECT_EQ(std::count(view.begin(), view.end(), t), static_cast<std::ptrdiff_t>(i * 40));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(SecretBytes, AForkedChildSeesZeros) {
  const SecretBytes secret = SecretBytes::copy_of(Bytes(48, 0x5a));
  const ByteView view = bytes_of(secret);
  const pid_t child = fork();
  if (child == 0) {
    _exit(std::count(view.begin(), view.end(), 0) == 48 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(view[0], 0x5a);
}

TEST(SecretMemory, TellsWhatIsLocked) {
  ASSERT_TRUE(require_secret_memory().ok());
  const SecretBytes stock(1U << 20U);
  const SecretMemoryStatus status = secret_memory_status();
  EXPECT_GE(status.locked_bytes + status.unlocked_bytes, 2U << 20U);
}

TEST(WipeGuard, WipesAtScopeExit) {
  std::array<std::uint8_t, 16> stack{};
  {
    const WipeGuard guard(stack);
    stack.fill(0xff);
  }
  EXPECT_EQ(std::count(stack.begin(), stack.end(), 0), 16);
}

}  // namespace
}  // namespace tercet
