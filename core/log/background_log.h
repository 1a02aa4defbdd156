#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/log/line_file.h"
#include "core/log/log.h"

namespace tercet {

/// The log of a daemon. A thread of its own writes the lines: a reader of standard error that
/// stalls, or a slow disk, stops nobody who logs. Bounded: lines that find no room, or cannot be
/// written, are left out and counted, and as soon as a line can be written `log_lines_lost` says
/// how many. A file that is deleted, replaced or truncated is opened anew within a second.
class BackgroundLog final : public LogSink {
 public:
  /// Of lines that wait to be written.
  static constexpr std::size_t kWaitingBytesMax = 1024UL * 1024;

  explicit BackgroundLog(std::unique_ptr<LineFile> file);
  /// Writes what waits, for a second at most; then a reader that stalls loses it.
  ~BackgroundLog() override;
  BackgroundLog(const BackgroundLog&) = delete;
  BackgroundLog& operator=(const BackgroundLog&) = delete;

  void write(std::string_view line) override;
  void reopen() override;

 private:
  class State;

  std::shared_ptr<State> state_;  ///< shared with the thread, which a stalled write may outlast
};

/// An empty path: standard error. Errors: io_error.
Result<std::shared_ptr<LogSink>> daemon_log_sink(const std::string& path);

}  // namespace tercet
