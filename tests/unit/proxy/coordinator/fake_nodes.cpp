#include "tests/unit/proxy/coordinator/fake_nodes.h"

#include "mpc/prf/labels.h"
#include "mpc/session/consent_seal.h"

namespace tercet::proxy::test {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;

namespace {

template <class Array>
void fill(Array& bytes, std::uint8_t first) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(first + 7 * i);
  }
}

SessionId sid_of(std::uint8_t first) {
  std::array<std::uint8_t, 32> bytes{};
  fill(bytes, first);
  return SessionId(bytes);
}

/// Component j of a value that is `bytes` long.
Bytes component(std::uint8_t what, PartyIndex j, std::size_t bytes) {
  Bytes out(bytes);
  fill(out, static_cast<std::uint8_t>(what + 31 * mpc::number(j)));
  return out;
}

Bytes xored(const Bytes& a, const Bytes& b) {
  Bytes out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(a[i] ^ b[i]);
  }
  return out;
}

/// The consent key under which `sender` seals its message `number`.
mpc::wire::ConsentKey consent(std::uint8_t what, PartyIndex sender, PartyIndex number) {
  mpc::wire::ConsentKey key{};
  fill(key, static_cast<std::uint8_t>(what + 16 * mpc::number(sender) + mpc::number(number)));
  return key;
}

CoordinatorOptions coordinator_options() {
  CoordinatorOptions options;
  options.remembered_max = 64;
  options.link_silence = Milliseconds(60'000);  // they say nothing by themselves
  return options;
}

Task<void> serve_link(NodeSet& nodes, PartyIndex node, std::unique_ptr<FrameLink> link) {
  static_cast<void>(co_await nodes.serve(node, std::move(link)));
}

constexpr std::uint8_t kKeystream = 1;
constexpr std::uint8_t kTag = 2;
constexpr std::uint8_t kPad = 3;

}  // namespace

Script::Script() : lease(sid_of(1)), batch(sid_of(2)), sid(sid_of(3)) {
  fill(iv, 9);
}

Bytes Script::keystream(std::size_t bytes) const {
  return xored(xored(component(kKeystream, PartyIndex::p1, bytes),
                     component(kKeystream, PartyIndex::p2, bytes)),
               component(kKeystream, PartyIndex::p3, bytes));
}

std::array<std::uint8_t, 16> Script::tag() const {
  const Bytes sum =
      xored(xored(component(kTag, PartyIndex::p1, 16), component(kTag, PartyIndex::p2, 16)),
            component(kTag, PartyIndex::p3, 16));
  std::array<std::uint8_t, 16> out{};
  std::copy(sum.begin(), sum.end(), out.begin());
  return out;
}

mpc::wire::SlotsMade Script::slots(PartyIndex node, const mpc::wire::MakeSlots& request) const {
  const std::size_t bytes = std::size_t{16} * request.count * request.blocks;
  mpc::wire::SlotsMade made;
  made.ticket = request.ticket;
  made.sid = sid;
  made.version = KeyVersion(7);
  for (std::uint16_t i = 0; i < request.count; ++i) {
    made.ivs.insert(made.ivs.end(), iv.begin(), iv.end());
  }
  made.keystream_own = component(kKeystream, node, bytes);
  made.keystream_next = component(kKeystream, mpc::next(node), bytes);
  return made;
}

mpc::wire::TagReleased Script::tag_released(PartyIndex node, std::uint64_t ticket) const {
  const PartyIndex next = mpc::next(node);
  mpc::wire::TagReleased message;
  message.ticket = ticket;
  message.sid = sid;
  message.own =
      mpc::seal_message(consent(kTag, node, node), mpc::kSealTag, component(kTag, node, 16));
  message.next =
      mpc::seal_message(consent(kTag, node, next), mpc::kSealTag, component(kTag, next, 16));
  message.consent_own = consent(kTag, mpc::previous(node), node);
  message.consent_next = consent(kTag, next, next);
  return message;
}

mpc::wire::KeystreamReleased Script::keystream_released(PartyIndex node,
                                                        std::uint64_t ticket,
                                                        std::size_t bytes,
                                                        bool holds) const {
  const PartyIndex next = mpc::next(node);
  const PartyIndex previous = mpc::previous(node);
  Bytes led(16, 0);
  const Bytes keystream_bytes = keystream(bytes);
  led.insert(led.end(), keystream_bytes.begin(), keystream_bytes.end());
  const std::uint8_t wrong = holds ? 0 : 50;
  mpc::wire::KeystreamReleased message;
  message.ticket = ticket;
  message.sid = sid;
  // Pair (i, i+1) is named by i: its first message is x ^ pad, its second the pad.
  message.pair_next = mpc::seal_message(consent(kKeystream, node, node),
                                        mpc::kSealKeystream,
                                        xored(led, component(kPad, node, led.size())));
  message.pair_previous =
      mpc::seal_message(consent(kKeystream, node, previous),
                        mpc::kSealKeystream,
                        component(static_cast<std::uint8_t>(kPad + wrong), previous, led.size()));
  message.consent_next = consent(kKeystream, next, next);
  message.consent_previous = consent(kKeystream, previous, next);
  return message;
}

Task<void> FakeNode::serve(std::unique_ptr<FrameLink> link) {
  link_ = std::move(link);
  const std::shared_ptr<FrameLink> mine = link_;
  while (true) {
    Result<Frame> frame = co_await mine->receive();
    if (!frame) {
      co_return;
    }
    handle(std::move(frame).value());
  }
}

void FakeNode::send(Type type, const Bytes& body) {
  static_cast<void>(link_->send(Frame(static_cast<std::uint8_t>(type), body)));  // test script
}

void FakeNode::reply(Type type, Bytes body) {
  Frame frame(static_cast<std::uint8_t>(type), std::move(body));
  if (tamper) {
    tamper(frame);
  }
  static_cast<void>(link_->send(std::move(frame)));  // a closed link is part of some scripts
}

bool FakeNode::refused(Type type, std::uint64_t ticket) {
  const auto found = refuse.find(type);
  if (found == refuse.end()) {
    return false;
  }
  const auto times = refuse_times.find(type);
  if (times != refuse_times.end() && times->second-- == 0) {
    refuse.erase(type);
    return false;
  }
  mpc::wire::Refused message;
  message.ticket = ticket;
  message.reason = found->second;
  message.session_mark = session_mark;
  message.vector_mark = vector_mark;
  message.version = newest;
  reply(ProxyFrame::refused, message.encode());
  return true;
}

void FakeNode::handle(Frame frame) {
  const auto type = static_cast<Type>(frame.type);
  received[type].push_back(frame);
  const std::uint64_t ticket = load_u64(ByteView(frame.body).first(8));
  if (silent.contains(type) || refused(type, ticket)) {
    return;
  }
  switch (type) {
    case Type::propose_lease: {
      mpc::wire::LeaseOpened opened;
      opened.ticket = ticket;
      opened.lease = script_->lease;
      reply(Type::lease_opened, opened.encode());
      mpc::wire::BatchReady ready;
      ready.lease = script_->lease;
      ready.batch = script_->batch;
      ready.vectors = script_->batch_vectors;
      reply(Type::batch_ready, ready.encode());
      break;
    }
    case Type::authenticate: {
      answer.ticket = ticket;
      reply(Type::answer, answer.encode());
      break;
    }
    case Type::make_slots:
      reply(Type::slots_made,
            script_->slots(index_, mpc::wire::MakeSlots::decode(frame.body).value()).encode());
      break;
    case Type::encrypt:
      reply(Type::tag_released, script_->tag_released(index_, ticket).encode());
      break;
    case Type::decrypt:
      reply(Type::keystream_released,
            script_->keystream_released(index_, ticket, script_->decrypt_bytes, script_->tag_holds)
                .encode());
      break;
    default:
      break;
  }
}

Task<void> close_and_join(TaskGroup& group) {
  group.close();
  co_await group.join();
}

FakeCluster::FakeCluster()
    : coordinator(context.get_executor(), system_random(), coordinator_options()),
      tasks_(context.get_executor()) {
  for (const PartyIndex index : mpc::kAllParties) {
    nodes_[mpc::number(index) - 1U] = std::make_unique<FakeNode>(index, script);
  }
}

FakeCluster::~FakeCluster() {
  coordinator.stop();
  context.restart();
  block_on(context, coordinator.join());
  block_on(context, close_and_join(tasks_));
}

void FakeCluster::link(PartyIndex index) {
  tercet::test::MemoryLinkEnd proxy(std::make_shared<tercet::test::StampedParty>(), "proxy-1");
  tercet::test::MemoryLinkEnd node_end(std::make_shared<tercet::test::StampedParty>(), "node");
  auto [ours, theirs] =
      tercet::test::make_memory_link(context.get_executor(), std::move(proxy), std::move(node_end));
  tasks_.spawn(serve_link(coordinator.nodes(), index, std::move(ours)));
  tasks_.spawn(node(index).serve(std::move(theirs)));
}

void FakeCluster::start() {
  for (const PartyIndex index : mpc::kAllParties) {
    link(index);
  }
  tasks_.spawn(coordinator.keep_lease());
  TERCET_CHECK(run_until([this] { return coordinator.stock() > 0; }));
}

void FakeCluster::announce_batch(std::uint32_t vectors) {
  mpc::wire::BatchReady ready;
  ready.lease = script.lease;
  ready.batch = BatchId({0xba, ++announced_});
  ready.vectors = vectors;
  at_all([&](FakeNode& node) { node.send(ProxyFrame::batch_ready, ready.encode()); });
}

bool FakeCluster::run_until(const std::function<bool()>& done, Milliseconds limit) {
  const Deadline until = Deadline::in(real_clock(), limit);
  while (!done() && !until.passed()) {
    context.restart();
    context.run_one_for(Milliseconds(5));
  }
  return done();
}

}  // namespace tercet::proxy::test
