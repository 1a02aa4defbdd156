// Attack 15 of protocol.md 13 by somebody who has a node's TLS key, or the link authority's and
// sits between two nodes, but no signing key: HELLOs that say that generations are over.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/log/log.h"
#include "core/random/deterministic.h"
#include "node/link/link_setup.inl.h"
#include "node/link/peer_hub.h"
#include "tests/support/memory_link.h"
#include "tests/support/memory_network.h"
#include "tests/support/test_members.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using node::BasicLinkSetup;
using node::Confirm;
using node::Hello;
using node::LinkIdentity;
using node::PeerFrame;
using node::PeerHub;
using node::PeerRecord;
using node::SetupOutcome;

GenerationId numbered(std::uint8_t value) {
  std::array<std::uint8_t, GenerationId::kBytes> bytes{};
  bytes.fill(value);
  return GenerationId(bytes);
}

struct VerdictOnHello : node::FullLinkDefences {
  static constexpr bool confirm_before_verdict = false;
};

/// What he says of himself; he knows the generations, which are no secret.
class Forgery {
 public:
  explicit Forgery(RandomSource& random) {
    offer.generation = numbered(2);
    offer.session_count = 100;
    offer.known = numbered(1);
    offer.challenge = random.array<16>();
    offer.contribution = SecretBytes::random(node::kContributionBytes, random);
  }

  Hello hello() {
    Hello hello;
    hello.sender = 2;
    hello.generations.push_back(std::move(offer));
    return hello;
  }

  node::OfferedGeneration offer;
};

using Links = std::pair<std::unique_ptr<FrameLink>, std::unique_ptr<FrameLink>>;

Links join(asio::io_context& context) {
  MemoryLinkEnd near(std::make_shared<StampedParty>(), "node-1");
  MemoryLinkEnd far(std::make_shared<StampedParty>(), "node-2");
  return make_memory_link(context.get_executor(), std::move(near), std::move(far));
}

/// Says it, and a CONFIRM with all that he has: no key of node 2.
void say(FrameLink& link, Forgery forgery) {
  const Bytes hello = forgery.hello().encode();
  Confirm confirm;
  confirm.macs.emplace_back();
  confirm.receiver_over = true;
  const SigningKey& not_of_node_2 = TestMembers::get().signing_key(PartyIndex::p3);
  confirm.signature = not_of_node_2.sign(hello);
  ASSERT_TRUE(link.send(Frame(static_cast<std::uint8_t>(PeerFrame::hello), hello)).ok());
  ASSERT_TRUE(
      link.send(Frame(static_cast<std::uint8_t>(PeerFrame::confirm), confirm.encode())).ok());
}

/// A session count of the past; an echo that P1 never made, or of before what it saw last; a
/// generation that is over.
std::vector<Forgery> forgeries(RandomSource& random) {
  std::vector<Forgery> out;
  out.emplace_back(random).offer.session_count = 0;
  out.emplace_back(random).offer.echo = random.array<16>();
  out.emplace_back(random);  // without an echo
  out.emplace_back(random).offer.generation = numbered(9);
  return out;
}

/// P1 has met P2, whose generation 9 is over.
template <class Defences>
class ForgedHello : public ::testing::Test {
 protected:
  using Setup = BasicLinkSetup<Defences>;

  void SetUp() override {
    PeerRecord before(PartyIndex::p1);
    meet(before, 9);
    PeerRecord now(PartyIndex::p1);
    meet(now, 2);
    meet(now, 2);  // with an echo
    ASSERT_EQ(record_.generation(), numbered(2));
    ASSERT_TRUE(record_.has_ended(numbered(9)));
  }

  /// P2 comes in that generation, with what it knows of P1.
  void meet(PeerRecord& record_2, std::uint8_t generation) {
    const Links links = join(context_);
    const LinkIdentity identity_2 = TestMembers::get().identity(PartyIndex::p2);
    Setup setup(*links.first, record_, identity_, random_);
    Setup setup_2(*links.second, record_2, identity_2, random_);
    std::optional<Result<SetupOutcome>> outcome_2;
    asio::co_spawn(
        context_,
        detail::store_result<SetupOutcome>(setup_2.run(numbered(generation), 7, soon()), outcome_2),
        asio::detached);
    context_.restart();
    ASSERT_TRUE(block_on(context_, setup.run(numbered(1), 0, soon())).ok());
    context_.restart();
    context_.run();
  }

  static Deadline soon() { return Deadline::in(real_clock(), Milliseconds(20000)); }

  /// True if P1 would end a generation, its own or P2's.
  bool ends_a_generation(Forgery forgery) {
    context_.restart();
    const Links links = join(context_);
    say(*links.second, std::move(forgery));
    Setup setup(*links.first, record_, identity_, random_);
    EXPECT_FALSE(block_on(context_, setup.run(numbered(1), 0, soon())).ok());
    return setup.ended_generation() || setup.self_ended();
  }

  asio::io_context context_{1};
  DeterministicRandom random_{as_bytes("forged hello")};
  const LinkIdentity identity_ = TestMembers::get().identity(PartyIndex::p1);
  PeerRecord record_{PartyIndex::p2};
};

using Attack_15_ForgedHello = ForgedHello<node::FullLinkDefences>;
using Attack_15_VerdictOnHello = ForgedHello<VerdictOnHello>;

TEST_F(Attack_15_ForgedHello, EndsNoGeneration) {
  for (Forgery& forgery : forgeries(random_)) {
    EXPECT_FALSE(ends_a_generation(std::move(forgery)));
  }
}

TEST_F(Attack_15_VerdictOnHello, EndsGenerationsOfEitherNode) {
  for (Forgery& forgery : forgeries(random_)) {
    EXPECT_TRUE(ends_a_generation(std::move(forgery)));
  }
}

class NoKeys final : public node::KeyDirectory {
 public:
  std::optional<node::KeyEntry> find(const KeyId& /*key*/) const override { return std::nullopt; }

  std::optional<node::KeyEntry> find(const KeyId& /*key*/, KeyVersion /*version*/) const override {
    return std::nullopt;
  }

  std::vector<node::KeyEntry> list() const override { return {}; }

  Status open(node::KeyEntry& /*entry*/) override {
    return Error(Errc::not_found, "there are no keys");
  }

  const node::DigestIndex& settled() const override { return none_; }

  const node::DigestIndex& components(mpc::Side /*with*/) const override { return none_; }

  Status count_ivs(const KeyId& /*key*/, KeyVersion /*version*/, std::uint32_t /*n*/) override {
    return ok_status();
  }

 private:
  node::DigestIndex none_;
};

/// Takes no command of anybody.
class NoCommands final : public node::CommandExchange {
 public:
  const node::DigestIndex& digests() const override { return none_; }

  std::optional<Bytes> command(const CommandId& /*id*/) const override { return std::nullopt; }

  Result<std::optional<Bytes>> offer(ByteView /*document*/) override {
    return Error(Errc::not_authenticated, "nobody signed it");
  }

 private:
  node::DigestIndex none_;
};

/// One node's hub, and what it told its owner.
class HubOf {
 public:
  HubOf(asio::io_context& context, PartyIndex self) {
    PeerHub::Options options;
    options.self = self;
    options.membership = TestMembers::get().membership();
    options.signing_key = &TestMembers::get().signing_key(self);
    options.keys = &keys_;
    options.random = &random_;
    options.log = &log_;
    options.commands = &commands_;
    PeerHub::Events events;
    events.trust_changed = [this] { ++trust_changed; };
    events.own_generation_over = [this] { ++own_over; };
    events.proposal = [](PartyIndex, Bytes) {};
    events.link_changed = [](PartyIndex, bool) {};
    events.caught_up = [] {};
    events.key_differs = [](const KeyId&, PartyIndex) {};
    events.key_missing = [](const KeyId&, PartyIndex) {};
    events.session_unknown = [](PartyIndex, const SessionId&) {};
    hub.emplace(context.get_executor(), options, std::move(events));
    hub->set_generation(numbered(mpc::number(self)));
  }

  int trust_changed = 0;
  int own_over = 0;
  std::optional<PeerHub> hub;
  std::shared_ptr<MemoryLogSink> lines = std::make_shared<MemoryLogSink>();

 private:
  NoKeys keys_;
  NoCommands commands_;
  DeterministicRandom random_{as_bytes("hub")};
  Logger log_{"hub", lines};
};

/// The link of the two stands, and what they made together, whatever he says beside it.
TEST(Attack_15_ForgedHelloAtAHub, TheLinkOfTheNodesGoesOn) {
  asio::io_context context(1);
  HubOf p1(context, PartyIndex::p1);
  HubOf p2(context, PartyIndex::p2);
  p2.hub->set_session_count(7);
  Links nodes = join(context);
  asio::co_spawn(context, p1.hub->run_link(PartyIndex::p2, std::move(nodes.first)), asio::detached);
  asio::co_spawn(
      context, p2.hub->run_link(PartyIndex::p1, std::move(nodes.second)), asio::detached);
  while (!p1.hub->link_up(PartyIndex::p2)) {
    context.run_one();
  }
  p2.hub->beat();
  const int trusted = p1.trust_changed;
  DeterministicRandom random(as_bytes("him"));
  for (Forgery& forgery : forgeries(random)) {
    Links his = join(context);
    say(*his.second, std::move(forgery));
    bool refused = false;
    asio::co_spawn(context,
                   p1.hub->run_link(PartyIndex::p2, std::move(his.first)),
                   [&refused](const std::exception_ptr&) { refused = true; });
    while (!refused) {
      context.run_one();
    }
  }
  EXPECT_TRUE(p1.hub->link_up(PartyIndex::p2));
  EXPECT_EQ(p1.hub->generation_of(PartyIndex::p2), numbered(2));
  EXPECT_EQ(p1.trust_changed, trusted);
  EXPECT_EQ(p1.own_over, 0);
  p1.hub->close_links();
  p2.hub->close_links();
  context.run();
}

/// A corrupt node says what is refused as often as it can.
TEST(LinesAPeerCauses, AreFewHoweverManyFramesItSends) {
  asio::io_context context(1);
  HubOf p1(context, PartyIndex::p1);
  HubOf p2(context, PartyIndex::p2);
  Links nodes = join(context);
  FrameLink* const from_p2 = nodes.second.get();
  asio::co_spawn(context, p1.hub->run_link(PartyIndex::p2, std::move(nodes.first)), asio::detached);
  asio::co_spawn(
      context, p2.hub->run_link(PartyIndex::p1, std::move(nodes.second)), asio::detached);
  while (!p1.hub->link_up(PartyIndex::p2)) {
    context.run_one();
  }
  const std::size_t before = p1.lines->lines().size();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(from_p2->send(Frame(static_cast<std::uint8_t>(PeerFrame::command), Bytes(9))).ok());
  }
  context.run_for(Milliseconds(100));
  EXPECT_TRUE(p1.lines->contains("peer_command_refused"));
  EXPECT_LE(p1.lines->lines().size(), before + 20);
  p1.hub->close_links();
  p2.hub->close_links();
  context.run();
}

}  // namespace
}  // namespace tercet::test
