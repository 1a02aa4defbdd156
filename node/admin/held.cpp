#include "node/admin/held.h"

#include <algorithm>
#include <string>

namespace tercet::node {
namespace {

constexpr std::uint8_t kStatementFormat = 1;
constexpr std::uint8_t kPlanFormat = 1;
constexpr std::size_t kKeyIdBytesMax = 128;

void encode_name(ByteWriter& into, const KeyEpoch& name) {
  into.text(name.key.text()).u32(name.version.value()).u32(name.epoch.value());
}

Result<KeyEpoch> decode_name(ByteReader& from) {
  const ByteView id = from.blob(kKeyIdBytesMax);
  const KeyVersion version(from.u32());
  const Epoch epoch(from.u32());
  Result<KeyId> key = KeyId::parse(as_text(id));
  if (!key) {
    return Error(Errc::peer_malformed, "read the name of an epoch");
  }
  return KeyEpoch(std::move(key).value(), version, epoch);
}

}  // namespace

Bytes held_signing_input(const ClusterId& cluster,
                         const KeyEpoch& name,
                         const SessionId& session,
                         mpc::PartyIndex node) {
  ByteWriter input;
  input.text("tercet held v1").blob(cluster.view());
  encode_name(input, name);
  input.blob(session.view()).u8(mpc::number(node));
  return input.take();
}

Bytes EpochStatement::encode() const {
  ByteWriter out;
  out.u8(kStatementFormat);
  encode_name(out, name);
  out.raw(session.view()).u8(static_cast<std::uint8_t>(state));
  out.blob(check_value ? ByteView(*check_value) : ByteView());
  out.u8(static_cast<std::uint8_t>(held.size()));
  for (const HeldSignature& one : held) {
    out.u8(mpc::number(one.node)).raw(one.signature);
  }
  return out.take();
}

Result<EpochStatement> EpochStatement::decode(ByteView from) {
  ByteReader reader(from);
  const std::uint8_t format = reader.u8();
  EpochStatement out;
  TERCET_TRY(out.name, decode_name(reader));
  out.session = SessionId(reader.array<32>());
  const std::uint8_t state = reader.u8();
  const ByteView check = reader.blob(4);
  const std::uint8_t count = reader.u8();
  if (format != kStatementFormat || state > static_cast<std::uint8_t>(EpochState::retired) ||
      (!check.empty() && check.size() != 4) || count > mpc::kAllParties.size()) {
    return Error(Errc::peer_malformed, "read a statement about an epoch");
  }
  out.state = static_cast<EpochState>(state);
  if (!check.empty()) {
    out.check_value.emplace();
    std::copy(check.begin(), check.end(), out.check_value->begin());
  }
  for (std::uint8_t i = 0; i < count; ++i) {
    HeldSignature one;
    const std::uint8_t node = reader.u8();
    one.signature = reader.array<64>();
    if (node < 1 || node > 3) {
      return Error(Errc::peer_malformed, "read a statement about an epoch");
    }
    one.node = static_cast<mpc::PartyIndex>(node);
    out.held.push_back(one);
  }
  TERCET_TRY_STATUS(reader.finish("a statement about an epoch"));
  return out;
}

Bytes KeyPlan::encode() const {
  ByteWriter out;
  out.u8(kPlanFormat).u8(static_cast<std::uint8_t>(work)).raw(command.view());
  encode_name(out, name);
  out.raw(derived.view());
  return out.take();
}

Result<KeyPlan> KeyPlan::decode(ByteView from) {
  ByteReader reader(from);
  const std::uint8_t format = reader.u8();
  const std::uint8_t work = reader.u8();
  KeyPlan out;
  out.command = CommandId(reader.array<CommandId::kBytes>());
  TERCET_TRY(out.name, decode_name(reader));
  out.derived = SessionId(reader.array<32>());
  TERCET_TRY_STATUS(reader.finish("the plan of a key session"));
  if (format != kPlanFormat || (work != 1 && work != 2)) {
    return Error(Errc::peer_malformed, "read the plan of a key session");
  }
  out.work = static_cast<Work>(work);
  return out;
}

}  // namespace tercet::node
