#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/signature.h"
#include "node/command/receipt.h"

namespace tercet::node {

class CommandSignature {
 public:
  CommandSignature() = default;
  std::string administrator;  ///< name in the cluster file
  Signature signature{};
};

inline constexpr std::size_t kCommandSignaturesMax = 16;

/// A command as it travels and is kept: {"command": "<canonical document>", "receipts": [{"node",
/// "membership", "signature"}], "signatures": [{"administrator", "signature"}]}. Administrators
/// send it without receipts; nodes add theirs to permits.
class CommandEnvelope {
 public:
  CommandEnvelope() = default;
  std::string document;
  std::vector<CommandSignature> signatures;
  std::vector<Receipt> receipts;  ///< at most one of each node

  std::string print() const;
  /// Errors: invalid_argument.
  static Result<CommandEnvelope> parse(std::string_view text);
};

}  // namespace tercet::node
