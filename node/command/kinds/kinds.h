#pragma once

#include <variant>

#include "node/command/kinds/create_key.h"
#include "node/command/kinds/disable_key.h"
#include "node/command/kinds/enable_key.h"
#include "node/command/kinds/import_key.h"
#include "node/command/kinds/rotate_key.h"

namespace tercet::node {

/// The kinds of commands there are. A new kind is a file beside this one, and a word in this list.
///
/// Every kind has kKind (its name in the document), kForm, kDone (for people, behind the key's id),
/// print and parse (its own members of the document; `parse` may leave what is wrong to
/// Members::finish), and `key`. One that makes shares has making(), one that blocks or lifts
/// apply().
using CommandBody = std::variant<CreateKey, ImportKey, RotateKey, EnableKey, DisableKey>;

}  // namespace tercet::node
