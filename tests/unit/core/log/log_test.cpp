#include "core/log/log.h"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/secret/secret_bytes.h"

namespace tercet {
namespace {

template <class T>
concept Loggable = requires(const T& value) {
  field("name", value);
};

static_assert(Loggable<int> && Loggable<std::uint64_t> && Loggable<bool> && Loggable<SessionId>);
static_assert(!Loggable<SecretBytes> && !Loggable<Bytes> && !Loggable<ByteView>);
static_assert(!Loggable<std::string> && !Loggable<std::string_view> && !Loggable<const char*>);

nlohmann::json only_line(const MemoryLogSink& sink) {
  return nlohmann::json::parse(sink.lines().at(0));
}

TEST(Logger, WritesOneJsonObjectPerLine) {
  const auto sink = std::make_shared<MemoryLogSink>();
  const Logger log("node", sink);
  log.warn("session_aborted",
           field("round", 7),
           field("paired", false),
           field("code", Errc::peer_timeout),
           field("who", public_text("proxy \"1\"\n\x01\xff")),
           field("took", std::chrono::milliseconds(1500)),
           field("error", Error(Errc::io_error, "read").hint("retry")));
  const nlohmann::json line = only_line(*sink);
  EXPECT_EQ(line.at("level"), "warn");
  EXPECT_EQ(line.at("component"), "node");
  EXPECT_EQ(line.at("event"), "session_aborted");
  EXPECT_EQ(line.at("round"), 7);
  EXPECT_EQ(line.at("paired"), false);
  EXPECT_EQ(line.at("code"), "peer_timeout");
  EXPECT_EQ(line.at("who"), "proxy \"1\"\n\x01\xef\xbf\xbd");
  EXPECT_EQ(line.at("took"), 1.5);
  EXPECT_EQ(line.at("error").at("hint"), "retry");
  EXPECT_EQ(sink->lines().at(0).find('\n'), std::string::npos);
}

TEST(Logger, DropsWhatIsBelowItsLevel) {
  const auto sink = std::make_shared<MemoryLogSink>();
  const Logger log("node", sink, LogLevel::warn);
  log.debug("a");
  log.info("b");
  log.named("link").error("c");
  ASSERT_EQ(sink->lines().size(), 1U);
  EXPECT_EQ(only_line(*sink).at("component"), "link");
}

TEST(LogField, LongTextIsCut) {
  const std::string quoted = json_quote(std::string(5000, 'x'), 100);
  EXPECT_EQ(quoted.size(), 105U);
}

TEST(LogField, EveryByteStringBecomesValidJson) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; second += 5) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), '\x80'};
      EXPECT_TRUE(nlohmann::json::accept(json_quote(text))) << first << ' ' << second;
    }
  }
}

TEST(LogLevels, ParseWhatTheyPrint) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::debug);
  EXPECT_EQ(parse_log_level("Debug"), std::nullopt);
}

TEST(PrintTime, IsIso8601) {
  EXPECT_EQ(print_time(1769903999123), "2026-01-31T23:59:59.123Z");
  EXPECT_EQ(print_time(0), "1970-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace tercet
