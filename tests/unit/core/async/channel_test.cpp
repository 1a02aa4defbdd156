#include "core/async/channel.h"

#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/task_group.h"

namespace tercet {
namespace {

using Item = std::unique_ptr<int>;

Task<void> produce(BoundedChannel<Item>& channel, int count) {
  for (int i = 0; i < count; ++i) {
    Item item = std::make_unique<int>(i);
    const Status sent = co_await channel.send(std::move(item));
    EXPECT_TRUE(sent.ok());
  }
  channel.close();
}

Task<std::vector<int>> consume(BoundedChannel<Item>& channel) {
  std::vector<int> seen;
  for (;;) {
    Result<Item> item = co_await channel.receive();
    if (!item) {
      co_return seen;
    }
    seen.push_back(**item);
  }
}

TEST(BoundedChannel, DeliversInOrderAcrossAFullQueue) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  BoundedChannel<Item> channel(context.get_executor(), 2);
  group.spawn(produce(channel, 100));
  const std::vector<int> seen = block_on(context, consume(channel));
  ASSERT_EQ(seen.size(), 100U);
  EXPECT_EQ(seen.front(), 0);
  EXPECT_EQ(seen.back(), 99);
  block_on(context, group.join());
}

TEST(BoundedChannel, FullIsAnAnswer) {
  asio::io_context context;
  BoundedChannel<int> channel(context.get_executor(), 1);
  EXPECT_TRUE(channel.try_send(1).ok());
  EXPECT_EQ(channel.try_send(2).error().code(), Errc::overloaded);
  channel.close();
  EXPECT_EQ(channel.try_send(3).error().code(), Errc::closed);
  const Result<int> queued = block_on(context, channel.receive());
  ASSERT_TRUE(queued);
  EXPECT_EQ(*queued, 1);
  EXPECT_EQ(block_on(context, channel.receive()).error().code(), Errc::closed);
}

}  // namespace
}  // namespace tercet
