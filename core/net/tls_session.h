#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <openssl/ssl.h>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/net/byte_stream.h"

namespace tercet::detail {

/// One TLS connection without its socket: bytes from the wire go in, bytes for the wire come out.
/// A few records of several writes leave together; nothing is copied that OpenSSL does not copy.
class TlsSession {
 public:
  enum class Step : std::uint8_t {
    done,
    want_input,  ///< send what is in outgoing(), then feed more
    ended,       ///< the peer closed in order
    failed,      ///< see failure(); outgoing() may hold an alert
  };

  /// `context` outlives the session.
  TlsSession(SSL_CTX* context, bool server);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  SSL* native() const { return connection_.get(); }

  Step handshake();
  /// `count` is set when done.
  Step read(MutableByteView into, std::size_t& count);
  /// Encrypts all of `from` into outgoing().
  Step write(ByteView from);
  /// Puts the closing message into outgoing().
  void end();

  /// Whether something that came from the wire is still to be read.
  bool holds_input() const;
  /// Frees the buffer for input, if it is empty.
  void give_input_back();

  /// Room for bytes from the wire; only when a step wanted input.
  MutableByteView input_room();

  void input_added(std::size_t count) { input_end_ += count; }

  std::vector<std::uint8_t>& outgoing() { return outgoing_; }

  const Error& failure() const { return failure_; }

  /// After the handshake.
  TlsInfo describe() const;

 private:
  class Bio;
  friend class Bio;

  Step failed_or_waiting(int returned);

  class FreeSsl {
   public:
    void operator()(SSL* connection) const { SSL_free(connection); }
  };

  std::vector<std::uint8_t> outgoing_;
  std::vector<std::uint8_t> input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  Error failure_;
  std::unique_ptr<SSL, FreeSsl> connection_;
};

}  // namespace tercet::detail
