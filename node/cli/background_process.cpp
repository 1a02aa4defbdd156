#include "node/cli/background_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>
#include <system_error>

#include "core/base/write_signals.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "core/time/pause.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

constexpr std::uint16_t kPortsFirst = 20000;
constexpr std::uint16_t kPortsCount = 12000;
constexpr Milliseconds kPollPause{20};

/// Field 22 of /proc/PID/stat; 0 if there is no such process, or only a zombie is left.
std::uint64_t start_ticks(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) {
    return 0;
  }
  const std::size_t after_name = line.rfind(')');  // the name may hold anything
  if (after_name == std::string::npos) {
    return 0;
  }
  std::istringstream fields(line.substr(after_name + 1));
  std::string field;
  fields >> field;  // 3: state
  const bool ended = field == "Z" || field == "X";
  for (int number = 4; number <= 20; ++number) {
    fields >> field;
  }
  // 20: threads. The first one may have ended while others still hold the process's files and
  // locks.
  if (ended && field.size() == 1 && field[0] <= '1') {
    return 0;
  }
  fields >> field >> field;  // 22: start
  return fields ? std::strtoull(field.c_str(), nullptr, 10) : 0;
}

/// What the two forked processes tell the first one; written whole, in any order.
struct Word {
  int is_errno = 0;
  int value = 0;
};

void tell(int report, Word word) {
  static_cast<void>(!::write(report, &word, sizeof word));  // nobody to tell if this fails too
}

bool enter_namespace(const std::string& path) {
  if (path.empty()) {
    return true;
  }
  const int space = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  return space >= 0 && ::setns(space, CLONE_NEWNET) == 0;
}

[[noreturn]] void become(const std::vector<std::string>& arguments,
                         const std::string& network_namespace,
                         int log,
                         int report) {
  // A process group of its own, so that what a terminal sends does not reach it, but no session:
  // Linux shares the processors out between sessions (autogroups), and a node's thread that makes
  // vectors would get a session's share against the requests of the other nodes, whatever its
  // priority.
  ::setpgid(0, 0);
  restore_write_signals();
  if (!enter_namespace(network_namespace)) {
    tell(report, Word{1, errno});
    ::_exit(127);
  }
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::dup2(report, 3);
  ::fcntl(3, F_SETFD, FD_CLOEXEC);
  ::closefrom(4);
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (const std::string& word : arguments) {
    words.push_back(const_cast<char*>(word.c_str()));  // execv does not change them
  }
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  tell(3, Word{1, errno});
  ::_exit(127);
}

bool port_is_free(std::uint16_t port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) {
    return false;
  }
  const int yes = 1;
  ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  static_assert(sizeof generic == sizeof address);
  std::memcpy(&generic, &address, sizeof address);
  const bool free = ::bind(probe, &generic, sizeof generic) == 0 && ::listen(probe, 1) == 0;
  ::close(probe);
  return free;
}

}  // namespace

bool BackgroundProcess::alive() const {
  return pid > 0 && started_ticks != 0 && start_ticks(pid) == started_ticks;
}

Result<BackgroundProcess> start_background(const std::string& name,
                                           const std::vector<std::string>& arguments,
                                           const std::string& log_path,
                                           const std::string& network_namespace) {
  const int log =
      ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  int report[2] = {-1, -1};
  if (log < 0 || ::pipe2(report, O_CLOEXEC) != 0) {
    if (log >= 0) {
      ::close(log);
    }
    return Error(Errc::io_error, "start " + name + ": its log cannot be written")
        .hint("check mode and free space of the directory");
  }
  // Forked twice: the daemon belongs to init, so that it is never our zombie.
  const pid_t middle = ::fork();
  if (middle == 0) {
    const pid_t daemon = ::fork();
    if (daemon == 0) {
      become(arguments, network_namespace, log, report[1]);
    }
    tell(report[1], daemon < 0 ? Word{1, errno} : Word{0, daemon});
    ::_exit(0);
  }
  ::close(log);
  ::close(report[1]);
  pid_t pid = -1;
  int failed = 0;
  if (middle > 0) {
    ::waitpid(middle, nullptr, 0);
    // The pipe ends when the daemon has become its program, or told why not.
    for (Word word; ::read(report[0], &word, sizeof word) == static_cast<ssize_t>(sizeof word);) {
      (word.is_errno != 0 ? failed : pid) = word.value;
    }
  }
  ::close(report[0]);
  if (pid <= 0 || failed != 0) {
    return Error(Errc::io_error, "start " + name + ": " + std::generic_category().message(failed))
        .hint("is " + arguments.at(0) + " there and executable?");
  }
  return BackgroundProcess(name, pid, start_ticks(pid));
}

std::vector<std::string> stop_all(const std::vector<BackgroundProcess>& processes,
                                  Deadline deadline) {
  const auto any_alive = [&] {
    return std::any_of(processes.begin(), processes.end(), [](const BackgroundProcess& process) {
      return process.alive();
    });
  };
  for (const BackgroundProcess& process : processes) {
    if (process.alive()) {
      ::kill(process.pid, SIGTERM);
    }
  }
  for (Progress progress; any_alive() && !deadline.passed();) {
    progress.waiting_for("the processes to end");
    pause_thread(kPollPause);
  }
  std::vector<std::string> killed;
  for (const BackgroundProcess& process : processes) {
    if (process.alive()) {
      ::kill(process.pid, SIGKILL);
      killed.push_back(process.name);
    }
  }
  const Deadline gone = Deadline::in(real_clock(), Milliseconds(2000));
  while (any_alive() && !gone.passed()) {
    pause_thread(kPollPause);
  }
  return killed;
}

std::string tail_of(const std::string& path, std::size_t lines) {
  std::ifstream file(path);
  std::deque<std::string> kept;
  for (std::string line; std::getline(file, line);) {
    kept.push_back("  " + line + "\n");
    if (kept.size() > lines) {
      kept.pop_front();
    }
  }
  std::string out;
  for (const std::string& line : kept) {
    out += line;
  }
  return out;
}

Result<std::uint16_t> find_port(std::uint16_t preferred, const std::vector<std::uint16_t>& taken) {
  const auto usable = [&](std::uint16_t port) {
    return std::find(taken.begin(), taken.end(), port) == taken.end() && port_is_free(port);
  };
  if (preferred != 0 && usable(preferred)) {
    return preferred;
  }
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const std::uint32_t drawn = load_u32(system_random().array<4>());
    const auto port = static_cast<std::uint16_t>(kPortsFirst + drawn % kPortsCount);
    if (usable(port)) {
      return port;
    }
  }
  return Error(Errc::io_error, "find a free port of 127.0.0.1 between 20000 and 32000")
      .hint("stop something that listens there");
}

}  // namespace tercet::cli
