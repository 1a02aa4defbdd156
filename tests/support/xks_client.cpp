#include "tests/support/xks_client.h"

#include <algorithm>
#include <atomic>
#include <sstream>
#include <thread>

#include "core/codec/base64.h"
#include "core/crypto/hash.h"
#include "core/sigv4/canonical_request.h"
#include "core/sigv4/sign.h"

namespace tercet::test {
namespace {

constexpr Milliseconds kPatience{300 * TERCET_REQUEST_DEADLINE_MS};  // a minute, unless sanitized
constexpr Milliseconds kRetryPause{50};
constexpr std::int64_t kDatesAgo = 200;  ///< seconds, well within the accepted five minutes

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> out;
  std::istringstream stream(names);
  for (std::string name; std::getline(stream, name, ';');) {
    out.push_back(name);
  }
  return out;
}

}  // namespace

std::string amz_date(std::int64_t seconds_ahead) {
  return sigv4::print_amz_date(system_wall_clock().now_seconds() + seconds_ahead);
}

XksMessage::XksMessage(const LiveEndpoint& endpoint,
                       std::string request_target,
                       std::string content)
    : target(std::move(request_target)), body(std::move(content)) {
  static std::atomic<std::int64_t> made{0};
  headers = {{"Host", endpoint.host_name + ":" + std::to_string(endpoint.port)},
             {"Content-Type", "application/json"},
             {"X-Amz-Date", amz_date(-(made++ % kDatesAgo))}};
}

std::string sigv4_authorization(const XksMessage& message,
                                const LiveCredential& credential,
                                const std::string& signed_headers) {
  sigv4::RequestView view;
  view.method = message.method;
  view.target = message.target;
  view.headers = message.headers;
  sigv4::Signer signer;
  signer.access_key_id = credential.access_key_id;
  signer.region = credential.region;
  signer.service = credential.service;
  const std::vector<std::string> names = split_names(signed_headers);
  const SecretBytes secret = SecretBytes::copy_of(as_bytes(credential.secret_access_key));
  return sigv4::sign(view, sha256(as_bytes(message.body)), names, signer, secret).value();
}

void XksMessage::sign(const LiveCredential& credential, const std::string& signed_headers) {
  set("Authorization", sigv4_authorization(*this, credential, signed_headers));
}

void XksMessage::set(const std::string& name, const std::string& value) {
  for (auto& [known, old] : headers) {
    if (lower_case(known) == lower_case(name)) {
      old = value;
      return;
    }
  }
  headers.emplace_back(name, value);
}

void XksMessage::remove(const std::string& name) {
  std::erase_if(headers,
                [&](const auto& header) { return lower_case(header.first) == lower_case(name); });
}

std::string XksMessage::value(const std::string& name) const {
  for (const auto& [known, content] : headers) {
    if (lower_case(known) == lower_case(name)) {
      return content;
    }
  }
  return {};
}

std::string XksMessage::wire() const {
  std::string out = method + " " + target + " HTTP/1.1\r\n";
  for (const auto& [name, content] : headers) {
    out += name + ": " + content + "\r\n";
  }
  return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

XksReply::XksReply(RawResponse response)
    : status(response.status),
      raw(std::move(response)),
      json(nlohmann::json::parse(raw.body, nullptr, false)) {}

std::string XksReply::error_name() const {
  return json.is_object() ? json.value("errorName", std::string()) : std::string();
}

Bytes XksReply::bytes(const std::string& name) const {
  const auto member = json.find(name);
  if (member == json.end() || !member->is_string()) {
    return {};
  }
  Result<Bytes> decoded = base64_decode(member->get<std::string>());
  return decoded ? std::move(decoded).value() : Bytes();
}

std::string XksReply::text() const {
  return std::to_string(status) + " " + raw.body;
}

TlsClientOptions tls_options(const LiveEndpoint& endpoint) {
  TlsClientOptions options;
  options.port = endpoint.port;
  options.host_name = endpoint.host_name;
  options.ca_file = endpoint.ca_file;
  return options;
}

XksClient::XksClient(LiveEndpoint endpoint) : endpoint_(std::move(endpoint)) {}

XksMessage XksClient::message(const std::string& rest, std::string body) const {
  return XksMessage(endpoint_, target(rest), std::move(body));
}

XksReply XksClient::post(const std::string& rest, const std::string& body) {
  return call([&] {
    XksMessage out = message(rest, body);
    out.sign(endpoint_.credential);
    return out;
  });
}

XksReply XksClient::call(const std::function<XksMessage()>& make) {
  const Deadline until = Deadline::in(real_clock(), kPatience);
  for (bool once_more = true;;) {
    XksReply reply = once(make());
    // No answer at all may mean that the server has just closed an idle connection.
    const bool unanswered = reply.status == 0 && std::exchange(once_more, false);
    if ((!unanswered && reply.status != 429 && reply.status != 503) || until.passed()) {
      return reply;
    }
    std::this_thread::sleep_for(kRetryPause);
  }
}

XksReply XksClient::once(const XksMessage& message) {
  if (!connection_ || !connection_->connected() || connection_->ends(Milliseconds(1))) {
    connection_ = std::make_unique<TlsClient>(tls_options(endpoint_));
    ++connections_;
  }
  connection_->send(message.wire());
  XksReply reply(connection_->read_response(message.method == "HEAD"));
  if (reply.status == 0 || reply.raw.header("Connection").value_or("") == "close") {
    connection_.reset();
  }
  return reply;
}

}  // namespace tercet::test
