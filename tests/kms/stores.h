#pragma once

#include <map>
#include <string>

#include "core/async/task_group.h"
#include "tests/kms/call.h"

/// Operations on custom key stores. Source: kms-front-end reference, section 6.
namespace tercet::kms {

Task<Answer> create_custom_key_store(Front& front, Call& call);
Task<Answer> update_custom_key_store(Front& front, Call& call);
Answer connect_custom_key_store(Front& front, Call& call);
Answer disconnect_custom_key_store(Front& front, Call& call);
Answer describe_custom_key_stores(Front& front, Call& call);
Answer delete_custom_key_store(Front& front, Call& call);

/// The store, noted in the call for the event log. Valid until the next change of the state.
/// Errors: CustomKeyStoreNotFoundException.
Checked<const Store*> find_store(const Front& front, Call& call, const std::string& id);

/// Asks the proxy for its health; all UNAVAILABLE is a problem too.
Task<XksVerdict> probe(Front& front,
                       Store store,
                       std::string kms_operation,
                       std::string request_id);

/// Connects stores in the background and looks after the connected ones.
/// Threads: one executor. Lifetime: stop() before destruction.
class StoreConnector {
 public:
  StoreConnector(const asio::any_io_executor& executor, Front& front)
      : front_(front), group_(executor) {}

  /// Takes up connecting where an earlier process ended, and starts the health checks.
  void start();
  /// The store is CONNECTING; ends in CONNECTED or FAILED, unless cancelled.
  void connect(const std::string& store_id, const std::string& request_id);
  /// What is under way for the store has no effect any more.
  void cancel(const std::string& store_id);
  Task<void> stop();

 private:
  Task<void> run(std::string store_id, std::string request_id);
  /// The store that this request is still to connect; null if there is none.
  const Store* awaited(const std::string& store_id, const std::string& request_id) const;
  Task<void> watch_health();

  Front& front_;
  TaskGroup group_;
  std::map<std::string, std::string> under_way_;  ///< store to the request that connects it
};

}  // namespace tercet::kms
