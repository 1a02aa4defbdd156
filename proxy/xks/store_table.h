#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/xks/operation.h"

namespace tercet::proxy {

/// One key store: a URI path prefix with its own credentials and keys. The proxy knows access key
/// ids, never secrets.
class KeyStore {
 public:
  KeyStore() = default;
  std::string name;
  std::string base_path;  ///< `[/prefix]/kms/xks/v1`
  std::vector<std::string> regions;
  std::vector<std::string> access_key_ids;

  bool knows(std::string_view access_key_id) const;
};

/// The key stores this proxy serves. A value; requests that run keep the store that they began with
/// when another table takes its place.
class StoreTable {
 public:
  /// Errors: config_error (a base path is ill formed or given twice; a store without Region).
  static Result<StoreTable> make(std::vector<KeyStore> stores);

  /// The store and operation a request target names; nothing is InvalidUriPathException.
  class Match {
   public:
    Match(std::shared_ptr<const KeyStore> matched, xks::Target with_target)
        : store(std::move(matched)), target(std::move(with_target)) {}

    std::shared_ptr<const KeyStore> store;
    xks::Target target;
  };

  std::optional<Match> find(std::string_view target) const;

  const std::vector<std::shared_ptr<const KeyStore>>& stores() const { return stores_; }

 private:
  StoreTable() = default;

  std::vector<std::shared_ptr<const KeyStore>> stores_;
};

}  // namespace tercet::proxy
