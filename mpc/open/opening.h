#pragma once

#include <string_view>
#include <utility>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "mpc/session/party_context.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

template <class Defences>
struct OpeningProtocol;
template <class Defences>
struct CoinProtocol;

/// A value that both peers' equal copies stand behind. Only an opening makes one (rule P5).
template <class T>
class Checked {
 public:
  const T& get() const { return value_; }

  T take() && { return std::move(value_); }

 private:
  template <class Defences>
  friend struct OpeningProtocol;
  template <class Defences>
  friend struct CoinProtocol;

  explicit Checked(T value) : value_(std::move(value)) {}

  T value_;
};

/// Bytes that all three parties know.
class PublicBytes {
 public:
  PublicBytes() = default;

  explicit PublicBytes(Bytes value) : bytes(std::move(value)) {}

  ByteView view() const { return bytes; }

  std::size_t size() const { return bytes.size(); }

  Bytes bytes;
};

enum class Sealing : std::uint8_t {
  plain,
  first,  ///< under consent seals: the first opening of a session without agreement
};

inline constexpr std::size_t kOpenBytesMax = 1 << 20;

/// Opens masked bytes to all three parties and compares both copies of every byte before it
/// returns, so before anything that depends on them can be sent.
///
/// Source:  protocol.md 3 "Opening", 2 "Consent seal".  Hops: 1.  Sends: size bytes to each peer.
/// Shapes:  1 <= masked.size() <= kOpenBytesMax, equal at all parties (checked).
/// Secret:  the components are; the result is public (each mask is used once).
/// Errors:  those of receive_message; protocol_abort if the copies differ; seal_broken. All drop
///          the session.
template <class Defences = FullDefences>
Task<Result<Checked<PublicBytes>>> open_bytes(Party& party, ByteShares masked, Sealing sealing);

extern template Task<Result<Checked<PublicBytes>>> open_bytes<FullDefences>(Party& party,
                                                                            ByteShares masked,
                                                                            Sealing sealing);

}  // namespace tercet::mpc
