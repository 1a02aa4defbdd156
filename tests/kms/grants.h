#pragma once

#include <map>
#include <string>

#include "tests/kms/call.h"
#include "tests/kms/input.h"

/// Grants: kept for all, enforced for callers that are marked grantsOnly.
/// Source: kms-front-end reference, section 10.
namespace tercet::kms {

Answer create_grant(Front& front, Call& call);
Answer list_grants(Front& front, Call& call);
Answer list_retirable_grants(Front& front, Call& call);
Answer retire_grant(Front& front, Call& call);
Answer revoke_grant(Front& front, Call& call);

/// GrantTokens, whose form is checked; nothing needs them, since a grant holds at once.
void read_grant_tokens(Input& input);

/// Whether the caller may do `operation` on the key with this encryption context.
/// Errors: AccessDeniedException.
Verdict check_granted(const Front& front,
                      const Call& call,
                      const Key& key,
                      const std::string& operation,
                      const std::map<std::string, std::string>& context);

}  // namespace tercet::kms
