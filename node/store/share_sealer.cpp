#include "node/store/share_sealer.h"

#include <algorithm>
#include <utility>

#include "core/crypto/hash.h"
#include "core/ct/ct.h"
#include "core/random/random.h"
#include "core/secret/access.h"

namespace tercet::node {
namespace {

SecretBytes derive(const SecretBytes& sealing_key, std::string_view label) {
  SecretBytes out(Aead::kKeyBytes);
  hkdf_sha256(sealing_key.expose(SecretAccess::grant()),
              {},
              as_bytes(label),
              out.expose_mutable(SecretAccess::grant()));
  return out;
}

}  // namespace

ShareSealer::ShareSealer(const SecretBytes& sealing_key, std::string node_id)
    : node_id_(std::move(node_id)),
      aead_(derive(sealing_key, "tercet share records v1")),
      row_key_(derive(sealing_key, "tercet rows v1")) {}

Bytes ShareSealer::bound(ByteView name) const {
  ByteWriter writer;
  writer.text("tercet sealed record v1").text(node_id_).blob(name);
  return writer.take();
}

Bytes ShareSealer::seal(ByteView name, const SecretBytes& plain) const {
  return aead_.seal(plain, bound(name), system_random());
}

Result<SecretBytes> ShareSealer::open(ByteView name, ByteView sealed) const {
  Result<SecretBytes> opened = aead_.open(sealed, bound(name));
  if (!opened) {
    return Error(Errc::seal_broken, "open a sealed record: it is damaged or not where it belongs")
        .hint("put this node's newest data back from its own backup");
  }
  return opened;
}

ShareSealer::RowCode ShareSealer::row_code(std::string_view table, ByteView row) const {
  ByteWriter writer;
  writer.text("tercet row v1").text(node_id_).text(table).blob(row);
  return hmac_sha256(row_key_.expose(SecretAccess::grant()), writer.bytes());
}

Status ShareSealer::check_row(std::string_view table, ByteView row, ByteView code) const {
  const RowCode wanted = row_code(table, row);
  if (code.size() != wanted.size() || !ct::equal(code, wanted)) {
    return Error(Errc::storage_corrupt,
                 "read the node's database: a row of " + std::string(table) + " was altered")
        .hint("put this node's newest data back from its own backup");
  }
  return ok_status();
}

}  // namespace tercet::node
