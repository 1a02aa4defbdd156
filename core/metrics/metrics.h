#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tercet {

/// A number that only grows.
class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }

  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down.
class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }

  void add(std::int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }

  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Counts of durations, in seconds, under upper bounds; the last bucket is +Inf.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);

  void observe(double seconds);
  std::uint64_t count() const;
  double sum() const;

  const std::vector<double>& bounds() const { return bounds_; }

  /// Observations in bucket `index` alone, 0 <= index <= bounds().size().
  std::uint64_t bucket(std::size_t index) const;

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;
  std::atomic<std::uint64_t> sum_nanoseconds_{0};
};

/// 100 microseconds to 10 seconds.
std::vector<double> default_latency_bounds();

/// Metrics of one process. `counter` and the like find or make: the same name and labels give the
/// same object, which lives as long as the registry. Names: tercet_<part>_<what>_<unit>. Label
/// values come from a bounded set, never from a request. Any thread.
class Registry {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name,
                       std::string_view help,
                       const Labels& labels = {},
                       const std::vector<double>& bounds = default_latency_bounds());
  /// A gauge that is read when the text is made, on the thread that makes it.
  void gauge_function(std::string_view name,
                      std::string_view help,
                      const Labels& labels,
                      std::function<double()> read);

  /// A counter that is kept elsewhere, read likewise.
  void counter_function(std::string_view name,
                        std::string_view help,
                        const Labels& labels,
                        std::function<std::uint64_t()> read);

  /// Prometheus text exposition format 0.0.4.
  std::string text() const;

 private:
  enum class Kind : std::uint8_t { counter, gauge, histogram };

  class Series {
   public:
    Series() = default;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> read;
    std::function<std::uint64_t()> read_count;
  };

  class Family {
   public:
    Family() = default;
    Kind kind = Kind::counter;
    std::string help;
    std::map<std::string, Series> series;  ///< by printed labels
  };

  Series& series(std::string_view name, std::string_view help, Kind kind, const Labels& labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace tercet
