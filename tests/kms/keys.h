#pragma once

#include <string>
#include <string_view>

#include "tests/kms/call.h"
#include "tests/kms/input.h"

/// Operations on KMS keys, and their states. Source: kms-front-end reference, section 10.
namespace tercet::kms {

Task<Answer> create_key(Front& front, Call& call);
Answer describe_key(Front& front, Call& call);
Answer list_keys(Front& front, Call& call);
Answer enable_key(Front& front, Call& call);
Answer disable_key(Front& front, Call& call);
Answer schedule_key_deletion(Front& front, Call& call);
Answer cancel_key_deletion(Front& front, Call& call);
Answer update_key_description(Front& front, Call& call);
Answer get_key_last_usage(Front& front, Call& call);

/// "Enabled", "Disabled", "PendingDeletion" or "Unavailable". The last one is never stored: it is
/// what a key shows while its store is not connected, unless it is pending deletion.
std::string_view key_state(const Front& front, const Key& key);

/// Notes the key in the call for the event log.
void note_key(const Front& front, Call& call, const Key& key);

/// The key of a KeyId member that takes no alias, noted in the call. Valid until the next change.
Checked<const Key*> find_plain_key(const Front& front, Call& call, const std::string& key_id);
/// The same with aliases.
Checked<const Key*> find_named_key(const Front& front, Call& call, const std::string& key_id);

/// For cryptographic operations. Errors: DisabledException, KMSInvalidStateException.
Verdict check_usable(const Front& front, const Key& key);
/// For operations that all states but PendingDeletion allow. Errors: KMSInvalidStateException.
Verdict check_not_pending(const Front& front, const Key& key);

/// Deletes the keys whose waiting time is over.
Status delete_due_keys(Front& front);

}  // namespace tercet::kms
