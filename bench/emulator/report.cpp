#include "bench/emulator/report.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

#include <nlohmann/json.hpp>

namespace tercet::wan {
namespace {

using Json = nlohmann::json;

double milliseconds(Nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

Json link_json(std::size_t one, std::size_t other, const LinkSettings& link) {
  Json out{{"sites", {kSites[one], kSites[other]}}, {"rtt_ms", 2 * milliseconds(link.delay)}};
  if (link.jitter.count() > 0) {
    out["jitter_ms"] = milliseconds(link.jitter);
  }
  if (link.loss > 0) {
    out["loss_percent"] = link.loss * 100;
  }
  if (link.bits_per_second != 0) {
    out["bandwidth_mbit"] = static_cast<double>(link.bits_per_second) / 1e6;
    out["queue_ms"] = milliseconds(link.queue);
  }
  return out;
}

}  // namespace

std::string describe(const Sites& sites, const Matrix& matrix, std::uint64_t seed) {
  Json hosts = Json::array();
  Json links = Json::array();
  for (std::size_t one = 0; one < kSiteCount; ++one) {
    hosts.push_back(Json{{"name", kSites[one]},
                         {"address", sites.address(one)},
                         {"netns", sites.space(one).path()}});
    for (std::size_t other = one + 1; other < kSiteCount; ++other) {
      links.push_back(link_json(one, other, matrix.link(one, other)));
    }
  }
  return Json{{"subnet", sites.subnet().text()},
              {"device", sites.caller_device()},
              {"seed", seed},
              {"sites", hosts},
              {"links", links}}
             .dump(2) +
         "\n";
}

std::string describe(const Error& error) {
  return Json{{"error", error.what()}, {"hint", error.hint()}}.dump(2) + "\n";
}

Status write_whole(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << text;
  file.close();
  if (!file || std::rename(fresh.c_str(), path.c_str()) != 0) {
    return Error(Errc::io_error, "write " + path);
  }
  return ok_status();
}

std::string in_words(const Forwarder::Counters& counters, Nanoseconds cpu) {
  const double packets = static_cast<double>(counters.packets);
  std::array<char, 200> text{};
  std::snprintf(text.data(),
                text.size(),
                "carried %.0f packets (%.1f MB), lost %.0f, CPU %.2f us per packet",
                packets,
                static_cast<double>(counters.bytes) / 1e6,
                static_cast<double>(counters.lost),
                packets > 0 ? static_cast<double>(cpu.count()) / 1e3 / packets : 0.0);
  return text.data();
}

Nanoseconds cpu_used() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + Nanoseconds(used.tv_nsec);
}

}  // namespace tercet::wan
