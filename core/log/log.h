#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/log/field.h"

namespace tercet {

/// error: someone must act; warn: degraded, will recover; info: state changes and administrative
/// acts; debug: per request.
enum class LogLevel : std::uint8_t { debug, info, warn, error };

std::string_view print_log_level(LogLevel level);
std::optional<LogLevel> parse_log_level(std::string_view text);

/// Where finished lines go. Implementations are thread safe.
class LogSink {
 public:
  virtual ~LogSink() = default;
  /// One line without its newline. Does not wait.
  virtual void write(std::string_view line) = 0;

  /// For rotation: from now on writes to what stands at its path.
  virtual void reopen() {}
};

/// Drops everything.
std::shared_ptr<LogSink> null_log_sink();

/// One line, as Logger writes them.
std::string print_log_line(LogLevel level,
                           std::string_view component,
                           std::string_view event,
                           std::initializer_list<Field> fields);

/// Keeps the lines, for tests.
class MemoryLogSink final : public LogSink {
 public:
  void write(std::string_view line) override;
  std::vector<std::string> lines() const;
  /// Has a line this text in it?
  bool contains(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// JSON lines: {"time","level","component","event",fields...}. Copies share the sink. Any thread.
///
///     log_.warn("session_aborted", field("sid", sid), field("round", round));
///
/// `event` is a fixed snake_case noun phrase; values go into fields only.
class Logger {
 public:
  Logger(std::string component, std::shared_ptr<LogSink> sink, LogLevel level = LogLevel::info);
  /// Logs nothing.
  Logger();

  /// The same sink and level under another component's name.
  Logger named(std::string component) const;

  /// For rotation: the sink's file, where it has one, is opened anew.
  void reopen() const { sink_->reopen(); }

  bool enabled(LogLevel level) const { return level >= level_; }

  template <class... Fields>
  void debug(std::string_view event, const Fields&... fields) const {
    log(LogLevel::debug, event, fields...);
  }

  template <class... Fields>
  void info(std::string_view event, const Fields&... fields) const {
    log(LogLevel::info, event, fields...);
  }

  template <class... Fields>
  void warn(std::string_view event, const Fields&... fields) const {
    log(LogLevel::warn, event, fields...);
  }

  template <class... Fields>
  void error(std::string_view event, const Fields&... fields) const {
    log(LogLevel::error, event, fields...);
  }

 private:
  template <std::same_as<Field>... Fields>
  void log(LogLevel level, std::string_view event, const Fields&... fields) const {
    if (enabled(level)) {
      write(level, event, {fields...});
    }
  }

  void write(LogLevel level, std::string_view event, std::initializer_list<Field> fields) const;

  std::string component_;
  std::shared_ptr<LogSink> sink_;
  LogLevel level_;
};

}  // namespace tercet
