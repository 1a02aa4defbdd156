#include "proxy/xks/request_record.h"

#include <algorithm>

#include "core/xks/secret_json.h"

namespace tercet::proxy {
namespace {

constexpr std::size_t kValueBytesMax = 2048;

/// Builds one JSON object of texts, integers and booleans.
class Line {
 public:
  Line() : out_("{") {}

  void text(std::string_view name, std::string_view value) {
    begin(name);
    xks::append_json_string(out_, value.substr(0, kValueBytesMax));
  }

  void text_if(std::string_view name, std::string_view value) {
    if (!value.empty()) {
      text(name, value);
    }
  }

  void number(std::string_view name, std::int64_t value) {
    begin(name);
    out_ += std::to_string(value);
  }

  void flag(std::string_view name, bool value) {
    begin(name);
    out_ += value ? "true" : "false";
  }

  std::string take() && {
    out_ += '}';
    return std::move(out_);
  }

 private:
  void begin(std::string_view name) {
    if (out_.size() > 1) {
      out_ += ',';
    }
    xks::append_json_string(out_, name);
    out_ += ':';
  }

  std::string out_;
};

}  // namespace

std::string print_record(const RequestRecord& record, std::int64_t time_ms) {
  Line line;
  line.number("time_ms", time_ms);
  line.text("event", "request");
  line.text_if("store", record.store);
  if (record.operation) {
    line.text("operation", xks::operation_name(*record.operation));
  }
  line.text_if("key", record.key);
  line.text_if("kms_request_id", record.metadata.kms_request_id);
  line.text_if("kms_operation", record.metadata.kms_operation);
  line.text_if("principal", record.metadata.principal_arn);
  line.text_if("kms_key_arn", record.metadata.kms_key_arn.value_or(""));
  line.text_if("via_service", record.metadata.via_service.value_or(""));
  line.text_if("source_vpc", record.metadata.source_vpc.value_or(""));
  line.text_if("source_vpce", record.metadata.source_vpce.value_or(""));
  line.text_if("access_key_id", record.access_key_id);
  line.text_if("peer", record.peer);
  line.number("status", record.status);
  line.text_if("error", record.error_name);
  line.text_if("reason", record.reason);
  line.number("total_ms", record.total.count());
  line.number("nodes_ms", record.at_nodes.count());
  line.number("request_bytes", static_cast<std::int64_t>(record.request_bytes));
  line.number("response_bytes", static_cast<std::int64_t>(record.response_bytes));
  line.text_if("tls", record.tls);
  line.flag("connection_reused", record.connection_reused);
  if (record.clock_difference_seconds) {
    line.number("clock_difference_s", *record.clock_difference_seconds);
  }
  if (record.left_out > 0) {
    line.number("left_out", static_cast<std::int64_t>(record.left_out));
  }
  return std::move(line).take();
}

}  // namespace tercet::proxy
