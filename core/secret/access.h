#pragma once

namespace tercet {

/// The token that opens a SecretBytes. Only the files listed in tests/lint/secret_access.txt, each
/// with a reason, may call `grant()`; a lint test reads every source against that list.
class SecretAccess {
 public:
  static SecretAccess grant() noexcept { return SecretAccess(); }

 private:
  SecretAccess() noexcept = default;
};

}  // namespace tercet
