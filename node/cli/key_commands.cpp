#include "node/cli/key_commands.h"

#include <algorithm>
#include <utility>

#include "core/crypto/signature.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "core/time/pause.h"
#include "node/cli/arguments.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

constexpr Milliseconds kPollPause{50};
constexpr Milliseconds kAnswerLimit{5000};
/// A command outlives the wait for it, so that a slow node still accepts it.
constexpr std::int64_t kSpareSeconds = 30;

std::string state_of(const NodeAnswer& answer) {
  return answer.ok() ? answer.body.value("state", std::string()) : std::string();
}

std::size_t count_state(const NodeAnswers& answers, const std::string& state) {
  return static_cast<std::size_t>(
      std::count_if(answers.begin(), answers.end(), [&](const NodeAnswer& answer) {
        return state_of(answer) == state;
      }));
}

std::size_t nodes_needed(node::CommandForm form, std::size_t nodes) {
  return form == node::CommandForm::making ? nodes : std::min<std::size_t>(2, nodes);
}

void judge(CommandOutcome& outcome, std::size_t needed) {
  bool refused = false;
  for (const NodeAnswer& answer : outcome.answers) {
    const std::string state = state_of(answer);
    if (state == "done") {
      continue;
    }
    refused = refused || answer.reached();
    if (!answer.ok()) {
      outcome.complaints.push_back(answer.complaint());
      continue;
    }
    const std::string detail = answer.body.value("detail", std::string());
    std::string complaint = answer.node;
    complaint += state == "failed" ? " gave up" : " has not finished yet";
    if (!detail.empty()) {
      complaint += ": ";
      complaint += detail;
    }
    outcome.complaints.push_back(std::move(complaint));
  }
  outcome.in_force = count_state(outcome.answers, "done") >= needed;
  if (!outcome.in_force) {
    outcome.exit_code = refused ? kExitFailed : kExitUnreachable;
  }
}

}  // namespace

class Administration::Signer {
 public:
  Signer(std::string administrator, SigningKey signing_key)
      : name(std::move(administrator)), key(std::move(signing_key)) {}

  std::string name;
  SigningKey key;
};

Administration::Administration() = default;

Administration::~Administration() = default;

Result<std::unique_ptr<Administration>> Administration::load(
    const std::string& config, const std::vector<std::string>& cosigners) {
  std::unique_ptr<Administration> out(new Administration());
  TERCET_TRY(out->config_, load_admin_config(config));
  TERCET_TRY(SigningKey key, SigningKey::load(out->config_.signing_key_file));
  out->signers_.emplace_back(out->config_.name, std::move(key));
  for (const std::string& path : cosigners) {
    TERCET_TRY(const AdminConfig other, load_admin_config(path));
    TERCET_TRY(SigningKey other_key, SigningKey::load(other.signing_key_file));
    out->signers_.emplace_back(other.name, std::move(other_key));
  }
  TERCET_TRY(out->client_, AdminClient::make(out->config_));
  return out;
}

node::Command Administration::begin(node::CommandBody body, Milliseconds limit) const {
  node::Command command;
  command.id = CommandId(system_random().array<CommandId::kBytes>());
  command.cluster = config_.cluster.id;
  command.body = std::move(body);
  command.created_at = system_wall_clock().now_seconds();
  command.expires_at = command.created_at + limit.count() / 1000 + kSpareSeconds;
  return command;
}

node::CommandEnvelope Administration::sign(const node::Command& command) const {
  node::CommandEnvelope envelope;
  envelope.document = command.print();
  const Bytes input = node::command_signing_input(envelope.document);
  for (const Signer& signer : signers_) {
    node::CommandSignature signature;
    signature.administrator = signer.name;
    signature.signature = signer.key.sign(input);
    envelope.signatures.push_back(std::move(signature));
  }
  return envelope;
}

CommandOutcome Administration::send(const node::Command& command, Milliseconds limit) {
  const Deadline deadline = Deadline::in(real_clock(), limit);
  CommandOutcome outcome;
  outcome.id = command.id.hex();
  if (signers_.size() < config_.cluster.quorum) {
    outcome.exit_code = kExitFailed;
    outcome.complaints.push_back("the cluster wants commands signed by " +
                                 std::to_string(config_.cluster.quorum) +
                                 " administrators: add --cosigner OTHER-ADMIN.yaml");
    return outcome;
  }
  if (command.form() == node::CommandForm::making) {
    // Refused cleanly where a node is away, before any node knows of the key (rule Q4).
    outcome.answers = client_->ask_all("GET", "/v1/status", "", kAnswerLimit);
    for (const NodeAnswer& answer : outcome.answers) {
      if (!answer.ok()) {
        outcome.exit_code = answer.reached() ? kExitFailed : kExitUnreachable;
        outcome.complaints.push_back(answer.complaint());
      }
    }
    if (outcome.exit_code != 0) {
      return outcome;
    }
  }
  const std::string envelope = sign(command).print();
  outcome.answers = client_->ask_all("POST", "/v1/commands", envelope, kAnswerLimit);
  const std::size_t needed = nodes_needed(command.form(), outcome.answers.size());
  wait_until_done(outcome, needed, deadline);
  judge(outcome, needed);
  return outcome;
}

void Administration::wait_until_done(CommandOutcome& outcome,
                                     std::size_t needed,
                                     Deadline deadline) {
  Progress progress;
  for (;;) {
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < outcome.answers.size(); ++i) {
      if (state_of(outcome.answers[i]) == "accepted") {
        waiting.push_back(i);
      }
    }
    const std::size_t hopeful = count_state(outcome.answers, "done") + waiting.size();
    if (waiting.empty() || hopeful < needed || deadline.passed()) {
      return;
    }
    progress.waiting_for("the nodes to carry out the command");
    pause_thread(kPollPause);
    NodeAnswers news = client_->ask(waiting, "GET", "/v1/commands/" + outcome.id, "", kAnswerLimit);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (news[i].ok()) {
        outcome.answers[waiting[i]] = std::move(news[i]);
      }
    }
  }
}

}  // namespace tercet::cli
