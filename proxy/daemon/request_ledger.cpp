#include "proxy/daemon/request_ledger.h"

namespace tercet::proxy {
namespace {

std::string operation_label(const RequestRecord& record) {
  return record.operation ? std::string(xks::operation_name(*record.operation)) : "none";
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
                             Logger log)
    : registry_(registry), file_(std::move(file)), clock_(clock), log_(std::move(log)) {
  for (const KeyStore& store : stores.stores()) {
    for (const std::string& id : store.access_key_ids) {
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
  if (record.access_key_known && record.status != 401) {
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
  const Status written = file_->append(print_record(record, clock_.now_milliseconds()));
  if (!written && !file_broken_) {
    log_.error("request_log_broken", field("cause", written.error()));
  }
  file_broken_ = !written;
}

}  // namespace tercet::proxy
