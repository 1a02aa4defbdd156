#include "node/command/command_verifier.h"

#include <algorithm>
#include <set>
#include <string>

#include "core/config/cluster_config.h"
#include "core/crypto/signature.h"

namespace tercet::node {
namespace {

Status check_lifetime(const Command& command) {
  if (command.expires_at <= command.created_at ||
      command.expires_at - command.created_at > kCommandLifetimeSecondsMax) {
    return Error(Errc::denied, "check a command: it does not expire within a day");
  }
  return ok_status();
}

}  // namespace

Status check_fresh(const Command& command, std::int64_t now_seconds) {
  if (command.created_at > now_seconds + kCommandSkewSecondsMax) {
    return Error(Errc::denied, "check a command: it is dated in the future")
        .hint("check the clocks of the administrator's machine and of the node");
  }
  if (command.expires_at <= now_seconds) {
    return Error(Errc::denied, "check a command: it has expired")
        .hint("make and sign the command again; check the clocks");
  }
  return ok_status();
}

CommandVerifier::CommandVerifier(const ClusterConfig& cluster) : cluster_(&cluster) {}

Result<Command> CommandVerifier::verify(const CommandEnvelope& envelope) const {
  const Bytes signed_bytes = command_signing_input(envelope.document);
  std::set<std::string> signers;
  for (const CommandSignature& signature : envelope.signatures) {
    const auto& known = cluster_->administrators;
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& administrator) {
      return administrator.name == signature.administrator;
    });
    if (found == known.end()) {
      return Error(Errc::not_authenticated, "check a command: an unknown administrator signed it")
          .hint("administrators stand in the cluster file of each node");
    }
    if (!found->public_key.verify(signed_bytes, signature.signature)) {
      return Error(Errc::not_authenticated, "check a command: a signature is wrong")
          .hint("check signing_key_file in admin.yaml against the cluster file");
    }
    if (!signers.insert(signature.administrator).second) {
      return Error(Errc::not_authenticated, "check a command: an administrator signed it twice");
    }
  }
  if (signers.size() < cluster_->quorum || signers.empty()) {
    return Error(Errc::not_authenticated, "check a command: too few administrators signed it")
        .hint("the quorum stands in the cluster file");
  }
  TERCET_TRY(Command command, Command::parse(envelope.document));
  if (command.cluster != cluster_->id) {
    return Error(Errc::denied, "check a command: it is for another cluster");
  }
  TERCET_TRY_STATUS(check_lifetime(command));
  return command;
}

}  // namespace tercet::node
