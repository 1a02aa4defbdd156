#include "node/admin/command_intake.h"

#include <algorithm>
#include <utility>

#include "core/crypto/signature.h"
#include "node/admin/key_registry.h"
#include "node/keymaking/key_plan.h"
#include "node/store/node_store.h"

namespace tercet::node {
namespace {

constexpr const char* kLateDetail = "it had expired when it reached this node";
constexpr const char* kPermitDetail = "only one node has taken it in time so far";

bool has_receipt_of(const std::vector<Receipt>& receipts, mpc::PartyIndex node) {
  return std::any_of(receipts.begin(), receipts.end(), [&](const Receipt& receipt) {
    return receipt.node == node;
  });
}

}  // namespace

CommandIntake::CommandIntake(NodeStore& store,
                             KeyRegistry& registry,
                             const CommandVerifier& verifier,
                             const ClusterId& cluster,
                             Membership members,
                             Signer signer,
                             const WallClock& clock)
    : store_(&store),
      registry_(&registry),
      verifier_(&verifier),
      cluster_(cluster),
      members_(std::move(members)),
      signer_(signer),
      clock_(&clock) {}

Result<LoggedCommand> CommandIntake::submit(std::string_view envelope_text, CommandOrigin origin) {
  TERCET_TRY(const CommandEnvelope envelope, CommandEnvelope::parse(envelope_text));
  TERCET_TRY(const Command stated, Command::parse(envelope.document));
  TERCET_TRY(std::optional<LoggedCommand> known, store_->commands().find(stated.id));
  if (known) {
    if (known->envelope.document != envelope.document) {
      return Error(Errc::already_exists, "take a command: its id belongs to another one")
          .hint("give every command an id of its own");
    }
    TERCET_TRY_STATUS(merge_receipts(std::move(*known), envelope));
    return find(stated.id);
  }
  Result<Command> command = verifier_->verify(envelope);
  Result<LoggedCommand> logged =
      command ? take(envelope, *command, origin) : Result<LoggedCommand>(command.error());
  // What a peer passes on without valid signatures is nobody's word: it fills no audit.
  if (record_ && (command || origin == CommandOrigin::administrator)) {
    record_(stated, origin, logged ? ok_status() : Status(logged.error()));
  }
  if (!logged) {
    return logged;
  }
  const bool has_news = origin == CommandOrigin::administrator ||
                        logged->envelope.receipts.size() > envelope.receipts.size();
  if (has_news && pass_on_) {
    pass_on_(as_bytes(logged->envelope.print()));
  }
  if (stated.form() == CommandForm::making && wake_) {
    wake_();
  }
  return logged;
}

Result<LoggedCommand> CommandIntake::take(const CommandEnvelope& envelope,
                                          const Command& command,
                                          CommandOrigin origin) {
  LoggedCommand entry;
  entry.command = command;
  entry.envelope.document = envelope.document;
  entry.envelope.signatures = envelope.signatures;
  entry.logged_at = clock_->now_seconds();
  if (command.form() == CommandForm::permit) {
    TERCET_TRY(entry.envelope.receipts, valid_receipts(envelope));
  }
  TERCET_TRY_STATUS(judge(entry, origin));
  TERCET_TRY_STATUS(store_->atomically([&] { return store_->commands().append(entry); }));
  if (command.form() != CommandForm::making && entry.state == CommandState::done) {
    registry_->state_changed(command.key());
  }
  return entry;
}

Result<std::vector<Receipt>> CommandIntake::valid_receipts(const CommandEnvelope& envelope) const {
  std::vector<Receipt> out;
  for (const Receipt& receipt : envelope.receipts) {
    TERCET_TRY_STATUS(check_receipt(cluster_, members_, receipt, envelope.document));
    if (!has_receipt_of(out, receipt.node)) {
      out.push_back(receipt);
    }
  }
  return out;
}

Status CommandIntake::judge(LoggedCommand& entry, CommandOrigin origin) const {
  const CommandEffects& effects = store_->commands().effects();
  const std::int64_t now = clock_->now_seconds();
  Status fresh = check_fresh(entry.command, now);
  if (!fresh && origin == CommandOrigin::administrator) {
    return fresh;
  }
  switch (entry.command.form()) {
    case CommandForm::making:
      return judge_making(entry, origin, fresh);
    case CommandForm::block:
      entry.state = CommandState::done;
      return effects.check_block(registry_->find(entry.command.key()).has_value());
    case CommandForm::permit:
      break;
  }
  std::vector<Receipt>& receipts = entry.envelope.receipts;
  if (fresh && !has_receipt_of(receipts, signer_.self)) {
    receipts.push_back(own_receipt(entry.envelope.document));
  }
  const bool in_force = effects.in_force(receipts.size());
  entry.state = in_force ? CommandState::done : CommandState::accepted;
  entry.detail = in_force ? "" : kPermitDetail;
  return ok_status();
}

Status CommandIntake::judge_making(LoggedCommand& entry,
                                   CommandOrigin origin,
                                   const Status& fresh) const {
  if (!fresh && entry.command.expires_at > clock_->now_seconds()) {
    return fresh;  // dated in the future: it is told again at the next link set-up
  }
  const Result<KeyPlan> plan = plan_of(entry, store_->keys());
  const bool never = !plan && plan.error().code() != Errc::wrong_state;
  if (never && origin == CommandOrigin::administrator) {
    return plan.error();
  }
  if (!fresh || never) {
    entry.state = CommandState::failed;
    entry.detail = never ? plan.error().what() : kLateDetail;
  }
  return ok_status();
}

Receipt CommandIntake::own_receipt(std::string_view document) const {
  Receipt receipt;
  receipt.node = signer_.self;
  receipt.membership = members_.number;
  receipt.signature =
      signer_.key->sign(receipt_signing_input(cluster_, members_.number, signer_.self, document));
  return receipt;
}

/// With this node's own, if it could not give it when the command first came: a permit dated in the
/// future is taken in time later.
Status CommandIntake::merge_receipts(LoggedCommand known, const CommandEnvelope& offered) {
  if (known.command.form() != CommandForm::permit) {
    return ok_status();
  }
  TERCET_TRY(std::vector<Receipt> receipts, valid_receipts(offered));
  const bool lacks_own = known.state == CommandState::accepted &&
                         !has_receipt_of(known.envelope.receipts, signer_.self) &&
                         !has_receipt_of(receipts, signer_.self);
  const bool in_time = lacks_own && check_fresh(known.command, clock_->now_seconds()).ok();
  if (in_time) {
    receipts.push_back(own_receipt(known.envelope.document));
  }
  std::erase_if(receipts, [&known](const Receipt& receipt) {
    return has_receipt_of(known.envelope.receipts, receipt.node);
  });
  if (receipts.empty()) {
    return ok_status();
  }
  TERCET_TRY_STATUS(store_->atomically([&]() -> Status {
    for (const Receipt& receipt : receipts) {
      TERCET_TRY_STATUS(store_->commands().add_receipt(known.id(), receipt));
    }
    return ok_status();
  }));
  std::vector<Receipt>& all = known.envelope.receipts;
  const CommandEffects& effects = store_->commands().effects();
  const bool was_in_force = effects.in_force(all.size());
  all.insert(all.end(), receipts.begin(), receipts.end());
  if (!was_in_force && effects.in_force(all.size())) {
    registry_->state_changed(known.command.key());
  }
  if (in_time && pass_on_) {
    pass_on_(as_bytes(known.envelope.print()));
  }
  return ok_status();
}

Result<LoggedCommand> CommandIntake::find(const CommandId& id) const {
  TERCET_TRY(std::optional<LoggedCommand> known, store_->commands().find(id));
  if (!known) {
    return Error(Errc::not_found, "find a command: this node does not have it");
  }
  return std::move(*known);
}

const DigestIndex& CommandIntake::digests() const {
  return store_->commands().digests();
}

std::optional<Bytes> CommandIntake::command(const CommandId& id) const {
  const Result<std::optional<LoggedCommand>> known = store_->commands().find(id);
  if (!known || !known.value()) {
    return std::nullopt;
  }
  return to_bytes(as_bytes(known.value()->envelope.print()));
}

Result<std::optional<Bytes>> CommandIntake::offer(ByteView document) {
  TERCET_TRY(const CommandEnvelope offered, CommandEnvelope::parse(as_text(document)));
  TERCET_TRY(const LoggedCommand logged, submit(as_text(document), CommandOrigin::peer));
  std::optional<Bytes> answer;
  const CommandEffects& effects = store_->commands().effects();
  if (effects.in_force(logged.envelope.receipts.size()) &&
      !effects.in_force(offered.receipts.size())) {
    answer = to_bytes(as_bytes(logged.envelope.print()));
  }
  return answer;
}

}  // namespace tercet::node
