// What two nodes tell each other of what they hold, after link set-up and at every change:
// commands, decisions, digests of keys (protocol.md 2 and 6). Members of PeerHub.

#include <algorithm>
#include <set>
#include <utility>

#include "core/log/log.h"
#include "core/secret/access.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "node/link/peer_hub.h"

namespace tercet::node {

void PeerHub::tell_command_ids(mpc::PartyIndex peer) {
  if (options_.commands == nullptr) {
    return;
  }
  for (Bytes& permit : options_.commands->open_permits()) {
    send(peer, PeerFrame::command, std::move(permit));
  }
  const std::vector<CommandId> all = options_.commands->command_ids();
  // Were there ever more, the peer would send the oldest again, which are known here.
  const std::size_t told = std::min(all.size(), kCommandsPerExchangeMax);
  CommandIds part;
  for (std::size_t first = all.size() - told; !part.complete; first += kCommandIdsPerFrameMax) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t count = std::min(all.size() - first, kCommandIdsPerFrameMax);
    part.ids.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    part.complete = first + count == all.size();
    send(peer, PeerFrame::command_ids, part.encode());
  }
}

Status PeerHub::on_command_ids(mpc::PartyIndex from, ByteView body) {
  TERCET_TRY(CommandIds theirs, CommandIds::decode(body));
  if (options_.commands == nullptr) {
    return ok_status();
  }
  std::set<CommandId>& told = peer_of(from).commands_told;
  told.insert(theirs.ids.begin(), theirs.ids.end());
  if (told.size() > kCommandsPerExchangeMax) {
    return Error(Errc::peer_malformed, "command ids: more than one exchange may name");
  }
  if (!theirs.complete) {
    return ok_status();
  }
  const std::set<CommandId> known = std::exchange(told, {});
  for (const CommandId& id : options_.commands->command_ids()) {
    if (known.contains(id)) {
      continue;
    }
    if (std::optional<Bytes> document = options_.commands->command(id)) {
      send(from, PeerFrame::command, std::move(*document));
    }
  }
  return ok_status();
}

void PeerHub::on_command(mpc::PartyIndex from, ByteView body) {
  if (options_.commands == nullptr) {
    return;
  }
  Result<std::optional<Bytes>> taken = options_.commands->offer(body);
  if (!taken) {
    if (taken.error().code() != Errc::already_exists) {
      options_.log->warn(
          "peer_command_refused", field("peer", number(from)), field("code", taken.error().code()));
    }
    return;
  }
  if (*taken) {
    send(from, PeerFrame::command, std::move(**taken));
  }
  events_.caught_up();
}

void PeerHub::on_decision(mpc::PartyIndex from, ByteView body) {
  if (options_.decisions == nullptr) {
    return;
  }
  if (Status heard = options_.decisions->hear_decision(from, body); !heard) {
    options_.log->warn(
        "peer_decision_refused", field("peer", number(from)), field("code", heard.error().code()));
    return;
  }
  events_.caught_up();
}

Status PeerHub::on_key_digests(mpc::PartyIndex from, ByteView body) {
  TERCET_TRY(KeyDigests theirs, KeyDigests::decode(body));
  for (const KeyDigest& digest : theirs.keys) {
    const std::optional<KeyEntry> entry = options_.keys->find(digest.key, digest.version);
    if (!entry || !entry->material || entry->epoch != digest.epoch) {
      continue;
    }
    if (digest_for(*entry, from) != digest.digest) {
      events_.key_differs(digest.key, from);
    }
  }
  return ok_status();
}

std::array<std::uint8_t, 32> PeerHub::digest_for(const KeyEntry& entry,
                                                 mpc::PartyIndex peer) const {
  const bool with_next = mpc::side_of(options_.self, peer) == mpc::Side::next;
  const mpc::KeyName name(options_.cluster, entry.id, entry.version, entry.epoch);
  const mpc::ByteShares& key = entry.material->key();
  // Component `next` is shared with the next peer, component `own` with the previous one.
  const SecretBytes& component = with_next ? key.next : key.own;
  return mpc::component_digest(*peer_of(peer).record.secret(),
                               entry.derived,
                               name,
                               with_next ? peer : options_.self,
                               component.expose(SecretAccess::grant()));
}

void PeerHub::send_key_digests() {
  send_digests_to(mpc::next(options_.self));
  send_digests_to(mpc::previous(options_.self));
}

void PeerHub::send_digests_to(mpc::PartyIndex peer) {
  if (!peer_of(peer).record.secret()) {
    return;
  }
  KeyDigests digests;
  for (const KeyEntry& entry : options_.keys->list()) {
    if (digests.keys.size() == kKeysPerFrameMax) {
      send(peer, PeerFrame::key_digests, std::exchange(digests, KeyDigests()).encode());
    }
    if (entry.material) {
      KeyDigest digest;
      digest.key = entry.id;
      digest.version = entry.version;
      digest.epoch = entry.epoch;
      digest.digest = digest_for(entry, peer);
      digests.keys.push_back(std::move(digest));
    }
  }
  send(peer, PeerFrame::key_digests, digests.encode());
}

}  // namespace tercet::node
