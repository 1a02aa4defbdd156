#include "core/net/tls_session.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>

#include "core/base/check.h"
#include "core/net/tls_peer_check.h"

namespace tercet::detail {

namespace {

constexpr std::size_t kInputBytes = 17 * 1024;  // a whole record
constexpr std::string_view kBindingLabel = "EXPORTER-Tercet-channel-binding";
constexpr std::size_t kBindingBytes = 32;

}  // namespace

/// OpenSSL's view of our two buffers.
class TlsSession::Bio {
 public:
  static BIO* make(TlsSession* session) {
    BIO* bio = BIO_new(method());
    TERCET_CHECK(bio != nullptr);
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    return bio;
  }

 private:
  static TlsSession& of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static int on_write(BIO* bio, const char* from, int size) {
    if (size <= 0) {
      return 0;
    }
    std::vector<std::uint8_t>& out = of(bio).outgoing_;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(from);
    out.insert(out.end(), bytes, bytes + size);
    return size;
  }

  static int on_read(BIO* bio, char* into, int size) {
    TlsSession& session = of(bio);
    BIO_clear_retry_flags(bio);
    const std::size_t count =
        std::min(session.input_end_ - session.input_begin_, static_cast<std::size_t>(size));
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(into, session.input_.data() + session.input_begin_, count);
    session.input_begin_ += count;
    return static_cast<int>(count);
  }

  static long on_control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static const BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tercet");
      TERCET_CHECK(fresh != nullptr);
      BIO_meth_set_write(fresh, on_write);
      BIO_meth_set_read(fresh, on_read);
      BIO_meth_set_ctrl(fresh, on_control);
      return fresh;
    }();
    return made;
  }
};

TlsSession::TlsSession(SSL_CTX* context, bool server)
    : failure_(Errc::internal, "TLS: no failure"), connection_(SSL_new(context)) {
  TERCET_CHECK(connection_ != nullptr);
  BIO* bio = Bio::make(this);
  SSL_set_bio(connection_.get(), bio, bio);
  if (server) {
    SSL_set_accept_state(connection_.get());
  } else {
    SSL_set_connect_state(connection_.get());
  }
}

TlsSession::~TlsSession() = default;

TlsSession::Step TlsSession::handshake() {
  ERR_clear_error();
  const int returned = SSL_do_handshake(connection_.get());
  return returned == 1 ? Step::done : failed_or_waiting(returned);
}

TlsSession::Step TlsSession::read(MutableByteView into, std::size_t& count) {
  ERR_clear_error();
  const int returned = SSL_read_ex(connection_.get(), into.data(), into.size(), &count);
  return returned == 1 ? Step::done : failed_or_waiting(returned);
}

TlsSession::Step TlsSession::write(ByteView from) {
  ERR_clear_error();
  std::size_t count = 0;
  const int returned = SSL_write_ex(connection_.get(), from.data(), from.size(), &count);
  return returned == 1 ? Step::done : failed_or_waiting(returned);
}

void TlsSession::end() {
  ERR_clear_error();
  SSL_shutdown(connection_.get());
  ERR_clear_error();
}

bool TlsSession::holds_input() const {
  return input_begin_ < input_end_ || SSL_has_pending(connection_.get()) == 1;
}

void TlsSession::give_input_back() {
  if (input_begin_ == input_end_) {
    input_ = std::vector<std::uint8_t>();
    input_begin_ = 0;
    input_end_ = 0;
  }
}

MutableByteView TlsSession::input_room() {
  if (input_.empty()) {
    input_.resize(kInputBytes);
  }
  if (input_begin_ == input_end_) {
    input_begin_ = 0;
    input_end_ = 0;
  } else if (input_end_ == input_.size()) {
    std::copy(input_.begin() + static_cast<std::ptrdiff_t>(input_begin_),
              input_.begin() + static_cast<std::ptrdiff_t>(input_end_),
              input_.begin());
    input_end_ -= input_begin_;
    input_begin_ = 0;
  }
  TERCET_CHECK(input_end_ < input_.size());
  return MutableByteView(input_).subspan(input_end_);
}

TlsSession::Step TlsSession::failed_or_waiting(int returned) {
  switch (SSL_get_error(connection_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return Step::want_input;
    case SSL_ERROR_ZERO_RETURN:
      return Step::ended;
    default:
      break;
  }
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  const bool by_us = ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED ||
                     ERR_GET_REASON(code) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
  failure_ = Error(by_us ? Errc::denied : Errc::link_closed,
                   std::string("TLS: ") + (reason != nullptr ? reason : "failed"));
  if (by_us) {
    const long verdict = SSL_get_verify_result(connection_.get());
    if (verdict != X509_V_OK) {
      failure_ = Error(Errc::denied,
                       std::string("TLS: the peer's certificate is refused: ") +
                           X509_verify_cert_error_string(verdict));
    }
  }
  ERR_clear_error();
  return Step::failed;
}

TlsInfo TlsSession::describe() const {
  TlsInfo info;
  info.protocol = SSL_get_version(connection_.get());
  info.cipher = SSL_get_cipher_name(connection_.get());
  info.resumed = SSL_session_reused(connection_.get()) == 1;
  const X509* certificate = SSL_get0_peer_certificate(connection_.get());
  if (certificate != nullptr) {
    describe_certificate(certificate, info);
    info.peer_verified = SSL_get_verify_result(connection_.get()) == X509_V_OK &&
                         SSL_get_verify_mode(connection_.get()) != SSL_VERIFY_NONE;
  }
  if (SSL_version(connection_.get()) == TLS1_3_VERSION) {
    info.channel_binding.resize(kBindingBytes);
    if (SSL_export_keying_material(connection_.get(),
                                   info.channel_binding.data(),
                                   info.channel_binding.size(),
                                   kBindingLabel.data(),
                                   kBindingLabel.size(),
                                   nullptr,
                                   0,
                                   0) != 1) {
      info.channel_binding.clear();
    }
  }
  return info;
}

}  // namespace tercet::detail
