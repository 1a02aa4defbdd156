#include "proxy/coordinator/encrypt_versions.h"

#include <algorithm>
#include <vector>

namespace tercet::proxy {

KeyVersion EncryptVersions::of(const KeyId& key) const {
  const auto found = versions_.find(key);
  return found == versions_.end() ? KeyVersion() : found->second;
}

bool EncryptVersions::learn(const Exchange& exchange, const KeyId& key, KeyVersion asked) {
  std::vector<KeyVersion> newest;
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    const std::optional<Exchange::Reply>& said = exchange.reply(node);
    if (said && said->refused && said->refused->version != KeyVersion()) {
      newest.push_back(said->refused->version);
    }
  }
  if (newest.empty()) {
    return false;
  }
  const auto [smallest, largest] = std::minmax_element(newest.begin(), newest.end());
  if (*smallest == asked || *largest == KeyVersion(1)) {
    return false;  // it was not about versions
  }
  if (versions_.size() >= kKeysMax) {
    versions_.clear();  // learnt again where it matters
  }
  versions_[key] = *smallest;
  return true;
}

}  // namespace tercet::proxy
