#pragma once

#include <array>
#include <cstdint>

#include <nlohmann/json_fwd.hpp>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet::node {

/// The shares of an imported key on their way: one sealed box for each node
/// (node/cli/key_split.h) and, for each component, the importer's hash of it, which both its
/// holders check.
class ImportPayload {
 public:
  ImportPayload() = default;

  nlohmann::json print() const;
  /// Errors: invalid_argument.
  static Result<ImportPayload> parse(const nlohmann::json& object);

  std::array<std::uint8_t, 16> nonce{};
  std::array<Bytes, 3> boxes;                                 ///< for node 1, 2, 3; ciphertext
  std::array<std::array<std::uint8_t, 32>, 3> commitments{};  ///< of component 1, 2, 3
};

}  // namespace tercet::node
