#include "node/cli/key_commands.h"

#include <algorithm>
#include <utility>

#include "core/async/deadline.h"
#include "core/async/task_group.h"
#include "core/crypto/signature.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "node/cli/arguments.h"
#include "node/cli/cluster_findings.h"
#include "node/cli/command_ending.h"
#include "node/cli/existing_key.h"
#include "node/cli/key_notes.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

constexpr Milliseconds kPollPause{50};
constexpr Milliseconds kPollPauseOfSeveral{250};
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
  bool unreached = false;
  for (const NodeAnswer& answer : outcome.answers) {
    const std::string state = state_of(answer);
    if (state == "done") {
      continue;
    }
    unreached = unreached || !answer.reached();
    refused = refused || (answer.reached() && state != "accepted");
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
    outcome.exit_code = unreached && !refused ? kExitUnreachable : kExitFailed;
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

/// Commands on their way side by side.
class Administration::Several {
 public:
  Several(std::vector<node::CommandBody> all, Milliseconds limit_of_each, Ended on_end)
      : bodies(std::move(all)),
        limit(limit_of_each),
        ended(std::move(on_end)),
        waiting_for("the first keys") {}

  std::vector<node::CommandBody> bodies;
  Milliseconds limit;
  Ended ended;
  std::string waiting_for;  ///< for people
  std::size_t begun = 0;
  std::size_t done = 0;
  bool stop = false;  ///< a node is away
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

Task<void> Administration::check_ready(node::CommandForm form, CommandOutcome& outcome) {
  if (signers_.size() < config_.cluster.quorum) {
    outcome.exit_code = kExitFailed;
    outcome.complaints.push_back("the cluster wants commands signed by " +
                                 std::to_string(config_.cluster.quorum) +
                                 " administrators: add --cosigner OTHER-ADMIN.yaml");
    co_return;
  }
  if (form != node::CommandForm::making) {
    co_return;
  }
  // Refused cleanly where a node is away, before any node knows of the key (rule Q4).
  outcome.answers = co_await client_->ask(client_->all(), "GET", "/v1/status", "", kAnswerLimit);
  for (const NodeAnswer& answer : outcome.answers) {
    if (!answer.ok()) {
      outcome.exit_code = answer.reached() ? kExitFailed : kExitUnreachable;
      outcome.complaints.push_back(answer.complaint());
    }
  }
  if (auto why = despite_alarm_ ? std::nullopt : why_make_no_key(outcome.answers); why) {
    outcome.exit_code = std::max(outcome.exit_code, kExitFailed);
    outcome.complaints.push_back(std::move(*why));
  }
}

Task<void> Administration::carry_out(const node::Command& command,
                                     Milliseconds limit,
                                     Milliseconds pause,
                                     const std::string& waiting_for,
                                     const std::function<void()>& in_force,
                                     CommandOutcome& outcome) {
  const Deadline deadline = Deadline::in(real_clock(), limit);
  outcome.id = command.id.hex();
  outcome.sent = true;
  const std::string envelope = sign(command).print();
  const std::size_t needed = nodes_needed(command.form(), client_->all().size());
  std::size_t done = 0;
  std::size_t taken = 0;
  const AdminClient::Heard heard = [&](const NodeAnswer& answer) {
    const bool is_done = state_of(answer) == "done";
    done += is_done ? 1U : 0U;
    taken += is_done || state_of(answer) == "accepted" ? 1U : 0U;
    if (is_done && done == needed && in_force) {
      in_force();
    }
    return taken >= needed;
  };
  outcome.answers =
      co_await client_->ask(client_->all(), "POST", "/v1/commands", envelope, kAnswerLimit, heard);
  co_await wait_until_done(outcome, needed, deadline, pause, waiting_for);
  judge(outcome, needed);
  if (auto note = in_force_without_note(command.form(), outcome.answers);
      note && outcome.in_force) {
    outcome.notes.push_back(std::move(*note));
  }
  if (outcome.in_force && command.form() == node::CommandForm::making) {
    co_await note_blocks(command, outcome);
  }
}

Task<void> Administration::note_blocks(const node::Command& command, CommandOutcome& outcome) {
  const NodeAnswers looked = co_await client_->ask(
      client_->all(), "GET", "/v1/keys/" + command.key().text(), "", kAnswerLimit);
  if (auto note = blocked_key_note(command.key(), looked, outcome.id); note) {
    outcome.notes.push_back(std::move(*note));
  }
}

CommandOutcome Administration::send(const node::Command& command,
                                    Milliseconds limit,
                                    const std::function<void()>& in_force) {
  CommandOutcome outcome;
  outcome.id = command.id.hex();
  client_->run(check_ready(command.form(), outcome));
  if (outcome.exit_code == kExitDone) {
    const std::string waiting_for = "the nodes to carry out the command";
    client_->run(carry_out(command, limit, kPollPause, waiting_for, in_force, outcome));
  }
  return outcome;
}

Task<void> Administration::look_whether_it_exists(const node::Command& command,
                                                  CommandOutcome& outcome) {
  const auto* const wanted = std::get_if<node::CreateKey>(&command.body);
  if (outcome.in_force || wanted == nullptr || !is_taken(outcome.answers)) {
    co_return;
  }
  const NodeAnswers looked = co_await client_->ask(
      client_->all(), "GET", "/v1/keys/" + wanted->key.text(), "", kAnswerLimit);
  if (!is_there_already(*wanted, looked)) {
    co_return;
  }
  outcome.exists = true;
  outcome.exit_code = kExitDone;
  outcome.complaints.clear();
  if (auto note = blocked_key_note(wanted->key, looked, ""); note && wanted->terms.enabled) {
    outcome.notes.push_back(std::move(*note));
  }
}

Task<void> Administration::send_in_turn(Several& several) {
  const std::function<void()> nobody;  // is told before the end
  while (!several.stop && several.begun < several.bodies.size()) {
    const node::Command command = begin(std::move(several.bodies[several.begun++]), several.limit);
    CommandOutcome outcome;
    co_await carry_out(
        command, several.limit, kPollPauseOfSeveral, several.waiting_for, nobody, outcome);
    co_await look_whether_it_exists(command, outcome);
    several.stop = several.stop || outcome.exit_code == kExitUnreachable;
    several.waiting_for = std::to_string(several.bodies.size() - ++several.done) + " of " +
                          std::to_string(several.bodies.size()) + " keys";
    several.ended(command, outcome);
  }
}

Task<void> Administration::send_side_by_side(Several& several) {
  TaskGroup group(client_->executor());
  for (std::size_t i = 0; i < std::min(kSideBySideMax, several.bodies.size()); ++i) {
    group.spawn(send_in_turn(several));
  }
  co_await group.join();
}

std::size_t Administration::send_all(std::vector<node::CommandBody> bodies,
                                     Milliseconds limit,
                                     Ended ended) {
  Several several(std::move(bodies), limit, std::move(ended));
  if (several.bodies.empty()) {
    return 0;
  }
  CommandOutcome ready;
  client_->run(check_ready(node::CommandForm::making, ready));
  if (ready.exit_code != kExitDone) {
    const node::Command first = begin(several.bodies.front(), limit);
    ready.id = first.id.hex();
    several.ended(first, ready);
    return 1;
  }
  client_->run(send_side_by_side(several));
  return several.begun;
}

Task<void> Administration::wait_until_done(CommandOutcome& outcome,
                                           std::size_t needed,
                                           Deadline deadline,
                                           Milliseconds pause,
                                           const std::string& waiting_for) {
  for (;;) {
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < outcome.answers.size(); ++i) {
      if (state_of(outcome.answers[i]) == "accepted") {
        waiting.push_back(i);
      }
    }
    const std::size_t hopeful = count_state(outcome.answers, "done") + waiting.size();
    if (waiting.empty() || hopeful < needed || deadline.passed()) {
      co_return;
    }
    client_->progress().waiting_for(waiting_for);
    const Status slept = co_await sleep_for(pause);
    if (!slept) {
      co_return;  // cancelled
    }
    NodeAnswers news =
        co_await client_->ask(waiting, "GET", "/v1/commands/" + outcome.id, "", kAnswerLimit);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (news[i].ok()) {
        outcome.answers[waiting[i]] = std::move(news[i]);
      }
    }
  }
}

}  // namespace tercet::cli
