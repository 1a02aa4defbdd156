#include "tests/e2e/running_command.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <utility>

namespace tercet::test {

RunningCommand::RunningCommand(const std::vector<std::string>& words, std::string output)
    : output_(std::move(output)) {
  std::vector<char*> arguments;
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));  // execv does not change them
  }
  arguments.push_back(nullptr);
  const int file = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(file);
}

RunningCommand::~RunningCommand() {
  static_cast<void>(wait());
}

CommandResult RunningCommand::wait() {
  CommandResult result;
  int status = 0;
  if (child_ > 0 && ::waitpid(child_, &status, 0) == child_ && WIFEXITED(status)) {
    result.exit_code = WEXITSTATUS(status);
  }
  child_ = -1;
  std::ifstream file(output_, std::ios::binary);
  result.output = std::string(std::istreambuf_iterator<char>(file), {});
  return result;
}

}  // namespace tercet::test
