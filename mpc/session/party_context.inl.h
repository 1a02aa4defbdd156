#pragma once

#include <algorithm>

#include "mpc/session/party_context.h"

/// Definitions of the templates in party_context.h; included by product .cpp files and by tests
/// with weakened twins.
namespace tercet::mpc {

inline constexpr std::size_t kTranscriptBytes = 32;

template <class Defences>
void send_message(Party& party, const Round& round, Side to, ByteView payload) {
  Bytes message;
  message.reserve(kTranscriptBytes + payload.size());
  message.insert(message.end(), round.transcript.begin(), round.transcript.end());
  message.insert(message.end(), payload.begin(), payload.end());
  party.channel().send(party.peer(to), round.step, std::move(message));
}

template <class Defences>
Task<Result<Bytes>> receive_message(Party& party, Round round, Side from, std::size_t size) {
  if (!party.accepts(round)) {
    co_return party.drop(
        Error(Errc::protocol_abort, "receive a message: its round lies before a barrier"));
  }
  Result<Bytes> received = co_await party.channel().receive(party.peer(from), round.step);
  if (!received) {
    co_return party.drop(std::move(received).error());
  }
  Bytes message = std::move(received).value();
  if (message.size() != kTranscriptBytes + size) {
    co_return party.drop(Error(Errc::peer_malformed, "receive a message: unexpected length"));
  }
  if constexpr (Defences::transcript) {
    if (!std::equal(round.transcript.begin(), round.transcript.end(), message.begin())) {
      co_return party.drop(
          Error(Errc::protocol_abort, "receive a message: the peer has opened other values"));
    }
  }
  message.erase(message.begin(), message.begin() + kTranscriptBytes);
  co_return message;
}

extern template void send_message<FullDefences>(Party&, const Round&, Side, ByteView);
extern template Task<Result<Bytes>> receive_message<FullDefences>(Party&, Round, Side, std::size_t);

}  // namespace tercet::mpc
