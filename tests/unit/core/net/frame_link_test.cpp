#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/net/tls_frame_link.h"

namespace tercet {
namespace {

/// Takes everything that is written, and is never readable.
class Sink final : public ByteStream {
 public:
  /// `total` counts the bytes, too; it outlives the sink.
  explicit Sink(std::size_t* total = nullptr) : total_(total) {}

  Task<Result<std::size_t>> read_some(MutableByteView /*into*/, Deadline /*until*/) override {
    co_return Error(Errc::link_closed, "sink");
  }

  Task<Status> wait_readable(Deadline /*until*/) override {
    co_return Error(Errc::link_closed, "sink");
  }

  Task<Status> write_all(ByteView from, Deadline /*until*/) override {
    bytes_ += from.size();
    if (total_ != nullptr) {
      *total_ += from.size();
    }
    co_return ok_status();
  }

  Task<void> close(Deadline /*until*/) override { co_return; }

  void abort() noexcept override {}

  const std::string& peer_name() const override { return name_; }

  std::shared_ptr<const TlsInfo> tls_info() const override { return nullptr; }

  const std::string& remote_address() const override { return name_; }

  std::chrono::microseconds smoothed_rtt() const override { return {}; }

  Milliseconds setup_time() const override { return {}; }

  std::size_t bytes() const { return bytes_; }

 private:
  std::string name_ = "sink";
  std::size_t bytes_ = 0;
  std::size_t* total_;
};

TEST(LinkMeter, CountsWhatLeavesAndFramesSentTogetherAsOneWrite) {
  Registry registry;
  LinkMeter meter(registry, "test", "peer");
  asio::io_context context;
  auto stream = std::make_unique<Sink>();
  const Sink& sink = *stream;
  const auto link = make_frame_link(
      context.get_executor(), std::move(stream), FrameLimits::for_requests(), &meter);

  ASSERT_TRUE(link->send(Frame(1, Bytes(10))).ok());
  ASSERT_TRUE(link->send(Frame(2, Bytes(0))).ok());
  context.run();
  EXPECT_EQ(sink.bytes(), 20U);  // two headers of four bytes, two types, one body
  EXPECT_EQ(meter.bytes.value(), 20U);
  EXPECT_EQ(meter.frames.value(), 2U);
  EXPECT_EQ(meter.writes.value(), 1U);

  context.restart();
  ASSERT_TRUE(link->send(Frame(3, Bytes(1))).ok());
  context.run();
  EXPECT_EQ(meter.frames.value(), 3U);
  EXPECT_EQ(meter.writes.value(), 2U);
  EXPECT_NE(registry.text().find("tercet_test_link_sent_frames_total{link=\"peer\"} 3"),
            std::string::npos);
}

TEST(LinkMeter, DoesNotCountWhatIsRefused) {
  Registry registry;
  LinkMeter meter(registry, "test", "peer");
  asio::io_context context;
  FrameLimits limits;
  limits.frame_bytes_max = 8;
  const auto link =
      make_frame_link(context.get_executor(), std::make_unique<Sink>(), limits, &meter);
  EXPECT_FALSE(link->send(Frame(1, Bytes(8))).ok());
  EXPECT_EQ(meter.bytes.value(), 0U);
  EXPECT_EQ(meter.frames.value(), 0U);
}

/// A last word leaves though the link is closed, and let go of, right after it.
TEST(FrameLink, WhatIsQueuedLeavesWhenALinkFinishes) {
  asio::io_context context;
  for (const bool finishes : {true, false}) {
    std::size_t sent = 0;
    auto link = make_frame_link(
        context.get_executor(), std::make_unique<Sink>(&sent), FrameLimits::for_requests());
    ASSERT_TRUE(link->send(Frame(1, Bytes(10))).ok());
    if (finishes) {
      link->finish();
    } else {
      link->close();
    }
    EXPECT_FALSE(link->send(Frame(2, Bytes(10))).ok());
    link.reset();
    context.restart();
    context.run();
    EXPECT_EQ(sent, finishes ? 15U : 0U);
  }
}

}  // namespace
}  // namespace tercet
