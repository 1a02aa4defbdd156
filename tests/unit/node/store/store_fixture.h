#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/secret/access.h"
#include "core/secret/secret_bytes.h"
#include "node/store/key_types.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"
#include "tests/support/temporary_directory.h"

namespace tercet::test {

inline SecretBytes filled(std::size_t size, std::uint8_t value) {
  SecretBytes out(size);
  for (std::uint8_t& byte : out.expose_mutable(SecretAccess::grant())) {
    byte = value;
  }
  return out;
}

inline Bytes bytes_of(const SecretBytes& secret) {
  return to_bytes(secret.expose(SecretAccess::grant()));
}

inline KeyId key_id(const std::string& text) {
  return KeyId::parse(text).value();
}

/// The epoch that session number `session` made.
inline node::KeyEpoch epoch_of(const std::string& key,
                               std::uint8_t session = 1,
                               std::uint32_t version = 1) {
  std::array<std::uint8_t, EpochId::kBytes> sid{};
  sid.fill(session);
  return node::KeyEpoch(key_id(key), KeyVersion(version), EpochId(sid));
}

inline node::EpochRecord record_of(const node::KeyEpoch& name) {
  node::EpochRecord record;
  record.name = name;
  record.terms.store = "dev";
  record.terms.usage = node::KeyUsage{true, true};
  record.created_at = 1'800'000'000;
  record.made_by = CommandId({7});
  record.missing_commitment = {5};
  record.check_value = {1, 2, 3, 4};
  return record;
}

inline node::EpochShares shares_of(std::uint8_t value, std::size_t derived_bytes = 40'000) {
  node::EpochShares shares;
  shares.components = filled(64, value);
  shares.salts = filled(64, static_cast<std::uint8_t>(value + 1));
  shares.derived = filled(derived_bytes, static_cast<std::uint8_t>(value + 2));
  return shares;
}

/// Stores an epoch of the key and makes it current.
inline Status have_key(node::NodeStore& store,
                       const node::KeyEpoch& name,
                       std::size_t derived_bytes = 40'000) {
  return store.atomically([&]() -> Status {
    TERCET_TRY_STATUS(store.shares().put(record_of(name), shares_of(1, derived_bytes)));
    return store.shares().make_current(name);
  });
}

/// Makes it where there is none.
inline Result<std::unique_ptr<node::NodeStore>> open_store(const std::string& directory,
                                                           const std::string& node = "node-1",
                                                           std::uint8_t sealing_key = 7) {
  const bool is_new = !std::filesystem::exists(directory + "/node.db");
  return node::NodeStore::open(directory,
                               node,
                               filled(32, sealing_key),
                               is_new ? node::StartWith::nothing : node::StartWith::its_data);
}

}  // namespace tercet::test
