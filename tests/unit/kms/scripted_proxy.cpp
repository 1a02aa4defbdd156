#include "tests/unit/kms/scripted_proxy.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/async/deadline.h"
#include "core/base/check.h"
#include "core/codec/base64.h"
#include "core/crypto/gcm.h"
#include "core/crypto/hash.h"
#include "core/crypto/x509.h"
#include "core/random/random.h"
#include "core/secret/secret_bytes.h"
#include "core/sigv4/verify.h"
#include "core/xks/framing.h"
#include "tests/kms/identity.h"

namespace tercet::kms::test {
namespace {

Bytes bytes_of(const Json& body, const char* member) {
  return base64_decode(body.value(member, std::string())).value();
}

Sha256Digest key_of(const std::string& key_id) {
  return sha256(as_bytes("scripted proxy " + key_id));
}

Json encrypted(const Seen& seen) {
  const Bytes aad = bytes_of(seen.body, "additionalAuthenticatedData");
  const Bytes metadata = to_bytes(as_bytes("v1"));
  const auto iv = system_random().array<12>();
  const GcmCiphertext sealed = aes256gcm_encrypt(key_of(seen.key_id),
                                                 iv,
                                                 xks::gcm_aad(aad, metadata).value(),
                                                 bytes_of(seen.body, "plaintext"))
                                   .value();
  return Json{{"ciphertext", base64_encode(sealed.ciphertext)},
              {"initializationVector", base64_encode(iv)},
              {"authenticationTag", base64_encode(sealed.tag)},
              {"ciphertextMetadata", base64_encode(metadata)},
              {"ciphertextDataIntegrityValue",
               base64_encode(xks::cdiv(aad, metadata, iv, sealed.ciphertext, sealed.tag))}};
}

Scripted decrypted(const Seen& seen) {
  const Result<Bytes> plaintext =
      aes256gcm_decrypt(key_of(seen.key_id),
                        bytes_of(seen.body, "initializationVector"),
                        xks::gcm_aad(bytes_of(seen.body, "additionalAuthenticatedData"),
                                     bytes_of(seen.body, "ciphertextMetadata"))
                            .value(),
                        bytes_of(seen.body, "ciphertext"),
                        bytes_of(seen.body, "authenticationTag"));
  if (!plaintext) {
    return Scripted::error(400, "InvalidCiphertextException");
  }
  Json out;
  out["plaintext"] = base64_encode(*plaintext);
  return Scripted(200, out.dump());
}

}  // namespace

const ProxyFiles& ProxyFiles::get() {
  static const ProxyFiles files;
  return files;
}

ProxyFiles::ProxyFiles() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "tercet-kms-test-XXXXXX").string();
  TERCET_CHECK(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  const CertificateAuthority ca = CertificateAuthority::create("tercet test").value();
  TERCET_CHECK(ca.write(file("ca.crt"), file("ca.key")).ok());
  for (const std::string name : {"localhost", "elsewhere.example", kClientName}) {
    CertificateSpec spec;
    spec.common_name = name;
    spec.dns_names = {name};
    TERCET_CHECK(ca.issue(spec).value().write(file(name + ".crt"), file(name + ".key")).ok());
  }
}

ProxyFiles::~ProxyFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Scripted Scripted::error(unsigned status, const std::string& name) {
  return Scripted(status, R"({"errorName":")" + name + R"(","errorMessage":"scripted"})");
}

Scripted Scripted::silence() {
  Scripted out(200, "");
  out.silent = true;
  return out;
}

ScriptedProxy::ScriptedProxy(const asio::any_io_executor& executor,
                             const WallClock& clock,
                             const std::string& certificate,
                             const std::string& client_name)
    : credentials({{kAccessKeyId, kSecret}}), clock_(clock), running_(executor) {
  key_metadata = Json::parse(
      R"({"keySpec":"AES_256","keyUsage":["ENCRYPT","DECRYPT"],"keyStatus":"ENABLED"})");
  health = Json::parse(
      R"({"xksProxyFleetSize":1,"xksProxyVendor":"v","xksProxyModel":"m","ekmVendor":"v",
          "ekmFleetDetails":[{"id":"1","model":"m","healthStatus":"ACTIVE"}]})");
  XksServerTls files;
  files.certificate = ProxyFiles::get().file(certificate + ".crt");
  files.private_key = ProxyFiles::get().file(certificate + ".key");
  if (!client_name.empty()) {
    files.client_ca = ProxyFiles::get().file("ca.crt");
    files.client_names = {client_name};
  }
  HttpServerOptions options;
  options.listener.address = "127.0.0.1:0";
  options.listener.tls = std::make_shared<TlsServerSlot>(TlsServerContext::for_xks(files).value());
  server_ = HttpServer::bind(executor, std::move(options), [this](HttpRequest request) {
              return handle(std::move(request));
            }).value();
  running_.spawn(server_->run());
}

ScriptedProxy::~ScriptedProxy() = default;

Task<void> ScriptedProxy::stop() {
  server_->close();
  co_await running_.join();
}

void ScriptedProxy::drop_connections() {
  server_->close_unless([](const TlsInfo* /*all*/) { return false; });
}

std::uint64_t ScriptedProxy::connections() const {
  return server_->listener().counts().accepted;
}

std::size_t ScriptedProxy::count(const std::string& operation) const {
  std::size_t out = 0;
  for (const Seen& one : seen) {
    out += one.operation == operation ? 1U : 0U;
  }
  return out;
}

const Seen& ScriptedProxy::last(const std::string& operation) const {
  for (auto one = seen.rbegin(); one != seen.rend(); ++one) {
    if (one->operation == operation) {
      return *one;
    }
  }
  TERCET_CHECK(false);
  return seen.back();
}

bool ScriptedProxy::is_signed(const HttpRequest& request) const {
  const std::vector<sigv4::Header> headers = headers_of(request);
  const sigv4::RequestView view{request.method, request.target, headers};
  sigv4::VerifyOptions options;
  options.regions = {"us-east-1"};
  options.now_seconds = clock_.now_seconds();
  const auto verified = sigv4::verify(
      view,
      sha256(request.body),
      [this](std::string_view id) -> std::shared_ptr<const SecretBytes> {
        const auto found = credentials.find(std::string(id));
        return found == credentials.end() ? nullptr
                                          : std::make_shared<const SecretBytes>(
                                                SecretBytes::copy_of(as_bytes(found->second)));
      },
      options);
  return verified.ok();
}

Scripted ScriptedProxy::regular(const Seen& one) const {
  Json answer;
  if (one.operation == "health") {
    answer = health;
  } else if (one.operation == "metadata") {
    answer = key_metadata;
  } else if (one.operation == "encrypt") {
    answer = encrypted(one);
  } else {
    const Scripted opened = decrypted(one);
    if (opened.status != 200 || !alter) {
      return opened;
    }
    answer = Json::parse(opened.body);
  }
  if (alter) {
    alter(one, answer);
  }
  return Scripted(200, answer.dump());
}

Task<HttpResponse> ScriptedProxy::handle(HttpRequest request) {
  Seen one;
  one.operation = request.target.substr(request.target.rfind('/') + 1);
  const std::string keys = "/kms/xks/v1/keys/";
  if (const std::size_t at = request.target.find(keys); at != std::string::npos) {
    const std::size_t begin = at + keys.size();
    one.key_id = request.target.substr(begin, request.target.rfind('/') - begin);
  }
  one.host = *request.find("Host");
  one.raw_body = std::string(as_text(request.body));
  one.body = Json::parse(one.raw_body, nullptr, false);
  seen.push_back(one);
  if (before_answer) {
    co_await before_answer(one);
  }
  std::optional<Scripted> answer = script ? script(one) : std::nullopt;
  const bool known = request.target.starts_with(kPath) || request.target.starts_with(kSecondPath);
  if (!answer && !known) {
    answer = Scripted::error(404, "InvalidUriPathException");
  }
  if (!answer && !is_signed(request)) {
    answer = Scripted::error(401, "AuthenticationFailedException");
  }
  if (!answer) {
    answer = regular(one);
  }
  if (answer->silent) {
    const Status woken = co_await sleep_for(Milliseconds(60'000));
    static_cast<void>(woken);  // the client has gone
  }
  HttpResponse response = HttpResponse::json(answer->status, std::string_view(answer->body));
  co_return response;
}

}  // namespace tercet::kms::test
