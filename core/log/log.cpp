#include "core/log/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/time/clock.h"

namespace tercet {
namespace {

/// Appends to a descriptor; a line that cannot be written is lost (logs never stop the service).
class DescriptorLogSink final : public LogSink {
 public:
  DescriptorLogSink(int descriptor, bool owned) : descriptor_(descriptor), owned_(owned) {}

  DescriptorLogSink(const DescriptorLogSink&) = delete;
  DescriptorLogSink& operator=(const DescriptorLogSink&) = delete;

  ~DescriptorLogSink() override {
    if (owned_) {
      close(descriptor_);
    }
  }

  void write(std::string_view line) override {
    std::string text(line);
    text += '\n';
    const std::lock_guard lock(mutex_);
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t put = ::write(descriptor_, rest.data(), rest.size());
      if (put < 0 && errno == EINTR) {
        continue;
      }
      if (put <= 0) {
        return;
      }
      rest.remove_prefix(static_cast<std::size_t>(put));
    }
  }

 private:
  std::mutex mutex_;
  int descriptor_;
  bool owned_;
};

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

std::shared_ptr<LogSink> stderr_log_sink() {
  return std::make_shared<DescriptorLogSink>(STDERR_FILENO, false);
}

std::shared_ptr<LogSink> null_log_sink() {
  return std::make_shared<NullLogSink>();
}

Result<std::shared_ptr<LogSink>> file_log_sink(const std::string& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error(Errc::io_error, "open log file " + path + ": cannot be created or written");
  }
  return std::shared_ptr<LogSink>(std::make_shared<DescriptorLogSink>(descriptor, true));
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

void Logger::write(LogLevel level,
                   std::string_view event,
                   std::initializer_list<Field> fields) const {
  std::string line = "{\"time\":\"" + print_time(system_wall_clock().now_milliseconds()) +
                     "\",\"level\":\"" + std::string(print_log_level(level)) +
                     "\",\"component\":" + json_quote(component_) +
                     ",\"event\":" + json_quote(event);
  for (const Field& each : fields) {
    line += ',' + json_quote(each.name()) + ':' + each.json_value();
  }
  line += '}';
  sink_->write(line);
}

}  // namespace tercet
