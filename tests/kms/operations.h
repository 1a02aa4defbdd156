#pragma once

#include <string>

#include "tests/kms/call.h"

namespace tercet::kms {

/// Carries out `call.operation`. Errors besides the operation's own: UnknownOperationException;
/// AccessDeniedException for a caller with grants only.
Task<Answer> perform(Front& front, Call& call);

/// Whether the operation uses key material, as the key's last usage records it.
bool is_cryptographic(const std::string& operation);

}  // namespace tercet::kms
