#pragma once

#include <map>
#include <string>

#include "tests/kms/call.h"
#include "tests/kms/input.h"

/// Tags and key policies: kept, not enforced. Source: kms-front-end reference, sections 4 and 10.
namespace tercet::kms {

Answer tag_resource(Front& front, Call& call);
Answer untag_resource(Front& front, Call& call);
Answer list_resource_tags(Front& front, Call& call);
Answer get_key_policy(Front& front, Call& call);
Answer put_key_policy(Front& front, Call& call);
Answer list_key_policies(Front& front, Call& call);

/// The Tags member, in order of the request. Look at input.done() before check_tags.
std::vector<std::pair<std::string, std::string>> read_tags(Input& input);
/// Adds to `tags`. Errors: TagException.
Verdict add_tags(const std::vector<std::pair<std::string, std::string>>& wanted,
                 std::map<std::string, std::string>& tags);

/// Errors: LimitExceededException, MalformedPolicyDocumentException.
Verdict check_policy(const std::string& policy);
/// Allows the account everything.
std::string default_policy(const Names& names);

}  // namespace tercet::kms
