#include "node/policy/audit_trail.h"

#include <algorithm>
#include <utility>

namespace tercet::node {

namespace {

constexpr std::size_t kRecordBytesMax = 8 * 1024;
constexpr std::size_t kTextBytesMax = 2048;

void escape(std::string& out, std::string_view value) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : value.substr(0, kTextBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      // Bytes outside ASCII are shown as Latin-1: always valid JSON, whatever was sent.
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

AuditRecord::AuditRecord(std::string_view event) {
  text("event", event);
}

void AuditRecord::begin_member(std::string_view name) {
  line_ += ',';
  escape(line_, name);
  line_ += ':';
}

AuditRecord& AuditRecord::text(std::string_view name, std::string_view value) {
  if (line_.size() + std::min(value.size(), kTextBytesMax) > kRecordBytesMax - 512) {
    value = "(cut)";
  }
  begin_member(name);
  escape(line_, value);
  return *this;
}

AuditRecord& AuditRecord::number(std::string_view name, std::uint64_t value) {
  begin_member(name);
  line_ += std::to_string(value);
  return *this;
}

AuditRecord& AuditRecord::flag(std::string_view name, bool value) {
  begin_member(name);
  line_ += value ? "true" : "false";
  return *this;
}

std::string AuditRecord::take() {
  return std::move(line_);
}

Status AuditTrail::write(AuditRecord record) {
  std::string line = "{\"seq\":" + std::to_string(sequence_ + 1);
  line += ",\"time_ms\":" + std::to_string(clock_->now_milliseconds());
  line += ",\"node\":";
  escape(line, node_);
  line += ",\"generation\":\"" + generation_.short_hex() + "\"";
  line += record.take();
  line += '}';
  Status written = sink_(line);
  working_ = written.ok();
  if (working_) {
    ++sequence_;
  }
  return written;
}

}  // namespace tercet::node
