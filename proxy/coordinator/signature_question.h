#pragma once

#include <optional>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "proxy/coordinator/key_service.h"
#include "proxy/coordinator/node_set.h"

namespace tercet::proxy {

/// Asks the nodes about one request's signature and its key (protocol.md 9). Two nodes must give
/// the same answer. It may be asked beside other work, and its answer looked at afterwards.
/// Threads: the node set's executor. Not movable, as an Exchange.
class SignatureQuestion {
 public:
  explicit SignatureQuestion(NodeSet& nodes) : exchange_(nodes, mpc::wire::ProxyFrame::answer) {}

  /// Sends it; once. Errors: link_closed (fewer than two nodes are linked).
  Status ask(AuthenticateJob job, Deadline until);

  /// What two nodes have said so far; nothing while that may still come. Errors: what two nodes
  /// name; link_closed (two links are lost), internal (no two give the same answer).
  std::optional<Authenticity> answer() const;
  /// Waits for it. Errors: as above, and timeout.
  Task<Authenticity> wait(Deadline until);

 private:
  Exchange exchange_;
};

}  // namespace tercet::proxy
