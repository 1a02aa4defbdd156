// Attack 15 of protocol.md 13: somebody who has the link authority's private key and sits between
// two nodes. Over real TLS: node 1 reaches him where it expects node 2, he reaches node 2 as node
// 1, and passes on what both say. What he is after: a pair secret, and with it every key made
// later.

#include <map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/net/connector.h"
#include "core/net/listener.h"
#include "core/net/tls_frame_link.h"
#include "core/random/deterministic.h"
#include "mpc/prf/labels.h"
#include "node/link/link_setup.inl.h"
#include "tests/adversary/links/link_authority.h"
#include "tests/support/test_members.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using node::Hello;
using node::PeerFrame;
using node::PeerRecord;
using node::SetupOutcome;

struct NoSignature : node::FullLinkDefences {
  static constexpr bool signed_confirm = false;
};

/// Two honest nodes that want to link, and the man in the middle.
template <class Defences, bool kPins>
class Stage {
 public:
  Stage() {
    listen(node_2_, certificate_2_, {expected("node-1", certificate_1_)}, &Stage::serve_as_node_2);
    listen(middle_, forged_2_, {TlsPeer::with_any_key("node-1", "node")}, &Stage::sit_between);
  }

  /// Plays the attack until both nodes have an outcome.
  void play() {
    asio::co_spawn(context_, dial_as_node_1(), asio::detached);
    const Deadline limit = Deadline::in(real_clock(), Milliseconds(60000));
    while (!limit.passed() && !(outcome_1 && (outcome_2 || refused_by_2()))) {
      context_.run_one_for(Milliseconds(100));
    }
    node_2_->close();
    middle_->close();
    for (FrameLink* link : {link_1_.get(), link_2_.get(), from_1_.get(), to_2_.get()}) {
      if (link != nullptr) {
        link->close();
      }
    }
    context_.run();
  }

  /// Node 2 let nobody through TLS.
  bool refused_by_2() const { return node_2_->counts().handshakes_failed > 0; }

  /// He has seen both contributions.
  bool heard_both() const {
    return heard_.contains(PartyIndex::p1) && heard_.contains(PartyIndex::p2);
  }

  /// What he makes of them.
  mpc::PairSecret learnt() const {
    const SecretBytes derived = node::detail::derive(TestMembers::get().identity(PartyIndex::p1),
                                                     PartyIndex::p2,
                                                     heard_.at(PartyIndex::p1).generations.front(),
                                                     heard_.at(PartyIndex::p2).generations.front());
    return mpc::PairSecret(SecretBytes::copy_of(derived.expose(SecretAccess::grant()).first(32)));
  }

  std::optional<Result<SetupOutcome>> outcome_1;
  std::optional<Result<SetupOutcome>> outcome_2;
  PeerRecord record_1{PartyIndex::p2};  ///< node 1's of node 2
  PeerRecord record_2{PartyIndex::p1};

 private:
  using Serve = Task<void> (Stage::*)(std::unique_ptr<ByteStream>);

  static TlsPeer expected(const std::string& name, const LinkAuthority::Issued& issued) {
    return kPins ? TlsPeer(name, "node", {issued.pin}) : TlsPeer::with_any_key(name, "node");
  }

  static Deadline soon() { return Deadline::in(real_clock(), Milliseconds(30000)); }

  void listen(std::unique_ptr<Listener>& into,
              const LinkAuthority::Issued& issued,
              std::vector<TlsPeer> allowed,
              Serve serve) {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    options.tls = std::make_shared<TlsServerSlot>(
        TlsServerContext::for_links(issued.files, std::move(allowed)).value());
    into = Listener::bind(context_.get_executor(), options).value();
    asio::co_spawn(context_,
                   into->run([this, serve](std::unique_ptr<ByteStream> stream) {
                     return (this->*serve)(std::move(stream));
                   }),
                   asio::detached);
  }

  std::shared_ptr<FrameLink> framed(std::unique_ptr<ByteStream> stream) {
    return make_frame_link(context_.get_executor(), std::move(stream), FrameLimits::for_requests());
  }

  Task<void> dial_as_node_1() {
    TlsClientContext context = TlsClientContext::for_links(certificate_1_.files).value();
    TlsPeer node_2 = expected("node-2", certificate_2_);
    Result<std::unique_ptr<ByteStream>> stream =
        co_await connect_link(middle_->address(), std::move(context), std::move(node_2), soon());
    if (!stream) {
      outcome_1.emplace(std::move(stream).error());
      co_await dial_node_2();  // he tries the other side all the same
      co_return;
    }
    link_1_ = framed(std::move(stream).value());
    node::BasicLinkSetup<Defences> setup(*link_1_, record_1, identity_1_, random_1_);
    outcome_1.emplace(co_await setup.run(generation_1_, 0, soon()));
  }

  Task<void> serve_as_node_2(std::unique_ptr<ByteStream> stream) {
    link_2_ = framed(std::move(stream));
    node::BasicLinkSetup<Defences> setup(*link_2_, record_2, identity_2_, random_2_);
    outcome_2.emplace(co_await setup.run(generation_2_, 0, soon()));
  }

  Task<void> dial_node_2() {
    TlsClientContext context = TlsClientContext::for_links(forged_1_.files).value();
    TlsPeer node_2 = TlsPeer::with_any_key("node-2", "node");
    Result<std::unique_ptr<ByteStream>> stream =
        co_await connect_link(node_2_->address(), std::move(context), std::move(node_2), soon());
    if (stream) {
      to_2_ = framed(std::move(stream).value());
    }
  }

  Task<void> sit_between(std::unique_ptr<ByteStream> stream) {
    from_1_ = framed(std::move(stream));
    co_await dial_node_2();
    if (to_2_) {
      asio::co_spawn(context_, pass_on(PartyIndex::p2, to_2_, from_1_), asio::detached);
      co_await pass_on(PartyIndex::p1, from_1_, to_2_);
    }
  }

  Task<void> pass_on(PartyIndex speaker,
                     std::shared_ptr<FrameLink> from,
                     std::shared_ptr<FrameLink> to) {
    for (;;) {
      Result<Frame> frame = co_await from->receive();
      if (!frame) {
        co_return;
      }
      if (frame->type == static_cast<std::uint8_t>(PeerFrame::hello)) {
        heard_.emplace(speaker, Hello::decode(frame->body).value());
      }
      if (!to->send(std::move(frame).value()).ok()) {
        co_return;
      }
    }
  }

  asio::io_context context_{1};
  LinkAuthority authority_;
  const LinkAuthority::Issued certificate_1_ = authority_.issue("node-1", "node");
  const LinkAuthority::Issued certificate_2_ = authority_.issue("node-2", "node");
  const LinkAuthority::Issued forged_1_ = authority_.issue("node-1", "node");
  const LinkAuthority::Issued forged_2_ = authority_.issue("node-2", "node");
  const node::LinkIdentity identity_1_ = TestMembers::get().identity(PartyIndex::p1);
  const node::LinkIdentity identity_2_ = TestMembers::get().identity(PartyIndex::p2);
  const GenerationId generation_1_{std::array<std::uint8_t, GenerationId::kBytes>{1}};
  const GenerationId generation_2_{std::array<std::uint8_t, GenerationId::kBytes>{2}};
  DeterministicRandom random_1_{as_bytes("node 1")};
  DeterministicRandom random_2_{as_bytes("node 2")};
  std::unique_ptr<Listener> node_2_;
  std::unique_ptr<Listener> middle_;
  std::shared_ptr<FrameLink> link_1_;
  std::shared_ptr<FrameLink> link_2_;
  std::shared_ptr<FrameLink> from_1_;
  std::shared_ptr<FrameLink> to_2_;
  std::map<PartyIndex, Hello> heard_;
};

template <class Defences, bool kPins>
void expect_refused_in_tls() {
  Stage<Defences, kPins> stage;
  stage.play();
  ASSERT_TRUE(stage.outcome_1.has_value());
  EXPECT_EQ(stage.outcome_1->error().code(), Errc::denied);
  EXPECT_TRUE(stage.refused_by_2());
  EXPECT_FALSE(stage.outcome_2.has_value());
  EXPECT_FALSE(stage.heard_both());
  EXPECT_EQ(stage.record_1.secret(), nullptr);
  EXPECT_EQ(stage.record_2.secret(), nullptr);
}

TEST(Attack_15_ManInTheMiddle, IsRefusedByBothNodes) {
  expect_refused_in_tls<node::FullLinkDefences, true>();
}

TEST(Attack_15_ManInTheMiddle, IsRefusedByThePinsAlone) {
  expect_refused_in_tls<NoSignature, true>();
}

/// He has both contributions, but no node takes a secret that comes from them.
TEST(Attack_15_ManInTheMiddle, IsRefusedByTheSignatureAlone) {
  Stage<node::FullLinkDefences, false> stage;
  stage.play();
  ASSERT_TRUE(stage.outcome_1.has_value());
  ASSERT_TRUE(stage.outcome_2.has_value());
  ASSERT_TRUE(stage.heard_both());
  EXPECT_EQ(stage.outcome_1->error().code(), Errc::denied);
  EXPECT_EQ(stage.outcome_2->error().code(), Errc::denied);
  EXPECT_EQ(stage.record_1.secret(), nullptr);
  EXPECT_EQ(stage.record_2.secret(), nullptr);
}

TEST(Attack_15_NeitherPinsNorSignature, HeLearnsThePairSecret) {
  Stage<NoSignature, false> stage;
  stage.play();
  ASSERT_TRUE(stage.outcome_1.has_value());
  ASSERT_TRUE(stage.outcome_2.has_value());
  ASSERT_TRUE(stage.outcome_1->ok()) << stage.outcome_1->error().to_string();
  ASSERT_TRUE(stage.outcome_2->ok()) << stage.outcome_2->error().to_string();
  ASSERT_TRUE(stage.heard_both());
  const mpc::PairSecret learnt = stage.learnt();
  EXPECT_EQ(learnt.name(), stage.record_1.secret()->name());
  EXPECT_EQ(learnt.name(), stage.record_2.secret()->name());
  Bytes of_the_node(32);
  Bytes of_his(32);
  stage.record_1.secret()->fill(mpc::kUseCoin, SessionId(), 0, of_the_node);
  learnt.fill(mpc::kUseCoin, SessionId(), 0, of_his);
  EXPECT_EQ(of_his, of_the_node) << "everything that is derived from it is his as well";
}

}  // namespace
}  // namespace tercet::test
