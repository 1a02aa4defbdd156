#include "tests/adversary/links/link_authority.h"

#include <cstdlib>
#include <filesystem>

#include "core/base/check.h"

namespace tercet::test {
namespace {

std::string new_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "links.XXXXXX").string();
  TERCET_CHECK(mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

}  // namespace

LinkAuthority::LinkAuthority()
    : folder_(new_folder()), authority_(CertificateAuthority::create("links").value()) {
  TERCET_CHECK(authority_.write(folder_ + "/ca.crt", folder_ + "/ca.key").ok());
}

LinkAuthority::~LinkAuthority() {
  std::filesystem::remove_all(folder_);
}

LinkAuthority::Issued LinkAuthority::issue(const std::string& name, const std::string& role) {
  CertificateSpec spec;
  spec.common_name = name;
  spec.role = role;
  const IssuedCertificate certificate = authority_.issue(spec).value();
  const std::string base = folder_ + "/" + std::to_string(++issued_);
  Issued out;
  out.files.certificate = base + ".crt";
  out.files.private_key = base + ".key";
  out.files.ca = folder_ + "/ca.crt";
  TERCET_CHECK(certificate.write(out.files.certificate, out.files.private_key).ok());
  out.pin = key_pin_of_certificate(certificate.certificate_pem).value();
  return out;
}

}  // namespace tercet::test
