#include "node/decision/decision_record.h"

#include <utility>

#include "node/decision/news.h"

namespace tercet::node {
namespace {

constexpr std::uint8_t kRecordFormat = 1;
constexpr std::size_t kKeyIdBytesMax = 128;

Result<DecidedKey> decode_key(ByteReader& from) {
  Result<KeyId> key = KeyId::parse(as_text(from.blob(kKeyIdBytesMax)));
  const KeyVersion version(from.u32());
  const CommandId command(from.array<CommandId::kBytes>());
  if (!key) {
    return Error(Errc::peer_malformed, "read the record of a decision: a key id");
  }
  return DecidedKey(std::move(key).value(), version, command);
}

}  // namespace

Bytes DecisionRecord::encode() const {
  ByteWriter out;
  out.u8(kRecordFormat);
  encode_name(out, name);
  out.u8(static_cast<std::uint8_t>(outcome)).u8(finished ? 1 : 0);
  out.u16(static_cast<std::uint16_t>(keys.size()));
  for (const DecidedKey& one : keys) {
    out.text(one.key.text()).u32(one.version.value()).raw(one.command.view());
  }
  encode_votes(out, votes);
  return out.take();
}

Result<DecisionRecord> DecisionRecord::decode(ByteView from) {
  ByteReader reader(from);
  const std::uint8_t format = reader.u8();
  DecisionRecord record;
  TERCET_TRY(record.name, decode_name(reader));
  const std::uint8_t outcome = reader.u8();
  const std::uint8_t finished = reader.u8();
  const std::uint16_t keys = reader.u16();
  if (format != kRecordFormat || outcome > static_cast<std::uint8_t>(Outcome::no) || finished > 1 ||
      keys > kKeysPerDecisionMax) {
    return Error(Errc::peer_malformed, "read the record of a decision");
  }
  record.outcome = static_cast<Outcome>(outcome);
  record.finished = finished == 1;
  for (std::uint16_t i = 0; i < keys; ++i) {
    TERCET_TRY(DecidedKey key, decode_key(reader));
    record.keys.push_back(std::move(key));
  }
  TERCET_TRY(record.votes, decode_votes(reader));
  TERCET_TRY_STATUS(reader.finish("the record of a decision"));
  return record;
}

}  // namespace tercet::node
