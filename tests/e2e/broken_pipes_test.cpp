// A reader that goes away, of standard output or error, ends no program of ours.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/e2e/programs.h"

namespace tercet::test {
namespace {

/// Its wait status; its output goes into a pipe that nobody reads.
int status_without_reader(std::vector<std::string> words) {
  int output[2] = {-1, -1};
  EXPECT_EQ(::pipe2(output, O_CLOEXEC), 0);
  ::close(output[0]);
  const std::string program = programs_folder() + "/" + words[0];
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGPIPE, SIG_DFL);
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(output[1], STDERR_FILENO);
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  }
  ::close(output[1]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(BrokenPipes, EndNoProgram) {
  const std::vector<std::pair<std::vector<std::string>, int>> programs = {
      {{"tercet-node", "--config", "/nonexistent"}, 1},
      {{"tercet-proxy", "--config", "/nonexistent"}, 1},
      {{"tercet-kms", "--nonexistent"}, 2},
      {{"tercet-wan"}, 2},
      {{"tercet", "nonexistent"}, 2},
      {{"tercet", "--help"}, 1},  // it did not help anybody
  };
  for (const auto& [words, code] : programs) {
    const int status = status_without_reader(words);
    EXPECT_TRUE(WIFEXITED(status)) << words[0] << " was ended by signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), code) << words[0];
  }
}

}  // namespace
}  // namespace tercet::test
