#include "proxy/xks/store_table.h"

#include <algorithm>
#include <set>

namespace tercet::proxy {

bool KeyStore::knows(std::string_view access_key_id) const {
  return std::find(access_key_ids.begin(), access_key_ids.end(), access_key_id) !=
         access_key_ids.end();
}

Result<StoreTable> StoreTable::make(std::vector<KeyStore> stores) {
  std::set<std::string> paths;
  for (const KeyStore& store : stores) {
    if (!xks::is_base_path(store.base_path)) {
      return Error(Errc::config_error, "key store: the URI path is not [/prefix]/kms/xks/v1");
    }
    if (!paths.insert(store.base_path).second) {
      return Error(Errc::config_error, "key store: two stores have the same URI path");
    }
    if (store.regions.empty()) {
      return Error(Errc::config_error, "key store: a store accepts no Region");
    }
  }
  StoreTable out;
  for (KeyStore& store : stores) {
    out.stores_.push_back(std::make_shared<const KeyStore>(std::move(store)));
  }
  return out;
}

std::optional<StoreTable::Match> StoreTable::find(std::string_view target) const {
  for (const std::shared_ptr<const KeyStore>& store : stores_) {
    std::optional<xks::Target> parsed = xks::parse_target(target, store->base_path);
    if (parsed) {
      return Match(store, std::move(*parsed));
    }
  }
  return std::nullopt;
}

}  // namespace tercet::proxy
