// Dates of X-Amz-Date. Oracles: what is read prints to the same text; every second of four-digit
// years survives the way out and back.
#include "core/sigv4/canonical_request.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(amz_date, input) {
  using tercet::fuzz::require;
  const std::string_view text = tercet::as_text(input);
  if (const auto seconds = tercet::sigv4::parse_amz_date(text)) {
    require(tercet::sigv4::print_amz_date(*seconds) == text, "one text for each second");
  }
  if (input.size() >= 8) {
    constexpr std::int64_t kYear10000 = 253402300800;
    const auto second = static_cast<std::int64_t>(tercet::load_u64(input.first(8)) % kYear10000);
    const auto back = tercet::sigv4::parse_amz_date(tercet::sigv4::print_amz_date(second));
    require(back && *back == second, "there and back");
  }
}
