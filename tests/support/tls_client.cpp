#include "tests/support/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace tercet::test {
namespace {

constexpr std::size_t kReadBytes = 16384;

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

std::string openssl_error() {
  std::string out;
  for (unsigned long code = 0; (code = ERR_get_error()) != 0;) {
    char text[256];
    ERR_error_string_n(code, text, sizeof text);
    out += std::string(out.empty() ? "" : "; ") + text;
  }
  return out;
}

std::string alpn_list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    out += static_cast<char>(name.size());
    out += name;
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> parse_headers(std::string_view head) {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string_view line =
        head.substr(at + 2, end == std::string_view::npos ? end : end - at - 2);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      std::string_view value = line.substr(colon + 1);
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      out.emplace_back(line.substr(0, colon), value);
    }
    at = end;
  }
  return out;
}

}  // namespace

std::optional<std::string> RawResponse::header(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) {
      if (found) {
        return std::nullopt;
      }
      found = value;
    }
  }
  return found;
}

TlsClient::TlsClient(const TlsClientOptions& options, Milliseconds limit) : limit_(limit) {
  ERR_clear_error();
  if (!connect_tcp(options.port) || !options.tls || !configure(options)) {
    return;
  }
  if (!options.early_data.empty() && !send_early(options.early_data)) {
    return;
  }
  if (SSL_connect(connection_.get()) != 1) {
    const long verified = SSL_get_verify_result(connection_.get());
    fail(std::string("handshake: ") + X509_verify_cert_error_string(verified) + ": ");
  }
}

TlsClient::~TlsClient() {
  if (connected() && connection_) {
    SSL_shutdown(connection_.get());
  }
  connection_.reset();
  if (socket_ >= 0) {
    ::close(socket_);
  }
}

bool TlsClient::fail(const std::string& what) {
  failure_ = what + openssl_error();
  return false;
}

void TlsClient::set_limit(Milliseconds limit) const {
  timeval time{};
  time.tv_sec = static_cast<time_t>(limit.count() / 1000);
  time.tv_usec = static_cast<suseconds_t>(limit.count() % 1000 * 1000);
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

bool TlsClient::connect_tcp(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  set_limit(limit_);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  static_assert(sizeof generic == sizeof address);
  std::memcpy(&generic, &address, sizeof address);
  return ::connect(socket_, &generic, sizeof generic) == 0 ||
         fail("connect: " + std::generic_category().message(errno));
}

bool TlsClient::configure(const TlsClientOptions& options) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = context_.get();
  const auto good = [](auto returned) { return returned == 1; };
  bool ok = good(SSL_CTX_set_min_proto_version(context, options.lowest_version)) &&
            good(SSL_CTX_set_max_proto_version(context, options.highest_version));
  if (options.weak) {
    SSL_CTX_set_security_level(context, 0);
  }
  if (!options.suites12.empty()) {
    ok = ok && good(SSL_CTX_set_cipher_list(context, options.suites12.c_str()));
  }
  if (!options.suites13.empty()) {
    ok = ok && good(SSL_CTX_set_ciphersuites(context, options.suites13.c_str()));
  }
  if (!options.ca_file.empty()) {
    ok = ok && good(SSL_CTX_load_verify_file(context, options.ca_file.c_str()));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  if (!options.certificate.empty()) {
    ok = ok && good(SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str())) &&
         good(SSL_CTX_use_PrivateKey_file(context, options.private_key.c_str(), SSL_FILETYPE_PEM));
  }
  connection_.reset(SSL_new(context));
  SSL* connection = connection_.get();
  if (!options.alpn.empty()) {
    const std::string list = alpn_list(options.alpn);
    SSL_set_alpn_protos(connection,
                        reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
  }
  std::string name = options.host_name;
  SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  SSL_set1_host(connection, options.host_name.c_str());
  if (options.session) {
    SSL_set_session(connection, options.session.get());
  }
  SSL_set_fd(connection, socket_);
  return ok || fail("the test's own TLS options: ");
}

bool TlsClient::send_early(const std::string& data) {
  std::size_t written = 0;
  return SSL_write_early_data(connection_.get(), data.data(), data.size(), &written) == 1 ||
         fail("early data: ");
}

bool TlsClient::send(std::string_view bytes) {
  while (connected() && !bytes.empty()) {
    std::size_t written = 0;
    if (connection_) {
      if (SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &written) != 1) {
        return fail("write: ");
      }
    } else {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) {
        return fail("write: " + std::generic_category().message(errno));
      }
      written = static_cast<std::size_t>(n);
    }
    bytes.remove_prefix(written);
  }
  return connected();
}

bool TlsClient::fill() {
  if (ended_ || socket_ < 0) {
    return false;
  }
  char buffer[kReadBytes];
  std::size_t count = 0;
  if (connection_) {
    const int returned = SSL_read_ex(connection_.get(), buffer, sizeof buffer, &count);
    if (returned != 1) {
      const int why = SSL_get_error(connection_.get(), returned);
      // Out of time is no end; all else is.
      ended_ = why != SSL_ERROR_WANT_READ && !(why == SSL_ERROR_SYSCALL && errno == EAGAIN);
      if (ended_ && why != SSL_ERROR_ZERO_RETURN) {
        fail("read: ");
      }
      return false;
    }
  } else {
    const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n <= 0) {
      ended_ = n == 0 || errno != EAGAIN;
      return false;
    }
    count = static_cast<std::size_t>(n);
  }
  input_.append(buffer, count);
  return true;
}

std::string TlsClient::read_until(std::string_view mark) {
  std::size_t at = std::string::npos;
  while ((at = input_.find(mark)) == std::string::npos && fill()) {
  }
  const std::size_t size = at == std::string::npos ? input_.size() : at + mark.size();
  std::string out = input_.substr(0, size);
  input_.erase(0, size);
  return out;
}

RawResponse TlsClient::read_response(bool to_head_request) {
  RawResponse out;
  std::string head = read_until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ") || !head.ends_with("\r\n\r\n")) {
    return out;
  }
  out.head = head.substr(0, head.size() - 4);
  out.headers = parse_headers(out.head);
  unsigned status = 0;
  std::from_chars(out.head.data() + 9, out.head.data() + out.head.size(), status);
  std::size_t length = 0;
  const std::string announced = out.header("Content-Length").value_or("0");
  std::from_chars(announced.data(), announced.data() + announced.size(), length);
  while (!to_head_request && input_.size() < length && fill()) {
  }
  if (!to_head_request) {
    out.body = input_.substr(0, length);
    input_.erase(0, length);
  }
  out.status = to_head_request || out.body.size() == length ? status : 0;
  return out;
}

bool TlsClient::ends(Milliseconds limit) {
  set_limit(limit);
  fill();
  set_limit(limit_);
  return ended_ && input_.empty();
}

void TlsClient::drop() {
  if (connection_) {
    SSL_set_quiet_shutdown(connection_.get(), 1);
  }
  ::close(socket_);
  socket_ = -1;
  ended_ = true;
  failure_ = "dropped";
}

std::string TlsClient::version() const {
  return SSL_get_version(connection_.get());
}

std::string TlsClient::suite() const {
  return SSL_get_cipher_name(connection_.get());
}

std::string TlsClient::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(connection_.get(), &name, &size);
  return size == 0 ? std::string() : std::string(reinterpret_cast<const char*>(name), size);
}

bool TlsClient::resumed() const {
  return SSL_session_reused(connection_.get()) == 1;
}

bool TlsClient::early_data_accepted() const {
  return SSL_get_early_data_status(connection_.get()) == SSL_EARLY_DATA_ACCEPTED;
}

std::shared_ptr<SSL_SESSION> TlsClient::session() const {
  return {SSL_get1_session(connection_.get()), SSL_SESSION_free};
}

}  // namespace tercet::test
