// Latency by percentile. The axis of percentiles is even in the number of nines (P0, P90, P99,
// ...), the axis of time logarithmic, so that two thousandths of a second and a fifth fit in one
// drawing.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "bench/load/report.h"

namespace tercet::bench {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 440;
constexpr double kLeft = 64;
constexpr double kRight = 220;  ///< room for the names
constexpr double kTop = 40;
constexpr double kBottom = 48;
constexpr std::array<const char*, 8> kColours = {
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#555555"};

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

/// From quantile and milliseconds to the drawing.
class Scale {
 public:
  explicit Scale(const std::vector<Curve>& curves) {
    double least = 1e9;
    double most = 0;
    for (const Curve& curve : curves) {
      for (const auto& [quantile, time] : curve.quantiles) {
        nines_ = std::max(nines_, nines(quantile));
        least = std::min(least, std::max(time, kShortestMs));
        most = std::max(most, time);
      }
    }
    least_log_ = std::floor(std::log10(std::min(least, 1.0)));
    most_log_ = std::max(std::ceil(std::log10(std::max(most, kShortestMs))), least_log_ + 1);
    nines_ = std::max(std::ceil(nines_), 1.0);
  }

  double x(double quantile) const {
    return kLeft + nines(quantile) / nines_ * (kWidth - kLeft - kRight);
  }

  double y(double time_ms) const {
    const double log = std::log10(std::max(time_ms, kShortestMs));
    return kHeight - kBottom -
           (log - least_log_) / (most_log_ - least_log_) * (kHeight - kTop - kBottom);
  }

  double nines_max() const { return nines_; }

  double least_log() const { return least_log_; }

  double most_log() const { return most_log_; }

 private:
  static constexpr double kShortestMs = 0.01;

  static double nines(double quantile) { return -std::log10(std::max(1 - quantile, 1e-9)); }

  double nines_ = 0;
  double least_log_ = 0;
  double most_log_ = 0;
};

std::string line(double x1, double y1, double x2, double y2, const char* colour) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) +
         "\" y2=\"" + number(y2) + "\" stroke=\"" + colour + "\"/>\n";
}

std::string text(double x, double y, const char* anchor, std::string_view content) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" +
         escaped(content) + "</text>\n";
}

std::string grid(const Scale& scale) {
  std::string out;
  const double right = kWidth - kRight;
  const double bottom = kHeight - kBottom;
  for (double nines = 0; nines <= scale.nines_max(); ++nines) {
    const double quantile = 1 - std::pow(10, -nines);
    const double x = scale.x(quantile);
    out += line(x, kTop, x, bottom, "#dddddd");
    out += text(x, bottom + 18, "middle", "P" + number(quantile * 100));
  }
  for (double log = scale.least_log(); log <= scale.most_log(); ++log) {
    for (const double step : {1.0, 2.0, 5.0}) {
      const double time = step * std::pow(10, log);
      if (std::log10(time) > scale.most_log() + 1e-9) {
        break;
      }
      out += line(kLeft, scale.y(time), right, scale.y(time), "#dddddd");
      out += text(kLeft - 8, scale.y(time) + 4, "end", number(time));
    }
  }
  out += text(kLeft - 8, kTop - 14, "end", "ms");
  out += text((kLeft + right) / 2, kHeight - 8, "middle", "percentile of requests");
  return out;
}

std::string path(const Scale& scale, const Curve& curve, const char* colour) {
  std::string points;
  for (const auto& [quantile, time] : curve.quantiles) {
    points += number(scale.x(quantile)) + "," + number(scale.y(time)) + " ";
  }
  return std::string("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"") + colour +
         "\" points=\"" + points + "\"/>\n";
}

}  // namespace

std::string draw_quantiles(const std::vector<Curve>& curves) {
  const Scale scale(curves);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(kWidth) +
                    " " + number(kHeight) +
                    "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333333\">\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  out += "<title>Latency by percentile</title>\n" + grid(scale);
  double legend = kTop + 8;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const char* colour = kColours[i % kColours.size()];
    out += path(scale, curves[i], colour);
    const double x = kWidth - kRight + 16;
    out += line(x, legend, x + 22, legend, colour);
    out += text(x + 28, legend + 4, "start", curves[i].name);
    legend += 20;
  }
  return out + "</svg>\n";
}

}  // namespace tercet::bench
