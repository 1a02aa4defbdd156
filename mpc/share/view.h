#pragma once

#include "core/base/bytes.h"
#include "core/secret/secret_bytes.h"

namespace tercet::mpc {

/// The bytes of components, for the kernels of part `mpc` that compute on shares. This header is
/// their one place in tests/lint/secret_access.txt.
inline ByteView view_of(const SecretBytes& secret) {
  return secret.expose(SecretAccess::grant());
}

inline MutableByteView mutable_view_of(SecretBytes& secret) {
  return secret.expose_mutable(SecretAccess::grant());
}

/// into ^= from; equal sizes (checked).
void xor_bytes(MutableByteView into, ByteView from);

}  // namespace tercet::mpc
