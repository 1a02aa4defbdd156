#include "bench/load/processes.h"

#include <sys/utsname.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace tercet::bench {
namespace {

constexpr std::uint64_t kKibibyte = 1024;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string_view without_spaces(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

template <class Number>
std::optional<Number> leading_number(std::string_view text) {
  text = without_spaces(text);
  Number value = 0;
  const auto [stopped, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || stopped == text.data()) {
    return std::nullopt;
  }
  return value;
}

/// What follows `name` in the line that begins with it.
std::string_view line_after(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with(name)) {
      return without_spaces(line.substr(name.size()));
    }
    at = end + 1;
  }
  return {};
}

}  // namespace

Nanoseconds ProcessorTime::total() const {
  Nanoseconds sum(0);
  for (const auto& [thread, time] : by_thread) {
    sum += time;
  }
  return sum;
}

ProcessorTime ProcessorTime::since(const ProcessorTime& before) const {
  ProcessorTime out;
  for (const auto& [thread, time] : by_thread) {
    const auto earlier = before.by_thread.find(thread);
    const Nanoseconds spent = earlier == before.by_thread.end() ? time : time - earlier->second;
    out.by_thread[thread] = std::max(spent, Nanoseconds(0));
  }
  return out;
}

std::optional<Nanoseconds> parse_schedstat(std::string_view text) {
  const std::optional<std::int64_t> value = leading_number<std::int64_t>(text);
  if (!value) {
    return std::nullopt;
  }
  return Nanoseconds(*value);
}

std::optional<ProcessorTime> processor_time(pid_t pid) {
  ProcessorTime out;
  std::error_code failed;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
  for (std::filesystem::directory_iterator at(tasks, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::optional<Nanoseconds> time = parse_schedstat(content_of(at->path() / "schedstat"));
    if (time) {
      out.by_thread[std::string(without_spaces(content_of(at->path() / "comm")))] += *time;
    }
  }
  if (out.by_thread.empty()) {
    return std::nullopt;
  }
  return out;
}

ResidentMemory parse_status(std::string_view text) {
  ResidentMemory out;
  out.now = leading_number<std::uint64_t>(line_after(text, "VmRSS:")).value_or(0) * kKibibyte;
  out.peak = leading_number<std::uint64_t>(line_after(text, "VmHWM:")).value_or(0) * kKibibyte;
  return out;
}

std::optional<ResidentMemory> resident_memory(pid_t pid) {
  const std::string text = content_of("/proc/" + std::to_string(pid) + "/status");
  if (text.empty()) {
    return std::nullopt;
  }
  return parse_status(text);
}

Machine Machine::look() {
  Machine out;
  const std::string text = content_of("/proc/cpuinfo");
  std::string_view model = line_after(text, "model name");
  if (model.starts_with(':')) {
    model = without_spaces(model.substr(1));
  }
  out.processor = model;
  utsname names{};
  if (::uname(&names) == 0) {
    out.kernel = std::string(names.sysname) + " " + names.release;
  }
  out.processors = std::thread::hardware_concurrency();
  double averages[1] = {0};
  if (::getloadavg(averages, 1) == 1) {
    out.load_average = averages[0];
  }
  return out;
}

}  // namespace tercet::bench
