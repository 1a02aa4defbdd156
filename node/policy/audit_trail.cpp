#include "node/policy/audit_trail.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

namespace tercet::node {

namespace {

constexpr std::size_t kRecordBytesMax = 8 * 1024;
constexpr std::size_t kTextBytesMax = 2048;
constexpr std::string_view kSequenceMark = "{\"seq\":";

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

AuditRecord::AuditRecord(std::string_view event) : event_(event) {
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

Status AuditTrail::put(AuditRecord record) {
  std::string line(kSequenceMark);
  line += std::to_string(sequence_ + 1);
  line += ",\"time_ms\":" + std::to_string(clock_->now_milliseconds());
  line += ",\"node\":";
  escape(line, node_);
  line += ",\"generation\":\"" + generation_.short_hex() + "\"";
  line += record.take();
  line += '}';
  Status written = sink_(line);
  if (written.ok()) {
    ++sequence_;
  }
  return written;
}

Status AuditTrail::put_gap() {
  if (working()) {
    return ok_status();
  }
  tried_ = monotonic_->now();
  AuditRecord gap("audit_gap");
  gap.number("lost", lost_).number("since_ms", static_cast<std::uint64_t>(lost_since_ms_));
  gap.text("cause", lost_why_);
  TERCET_TRY_STATUS(put(std::move(gap)));
  last_gap_ = std::exchange(lost_, 0);
  return ok_status();
}

Status AuditTrail::write(AuditRecord record) {
  Status written = put_gap();
  if (written.ok()) {
    written = put(std::move(record));
  }
  if (!written.ok()) {
    if (working()) {
      tried_ = monotonic_->now();
      lost_since_ms_ = clock_->now_milliseconds();
      lost_why_ = written.error().what();
    }
    ++lost_;
  }
  return written;
}

Status AuditTrail::write_capped(AuditRecord record, std::string_view by) {
  const std::optional<std::uint64_t> left_out = caps_.take(record.event(), by, monotonic_->now());
  if (!left_out) {
    return ok_status();
  }
  if (*left_out > 0) {
    record.number("left_out", *left_out);
  }
  Status written = write(std::move(record));
  if (!written.ok()) {
    lost_ += *left_out;  // of which that record would have told
  }
  return written;
}

void AuditTrail::tend() {
  if (!working()) {
    if (monotonic_->now() - tried_ >= kTryAgain) {
      static_cast<void>(put_gap());  // it stays not working
    }
    return;
  }
  for (const LineCaps::LeftOut& each : caps_.due(monotonic_->now())) {
    AuditRecord record("records_left_out");
    record.text("of", each.event).text("by", each.by).number("count", each.count);
    if (!write(std::move(record)).ok()) {  // that stops the service by itself (rule AU5)
      lost_ += each.count - 1;
    }
  }
}

std::uint64_t last_sequence(std::string_view lines) {
  std::uint64_t last = 0;
  for (std::size_t at = lines.find(kSequenceMark); at != std::string_view::npos;
       at = lines.find(kSequenceMark, at)) {
    at += kSequenceMark.size();
    std::uint64_t number = 0;
    const char* const end = lines.data() + lines.size();
    const auto [behind, failed] = std::from_chars(lines.data() + at, end, number);
    if (failed == std::errc() && behind != end && *behind == ',') {
      last = std::max(last, number);
    }
  }
  return last;
}

}  // namespace tercet::node
