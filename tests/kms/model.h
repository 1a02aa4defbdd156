#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "tests/kms/checked.h"

/// What this KMS remembers. Plain values; secrets are in clear, as the reference allows for a test
/// tool. Times are milliseconds since 1970.
namespace tercet::kms {

enum class ConnectionState : std::uint8_t { disconnected, connecting, connected, failed };

/// As DescribeCustomKeyStores prints it. Ours go to DISCONNECTED at once, never DISCONNECTING.
std::string_view connection_state_name(ConnectionState state);

/// A custom key store of type EXTERNAL_KEY_STORE.
class Store {
 public:
  Store() = default;

  bool is_vpc() const { return connectivity == "VPC_ENDPOINT_SERVICE"; }

  std::string id;
  std::uint64_t sequence = 0;  ///< order of creation
  std::string name;
  std::string connectivity;
  std::string endpoint;
  std::string uri_path;
  std::string access_key_id;
  WipingString secret;
  std::string vpc_service;
  std::string vpc_owner;
  std::int64_t created_ms = 0;
  std::int64_t credential_ms = 0;  ///< when the credential was given to us
  ConnectionState connection = ConnectionState::disconnected;
  std::string connection_error;  ///< only when failed
};

/// A KMS key over an external key.
class Key {
 public:
  Key() = default;
  std::string id;
  std::uint64_t sequence = 0;
  std::string store_id;
  std::string xks_key_id;
  std::string description;
  bool enabled = true;
  std::int64_t deletion_ms = 0;  ///< 0: not pending deletion
  std::int64_t pending_window_days = 0;
  std::int64_t created_ms = 0;
  Bytes material;  ///< 32 bytes, of the inner layer
  std::array<std::uint8_t, 8> material_id{};
  std::size_t inner_overhead_bytes = 0;  ///< fixed for the life of the key
  std::string policy;
  std::map<std::string, std::string> tags;
  Json last_usage;  ///< null, or Operation, Timestamp, CloudTrailEventId, KmsRequestId
};

class Alias {
 public:
  Alias() = default;
  std::string name;  ///< with "alias/"
  std::string key_id;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
};

class Grant {
 public:
  Grant() = default;
  std::string id;
  std::uint64_t sequence = 0;
  std::string key_id;
  std::string name;
  std::string grantee;
  std::string retiring;
  std::vector<std::string> operations;
  std::string constraint;  ///< "", "EncryptionContextSubset" or "EncryptionContextEquals"
  std::map<std::string, std::string> context;
  std::int64_t created_ms = 0;
};

/// For the state file. The readers throw Json::exception on what is not ours; State catches.
Json to_stored(const Store& store);
Json to_stored(const Key& key);
Json to_stored(const Alias& alias);
Json to_stored(const Grant& grant);
Store store_from(const Json& stored);
Key key_from(const Json& stored);
Alias alias_from(const Json& stored);
Grant grant_from(const Json& stored);

/// Milliseconds as the API prints times: seconds with a fraction.
double api_time(std::int64_t ms);

}  // namespace tercet::kms
