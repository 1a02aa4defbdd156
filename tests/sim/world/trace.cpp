#include "tests/sim/world/trace.h"

#include <bit>

namespace tercet::sim {

void Trace::mix(std::uint64_t word) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
  hash_ = std::rotl(hash_ ^ word, 29) * kOdd;
  hash_ ^= hash_ >> 32U;
}

void Trace::mix(ByteView bytes) {
  mix(bytes.size());
  while (bytes.size() >= 8) {
    mix(load_u64(bytes.first(8)));
    bytes = bytes.subspan(8);
  }
  std::uint64_t last = 0;
  for (const std::uint8_t byte : bytes) {
    last = last << 8U | byte;
  }
  mix(last);
}

void Trace::note(std::string_view who, std::string_view what, std::string_view detail) {
  note_bytes(who, what, detail, {});
}

void Trace::note_bytes(std::string_view who,
                       std::string_view what,
                       std::string_view detail,
                       ByteView bytes) {
  ++events_;
  mix(static_cast<std::uint64_t>(time_->elapsed().count()));
  mix(as_bytes(who));
  mix(as_bytes(what));
  mix(as_bytes(detail));
  mix(bytes);
  print_only(who, what, detail);
}

void Trace::print_only(std::string_view who, std::string_view what, std::string_view detail) const {
  if (out_ == nullptr) {
    return;
  }
  const auto now = time_->elapsed().count();
  std::fprintf(out_,
               "%6lld.%06lld  %-8.*s %-14.*s %.*s\n",
               static_cast<long long>(now / 1'000'000),
               static_cast<long long>(now % 1'000'000),
               static_cast<int>(who.size()),
               who.data(),
               static_cast<int>(what.size()),
               what.data(),
               static_cast<int>(detail.size()),
               detail.data());
}

}  // namespace tercet::sim
