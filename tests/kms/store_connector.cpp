#include <utility>

#include "core/async/deadline.h"
#include "core/codec/uuid.h"
#include "tests/kms/stores.h"

namespace tercet::kms {

Task<XksVerdict> probe(Front& front,
                       Store store,
                       std::string kms_operation,
                       std::string request_id) {
  std::optional<ProxyHealth> health;
  XksCall call("GetHealthStatus", "/health", kms_operation);
  call.body["requestMetadata"] =
      Json{{"kmsRequestId", std::move(request_id)}, {"kmsOperation", std::move(kms_operation)}};
  call.read = [&health](const Json& answer) {
    health = read_health_answer(answer);
    return health.has_value();
  };
  const std::string store_id = store.id;
  XksVerdict verdict = co_await front.xks.call(std::move(store), std::move(call));
  if (verdict) {
    co_return verdict;
  }
  if (!store_id.empty()) {
    front.metrics.health(store_id, *health);
  }
  if (health->active + health->degraded == 0) {
    co_return XksProblem::unhealthy;
  }
  co_return std::nullopt;
}

void StoreConnector::start() {
  for (const auto& [id, store] : front_.state.stores()) {
    if (store.connection == ConnectionState::connecting) {
      connect(id, make_uuid(front_.random));
    }
  }
  group_.spawn(watch_health());
}

void StoreConnector::connect(const std::string& store_id, const std::string& request_id) {
  under_way_[store_id] = request_id;
  group_.spawn(run(store_id, request_id));
}

void StoreConnector::cancel(const std::string& store_id) {
  under_way_.erase(store_id);
}

Task<void> StoreConnector::stop() {
  group_.close();
  co_await group_.join();
}

const Store* StoreConnector::awaited(const std::string& store_id,
                                     const std::string& request_id) const {
  const auto found = under_way_.find(store_id);
  return found != under_way_.end() && found->second == request_id ? front_.state.store(store_id)
                                                                  : nullptr;
}

Task<void> StoreConnector::run(std::string store_id, std::string request_id) {
  const Status waited = co_await sleep_for(front_.options.connect_delay);
  const Store* found = awaited(store_id, request_id);
  if (!waited || found == nullptr) {
    co_return;
  }
  Store store = *found;
  const XksVerdict verdict =
      co_await probe(front_, std::move(store), "ConnectCustomKeyStore", request_id);
  const bool ending = co_await cancelled();
  found = awaited(store_id, request_id);
  if (ending || found == nullptr) {
    co_return;  // the state file says CONNECTING: the next process goes on
  }
  under_way_.erase(store_id);
  Store changed = *found;
  changed.connection = verdict ? ConnectionState::failed : ConnectionState::connected;
  changed.connection_error = verdict ? std::string(connection_error(*verdict)) : std::string();
  const Status written = front_.state.put(changed);
  if (!written) {
    std::fprintf(stderr, "tercet-kms: %s\n", written.error().to_string().c_str());
  }
}

Task<void> StoreConnector::watch_health() {
  for (;;) {
    const Status waited = co_await sleep_for(front_.options.health_interval);
    if (!waited) {
      co_return;
    }
    std::vector<Store> connected;
    for (const auto& [id, store] : front_.state.stores()) {
      if (store.connection == ConnectionState::connected) {
        connected.push_back(store);
      }
    }
    for (Store& store : connected) {
      // What it finds goes into the metrics; no state changes.
      const XksVerdict verdict =
          co_await probe(front_, std::move(store), "KmsHealthCheck", make_uuid(front_.random));
      static_cast<void>(verdict);
    }
  }
}

}  // namespace tercet::kms
