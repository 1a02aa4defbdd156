#include "node/cli/dev_files.h"

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/base64.h"
#include "core/crypto/box.h"
#include "core/crypto/key_file.h"
#include "core/crypto/key_pin.h"
#include "core/crypto/signature.h"
#include "core/crypto/x509.h"
#include "core/random/random.h"
#include "core/secret/access.h"
#include "core/secret/secret_file.h"

namespace tercet::cli {
namespace {

constexpr std::size_t kNodes = 3;

bool exists(const std::string& path) {
  return std::filesystem::exists(path);
}

Status make_directory(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (!failed) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, failed);
  }
  if (failed) {
    return Error(Errc::io_error, "make the folder " + path + ": " + failed.message());
  }
  return ok_status();
}

Result<CertificateAuthority> make_or_load_ca(const std::string& base, const std::string& name) {
  if (exists(base + ".crt")) {
    return CertificateAuthority::load(base + ".crt", base + ".key");
  }
  TERCET_TRY(CertificateAuthority ca, CertificateAuthority::create(name));
  TERCET_TRY_STATUS(ca.write(base + ".crt", base + ".key"));
  return ca;
}

Status make_certificate(const CertificateAuthority& ca,
                        const std::string& base,
                        const CertificateSpec& spec) {
  if (exists(base + ".crt") && exists(base + ".key")) {
    return ok_status();
  }
  TERCET_TRY(const IssuedCertificate issued, ca.issue(spec));
  return issued.write(base + ".crt", base + ".key");
}

CertificateSpec link_spec(const std::string& name, const std::string& role) {
  CertificateSpec spec;
  spec.common_name = name;
  spec.role = role;
  spec.dns_names = {name, "localhost"};
  spec.ip_addresses = {"127.0.0.1"};
  return spec;
}

Status make_signing_key(const std::string& path) {
  return exists(path) ? ok_status() : SigningKey::generate(system_random()).save(path);
}

Status make_node_keys(const std::string& base) {
  TERCET_TRY_STATUS(make_signing_key(base + ".signing"));
  if (!exists(base + ".import")) {
    TERCET_TRY_STATUS(BoxKey::generate(system_random()).save(base + ".import"));
  }
  if (exists(base + ".sealing")) {
    return ok_status();
  }
  return save_key_file(
      base + ".sealing", kSealingKeyKind, SecretBytes::random(32, system_random()));
}

/// 20 characters of A-Z2-7, as KMS wants an access key id (XKS reference, 2).
std::string make_access_key_id() {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  for (const std::uint8_t byte : system_random().array<20>()) {
    out += kAlphabet[byte % kAlphabet.size()];
  }
  return out;
}

Status make_credential(const DevLayout& layout, DevState& state) {
  if (state.access_key_id.empty()) {
    state.access_key_id = make_access_key_id();
  }
  if (exists(layout.secret_file())) {
    return ok_status();
  }
  const SecretBytes raw = SecretBytes::random(32, system_random());
  const WipingString text = base64_encode_wiping(raw.expose(SecretAccess::grant()));
  return write_secret_file(layout.secret_file(), SecretBytes::copy_of(as_bytes(text)));
}

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

/// The line that pins the key of a certificate.
Result<std::string> pins_yaml(const DevLayout& layout, const std::string& name) {
  TERCET_TRY(const std::string pem, read_text_file(layout.file("keys/" + name + ".crt")));
  TERCET_TRY(const KeyPin pin, key_pin_of_certificate(pem));
  return "    tls_pins: [" + quoted(print_key_pin(pin)) + "]\n";
}

Result<std::string> cluster_yaml(const DevLayout& layout,
                                 const DevState& state,
                                 std::size_t proxies) {
  TERCET_TRY(const SigningKey admin, SigningKey::load(layout.file("keys/admin-1.signing")));
  std::string out = "# Written by `tercet dev up`: a development cluster on this machine.\n";
  out += "cluster_id: " + quoted(state.cluster_id) + "\n";
  out += "pair_mode: \"off\"\nquorum: 1\nca_file: keys/link-ca.crt\n";
  out += "health_key: " + quoted(kDevHealthKey) + "\n";
  out += "administrators:\n  - name: " + quoted(kDevAdministrator) +
         "\n    public_key: " + quoted(admin.public_key().text()) + "\n";
  TERCET_TRY(const std::string admin_pins, pins_yaml(layout, "admin-1"));
  out += admin_pins;
  out += "nodes:\n";
  for (std::size_t i = 0; i < kNodes; ++i) {
    const std::string node = DevLayout::node(i);
    const std::string base = layout.file("keys/" + node);
    TERCET_TRY(const SigningKey signing, SigningKey::load(base + ".signing"));
    TERCET_TRY(const BoxKey import, BoxKey::load(base + ".import"));
    out += "  - id: " + node + "\n    index: " + std::to_string(i + 1) + "\n";
    for (const char* use : {"peer", "bulk", "proxy", "admin"}) {
      out +=
          std::string("    ") + use + "_address: " + quoted(state.address(node + " " + use)) + "\n";
    }
    out += "    signing_public_key: " + quoted(signing.public_key().text()) + "\n";
    out += "    import_public_key: " + quoted(import.public_key().text()) + "\n";
    TERCET_TRY(const std::string pins, pins_yaml(layout, node));
    out += pins;
  }
  out += "proxies:\n";
  for (std::size_t i = 0; i < proxies; ++i) {
    out += "  - name: " + DevLayout::proxy(i) + "\n";
    TERCET_TRY(const std::string pins, pins_yaml(layout, DevLayout::proxy(i)));
    out += pins;
  }
  out += std::string("stores:\n  - name: ") + kDevStore + "\n    uri_path: " + quoted(kDevUriPath) +
         "\n    regions: [" + kDevRegion + "]\n    access_key_ids: [" + state.access_key_id + "]\n";
  return out;
}

std::string tls_yaml(const std::string& key, const std::string& base, const std::string& indent) {
  return key + ":\n" + indent + "certificate: " + base + ".crt\n" + indent +
         "private_key: " + base + ".key\n";
}

std::string node_yaml(const DevState& state, std::size_t index) {
  const std::string node = DevLayout::node(index);
  const std::string base = "keys/" + node;
  return "# Written by `tercet dev up`.\nid: " + node +
         "\ncluster: cluster.yaml\ndata_dir: " + node + "\nsealing_key_file: " + base +
         ".sealing\nsigning_key_file: " + base + ".signing\nimport_key_file: " + base +
         ".import\n" + tls_yaml("tls", base, "  ") +
         "credentials:\n  - access_key_id: " + state.access_key_id +
         "\n    secret_file: keys/xks-secret\nmetrics_address: " +
         quoted(state.address(node + " metrics")) + "\n";
}

std::string proxy_yaml(const DevState& state, std::size_t index) {
  const std::string proxy = DevLayout::proxy(index);
  return "# Written by `tercet dev up`.\nname: " + proxy + "\ncluster: cluster.yaml\n" +
         "listen_address: " + quoted(state.address(proxy + " xks")) + "\n" +
         tls_yaml("tls", "keys/" + proxy + "-xks", "  ") + "xks_access: private_network\n" +
         tls_yaml("node_tls", "keys/" + proxy, "  ") +
         "metrics_address: " + quoted(state.address(proxy + " metrics")) + "\n";
}

std::string admin_yaml() {
  return std::string("# Written by `tercet dev up`.\nname: ") + kDevAdministrator +
         "\ncluster: cluster.yaml\nsigning_key_file: keys/admin-1.signing\n" +
         tls_yaml("tls", "keys/admin-1", "  ");
}

}  // namespace

Status make_dev_keys(const DevLayout& layout, DevState& state, std::size_t proxies) {
  TERCET_TRY_STATUS(make_directory(layout.root()));
  TERCET_TRY_STATUS(make_directory(layout.file("keys")));
  TERCET_TRY_STATUS(make_directory(layout.file("log")));
  if (state.cluster_id.empty()) {
    state.cluster_id = to_hex(system_random().array<ClusterId::kBytes>());
  }
  TERCET_TRY(const CertificateAuthority links,
             make_or_load_ca(layout.file("keys/link-ca"), "Tercet development links"));
  TERCET_TRY(const CertificateAuthority xks,
             make_or_load_ca(layout.file("keys/xks-ca"), "Tercet development XKS"));
  for (std::size_t i = 0; i < kNodes; ++i) {
    const std::string node = DevLayout::node(i);
    TERCET_TRY_STATUS(
        make_certificate(links, layout.file("keys/" + node), link_spec(node, "node")));
    TERCET_TRY_STATUS(make_node_keys(layout.file("keys/" + node)));
  }
  for (std::size_t i = 0; i < proxies; ++i) {
    const std::string proxy = DevLayout::proxy(i);
    TERCET_TRY_STATUS(
        make_certificate(links, layout.file("keys/" + proxy), link_spec(proxy, "proxy")));
    CertificateSpec spec;
    spec.common_name = "localhost";
    spec.dns_names = {"localhost"};
    spec.ip_addresses = {"127.0.0.1"};
    spec.client_auth = false;
    TERCET_TRY_STATUS(make_certificate(xks, layout.file("keys/" + proxy + "-xks"), spec));
  }
  TERCET_TRY_STATUS(
      make_certificate(links, layout.file("keys/admin-1"), link_spec(kDevAdministrator, "admin")));
  TERCET_TRY_STATUS(make_signing_key(layout.file("keys/admin-1.signing")));
  return make_credential(layout, state);
}

Status write_dev_configs(const DevLayout& layout, const DevState& state, std::size_t proxies) {
  TERCET_TRY(const std::string cluster, cluster_yaml(layout, state, proxies));
  TERCET_TRY_STATUS(replace_file(layout.cluster_yaml(), cluster));
  TERCET_TRY_STATUS(replace_file(layout.admin_yaml(), admin_yaml()));
  for (std::size_t i = 0; i < kNodes; ++i) {
    TERCET_TRY_STATUS(replace_file(layout.file(DevLayout::node(i) + ".yaml"), node_yaml(state, i)));
  }
  for (std::size_t i = 0; i < proxies; ++i) {
    TERCET_TRY_STATUS(
        replace_file(layout.file(DevLayout::proxy(i) + ".yaml"), proxy_yaml(state, i)));
  }
  return ok_status();
}

Status choose_dev_ports(DevState& state, std::size_t proxies, bool with_kms) {
  std::vector<std::string> uses;
  for (std::size_t i = 0; i < kNodes; ++i) {
    for (const char* use : {" peer", " bulk", " proxy", " admin", " metrics"}) {
      uses.push_back(DevLayout::node(i) + use);
    }
  }
  for (std::size_t i = 0; i < proxies; ++i) {
    uses.push_back(DevLayout::proxy(i) + " xks");
    uses.push_back(DevLayout::proxy(i) + " metrics");
  }
  if (with_kms) {
    uses.emplace_back("kms");
  }
  std::vector<std::uint16_t> taken;
  for (const std::string& use : uses) {
    std::uint16_t& port = state.ports[use];
    TERCET_TRY(port, find_port(port, taken));
    taken.push_back(port);
  }
  return ok_status();
}

}  // namespace tercet::cli
