#include "proxy/coordinator/bad_signatures.h"

namespace tercet::proxy {
namespace {

constexpr std::size_t kBadSignaturesMax = 10;
constexpr std::chrono::seconds kWindow{10};

}  // namespace

void BadSignatures::forget_old(SteadyTime now) {
  while (!recent_.empty() && now - recent_.front() > kWindow) {
    recent_.pop_front();
  }
}

void BadSignatures::add(SteadyTime now) {
  recent_.push_back(now);
  if (recent_.size() > kBadSignaturesMax + 1) {
    recent_.pop_front();
  }
}

bool BadSignatures::many(SteadyTime now) {
  forget_old(now);
  return recent_.size() > kBadSignaturesMax;
}

}  // namespace tercet::proxy
