#include "bench/load/metrics_page.h"

#include <charconv>
#include <memory>
#include <utility>

#include "core/http/http_client.h"

namespace tercet::bench {

MetricsPage MetricsPage::parse(std::string_view text) {
  MetricsPage page;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    // Label values hold no spaces at these programs; the value follows the last one.
    const std::size_t space = line.rfind(' ');
    if (line.starts_with('#') || space == std::string_view::npos) {
      continue;
    }
    const std::string_view number = line.substr(space + 1);
    double value = 0;
    const auto [stopped, failed] =
        std::from_chars(number.data(), number.data() + number.size(), value);
    if (failed == std::errc() && stopped == number.data() + number.size()) {
      page.values_[std::string(line.substr(0, space))] = value;
    }
  }
  return page;
}

double MetricsPage::value(const std::string& series) const {
  const auto found = values_.find(series);
  return found == values_.end() ? 0 : found->second;
}

Task<Result<MetricsPage>> fetch_metrics(std::string url, Deadline until) {
  constexpr std::string_view kScheme = "http://";
  const std::size_t path = url.find('/', kScheme.size());
  if (!url.starts_with(kScheme) || path == std::string::npos) {
    co_return Error(Errc::config_error, "fetch metrics: not a plain http URL");
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  HttpClientOptions options;
  options.address = url.substr(kScheme.size(), path - kScheme.size());
  const std::unique_ptr<HttpClient> client = HttpClient::make(executor, std::move(options));
  HttpRequest request("GET", url.substr(path));
  const Result<HttpResponse> response = co_await client->send(std::move(request), until);
  client->close_idle();
  if (!response) {
    co_return response.error();
  }
  if (response->status != 200) {
    co_return Error(Errc::peer_malformed, "fetch metrics: not answered with 200");
  }
  co_return MetricsPage::parse(as_text(response->body));
}

}  // namespace tercet::bench
