#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/aead.h"
#include "core/secret/secret_bytes.h"

namespace tercet::node {

/// The node's sealing key at work: sealed records (XChaCha20-Poly1305, fresh random nonce), and a
/// code of authentication on every public row, so that a flipped bit or an edited row is noticed.
/// A whole older database is not: other nodes notice that (rule Q5).
/// Threads: immutable.
class ShareSealer {
 public:
  /// `sealing_key`: 32 bytes.
  ShareSealer(const SecretBytes& sealing_key, std::string node_id);

  /// `name` (what the record is, injectively encoded) and the node's id are associated data.
  Bytes seal(ByteView name, const SecretBytes& plain) const;
  /// Errors: seal_broken.
  Result<SecretBytes> open(ByteView name, ByteView sealed) const;

  using RowCode = std::array<std::uint8_t, 32>;
  /// Of one row of `table`; `row` is an injective encoding of its columns.
  RowCode row_code(std::string_view table, ByteView row) const;
  /// Errors: storage_corrupt.
  Status check_row(std::string_view table, ByteView row, ByteView code) const;

 private:
  Bytes bound(ByteView name) const;

  std::string node_id_;
  Aead aead_;
  SecretBytes row_key_;
};

}  // namespace tercet::node
