#include "core/metrics/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/base/check.h"

namespace tercet {
namespace {

std::string print_number(double value) {
  if (std::isinf(value)) {
    return value > 0 ? "+Inf" : "-Inf";
  }
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.10g", value);
  return text.data();
}

/// Backslash and newline, and in label values the quote, are escaped.
std::string escape(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"')) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

/// `name="value",...` in the order of the names.
std::string print_labels(Registry::Labels labels) {
  std::sort(labels.begin(), labels.end());
  std::string out;
  for (const auto& [name, value] : labels) {
    out += out.empty() ? "" : ",";
    out += name;
    out += "=\"";
    out += escape(value, true);
    out += '"';
  }
  return out;
}

std::string sample(std::string_view name, const std::string& labels, const std::string& value) {
  std::string out(name);
  if (!labels.empty()) {
    out += '{' + labels + '}';
  }
  return out + ' ' + value + '\n';
}

std::string print_histogram(std::string_view name,
                            const std::string& labels,
                            const Histogram& histogram) {
  const std::string base(name);
  const std::string before = labels.empty() ? "" : labels + ',';
  std::string out;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
    below += histogram.bucket(i);
    std::string bucket = before;
    bucket += "le=\"";
    bucket += i < histogram.bounds().size() ? print_number(histogram.bounds()[i]) : "+Inf";
    bucket += '"';
    out += sample(base + "_bucket", bucket, std::to_string(below));
  }
  out += sample(base + "_sum", labels, print_number(histogram.sum()));
  return out + sample(base + "_count", labels, std::to_string(below));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      buckets_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {
  TERCET_CHECK(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double seconds) {
  const auto found = std::lower_bound(bounds_.begin(), bounds_.end(), seconds);
  buckets_[static_cast<std::size_t>(found - bounds_.begin())].fetch_add(1,
                                                                        std::memory_order_relaxed);
  const double nanoseconds = std::max(0.0, seconds) * 1e9;
  sum_nanoseconds_.fetch_add(static_cast<std::uint64_t>(nanoseconds), std::memory_order_relaxed);
}

std::uint64_t Histogram::bucket(std::size_t index) const {
  return buckets_[index].load(std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    total += bucket(i);
  }
  return total;
}

double Histogram::sum() const {
  return static_cast<double>(sum_nanoseconds_.load(std::memory_order_relaxed)) * 1e-9;
}

std::vector<double> default_latency_bounds() {
  return {0.0001,
          0.00025,
          0.0005,
          0.001,
          0.0025,
          0.005,
          0.01,
          0.025,
          0.05,
          0.1,
          0.15,
          0.2,
          0.25,
          0.5,
          1,
          10};
}

Registry::Series& Registry::series(std::string_view name,
                                   std::string_view help,
                                   Kind kind,
                                   const Labels& labels) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(std::string(name), Family()).first;
    found->second.kind = kind;
    found->second.help = help;
  }
  TERCET_CHECK(found->second.kind == kind);
  return found->second.series[print_labels(labels)];
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Series& found = series(name, help, Kind::counter, labels);
  if (found.counter == nullptr) {
    found.counter = std::make_unique<Counter>();
  }
  return *found.counter;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Series& found = series(name, help, Kind::gauge, labels);
  if (found.gauge == nullptr) {
    found.gauge = std::make_unique<Gauge>();
  }
  return *found.gauge;
}

Histogram& Registry::histogram(std::string_view name,
                               std::string_view help,
                               const Labels& labels,
                               const std::vector<double>& bounds) {
  const std::lock_guard lock(mutex_);
  Series& found = series(name, help, Kind::histogram, labels);
  if (found.histogram == nullptr) {
    found.histogram = std::make_unique<Histogram>(bounds);
  }
  return *found.histogram;
}

void Registry::gauge_function(std::string_view name,
                              std::string_view help,
                              const Labels& labels,
                              std::function<double()> read) {
  const std::lock_guard lock(mutex_);
  series(name, help, Kind::gauge, labels).read = std::move(read);
}

void Registry::counter_function(std::string_view name,
                                std::string_view help,
                                const Labels& labels,
                                std::function<std::uint64_t()> read) {
  const std::lock_guard lock(mutex_);
  series(name, help, Kind::counter, labels).read_count = std::move(read);
}

std::string Registry::text() const {
  static constexpr std::array<const char*, 3> kKinds = {"counter", "gauge", "histogram"};
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP ";
    out += name;
    out += ' ';
    out += escape(family.help, false);
    out += "\n# TYPE ";
    out += name;
    out += ' ';
    out += kKinds.at(static_cast<std::size_t>(family.kind));
    out += '\n';
    for (const auto& [labels, each] : family.series) {
      if (each.counter != nullptr) {
        out += sample(name, labels, std::to_string(each.counter->value()));
      } else if (each.histogram != nullptr) {
        out += print_histogram(name, labels, *each.histogram);
      } else if (each.read_count) {
        out += sample(name, labels, std::to_string(each.read_count()));
      } else if (each.read) {
        out += sample(name, labels, print_number(each.read()));
      } else if (each.gauge != nullptr) {
        out += sample(name, labels, std::to_string(each.gauge->value()));
      }
    }
  }
  return out;
}

}  // namespace tercet
