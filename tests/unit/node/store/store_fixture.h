#pragma once

#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/secret/access.h"
#include "core/secret/secret_bytes.h"
#include "node/store/key_types.h"
#include "node/store/node_store.h"
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

inline node::KeyEpoch epoch_of(const std::string& key, std::uint32_t epoch = 1) {
  return node::KeyEpoch(key_id(key), KeyVersion(1), Epoch(epoch));
}

inline node::KeyRecord record_of(const std::string& key) {
  node::KeyRecord record;
  record.key = key_id(key);
  record.store = "dev";
  record.usage = node::KeyUsage{true, true};
  record.enabled = true;
  record.revision = 1;
  record.version = KeyVersion(1);
  record.created_at = 1'800'000'000;
  return record;
}

inline Result<std::unique_ptr<node::NodeStore>> open_store(const std::string& directory,
                                                           const std::string& node = "node-1",
                                                           std::uint8_t sealing_key = 7) {
  return node::NodeStore::open(directory, node, filled(32, sealing_key));
}

}  // namespace tercet::test
