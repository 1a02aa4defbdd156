#include "node/keymaking/key_plan.h"

#include <utility>

#include "core/crypto/hash.h"
#include "node/store/command_log.h"
#include "node/store/key_records.h"

namespace tercet::node {
namespace {

constexpr std::uint8_t kFormat = 2;
constexpr std::size_t kTextBytesMax = 128;

Error malformed() {
  return Error(Errc::peer_malformed, "read the plan of a key session");
}

/// Of a version behind the first: fills in what the version before says.
Status continue_from(const KeyRecord* record, KeyPlan& plan) {
  const KeyVersion newest = record == nullptr ? KeyVersion() : record->newest().name.version;
  if (plan.version <= newest) {
    return Error(Errc::already_exists, "make a key version: there is one of this number")
        .hint("look at `tercet key show`, and rotate again if you want another one");
  }
  if (plan.version.value() != newest.value() + 1 || record == nullptr) {
    return Error(Errc::wrong_state, "make a key version: the one before is not at this node");
  }
  if (record->newest().terms.framing == KeyFraming::raw) {
    return Error(Errc::unsupported, "make a key version: a key with raw framing has one only")
        .hint("its ciphertexts carry no version; import a new key under another id");
  }
  plan.terms = record->newest().terms;
  plan.terms.enabled = true;  // what blocks the key blocks all its versions
  plan.before = record->newest().name.epoch;
  return ok_status();
}

}  // namespace

Bytes KeyPlan::encode() const {
  ByteWriter out;
  out.u8(kFormat).raw(command.view()).raw(document).text(key.text()).u32(version.value());
  out.text(terms.store).text(print_usage(terms.usage)).text(print_framing(terms.framing));
  out.u8(terms.enabled ? 1 : 0).raw(before.view());
  return out.take();
}

Result<KeyPlan> KeyPlan::decode(ByteView from) {
  ByteReader in(from);
  KeyPlan out;
  const std::uint8_t format = in.u8();
  out.command = CommandId(in.array<CommandId::kBytes>());
  out.document = in.array<32>();
  Result<KeyId> key = KeyId::parse(as_text(in.blob(kTextBytesMax)));
  out.version = KeyVersion(in.u32());
  out.terms.store = std::string(as_text(in.blob(kTextBytesMax)));
  const Result<KeyUsage> usage = parse_usage(as_text(in.blob(kTextBytesMax)));
  const Result<KeyFraming> framing = parse_framing(as_text(in.blob(kTextBytesMax)));
  const std::uint8_t enabled = in.u8();
  out.before = EpochId(in.array<EpochId::kBytes>());
  TERCET_TRY_STATUS(in.finish("the plan of a key session"));
  if (format != kFormat || enabled > 1 || !key || !usage || !framing) {
    return malformed();
  }
  out.key = std::move(key).value();
  out.terms.usage = *usage;
  out.terms.framing = *framing;
  out.terms.enabled = enabled == 1;
  return out;
}

Result<KeyPlan> plan_of(const LoggedCommand& command, const KeyRecords& keys) {
  const std::optional<Making> making = command.command.making();
  TERCET_CHECK(making.has_value());
  KeyPlan plan;
  plan.command = command.id();
  plan.document = sha256(as_bytes(command.envelope.document));
  plan.key = making->key;
  plan.version = making->version;
  const KeyRecord* record = keys.find(making->key);
  if (!making->terms) {
    TERCET_TRY_STATUS(continue_from(record, plan));
    return plan;
  }
  if (record != nullptr) {
    return Error(Errc::already_exists, "make a key: its id belongs to another key")
        .hint("choose another id; an id is never given to a different key (rule K5)");
  }
  plan.terms = *making->terms;
  return plan;
}

}  // namespace tercet::node
