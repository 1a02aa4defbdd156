#pragma once

namespace tercet::node {

/// May a command that is past its end fail here? Not while a session of it runs, and not while this
/// node's vote for it is open: it may still be done.
template <class Rules>
constexpr bool may_expire(bool open_vote, bool session_runs) {
  return !session_runs && !(open_vote && Rules::no_expiry_over_open_vote);
}

}  // namespace tercet::node
