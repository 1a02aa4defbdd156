#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "tests/e2e/operations.h"
#include "tests/support/xks_client.h"

namespace tercet::test {

/// What a test remembers of keys that an answer called made, to judge later whether they still are
/// the same keys: every ciphertext it ever got, and the raw bytes of imported ones.
class KeyLedger {
 public:
  /// From now on the key must be there; `imported` is empty for one that the nodes made.
  void made(const std::string& key, std::optional<Bytes> imported);

  /// Another version encrypts from now on: not the imported bytes.
  void rotated(const std::string& key) { keys_.at(key).was_rotated = true; }

  void set_enabled(const std::string& key, bool enabled) { keys_.at(key).enabled = enabled; }

  bool has(const std::string& key) const { return keys_.contains(key); }

  bool enabled(const std::string& key) const { return keys_.at(key).enabled; }

  bool imported(const std::string& key) const { return keys_.at(key).raw.has_value(); }

  std::size_t size() const { return keys_.size(); }

  /// In order.
  std::vector<std::string> names() const;

  /// Encrypts once more, and decrypts everything that was ever encrypted under the key: fails the
  /// test where a key is gone, stuck or another one than before. A key that is disabled must
  /// refuse.
  void check(XksClient& client, const std::string& key);
  void check_all(XksClient& client);

 private:
  class Entry {
   public:
    Entry() = default;
    std::optional<Bytes> raw;
    bool was_rotated = false;
    bool enabled = true;
    std::map<std::string, Sealed> sealed;  ///< by plaintext
  };

  static void check_against_openssl(const std::string& key,
                                    const Entry& entry,
                                    const Sealed& sealed,
                                    const std::string& plaintext);

  std::map<std::string, Entry> keys_;
};

}  // namespace tercet::test
