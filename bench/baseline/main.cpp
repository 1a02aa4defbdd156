// tercet-bench-openssl: the proxy's HTTPS, XKS and SigV4 code over one OpenSSL key in its memory.
// What is left when nothing is shared: the baseline that tercet-bench compares with.

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "bench/baseline/baseline_files.h"
#include "bench/baseline/openssl_keys.h"
#include "core/async/block_on.h"
#include "core/http/http_server.h"
#include "core/metrics/metrics.h"
#include "proxy/daemon/request_ledger.h"
#include "proxy/daemon/xks_http.h"
#include "proxy/xks/xks_service.h"

namespace tercet::bench {
namespace {

constexpr const char* kUsage =
    "usage: tercet-bench-openssl --dir DIR\n"
    "Serves an XKS proxy with a plain OpenSSL key on a free port of 127.0.0.1 until SIGTERM or\n"
    "SIGINT, and writes DIR/dev.json for `tercet-bench --dev`. DIR must be new or empty. For\n"
    "comparison only: the key lies in memory and in DIR.\n";
/// As tercet-proxy's default.
constexpr Milliseconds kRequestLimit{200};

Result<proxy::StoreTable> stores_of(const BaselineFiles& files) {
  proxy::KeyStore store;
  store.name = "baseline";
  store.base_path = kBaselineUriPath;
  store.regions = {kBaselineRegion};
  store.access_key_ids = {files.access_key_id};
  return proxy::StoreTable::make({std::move(store)});
}

Task<HttpResponse> answer(proxy::XksService& service, HttpRequest request) {
  const Deadline until = Deadline::in(real_clock(), kRequestLimit);
  proxy::XksReply reply = co_await service.handle(proxy::xks_request(std::move(request)), until);
  co_return proxy::http_response(std::move(reply));
}

Status serve(const std::string& directory) {
  TERCET_TRY(const BaselineFiles files, make_baseline_files(directory));
  TERCET_TRY(const proxy::StoreTable stores, stores_of(files));
  TERCET_TRY(const KeyId key, KeyId::parse(kBaselineKey));
  auto secret = std::make_shared<const SecretBytes>(SecretBytes::copy_of(as_bytes(files.secret)));
  OpensslKeys keys(
      *stores.stores().front(), std::move(secret), system_wall_clock(), system_random());
  keys.add(key, files.key);
  Registry registry;
  proxy::RequestLedger ledger(
      registry, stores, nullptr, system_wall_clock(), real_clock(), Logger());
  proxy::XksService service(
      stores, keys, keys, system_wall_clock(), real_clock(), ledger, proxy::XksServiceOptions());

  boost::asio::io_context context(1);
  XksServerTls tls;
  tls.certificate = files.certificate;
  tls.private_key = files.private_key;
  TERCET_TRY(TlsServerContext tls_context, TlsServerContext::for_xks(tls));
  HttpServerOptions options;
  options.listener.address = "127.0.0.1:0";
  options.listener.tls = std::make_shared<TlsServerSlot>(std::move(tls_context));
  TERCET_TRY(const std::unique_ptr<HttpServer> server,
             HttpServer::bind(context.get_executor(), std::move(options), [&](HttpRequest request) {
               return answer(service, std::move(request));
             }));
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&server](const boost::system::error_code& failed, int /*signal*/) {
    if (!failed) {
      server->close();
    }
  });
  TERCET_TRY_STATUS(write_dev_json(files, server->port()));
  block_on(context, server->run());
  return ok_status();
}

int run(int argc, char** argv) {
  if (argc != 3 || std::string(argv[1]) != "--dir") {
    const bool help = argc == 2 && std::string(argv[1]) == "--help";
    std::fputs(kUsage, help ? stdout : stderr);
    return help ? 0 : 2;
  }
  const Status done = serve(argv[2]);
  if (!done) {
    std::fprintf(stderr, "tercet-bench-openssl: %s\n", done.error().to_string().c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace tercet::bench

int main(int argc, char** argv) {
  return tercet::bench::run(argc, argv);
}
