// Request targets, and the texts of configuration that they meet. First line: a base path. Oracle:
// a target is exactly what its reading spells out; an address survives print and parse.
#include "core/config/address.h"
#include "core/xks/operation.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(xks_target, input) {
  using namespace tercet::xks;  // NOLINT(google-build-using-namespace): fuzz body
  using tercet::fuzz::require;
  tercet::fuzz::Cutter cutter(input);
  const std::string base(cutter.line());
  const std::string target(cutter.line());
  if (const auto address = tercet::NetAddress::parse(base)) {
    const auto again = tercet::NetAddress::parse(address->text());
    require(again && *again == *address, "an address, printed and parsed");
  }
  if (!is_base_path(base)) {
    return;
  }
  require(base.find("//") == std::string::npos && base.size() <= 128, "a clean base path");
  const auto read = parse_target(target, base);
  if (!read) {
    return;
  }
  static constexpr std::string_view kLast[] = {"/metadata", "/encrypt", "/decrypt"};
  const bool health = read->operation == Operation::get_health_status;
  const std::string spelt = health
                                ? base + "/health"
                                : base + "/keys/" + read->key.text() +
                                      std::string(kLast[static_cast<std::size_t>(read->operation)]);
  require(target == spelt, "nothing is normalised");
}
