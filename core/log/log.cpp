#include "core/log/log.h"

#include <algorithm>
#include <utility>

#include "core/time/clock.h"

namespace tercet {
namespace {

class NullLogSink final : public LogSink {
 public:
  void write(std::string_view /*line*/) override {}
};

}  // namespace

std::string_view print_log_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
    if (text == print_log_level(level)) {
      return level;
    }
  }
  return std::nullopt;
}

std::shared_ptr<LogSink> null_log_sink() {
  return std::make_shared<NullLogSink>();
}

void MemoryLogSink::write(std::string_view line) {
  const std::lock_guard lock(mutex_);
  lines_.emplace_back(line);
}

std::vector<std::string> MemoryLogSink::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool MemoryLogSink::contains(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
    return line.find(text) != std::string::npos;
  });
}

Logger::Logger(std::string component, std::shared_ptr<LogSink> sink, LogLevel level)
    : component_(std::move(component)), sink_(std::move(sink)), level_(level) {}

Logger::Logger() : Logger("", null_log_sink(), LogLevel::error) {}

Logger Logger::named(std::string component) const {
  return {std::move(component), sink_, level_};
}

std::string print_log_line(LogLevel level,
                           std::string_view component,
                           std::string_view event,
                           std::initializer_list<Field> fields) {
  std::string line = "{\"time\":\"" + print_time(system_wall_clock().now_milliseconds()) +
                     "\",\"level\":\"" + std::string(print_log_level(level)) +
                     "\",\"component\":" + json_quote(component) +
                     ",\"event\":" + json_quote(event);
  for (const Field& each : fields) {
    line += ',' + json_quote(each.name()) + ':' + each.json_value();
  }
  return line + '}';
}

void Logger::write(LogLevel level,
                   std::string_view event,
                   std::initializer_list<Field> fields) const {
  sink_->write(print_log_line(level, component_, event, fields));
}

}  // namespace tercet
