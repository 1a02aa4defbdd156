#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/key_pin.h"
#include "core/time/clock.h"

namespace tercet {

/// What TLS established about a connection. Immutable after the handshake.
class TlsInfo {
 public:
  TlsInfo() = default;
  std::string protocol;  ///< "TLSv1.3"
  std::string cipher;    ///< OpenSSL's name
  bool resumed = false;
  bool peer_verified = false;          ///< the peer showed a certificate that passed every check
  std::string common_name;             ///< subject CN of the peer's certificate, or empty
  std::string role;                    ///< subject OU: "node", "proxy", "admin", or empty
  std::vector<std::string> dns_names;  ///< DNS names in subjectAltName
  std::int64_t peer_expires_unix = 0;  ///< notAfter of the peer's certificate
  std::optional<KeyPin> peer_key;      ///< pin of the key in the peer's certificate
  Bytes
      channel_binding;  ///< TLS 1.3: 32 bytes of its exporter (RFC 8446 7.5), the same at both ends
};

/// An ordered stream of bytes to one other process: TCP, or TLS on it. Everything above sees only
/// this. One read and one write may be under way at the same time, each from its own task.
/// Deadlines: the operation ends with `timeout`. Cancelling a task that waits here ends the wait
/// with `closed`; a cancelled or late *read* leaves the stream as it was, a *write* leaves it
/// closed.
/// Threads: one executor. Lifetime: no operation may be under way when the stream is destroyed.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// At least one byte, at most into.size() (> 0); 0 means that the peer ended the stream in order.
  /// Errors: timeout, closed, link_closed (reset, or TLS cut off without its closing message).
  virtual Task<Result<std::size_t>> read_some(MutableByteView into, Deadline until) = 0;
  /// Until there is something to read, or nothing more will come, without a buffer for it: for
  /// streams that are idle for long. Errors: timeout, closed, link_closed.
  virtual Task<Status> wait_readable(Deadline until) = 0;
  /// All of `from`, which the caller keeps until then. Errors: timeout, closed, link_closed.
  virtual Task<Status> write_all(ByteView from, Deadline until) = 0;
  /// Ends our side, then discards what still arrives until the peer ends its side or `until`, so
  /// that the last answer is not lost to a reset. No write may be under way.
  virtual Task<void> close(Deadline until) = 0;
  /// Ends both sides now; waiting operations end with link_closed. Harmless when repeated.
  virtual void abort() noexcept = 0;
  /// The common name in the peer's verified certificate; without one its address.
  virtual const std::string& peer_name() const = 0;
  /// Null on plain TCP.
  virtual std::shared_ptr<const TlsInfo> tls_info() const = 0;
  /// "192.0.2.1:4711", for logs.
  virtual const std::string& remote_address() const = 0;
  /// The kernel's smoothed round-trip time; zero if unknown.
  virtual std::chrono::microseconds smoothed_rtt() const = 0;
  /// From accept to the end of the handshake (server side); zero otherwise.
  virtual Milliseconds setup_time() const = 0;
};

}  // namespace tercet
