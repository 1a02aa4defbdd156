#include "bench/emulator/matrix.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "core/config/loader.h"

namespace tercet::wan {
namespace {

using config::Section;

constexpr double kMillisecondsMax = 10'000;
constexpr double kMegabitsMax = 100'000;
constexpr double kMegabitsMin = 0.01;

/// A decimal number without sign or exponent, within bounds.
Result<double> parse_number(std::string_view text, double min, double max, const char* expected) {
  double value = 0;
  const auto [end, failed] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (failed != std::errc() || end != text.data() + text.size() || !(value >= min) ||
      !(value <= max)) {
    return Error(Errc::invalid_argument, expected);
  }
  return value;
}

Result<Nanoseconds> parse_milliseconds(std::string_view text) {
  TERCET_TRY(
      const double value,
      parse_number(
          text, 0, kMillisecondsMax, "expected milliseconds from 0 to 10000, such as 20 or 0.5"));
  return Nanoseconds(std::llround(value * 1e6));
}

Result<double> parse_percent(std::string_view text) {
  TERCET_TRY(const double value,
             parse_number(text, 0, 100, "expected a percentage from 0 to 100, such as 0.1"));
  return value / 100;
}

Result<std::uint64_t> parse_megabits(std::string_view text) {
  TERCET_TRY(const double value,
             parse_number(text,
                          kMegabitsMin,
                          kMegabitsMax,
                          "expected Mbit/s from 0.01 to 100000; leave it out for no limit"));
  return static_cast<std::uint64_t>(std::llround(value * 1e6));
}

/// One way is half of the round trip; the odd nanosecond is added, so that no trip is too short.
Nanoseconds one_way(Nanoseconds round_trip) {
  return (round_trip + Nanoseconds(1)) / 2;
}

/// What a section says, and `fallback` for what it does not.
LinkSettings read_settings(Section& section, const LinkSettings& fallback) {
  LinkSettings out = fallback;
  if (section.has("rtt_ms")) {
    out.delay = one_way(section.parsed<Nanoseconds>("rtt_ms", &parse_milliseconds));
  }
  if (section.has("jitter_ms")) {
    out.jitter = section.parsed<Nanoseconds>("jitter_ms", &parse_milliseconds);
  }
  if (section.has("loss_percent")) {
    out.loss = section.parsed<double>("loss_percent", &parse_percent);
  }
  if (section.has("bandwidth_mbit")) {
    out.bits_per_second = section.parsed<std::uint64_t>("bandwidth_mbit", &parse_megabits);
  }
  if (section.has("queue_ms")) {
    out.queue = section.parsed<Nanoseconds>("queue_ms", &parse_milliseconds);
  }
  return out;
}

std::optional<std::size_t> site_index(std::string_view name) {
  const auto* const found = std::find(kSites.begin(), kSites.end(), name);
  if (found == kSites.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - kSites.begin());
}

/// The two different sites a link names.
std::optional<std::pair<std::size_t, std::size_t>> read_sites(Section& link) {
  const std::vector<std::string> names = link.texts("sites");
  if (names.empty()) {
    return std::nullopt;  // reported by texts()
  }
  if (names.size() != 2 || names[0] == names[1]) {
    link.problem("sites", "expected two different sites");
    return std::nullopt;
  }
  const auto one = site_index(names[0]);
  const auto other = site_index(names[1]);
  if (!one || !other) {
    link.problem("sites", "expected proxy, node-1, node-2 or node-3");
    return std::nullopt;
  }
  return std::minmax(*one, *other);
}

}  // namespace

bool Matrix::needs_single_packets() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& row) {
    return std::any_of(row.begin(), row.end(), [](const LinkSettings& link) {
      return link.loss > 0 || link.bits_per_second != 0;
    });
  });
}

Result<Matrix> equal_matrix(std::string_view rtt) {
  TERCET_TRY(const Nanoseconds round_trip, parse_milliseconds(rtt));
  LinkSettings settings;
  settings.delay = one_way(round_trip);
  Matrix out;
  for (std::size_t one = 0; one < kSiteCount; ++one) {
    for (std::size_t other = one + 1; other < kSiteCount; ++other) {
      out.set(one, other, settings);
    }
  }
  return out;
}

namespace {

Result<Matrix> read_matrix(const config::Document& document) {
  config::Problems problems;
  Section root = document.root(problems);
  Section fallback = root.section_or_none("default");
  const LinkSettings common = read_settings(fallback, LinkSettings());
  const bool common_rtt = fallback.has("rtt_ms");
  fallback.finish();
  Matrix out;
  bool known[kSiteCount][kSiteCount] = {};
  for (std::size_t one = 0; one < kSiteCount; ++one) {
    for (std::size_t other = one + 1; other < kSiteCount; ++other) {
      out.set(one, other, common);
    }
  }
  for (Section& link : root.has("links") ? root.sections("links") : std::vector<Section>()) {
    const auto sites = read_sites(link);
    const LinkSettings settings = read_settings(link, common);
    if (!common_rtt && !link.has("rtt_ms")) {
      link.problem("rtt_ms", "is missing, here and in default");
    }
    link.finish();
    if (sites) {
      if (std::exchange(known[sites->first][sites->second], true)) {
        link.problem("sites", "are there twice");
      }
      out.set(sites->first, sites->second, settings);
    }
  }
  for (std::size_t one = 0; !common_rtt && one < kSiteCount; ++one) {
    for (std::size_t other = one + 1; other < kSiteCount; ++other) {
      if (!known[one][other]) {
        root.problem("links",
                     "nothing about " + std::string(kSites[one]) + " and " +
                         std::string(kSites[other]) + ", and no default.rtt_ms");
      }
    }
  }
  root.finish();
  if (!problems.empty()) {
    return problems.error(document.path());
  }
  return out;
}

}  // namespace

Result<Matrix> load_matrix(const std::string& path) {
  TERCET_TRY(const config::Document document, config::Document::open(path));
  return read_matrix(document);
}

Result<Matrix> parse_matrix(const std::string& path, const std::string& text) {
  TERCET_TRY(const config::Document document, config::Document::parse(path, text));
  return read_matrix(document);
}

}  // namespace tercet::wan
