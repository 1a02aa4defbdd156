#include "proxy/daemon/request_deadline.h"

#include <algorithm>
#include <chrono>

namespace tercet::proxy {
namespace {

constexpr Milliseconds kKmsPatience{250};
/// Kept back for the way from our answer to the wire.
constexpr Milliseconds kAnswerReserve{10};
constexpr Milliseconds kShortest{20};

}  // namespace

Milliseconds request_time(const HttpArrival& arrival, Milliseconds configured) {
  const Milliseconds most = std::max(configured, kShortest);
  const Milliseconds patience = std::max(kKmsPatience - kAnswerReserve, most);
  const auto way_back = std::chrono::ceil<Milliseconds>(arrival.smoothed_rtt);
  return std::clamp(patience - arrival.connection_setup - way_back, kShortest, most);
}

}  // namespace tercet::proxy
