// tercet-kms: a local KMS front end for development and tests. Plain HTTP.

#include <csignal>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "core/async/block_on.h"
#include "core/async/task_group.h"
#include "core/base/write_signals.h"
#include "core/http/http_server.h"
#include "core/net/connector.h"
#include "tests/kms/kms_service.h"

namespace {

using tercet::kms::KmsOptions;
using tercet::kms::KmsService;

constexpr tercet::Milliseconds kDrainLimit{5000};
constexpr std::size_t kBodyBytesMax = 1U << 20U;  // the service refuses sooner, with its own words

int fail(const tercet::Error& error) {
  std::fprintf(stderr, "tercet-kms: %s\n", error.to_string().c_str());
  return 1;
}

void warn_unless_loopback(const std::string& listen) {
  const auto parsed = tercet::HostPort::parse(listen);
  if (parsed && !parsed->host.starts_with("127.") && parsed->host != "::1" &&
      parsed->host != "localhost") {
    std::fputs("tercet-kms: warning: it listens beyond this machine, without TLS\n", stderr);
  }
}

tercet::Task<void> serve(tercet::HttpServer& server, KmsService& service) {
  service.start();
  co_await server.run();
  co_await service.stop();
}

int run(KmsOptions options) {
  boost::asio::io_context context(1);
  tercet::HttpServerOptions server_options;
  server_options.listener.address = options.listen;
  server_options.limits.body_bytes = kBodyBytesMax;
  server_options.limits.request_line_bytes = 8192;
  warn_unless_loopback(options.listen);
  auto service = KmsService::make(context.get_executor(),
                                  std::move(options),
                                  tercet::system_wall_clock(),
                                  tercet::system_random());
  if (!service) {
    return fail(service.error());
  }
  KmsService* const kms = service.value().get();
  auto server = tercet::HttpServer::bind(
      context.get_executor(), std::move(server_options), [kms](tercet::HttpRequest request) {
        return kms->handle(std::move(request));
      });
  if (!server) {
    return fail(server.error());
  }
  std::fprintf(stderr, "tercet-kms: listening on port %u\n", unsigned{server.value()->port()});
  tercet::TaskGroup stopping(context.get_executor());
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& failed, int /*signal*/) {
    if (!failed) {
      stopping.spawn(server.value()->stop(tercet::Deadline::in(tercet::real_clock(), kDrainLimit)));
    }
  });
  tercet::block_on(context, serve(*server.value(), *kms));
  tercet::block_on(context, stopping.join());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  tercet::ignore_write_signals();
  const std::vector<std::string> words(argv + 1, argv + argc);
  tercet::Result<KmsOptions> options = tercet::kms::parse_options(words);
  if (!options) {
    std::fprintf(
        stderr, "tercet-kms: %s\nTry tercet-kms --help.\n", options.error().what().c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(tercet::kms::options_help().c_str(), stdout);
    return 0;
  }
  return run(std::move(options).value());
}
