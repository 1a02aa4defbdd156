#include "proxy/coordinator/disagreement.h"

#include <cstddef>
#include <string>

namespace tercet::proxy {
namespace {

/// What only wrong messages lead to: some machine is corrupt, though not necessarily this node's.
bool is_about_messages(Errc code) {
  return code == Errc::protocol_abort || code == Errc::session_mismatch ||
         code == Errc::peer_malformed || code == Errc::seal_broken || code == Errc::crypto_failure;
}

}  // namespace

bool is_late_or_full(Errc code) {
  return code == Errc::timeout || code == Errc::peer_timeout || code == Errc::link_closed ||
         code == Errc::closed || code == Errc::overloaded;
}

Disagreement judge(const std::array<std::optional<Errc>, 3>& named) {
  std::size_t about_time = 0;
  std::size_t reasons = 0;
  Disagreement out;
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (!named[i]) {
      continue;
    }
    if (is_late_or_full(*named[i])) {
      ++about_time;
      continue;
    }
    ++reasons;
    out.alone = Dissent{static_cast<mpc::PartyIndex>(i + 1), *named[i]};
  }
  if (reasons > 1) {
    out.alone.reset();
  } else if (reasons == 1) {
    out.code = is_about_messages(out.alone->reason) ? Errc::internal : Errc::peer_aborted;
  } else if (about_time > 0) {
    out.code = Errc::timeout;
  }
  return out;
}

Error Disagreement::error() const {
  if (code == Errc::timeout) {
    return Error(code, "ask the nodes: they did not do it in time");
  }
  if (alone) {
    return Error(code,
                 "ask the nodes: node " + std::to_string(mpc::number(alone->node)) +
                     " alone refuses: " + std::string(errc_name(alone->reason)));
  }
  return Error(code, "ask the nodes: no two of them give the same answer");
}

}  // namespace tercet::proxy
