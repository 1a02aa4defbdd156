#include "bench/baseline/baseline_files.h"

#include <unistd.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "core/codec/base64.h"
#include "core/crypto/x509.h"
#include "core/random/random.h"
#include "core/secret/secret_file.h"

namespace tercet::bench {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr const char* kAccessKeyId = "BASELINEBASELINE2345";

Status make_certificate(BaselineFiles& files) {
  files.ca = files.directory + "/ca.crt";
  files.certificate = files.directory + "/server.crt";
  files.private_key = files.directory + "/server.key";
  TERCET_TRY(const CertificateAuthority ca, CertificateAuthority::create("Tercet baseline"));
  TERCET_TRY_STATUS(ca.write(files.ca, files.directory + "/ca.key"));
  CertificateSpec spec;
  spec.common_name = "localhost";
  spec.dns_names = {"localhost"};
  spec.ip_addresses = {"127.0.0.1"};
  spec.client_auth = false;
  TERCET_TRY(const IssuedCertificate issued, ca.issue(spec));
  return issued.write(files.certificate, files.private_key);
}

}  // namespace

Result<BaselineFiles> make_baseline_files(const std::string& directory) {
  std::error_code failed;
  BaselineFiles files;
  files.directory = std::filesystem::absolute(directory, failed).lexically_normal().string();
  std::filesystem::create_directories(files.directory, failed);
  if (failed) {
    return Error(Errc::io_error, "make the folder " + files.directory);
  }
  TERCET_TRY_STATUS(make_certificate(files));
  files.access_key_id = kAccessKeyId;
  files.secret = base64_encode(system_random().array<kKeyBytes>());
  files.key = Bytes(kKeyBytes);
  system_random().fill(files.key);
  files.key_file = files.directory + "/bench.key";
  TERCET_TRY_STATUS(write_secret_file(files.key_file, SecretBytes::copy_of(files.key)));
  return files;
}

Status write_dev_json(const BaselineFiles& files, std::uint16_t port) {
  const nlohmann::json proxy = {
      {"endpoint", "https://localhost:" + std::to_string(port)},
      {"uri_path", kBaselineUriPath},
      {"ca_file", files.ca},
      {"credential", {{"AccessKeyId", files.access_key_id}, {"RawSecretAccessKey", files.secret}}},
      {"pid", ::getpid()}};
  const nlohmann::json json = {{"proxies", nlohmann::json::array({proxy})},
                               {"nodes", nlohmann::json::array()},
                               {"known_key", {{"id", kBaselineKey}, {"file", files.key_file}}}};
  // Holds a credential: mode 0600.
  return write_secret_file(files.dev_json(), SecretBytes::copy_of(as_bytes(json.dump(2) + "\n")));
}

}  // namespace tercet::bench
