// tercet-bench: open-loop load on an XKS proxy. `--help` says all.

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "bench/load/measure.h"
#include "bench/load/options.h"
#include "bench/load/report.h"
#include "core/async/block_on.h"

namespace tercet::bench {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int fail(const Error& error, int code) {
  std::fprintf(stderr, "tercet-bench: %s\n", error.to_string().c_str());
  return code;
}

Status plot_files(const LoadOptions& options) {
  std::vector<Curve> curves;
  for (const std::string& path : options.from_files) {
    TERCET_TRY(const std::string text, read_file(path));
    TERCET_TRY(Curve curve, Curve::parse(text));
    curves.push_back(std::move(curve));
  }
  return write_file(options.plot_file, draw_quantiles(curves));
}

Status measure_and_print(const LoadOptions& options) {
  TERCET_TRY(const Report report, measure(options));
  const std::string text = options.json ? report.to_json().dump(2) + "\n" : report.to_text();
  std::fputs(text.c_str(), stdout);  // before the drawing, whose file may be impossible to write
  return options.plot_file.empty()
             ? ok_status()
             : write_file(options.plot_file, draw_quantiles({Curve::of(report)}));
}

int run(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const Result<LoadOptions> options = parse_options(words);
  if (!options) {
    const int code = fail(options.error(), kUsage);
    std::fputs("See: tercet-bench --help\n", stderr);
    return code;
  }
  if (options->help) {
    std::fputs(usage().c_str(), stdout);
    return 0;
  }
  const Status done =
      options->from_files.empty() ? measure_and_print(*options) : plot_files(*options);
  return done ? 0 : fail(done.error(), kFailed);
}

}  // namespace
}  // namespace tercet::bench

int main(int argc, char** argv) {
  return tercet::bench::run(argc, argv);
}
