#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "core/xks/api_types.h"
#include "proxy/coordinator/health_monitor.h"
#include "proxy/coordinator/key_service.h"
#include "proxy/xks/error_map.h"
#include "proxy/xks/request_record.h"
#include "proxy/xks/store_load.h"
#include "proxy/xks/store_table.h"

namespace tercet::proxy {

/// One request as HTTP delivered it, within its limits.
class XksRequest {
 public:
  XksRequest() = default;
  std::string method;
  std::string target;                                        ///< as received
  std::vector<std::pair<std::string, std::string>> headers;  ///< as received, in order
  Bytes body;
  std::string peer;
  std::string tls;
  bool connection_reused = false;
};

/// The answer: always JSON where there is a body, compact, one line.
class XksReply {
 public:
  XksReply() = default;
  unsigned status = 500;
  Bytes body;
  bool allow_post = false;  ///< 405: the header `Allow: POST` belongs to it
  bool proven = false;      ///< RequestRecord::authentic
};

struct XksServiceOptions {
  /// Requests in work at once, of one store, before more are shed: with ThrottlingException while
  /// some are served, else with DependencyTimeoutException.
  std::size_t in_work_per_store_max = 512;
  /// Told when a result does not belong to the request that it was made for; may be empty.
  std::function<void()> on_own_check_failed;
  /// Where it is not empty, key ids that do not begin with it exist in no store.
  std::string key_prefix;
};

/// The four operations of the XKS Proxy API.
///
/// Order of checks (XKS reference, section 13, steps 2 to 11): path, method, load, what of SigV4
/// needs no secret; then the body is parsed, but a fault in it is answered only after two nodes
/// have authenticated the request; then the nodes' verdict. Every 401 has the same body. Threads:
/// one executor. Lifetime: everything referred to outlives the service and its requests.
class XksService {
 public:
  XksService(const StoreTable& stores,
             KeyService& keys,
             const HealthSource& health,
             const WallClock& clock,
             const Clock& monotonic,
             RequestObserver& observer,
             XksServiceOptions options);

  /// Always gives an answer; at `until` the latest (503). May be cancelled at any wait.
  Task<XksReply> handle(XksRequest request, Deadline until);

 private:
  struct Work;  ///< one request on its way through the steps

  Task<Result<Bytes>> answer(Work& work);
  /// After the check of the load.
  Task<Result<Bytes>> perform(Work& work);
  Task<Result<Bytes>> get_key_metadata(Work& work);
  Task<Result<Bytes>> get_health(Work& work);
  Task<Result<Bytes>> encrypt(Work& work);
  Task<Result<Bytes>> decrypt(Work& work);
  Task<Authenticity> authenticate(Work& work, bool form_error, bool wants_integrity_value);
  /// Authenticates a request that will be refused with `fault` in any case.
  Task<Error> refuse_authenticated(Work& work, bool form_error, Error fault);
  /// The same for a fault of form: the nodes look at the signature only.
  Task<Error> refuse_form(Work& work);
  bool serves(const KeyId& key) const;
  Task<Error> refuse_unserved(Work& work);
  Task<Result<Encrypted>> encrypt_at_nodes(Work& work, EncryptJob job);
  Status check_signature_form(Work& work) const;
  Status check_against_body(const Work& work, const Encrypted& encrypted);
  static void note_caller(Work& work, xks::RequestMetadata metadata);

  const StoreTable& stores_;
  KeyService& keys_;
  const HealthSource& health_;
  const WallClock& clock_;
  const Clock& monotonic_;
  RequestObserver& observer_;
  XksServiceOptions options_;
  std::map<std::string, StoreLoad> loads_;
};

}  // namespace tercet::proxy
