// tercet-node: one of the three that hold shares of every key.

#include <cstdio>
#include <cstring>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/async/block_on.h"
#include "core/base/write_signals.h"
#include "core/config/node_config.h"
#include "core/log/background_log.h"
#include "core/secret/locked_arena.h"
#include "node/daemon/credentials.h"
#include "node/daemon/node_app.h"
#include "node/daemon/self_test.h"

namespace {

constexpr const char* kUsage =
    "usage: tercet-node --config NODE.yaml\n"
    "       tercet-node --init --config NODE.yaml    the very first start: the node has no data "
    "yet\n"
    "       tercet-node --check --config NODE.yaml   load what a start loads, and say so\n"
    "       tercet-node --version\n"
    "SIGTERM stops, SIGHUP reads certificates and SigV4 secrets anew, and opens log and audit "
    "anew.\n"
    "Exit codes: 0 done, 1 failed, 2 usage\n";

int fail(const tercet::Error& error) {
  std::fprintf(stderr, "tercet-node: %s\n", error.to_string().c_str());
  return 1;
}

int serve(tercet::NodeConfig config, tercet::node::StartWith start) {
  tercet::Result<std::shared_ptr<tercet::LogSink>> sink = tercet::daemon_log_sink(config.log.file);
  if (!sink) {
    return fail(sink.error());
  }
  const tercet::Logger log("node", std::move(sink).value(), config.log.level);
  boost::asio::io_context context(1);
  auto app = tercet::node::NodeApp::make(context.get_executor(), std::move(config), start, log);
  if (!app) {
    return fail(app.error());
  }
  const tercet::Status ended = tercet::block_on(context, app.value()->run());
  return ended ? 0 : fail(ended.error());
}

}  // namespace

int main(int argc, char** argv) {
  tercet::ignore_write_signals();
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::puts("tercet-node " TERCET_VERSION);
    return 0;
  }
  const bool check = argc == 4 && std::strcmp(argv[1], "--check") == 0;
  const bool init = argc == 4 && std::strcmp(argv[1], "--init") == 0;
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if ((argc != 3 && !check && !init) || std::strcmp(argv[argc - 2], "--config") != 0) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  tercet::protect_process();
  for (const tercet::Status& step :
       {tercet::require_secret_memory(), tercet::node::run_self_tests()}) {
    if (!step) {
      return fail(step.error());
    }
  }
  auto config = tercet::load_node_config(argv[argc - 1]);
  if (!config) {
    return fail(config.error());
  }
  if (check) {
    const auto found = tercet::node::NodeApp::check(*config);
    if (!found) {
      return fail(found.error());
    }
    std::printf("tercet-node: %s is good: %s\n", argv[argc - 1], found->c_str());
    return 0;
  }
  return serve(std::move(config).value(),
               init ? tercet::node::StartWith::nothing : tercet::node::StartWith::its_data);
}
