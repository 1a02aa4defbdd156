#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "mpc/wire/proxy_messages.h"
#include "node/model/membership.h"

namespace tercet::node {

/// One key store as the cluster file declares it.
class StorePolicy {
 public:
  StorePolicy() = default;
  std::string name;
  std::string uri_path;  ///< base path, as KMS calls it
  std::vector<std::string> regions;
  std::vector<std::string> access_key_ids;
};

/// What a NodeService is told once. The defaults are those of the product.
class NodeServiceOptions {
 public:
  NodeServiceOptions() = default;

  mpc::PartyIndex self = mpc::PartyIndex::p1;
  ClusterId cluster;
  std::string node_id;  ///< "node-1"
  Membership membership;
  std::vector<StorePolicy> stores;
  KeyId health_key;
  bool has_health_key = false;
  std::vector<std::string> proxies;  ///< certificate names that may open leases

  std::uint32_t batch_vectors = 1U << 16U;  ///< protocol.md 4: at least 2^16
  std::uint32_t batches_per_lease = 16;     ///< full ones kept in stock, if its proxy wants so many
  std::uint32_t batches_of_own_lease = 1;   ///< of the nodes' own lease
  double lease_proposals_per_proxy_second = 2;
  std::uint32_t remembered_per_lease = 16'384;  ///< ciphertexts; 0: none
  double cold_decrypts_per_key_second = 500;    ///< rule X11
  double signed_requests_per_store_second = 5000;
  double health_checks_per_proxy_second = 10;
  double slot_sessions_per_lease_second = 500;
  Milliseconds proxy_silence = mpc::wire::kLinkSilence;
  Milliseconds lease_grace{5000};  ///< after the owner's link closed
  Milliseconds agreement_limit{5000};
  Milliseconds request_limit{2000};
  Milliseconds slots_limit{5000};
  Milliseconds batch_limit{60000};
  bool beats = true;  ///< false in tests that count hops: they call beat() themselves
};

}  // namespace tercet::node
