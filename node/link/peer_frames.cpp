#include "node/link/peer_frames.h"

#include <utility>

namespace tercet::node {

namespace {

constexpr std::size_t kNameBytesMax = 128;

void write_lease_step(ByteWriter& out, const std::optional<LeaseStep>& step) {
  out.u8(step ? 1 : 0);
  if (step) {
    out.raw(step->lease.view()).u64(step->counter);
  }
}

/// False on a flag that is neither 0 nor 1.
bool read_lease_step(ByteReader& in, std::optional<LeaseStep>& step) {
  const std::uint8_t present = in.u8();
  if (present > 1) {
    return false;
  }
  if (present == 1) {
    LeaseStep value;
    value.lease = LeaseId(in.array<LeaseId::kBytes>());
    value.counter = in.u64();
    step = value;
  }
  return true;
}

Error malformed(std::string_view what) {
  return Error(Errc::peer_malformed, "decode " + std::string(what));
}

}  // namespace

Bytes Heartbeat::encode() const {
  ByteWriter out;
  out.u64(session_count).raw(echo).raw(challenge).u32(held_us);
  out.u16(static_cast<std::uint16_t>(ran.size()));
  for (const SessionId& sid : ran) {
    out.raw(sid.view());
  }
  return out.take();
}

Result<Heartbeat> Heartbeat::decode(ByteView from) {
  ByteReader in(from);
  Heartbeat beat;
  beat.session_count = in.u64();
  beat.echo = in.array<16>();
  beat.challenge = in.array<16>();
  beat.held_us = in.u32();
  const std::uint16_t count = in.u16();
  if (count > kRanPerHeartbeatMax) {
    return malformed("heartbeat");
  }
  for (std::uint16_t i = 0; i < count && !in.failed(); ++i) {
    beat.ran.emplace_back(in.array<SessionId::kBytes>());
  }
  TERCET_TRY_STATUS(in.finish("heartbeat"));
  return beat;
}

Bytes PairNameNews::encode() const {
  ByteWriter out;
  out.u8(lower)
      .u8(higher)
      .raw(lower_generation.view())
      .raw(higher_generation.view())
      .raw(name.view());
  return out.take();
}

Result<PairNameNews> PairNameNews::decode(ByteView from) {
  ByteReader in(from);
  PairNameNews news;
  news.lower = in.u8();
  news.higher = in.u8();
  news.lower_generation = GenerationId(in.array<GenerationId::kBytes>());
  news.higher_generation = GenerationId(in.array<GenerationId::kBytes>());
  news.name = PairName(in.array<32>());
  TERCET_TRY_STATUS(in.finish("pair name"));
  if (news.lower < 1 || news.lower >= news.higher || news.higher > 3) {
    return malformed("pair name");
  }
  return news;
}

Bytes Proposal::encode() const {
  ByteWriter out;
  out.u16(kPeerVersionHighest).u8(static_cast<std::uint8_t>(kind)).u8(set).text(opener).raw(nonce);
  out.u8(with_contributions ? 1 : 0);
  out.raw(vectors.lease.view()).raw(vectors.batch.view()).u32(vectors.first).u32(vectors.count);
  out.u32(lifetime_ms).blob(plan);
  return out.take();
}

Result<Proposal> Proposal::decode(ByteView from) {
  ByteReader in(from);
  Proposal proposal;
  const std::uint16_t version = in.u16();
  const std::uint8_t kind = in.u8();
  proposal.set = in.u8();
  proposal.opener = std::string(as_text(in.blob(kNameBytesMax)));
  proposal.nonce = in.array<32>();
  const std::uint8_t contributions = in.u8();
  proposal.vectors.lease = LeaseId(in.array<LeaseId::kBytes>());
  proposal.vectors.batch = BatchId(in.array<BatchId::kBytes>());
  proposal.vectors.first = in.u32();
  proposal.vectors.count = in.u32();
  proposal.lifetime_ms = in.u32();
  proposal.plan = to_bytes(in.blob(kPlanBytesMax));
  TERCET_TRY_STATUS(in.finish("proposal"));
  if (version != kPeerVersionHighest || kind < 1 ||
      kind > static_cast<std::uint8_t>(SessionKind::key_command) || contributions > 1) {
    return malformed("proposal");
  }
  proposal.kind = static_cast<SessionKind>(kind);
  proposal.with_contributions = contributions == 1;
  return proposal;
}

Bytes SessionFrame::encode() const {
  ByteWriter out;
  out.raw(sid.view());
  write_lease_step(out, lease_step);
  out.u8(static_cast<std::uint8_t>(step.label)).u32(step.round).raw(payload);
  return out.take();
}

Result<SessionFrame> SessionFrame::decode(ByteView from) {
  ByteReader in(from);
  SessionFrame frame;
  frame.sid = SessionId(in.array<SessionId::kBytes>());
  const bool step_ok = read_lease_step(in, frame.lease_step);
  frame.step.label = static_cast<mpc::Label>(in.u8());
  frame.step.round = in.u32();
  if (in.failed() || !step_ok) {
    return malformed("session frame");
  }
  frame.payload = to_bytes(in.raw(in.remaining()));
  return frame;
}

Bytes AbortFrame::encode() const {
  ByteWriter out;
  out.raw(sid.view());
  write_lease_step(out, lease_step);
  out.u16(static_cast<std::uint16_t>(reason));
  return out.take();
}

Result<AbortFrame> AbortFrame::decode(ByteView from) {
  ByteReader in(from);
  AbortFrame frame;
  frame.sid = SessionId(in.array<SessionId::kBytes>());
  const bool step_ok = read_lease_step(in, frame.lease_step);
  const std::uint16_t reason = in.u16();
  TERCET_TRY_STATUS(in.finish("abort"));
  if (!step_ok || reason > static_cast<std::uint16_t>(Errc::internal)) {
    return malformed("abort");
  }
  frame.reason = static_cast<Errc>(reason);
  return frame;
}

Bytes CommandIds::encode() const {
  ByteWriter out;
  out.u16(static_cast<std::uint16_t>(ids.size()));
  for (const CommandId& id : ids) {
    out.raw(id.view());
  }
  return out.take();
}

Result<CommandIds> CommandIds::decode(ByteView from) {
  ByteReader in(from);
  CommandIds list;
  const std::uint16_t count = in.u16();
  if (count > kCommandsWantedMax) {
    return malformed("command ids");
  }
  for (std::uint16_t i = 0; i < count && !in.failed(); ++i) {
    list.ids.emplace_back(in.array<CommandId::kBytes>());
  }
  TERCET_TRY_STATUS(in.finish("command ids"));
  return list;
}

}  // namespace tercet::node
