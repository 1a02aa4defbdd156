#pragma once

#include <string>

#include "core/crypto/key_pin.h"
#include "core/crypto/x509.h"
#include "core/net/tls_config.h"

namespace tercet::test {

/// The link authority of a test cluster with the files of its certificates, in a folder of its own.
/// Who has its private key can issue whatever name it likes, but not with a key that is pinned.
class LinkAuthority {
 public:
  LinkAuthority();
  ~LinkAuthority();
  LinkAuthority(const LinkAuthority&) = delete;
  LinkAuthority& operator=(const LinkAuthority&) = delete;

  /// One more certificate: its files, and the pin of its fresh key.
  class Issued {
   public:
    Issued() = default;
    LinkTls files;
    KeyPin pin;
  };

  Issued issue(const std::string& name, const std::string& role);

 private:
  std::string folder_;
  CertificateAuthority authority_;
  int issued_ = 0;
};

}  // namespace tercet::test
