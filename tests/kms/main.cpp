// tercet-kms: a local KMS front end for development. Plain HTTP on a local address.

#include <csignal>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "core/async/block_on.h"
#include "core/http/http_server.h"
#include "tests/kms/kms_service.h"

namespace {

constexpr const char* kUsage =
    "usage: tercet-kms --listen HOST:PORT --region REGION --state FOLDER --xks-ca PEM\n";

int fail(const tercet::Error& error) {
  std::fprintf(stderr, "tercet-kms: %s\n", error.to_string().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 1; i + 1 < argc; i += 2) {
    options[argv[i]] = argv[i + 1];
  }
  if (argc != 9 || !options.contains("--listen") || !options.contains("--region") ||
      !options.contains("--state") || !options.contains("--xks-ca")) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  boost::asio::io_context context(1);
  tercet::kms::KmsService service(
      context.get_executor(), options["--region"], options["--state"], options["--xks-ca"]);
  if (const tercet::Status loaded = service.load(); !loaded) {
    return fail(loaded.error());
  }
  tercet::HttpServerOptions server_options;
  server_options.listener.address = options["--listen"];
  auto server = tercet::HttpServer::bind(
      context.get_executor(), std::move(server_options), [&service](tercet::HttpRequest request) {
        return service.handle(std::move(request));
      });
  if (!server) {
    return fail(server.error());
  }
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&server](const boost::system::error_code& failed, int /*signal*/) {
    if (!failed) {
      server.value()->close();
    }
  });
  tercet::block_on(context, server.value()->run());
  return 0;
}
