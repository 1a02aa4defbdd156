#include "node/generation/use_rate.h"

namespace tercet::node {
namespace {

constexpr std::chrono::seconds kStep{1};

}  // namespace

void UseRate::note(std::uint64_t used, SteadyTime now) {
  newest_ = Count{now, used};
  if (counts_.empty() || now - counts_.back().at >= kStep) {
    counts_.push_back(newest_);
  }
  while (counts_.size() > 1 && now - counts_[1].at >= kWindow) {
    counts_.pop_front();
  }
}

double UseRate::per_second() const {
  if (counts_.empty() || newest_.at <= counts_.front().at) {
    return 0;
  }
  const std::chrono::duration<double> over = newest_.at - counts_.front().at;
  return static_cast<double>(newest_.used - counts_.front().used) / over.count();
}

std::optional<std::chrono::duration<double>> UseRate::lasts(std::uint64_t stock) const {
  const double rate = per_second();
  if (rate <= 0) {
    return std::nullopt;
  }
  return std::chrono::duration<double>(static_cast<double>(stock) / rate);
}

}  // namespace tercet::node
