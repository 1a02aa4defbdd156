#pragma once

#include <memory>

#include "mpc/prf/pair_secret.h"
#include "node/link/digest_exchange.h"
#include "node/model/digest_index.h"

namespace tercet::node {

/// What one link compares: this node's indices, the components under the digest key of the pair, so
/// that only its two nodes can tell anything from the tags. Lives as long as the link.
/// Threads: the service's executor only.
class LinkDigests {
 public:
  /// The indices outlive it.
  LinkDigests(const DigestIndex& commands,
              const DigestIndex& settled,
              const DigestIndex& components,
              std::shared_ptr<const mpc::PairSecret> pair);
  LinkDigests(const LinkDigests&) = delete;
  LinkDigests& operator=(const LinkDigests&) = delete;

  DigestExchange& exchange() { return exchange_; }

  const DigestExchange& exchange() const { return exchange_; }

 private:
  DigestView commands_;
  DigestView settled_;
  DigestView components_;
  DigestExchange exchange_;
};

}  // namespace tercet::node
