#include "proxy/daemon/request_ledger.h"

#include <algorithm>

namespace tercet::proxy {
namespace {

constexpr std::string_view kRequest = "request";
constexpr std::string_view kHandshakeRefused = "handshake_refused";
constexpr std::string_view kDisk = "disk";

std::string operation_label(const RequestRecord& record) {
  return record.operation ? std::string(xks::operation_name(*record.operation)) : "none";
}

/// Without the port: one who comes on many connections is one.
std::string_view address_of(std::string_view peer) {
  return peer.substr(0, std::min(peer.rfind(':'), peer.size()));
}

std::string result_label(const RequestRecord& record) {
  if (!record.error_name.empty()) {
    return record.error_name;
  }
  return record.status == 200 ? "ok" : "http_" + std::to_string(record.status);
}

}  // namespace

RequestLedger::RequestLedger(Registry& registry,
                             const StoreTable& stores,
                             std::unique_ptr<LineFile> file,
                             const WallClock& clock,
                             const Clock& monotonic,
                             Logger log)
    : registry_(registry),
      file_(std::move(file)),
      clock_(clock),
      monotonic_(monotonic),
      log_(std::move(log)),
      capped_(log_, monotonic),
      working_(registry.gauge("tercet_proxy_request_log_working",
                              "1 while lines of the request log can be written, or none is kept")) {
  working_.set(1);
  know(stores);
}

void RequestLedger::know(const StoreTable& stores) {
  for (const std::shared_ptr<const KeyStore>& store : stores.stores()) {
    for (const std::string& id : store->access_key_ids) {
      last_use_[id] = &registry_.gauge("tercet_proxy_credential_last_use_seconds",
                                       "Time of the last authentic request, seconds since 1970",
                                       {{"access_key_id", id}});
    }
  }
}

void RequestLedger::finished(const RequestRecord& record) {
  ++count_;
  const std::string operation = operation_label(record);
  registry_
      .counter("tercet_proxy_requests_total",
               "Requests by operation and result",
               {{"operation", operation}, {"result", result_label(record)}})
      .add();
  registry_
      .histogram("tercet_proxy_request_seconds",
                 "Time from the complete request to its answer",
                 {{"operation", operation}})
      .observe(std::chrono::duration<double>(record.total).count());
  if (record.authentic) {
    const auto found = last_use_.find(record.access_key_id);
    if (found != last_use_.end()) {
      found->second->set(clock_.now_seconds());
    }
    if (record.clock_difference_seconds) {
      registry_
          .gauge("tercet_proxy_clock_difference_seconds",
                 "X-Amz-Date minus our clock, of the last authentic request")
          .set(*record.clock_difference_seconds);
    }
  }
  if (!file_) {
    return;
  }
  RequestRecord written = record;
  if (!record.authentic) {
    const auto left_out = caps_.take(kRequest, address_of(record.peer), monotonic_.now());
    if (!left_out) {
      return;
    }
    written.left_out = *left_out;
  }
  put(print_record(written, clock_.now_milliseconds()), 1 + written.left_out);
}

void RequestLedger::refused(const std::string& remote, const Error& why) {
  capped_.warn("handshake_refused",
               remote,
               field("remote", public_text(remote)),
               field("detail", public_text(why.what())));
  const auto left_out = caps_.take(kHandshakeRefused, remote, monotonic_.now());
  if (left_out) {
    put_event(kHandshakeRefused,
              {field("peer", public_text(remote)),
               field("reason", public_text(why.what())),
               field("left_out", *left_out)},
              1 + *left_out);
  }
}

void RequestLedger::reloaded(const Status& outcome, std::int64_t certificate_expires) {
  put_event("reload",
            {field("outcome", public_text(outcome.ok() ? "done" : "failed")),
             field("detail", public_text(outcome.ok() ? "" : outcome.error().what())),
             field("certificate_expires", certificate_expires)});
}

void RequestLedger::tend() {
  capped_.tell_left_out();
  if (!file_) {
    return;
  }
  if (const FileFate found = file_->keep_in_place(); found != FileFate::in_place) {
    log_.error("request_log_lost",
               field("found", public_text(print_file_fate(found))),
               field("hint", "rotate with a new name and SIGHUP; else find out who did this"));
    put_event("request_log_lost", {field("found", public_text(print_file_fate(found)))});
  }
  if (lost_ > 0) {
    static_cast<void>(put_gap());  // told when it broke; it is tried again
    return;
  }
  for (const LineCaps::LeftOut& each : caps_.due(monotonic_.now())) {
    put_event("left_out",
              {field("of", public_text(each.event)),
               field("peer", public_text(each.by)),
               field("count", each.count)},
              each.count);
  }
}

Status RequestLedger::reopen() {
  return file_ ? file_->reopen() : ok_status();
}

void RequestLedger::put_event(std::string_view event,
                              std::initializer_list<Field> fields,
                              std::uint64_t stands_for) {
  std::string line = "{\"time_ms\":" + std::to_string(clock_.now_milliseconds()) +
                     ",\"event\":" + json_quote(event);
  for (const Field& each : fields) {
    line += ',' + json_quote(each.name()) + ':' + each.json_value();
  }
  put(line + '}', stands_for);
}

/// What is missing is on record, before everything that comes later.
Status RequestLedger::put_gap() {
  if (lost_ == 0) {
    return ok_status();
  }
  const std::string gap = "{\"time_ms\":" + std::to_string(clock_.now_milliseconds()) +
                          ",\"event\":\"gap\",\"lost\":" + std::to_string(lost_) + '}';
  TERCET_TRY_STATUS(file_->append(gap));
  capped_.info("request_log_written_again", kDisk, field("lost", lost_));
  lost_ = 0;
  working_.set(1);
  return ok_status();
}

void RequestLedger::put(std::string line, std::uint64_t stands_for) {
  if (!file_) {
    return;
  }
  Status written = put_gap();
  if (written.ok()) {
    written = file_->append(line);
  }
  if (written.ok()) {
    return;
  }
  if (lost_ == 0) {
    capped_.error("request_log_broken", kDisk, field("cause", written.error()));
    working_.set(0);
  }
  lost_ += stands_for;
}

}  // namespace tercet::proxy
