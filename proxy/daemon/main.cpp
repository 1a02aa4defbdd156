// tercet-proxy: the XKS Proxy API in front of three key nodes.

#include <cstdio>
#include <cstring>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/async/block_on.h"
#include "core/base/write_signals.h"
#include "core/config/proxy_config.h"
#include "core/log/background_log.h"
#include "proxy/daemon/proxy_app.h"

namespace {

constexpr const char* kUsage =
    "usage: tercet-proxy --config PROXY.yaml\n"
    "       tercet-proxy --check --config PROXY.yaml   load what a start loads, and say so\n"
    "       tercet-proxy --version\n"
    "SIGTERM drains and stops, SIGHUP reads certificates anew and opens log and request log anew.\n"
    "Exit codes: 0 done, 1 failed, 2 usage\n";

int fail(const tercet::Error& error) {
  std::fprintf(stderr, "tercet-proxy: %s\n", error.to_string().c_str());
  return 1;
}

int serve(tercet::ProxyConfig config) {
  tercet::Result<std::shared_ptr<tercet::LogSink>> sink = tercet::daemon_log_sink(config.log.file);
  if (!sink) {
    return fail(sink.error());
  }
  const tercet::Logger log("proxy", std::move(sink).value(), config.log.level);
  boost::asio::io_context context(1);
  auto app = tercet::proxy::ProxyApp::make(context.get_executor(), std::move(config), log);
  if (!app) {
    return fail(app.error());
  }
  tercet::block_on(context, app.value()->run());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  tercet::ignore_write_signals();
  const bool version = argc == 2 && std::strcmp(argv[1], "--version") == 0;
  const bool check = argc == 4 && std::strcmp(argv[1], "--check") == 0;
  if (version) {
    std::puts("tercet-proxy " TERCET_VERSION);
    return 0;
  }
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if ((argc != 3 && !check) || std::strcmp(argv[argc - 2], "--config") != 0) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  auto config = tercet::load_proxy_config(argv[argc - 1]);
  if (!config) {
    return fail(config.error());
  }
  if (check) {
    const auto found = tercet::proxy::ProxyApp::check(*config);
    if (!found) {
      return fail(found.error());
    }
    std::printf("tercet-proxy: %s is good: %s\n", argv[argc - 1], found->c_str());
    return 0;
  }
  return serve(std::move(config).value());
}
