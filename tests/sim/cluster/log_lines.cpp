#include "tests/sim/cluster/log_lines.h"

#include <memory>
#include <string>

namespace tercet::sim {

namespace {

class TraceSink final : public LogSink {
 public:
  TraceSink(const Trace& trace, const Process& process)
      : trace_(&trace), process_(&process), name_(process.name()) {}

  void write(std::string_view line) override {
    if (process_->ghost()) {
      return;
    }
    const std::size_t after_time = line.find("\"level\"");
    trace_->print_only(name_, "log", line.substr(after_time == line.npos ? 0 : after_time));
  }

 private:
  const Trace* trace_;
  const Process* process_;
  std::string name_;
};

}  // namespace

Logger trace_logger(Trace& trace, const Process& process) {
  if (!trace.printing()) {
    return {};
  }
  return Logger("node", std::make_shared<TraceSink>(trace, process), LogLevel::debug);
}

}  // namespace tercet::sim
