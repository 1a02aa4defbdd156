// Link set-up (protocol.md 2): what a node refuses before the link carries any session.

#include <functional>

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/random/deterministic.h"
#include "node/link/link_setup.inl.h"
#include "tests/support/memory_link.h"
#include "tests/support/memory_network.h"
#include "tests/support/test_members.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using node::Confirm;
using node::Hello;
using node::LinkIdentity;
using node::LinkSetup;
using node::PeerFrame;
using node::PeerRecord;
using node::SetupOutcome;

GenerationId generation_numbered(std::uint8_t value) {
  std::array<std::uint8_t, GenerationId::kBytes> bytes{};
  bytes.fill(value);
  return GenerationId(bytes);
}

Frame frame_of(PeerFrame type, Bytes body) {
  return Frame(static_cast<std::uint8_t>(type), std::move(body));
}

/// The same link without what TLS gives to sign.
class Unbound final : public FrameLink {
 public:
  explicit Unbound(FrameLink& inner) : inner_(inner) {}

  Status send(Frame frame) override { return inner_.send(std::move(frame)); }

  Task<Result<Frame>> receive() override { return inner_.receive(); }

  void close() noexcept override { inner_.close(); }

  const std::string& peer_name() const override { return inner_.peer_name(); }

  ByteView channel_binding() const override { return {}; }

 private:
  FrameLink& inner_;
};

/// P1 sets a link up with whoever holds the far end.
class LinkSetupTest : public ::testing::Test {
 protected:
  using Links = std::pair<std::unique_ptr<FrameLink>, std::unique_ptr<FrameLink>>;

  Links join() {
    MemoryLinkEnd near(std::make_shared<StampedParty>(), "node-1");
    MemoryLinkEnd far(std::make_shared<StampedParty>(), "node-2");
    return make_memory_link(context_.get_executor(), std::move(near), std::move(far));
  }

  /// Begins P1's side; it runs when the context does.
  void begin(FrameLink& link) {
    setup_.emplace(link, record_, identity_, random_);
    begin(*setup_, link, generation_numbered(1), outcome_);
  }

  void begin(LinkSetup& setup,
             FrameLink& link,
             const GenerationId& own,
             std::optional<Result<SetupOutcome>>& into) {
    const Deadline soon = Deadline::in(real_clock(), Milliseconds(20000));
    asio::co_spawn(context_,
                   detail::store_result<SetupOutcome>(setup.run(own, 0, soon), into),
                   [&link, &into](std::exception_ptr /*none*/) {
                     if (!into->ok()) {
                       link.close();  // as the hub does
                     }
                   });
  }

  /// P1 with a real P2, whose side `change` may spoil.
  void run_with_p2(const std::function<void(LinkIdentity&)>& change) {
    Links links = join();
    LinkIdentity identity_2 = TestMembers::get().identity(PartyIndex::p2);
    change(identity_2);
    PeerRecord record_2(PartyIndex::p1);
    LinkSetup setup_2(*links.second, record_2, identity_2, random_);
    begin(*links.first);
    begin(setup_2, *links.second, generation_numbered(2), outcome_2_);
    context_.run();
  }

  /// Whatever comes on `from` goes on to `to`.
  static Task<void> pass_on(FrameLink& from, FrameLink& to) {
    for (;;) {
      Result<Frame> frame = co_await from.receive();
      if (!frame || !to.send(std::move(frame).value()).ok()) {
        to.close();
        co_return;
      }
    }
  }

  /// P1's side ended with this refusal, and nothing of the peer was kept.
  void expect_refused(Errc code) {
    ASSERT_TRUE(outcome_.has_value());
    ASSERT_FALSE(outcome_->ok());
    EXPECT_EQ(outcome_->error().code(), code) << outcome_->error().to_string();
    EXPECT_EQ(record_.secret(), nullptr);
    EXPECT_FALSE(record_.generation().has_value());
  }

  asio::io_context context_{1};
  DeterministicRandom random_{as_bytes("link set-up")};
  LinkIdentity identity_ = TestMembers::get().identity(PartyIndex::p1);
  PeerRecord record_{PartyIndex::p2};
  std::optional<LinkSetup> setup_;
  std::optional<Result<SetupOutcome>> outcome_;
  std::optional<Result<SetupOutcome>> outcome_2_;
};

TEST_F(LinkSetupTest, NodesOfOneClusterFileGetASecret) {
  run_with_p2([](LinkIdentity& /*as it is*/) {});
  ASSERT_TRUE(outcome_->ok()) << outcome_->error().to_string();
  ASSERT_TRUE(outcome_2_->ok()) << outcome_2_->error().to_string();
  EXPECT_NE(record_.secret(), nullptr);
  EXPECT_EQ(setup_->version(), node::kPeerVersionHighest);
}

TEST_F(LinkSetupTest, AnotherSigningKeyIsRefused) {
  run_with_p2(
      [](LinkIdentity& p2) { p2.signing_key = &TestMembers::get().signing_key(PartyIndex::p3); });
  expect_refused(Errc::denied);
}

/// A node that was not told of a change of the membership; the word names both numbers.
TEST_F(LinkSetupTest, AnotherMembershipIsRefusedAtBoth) {
  run_with_p2([](LinkIdentity& p2) { p2.membership.number = MembershipNumber(2); });
  expect_refused(Errc::denied);
  EXPECT_NE(outcome_->error().what().find("membership 2 of the cluster, this node 1"),
            std::string::npos);
  EXPECT_EQ(outcome_2_->error().code(), Errc::denied);
}

TEST_F(LinkSetupTest, AnotherClusterIsRefused) {
  run_with_p2([](LinkIdentity& p2) {
    p2.cluster = ClusterId(std::array<std::uint8_t, ClusterId::kBytes>{1});
  });
  expect_refused(Errc::denied);
}

/// The names are signed: a node under another name is another node.
TEST_F(LinkSetupTest, AnotherNameOfTheSameNodeIsRefused) {
  run_with_p2([](LinkIdentity& p2) { p2.membership.members[1].node_id = "node-4"; });
  expect_refused(Errc::denied);
}

TEST_F(LinkSetupTest, ALinkWithNothingToSignIsRefused) {
  const Links links = join();
  Unbound unbound(*links.first);
  begin(unbound);
  context_.run();
  expect_refused(Errc::denied);
}

/// Whoever passes HELLO and CONFIRM on between two connections cannot pass the signature on.
TEST_F(LinkSetupTest, ARelayBetweenTwoConnectionsIsRefused) {
  const Links near = join();
  const Links far = join();
  const LinkIdentity identity_2 = TestMembers::get().identity(PartyIndex::p2);
  PeerRecord record_2(PartyIndex::p1);
  LinkSetup setup_2(*far.second, record_2, identity_2, random_);
  begin(*near.first);
  begin(setup_2, *far.second, generation_numbered(2), outcome_2_);
  asio::co_spawn(context_, pass_on(*near.second, *far.first), asio::detached);
  asio::co_spawn(context_, pass_on(*far.first, *near.second), asio::detached);
  context_.run();
  expect_refused(Errc::denied);
  EXPECT_EQ(outcome_2_->error().code(), Errc::denied);
}

TEST_F(LinkSetupTest, ASessionFrameBeforeTheSetUpIsRefused) {
  for (const bool after_hello : {false, true}) {
    const Links links = join();
    begin(*links.first);
    if (after_hello) {
      Hello hello;
      hello.sender = 2;
      hello.generations.emplace_back().contribution = SecretBytes(node::kContributionBytes);
      ASSERT_TRUE(links.second->send(frame_of(PeerFrame::hello, hello.encode())).ok());
    }
    ASSERT_TRUE(links.second->send(frame_of(PeerFrame::session, Bytes(64))).ok());
    context_.restart();
    context_.run();
    expect_refused(Errc::peer_malformed);
  }
}

/// A peer in a refresh offers two generations; one that knows of no refresh has a secret with the
/// old one only.
class PeerInARefresh : public LinkSetupTest {
 protected:
  /// What P2 says; P1 judges it. `offers` are what its HELLO has, `met` the one that it confirms.
  void run_with_offers(std::vector<node::OfferedGeneration> offers, std::size_t met) {
    const Links links = join();
    begin(*links.first);
    Hello hello;
    hello.sender = 2;
    hello.generations = std::move(offers);
    const Bytes sent = hello.encode();
    ASSERT_TRUE(links.second->send(frame_of(PeerFrame::hello, sent)).ok());
    Result<Frame> first = block_on(context_, links.second->receive());
    ASSERT_TRUE(first.ok());
    const Hello of_p1 = Hello::decode(first->body).value();
    const LinkIdentity identity = TestMembers::get().identity(PartyIndex::p2);
    const SecretBytes derived = node::detail::derive(
        identity, PartyIndex::p1, hello.generations[met], of_p1.generations.front());
    node::detail::SetupTranscript transcript(
        identity, PartyIndex::p1, links.second->channel_binding());
    transcript.set_hellos(sent, first->body);
    Confirm confirm;
    const SecretBytes key = SecretBytes::copy_of(derived.expose(SecretAccess::grant()).last(32));
    confirm.macs.push_back(transcript.mac(key, PartyIndex::p2));
    confirm.signature = identity.signing_key->sign(transcript.signed_text(PartyIndex::p2, false));
    ASSERT_TRUE(links.second->send(frame_of(PeerFrame::confirm, confirm.encode())).ok());
    context_.restart();
    context_.run();
  }

  node::OfferedGeneration offer(std::uint8_t generation, const SessionId& refresh) {
    node::OfferedGeneration out;
    out.generation = generation_numbered(generation);
    out.refresh = refresh;
    out.challenge = random_.array<16>();
    out.contribution = SecretBytes::random(node::kContributionBytes, random_);
    return out;
  }

  std::vector<node::OfferedGeneration> two_offers() {
    std::vector<node::OfferedGeneration> offers;
    offers.push_back(offer(2, SessionId()));
    offers.push_back(offer(3, refresh_));
    return offers;
  }

  const SessionId refresh_{random_.array<32>()};
};

TEST_F(PeerInARefresh, IsMetInItsOldGenerationOnly) {
  run_with_offers(two_offers(), 0);
  ASSERT_TRUE(outcome_->ok()) << outcome_->error().to_string();
  EXPECT_EQ(record_.generation(), generation_numbered(2));
}

TEST_F(PeerInARefresh, CannotConfirmForItsNewGeneration) {
  run_with_offers(two_offers(), 1);
  expect_refused(Errc::protocol_abort);
}

TEST_F(PeerInARefresh, IsRefusedWithoutAGenerationOfTheSameRefresh) {
  std::vector<node::OfferedGeneration> offers = two_offers();
  offers.erase(offers.begin());
  run_with_offers(std::move(offers), 0);
  expect_refused(Errc::wrong_state);
}

}  // namespace
}  // namespace tercet::test
