#include "tests/kms/paging.h"

#include <cstdio>

#include "core/codec/base64.h"
#include "core/crypto/hash.h"
#include "tests/kms/rules.h"

namespace tercet::kms {
namespace {

constexpr std::size_t kCheckBytes = 8;
constexpr std::int64_t kModelLimitMax = 1000;

/// Finds markers of another list and made-up ones; it keeps nobody out.
Bytes check_value(std::string_view list_name, std::string_view position) {
  ByteWriter writer;
  writer.text("tercet-kms marker").text(list_name).text(position);
  const Sha256Digest digest = sha256(writer.bytes());
  return to_bytes(ByteView(digest).first(kCheckBytes));
}

std::string print_marker(std::string_view list_name, std::string_view position) {
  ByteWriter writer;
  writer.raw(check_value(list_name, position)).raw(as_bytes(position));
  return base64_encode(writer.bytes());
}

std::optional<std::string> parse_marker(std::string_view list_name, std::string_view marker) {
  const Result<Bytes> bytes = base64_decode(marker);
  if (!bytes || bytes->size() < kCheckBytes) {
    return std::nullopt;
  }
  const ByteView view(*bytes);
  std::string position(as_text(view.subspan(kCheckBytes)));
  if (check_value(list_name, position) != to_bytes(view.first(kCheckBytes))) {
    return std::nullopt;
  }
  return position;
}

}  // namespace

std::string position_of(std::uint64_t sequence) {
  std::string digits = std::to_string(sequence);
  return std::string(20 - digits.size(), '0') + digits;
}

Page::Page(Input& input, std::string_view list_name, std::size_t usual, std::size_t most)
    : list_name_(list_name),
      limit_(std::min(most,
                      static_cast<std::size_t>(input.integer("Limit", 1, kModelLimitMax)
                                                   .value_or(static_cast<std::int64_t>(usual))))),
      marker_(input.text("Marker", rules::kMarker).value_or("")) {}

Answer Page::cut(const char* member, std::vector<std::pair<std::string, Json>> entries) const {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  auto next = entries.begin();
  if (!marker_.empty()) {
    const std::optional<std::string> after = parse_marker(list_name_, marker_);
    if (!after) {
      return Fault("InvalidMarkerException", "The marker is not one of this list.");
    }
    next = std::find_if(
        entries.begin(), entries.end(), [&](const auto& entry) { return entry.first > *after; });
  }
  Json list = Json::array();
  std::string last;
  for (; next != entries.end() && list.size() < limit_; ++next) {
    last = next->first;
    list.push_back(std::move(next->second));
  }
  const bool truncated = next != entries.end();
  Json out{{member, std::move(list)}, {"Truncated", truncated}};
  if (truncated) {
    out["NextMarker"] = print_marker(list_name_, last);
  }
  return out;
}

}  // namespace tercet::kms
