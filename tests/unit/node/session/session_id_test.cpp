// "Change it, and the sid changes", for everything that a session id must cover (protocol.md 2
// "Session id"). Each class is listed member by member: whoever adds one has to say here whether
// the sid covers it.

#include <set>

#include <gtest/gtest.h>

#include "mpc/session/agreement.h"
#include "mpc/session/party_context.h"
#include "node/keymaking/key_plan.h"
#include "node/link/peer_frames.h"
#include "node/session/agreement.h"
#include "node/session/proxy_sid.h"
#include "tests/support/every_change.h"

namespace tercet::test {

// The sessions under agreement.

template <>
struct Members<mpc::SessionIdentity> {
  static auto of(mpc::SessionIdentity& it) {
    auto& [cluster, operation, set, membership, generations, names, opener, plan, materials] = it;
    return std::tie(
        cluster, operation, set, membership, generations, names, opener, plan, materials);
  }
};

template <>
struct Members<node::Trio> {
  static auto of(node::Trio& it) {
    auto& [membership, generations, names] = it;
    return std::tie(membership, generations, names);
  }
};

template <>
struct Members<node::ProposedVectors> {
  static auto of(node::ProposedVectors& it) {
    auto& [lease, batch, first, count] = it;
    return std::tie(lease, batch, first, count);
  }
};

template <>
struct Members<node::Proposal> {
  static auto of(node::Proposal& it) {
    auto& [kind, set, opener, nonce, with_contributions, vectors, lifetime_ms, plan] = it;
    return std::tie(kind, set, opener, nonce, with_contributions, vectors, lifetime_ms, plan);
  }
};

template <>
struct Members<node::KeyUsage> {
  static auto of(node::KeyUsage& it) {
    auto& [encrypt, decrypt] = it;
    return std::tie(encrypt, decrypt);
  }
};

template <>
struct Members<node::KeyTerms> {
  static auto of(node::KeyTerms& it) {
    auto& [store, usage, framing, enabled] = it;
    return std::tie(store, usage, framing, enabled);
  }
};

template <>
struct Members<node::KeyPlan> {
  static auto of(node::KeyPlan& it) {
    auto& [command, document, key, version, terms, before] = it;
    return std::tie(command, document, key, version, terms, before);
  }
};

// The sessions that a proxy opens in its lease.

template <>
struct Members<mpc::wire::VectorStart> {
  static auto of(mpc::wire::VectorStart& it) {
    auto& [batch, first] = it;
    return std::tie(batch, first);
  }
};

template <>
struct Members<mpc::wire::KeyFacts> {
  static auto of(mpc::wire::KeyFacts& it) {
    auto& [enabled, may_encrypt, may_decrypt, framing] = it;
    // The others are judged by each node when the request comes; they change nothing in the
    // session.
    return std::tie(framing);
  }
};

template <>
struct Members<node::KeyEntry> {
  static auto of(node::KeyEntry& it) {
    auto& [id, store, facts, version, also_encrypts, epoch, derived, material] = it;
    // The material is that of `derived`; which other version encrypts too, nodes find out one by
    // one.
    return std::tie(id, store, facts, version, epoch, derived);
  }
};

template <>
struct Members<node::ProxySessionFacts> {
  static auto of(node::ProxySessionFacts& it) {
    auto& [kind, lease, counter, request, key, vectors, vector_count, material, number] = it;
    return std::tie(kind, lease, counter, request, key, vectors, vector_count, material, number);
  }
};

// Requests: all but ticket and remaining time, which differ between nodes.

template <>
struct Members<mpc::wire::ProxiedRequest> {
  static auto of(mpc::wire::ProxiedRequest& it) {
    auto& [method, target, headers, body_sha256, body] = it;
    return std::tie(method, target, headers, body_sha256, body);
  }
};

template <>
struct Members<mpc::wire::CallerFacts> {
  static auto of(mpc::wire::CallerFacts& it) {
    auto& [principal_arn, kms_key_arn, kms_operation, kms_request_id, via_service] = it;
    return std::tie(principal_arn, kms_key_arn, kms_operation, kms_request_id, via_service);
  }
};

template <>
struct Members<mpc::wire::MakeSlots> {
  static auto of(mpc::wire::MakeSlots& it) {
    auto& [ticket, remaining_ms, lease, counter, key, store, version, count, blocks, vectors] = it;
    return std::tie(lease, counter, key, store, version, count, blocks, vectors);
  }
};

template <>
struct Members<mpc::wire::EncryptRequest> {
  static auto of(mpc::wire::EncryptRequest& it) {
    auto& [ticket, remaining_ms, lease, counter, request, slot, number, aad, text, value, caller] =
        it;
    return std::tie(lease, counter, request, slot, number, aad, text, value, caller);
  }
};

template <>
struct Members<mpc::wire::DecryptRequest> {
  static auto of(mpc::wire::DecryptRequest& it) {
    auto& [ticket, remaining_ms, lease, counter, request, vectors, remembered] = it;
    return std::tie(lease, counter, request, vectors, remembered);
  }
};

namespace {

/// After every change of a part of `input` the id is one that was not seen before.
template <class Input, class IdOf>
void expect_covers_all_of(Input input, const IdOf& id_of) {
  std::set<SessionId> seen = {id_of(input)};
  std::size_t change = 0;
  with_every_change(input, [&] {
    ++change;
    EXPECT_TRUE(seen.insert(id_of(input)).second) << "change " << change << " made no other sid";
  });
  EXPECT_GT(change, 1U);
}

using Nonces = std::array<mpc::AgreementNonce, 3>;

class SidOfAnAgreement : public ::testing::Test {
 protected:
  static mpc::SessionIdentity identity() {
    mpc::SessionIdentity out;
    out.operation = "batch";
    out.opener = "proxy-1";
    out.plan = Bytes(8, 1);
    out.materials = {Bytes(8, 2), Bytes(8, 3)};
    return out;
  }

  static node::Proposal proposal() {
    node::Proposal out;
    out.opener = "node-1";
    out.vectors.count = 4;  // else there is no material
    out.plan = Bytes(8, 1);
    return out;
  }

  static SessionId sid_of(const node::Proposal& proposal,
                          const node::Trio& trio,
                          const ClusterId& cluster = ClusterId()) {
    return mpc::session_id(node::AgreementRunner::identity(cluster, proposal, trio), Nonces());
  }
};

TEST_F(SidOfAnAgreement, CoversTheWholeIdentity) {
  expect_covers_all_of(identity(), [](const mpc::SessionIdentity& identity) {
    return mpc::session_id(identity, Nonces());
  });
}

TEST_F(SidOfAnAgreement, CoversTheNonceOfEachNode) {
  expect_covers_all_of(Nonces(),
                       [](const Nonces& nonces) { return mpc::session_id(identity(), nonces); });
}

TEST_F(SidOfAnAgreement, CoversTheWholeIdentityBeforeThereAreNonces) {
  expect_covers_all_of(
      identity(), [](const mpc::SessionIdentity& identity) { return identity.proposal_hash(); });
}

/// Else two different lists of materials, or texts, could have one encoding.
TEST_F(SidOfAnAgreement, TellsWhereAPartEnds) {
  mpc::SessionIdentity left = identity();
  mpc::SessionIdentity right = identity();
  left.materials = {Bytes(1, 7), Bytes(2, 7)};
  right.materials = {Bytes(2, 7), Bytes(1, 7)};
  EXPECT_NE(left.proposal_hash(), right.proposal_hash());
  left = right = identity();
  left.operation = "ab";
  left.opener = "c";
  right.operation = "a";
  right.opener = "bc";
  EXPECT_NE(left.proposal_hash(), right.proposal_hash());
}

TEST_F(SidOfAnAgreement, CoversTheWholeProposal) {
  expect_covers_all_of(
      proposal(), [](const node::Proposal& proposal) { return sid_of(proposal, node::Trio()); });
}

TEST_F(SidOfAnAgreement, CoversGenerationsAndPairSecretsOfAllThatTakePart) {
  expect_covers_all_of(node::Trio(),
                       [](const node::Trio& trio) { return sid_of(proposal(), trio); });
}

TEST_F(SidOfAnAgreement, CoversTheCluster) {
  expect_covers_all_of(ClusterId(), [](const ClusterId& cluster) {
    return sid_of(proposal(), node::Trio(), cluster);
  });
}

TEST_F(SidOfAnAgreement, CoversTheWholePlanOfAKeySession) {
  expect_covers_all_of(node::KeyPlan(), [](const node::KeyPlan& plan) {
    node::Proposal about = proposal();
    about.kind = node::SessionKind::key_command;
    about.plan = plan.encode();
    return sid_of(about, node::Trio());
  });
}

TEST(SidOfAStep, CoversSessionKeyVersionAndStep) {
  using Inputs = std::pair<std::pair<SessionId, KeyId>, std::pair<KeyVersion, std::string>>;
  expect_covers_all_of(Inputs(), [](const Inputs& of) {
    return mpc::step_sid(of.first.first, of.first.second, of.second.first, of.second.second);
  });
}

class SidInALease : public ::testing::Test {
 protected:
  static node::ProxySessionFacts facts() {
    node::ProxySessionFacts out(node::ProxySession::slots, LeaseId(), SessionCounter(7));
    out.request = Bytes(8, 1);
    return out;
  }

  static mpc::wire::ProxiedRequest proxied() {
    mpc::wire::ProxiedRequest out;
    out.method = "POST";
    out.target = "/keys/k/decrypt";
    out.headers = {{"host", "proxy"}, {"x-amz-date", "20260101T000000Z"}};
    out.body = Bytes(8, 1);
    return out;
  }

  template <class Request>
  static SessionId sid_of(const Request& request) {
    node::ProxySessionFacts with_request = facts();
    with_request.request = node::covered_request(request);
    return node::proxy_session_id(with_request);
  }

  /// All of it but what differs between nodes.
  template <class Request>
  static void expect_covers_request(Request request) {
    expect_covers_all_of(request, [](const Request& changed) { return sid_of(changed); });
    const SessionId before = sid_of(request);
    request.ticket += 1;
    request.remaining_ms += 1;
    EXPECT_EQ(sid_of(request), before);
  }
};

TEST_F(SidInALease, CoversLeaseCounterRequestKeyPlanAndMaterial) {
  expect_covers_all_of(facts(), [](const node::ProxySessionFacts& changed) {
    return node::proxy_session_id(changed);
  });
}

TEST_F(SidInALease, CoversTheWholeRequestForSlots) {
  expect_covers_request(mpc::wire::MakeSlots());
}

TEST_F(SidInALease, CoversTheWholeEncryptRequest) {
  mpc::wire::EncryptRequest request;
  request.request = proxied();
  request.request.body.reset();
  expect_covers_request(request);
}

TEST_F(SidInALease, CoversTheWholeDecryptRequest) {
  mpc::wire::DecryptRequest request;
  request.request = proxied();
  expect_covers_request(request);
}

}  // namespace
}  // namespace tercet::test
