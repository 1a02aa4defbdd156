#pragma once

#include "tests/kms/call.h"

/// Source: kms-front-end reference, section 10.
namespace tercet::kms {

Answer create_alias(Front& front, Call& call);
Answer update_alias(Front& front, Call& call);
Answer delete_alias(Front& front, Call& call);
Answer list_aliases(Front& front, Call& call);

}  // namespace tercet::kms
