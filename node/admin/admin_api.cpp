#include "node/admin/admin_api.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <ratio>

#include <nlohmann/json.hpp>

#include "core/base/ids.h"
#include "mpc/field/dispatch.h"
#include "node/admin/command_intake.h"
#include "node/admin/key_registry.h"
#include "node/store/command_log.h"
#include "node/store/iv_counts.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"

namespace tercet::node {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kCommands = "/v1/commands";
constexpr std::string_view kKeys = "/v1/keys";
constexpr std::size_t kKeysAPage = 250;
constexpr std::size_t kPermitsShown = 64;
constexpr std::size_t kDamagedShown = 16;

unsigned status_of(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
    case Errc::out_of_range:
    case Errc::unsupported:
      return 400;
    case Errc::not_authenticated:
      return 401;
    case Errc::denied:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::already_exists:
    case Errc::wrong_state:
      return 409;
    case Errc::overloaded:
      return 503;
    default:
      return 500;
  }
}

AdminReply reply(unsigned status, const Json& body) {
  return AdminReply(status, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json print_refusal(const Error& error) {
  return Json{{"error", std::string(errc_name(error.code()))},
              {"message", error.what()},
              {"hint", error.hint()}};
}

AdminReply refusal(const Error& error) {
  return reply(status_of(error.code()), print_refusal(error));
}

Json print_command(const LoggedCommand& command) {
  return Json{{"id", command.id().hex()},
              {"key", command.command.key().text()},
              {"state", std::string(print_command_state(command.state))},
              {"detail", command.detail}};
}

/// What KMS sees of the key (rule K1), in one word for people.
std::string_view state_word(const KeyRecord& record, bool blocked) {
  if (record.newest().damaged) {
    return "damaged";
  }
  return blocked ? "disabled" : "enabled";
}

Json print_ids(const std::vector<CommandId>& ids) {
  Json out = Json::array();
  for (const CommandId& id : ids) {
    out.push_back(id.hex());
  }
  return out;
}

Json print_version(const EpochRecord& epoch, NodeStore& store) {
  return Json{{"version", epoch.name.version.value()},
              {"epoch", epoch.name.epoch.hex()},
              {"check_value", to_hex(epoch.check_value)},
              {"made_by", epoch.made_by.hex()},
              {"created_at", epoch.created_at},
              {"at_all_nodes", epoch.settled || epoch.name.version == KeyVersion(1)},
              {"damaged", epoch.damaged},
              {"ivs_used", store.iv_counts().used(epoch.name.key, epoch.name.version)}};
}

/// A key that exists, with the facts of its newest version.
Json print_key(const KeyRecord& record, NodeStore& store, const KeyRegistry& registry) {
  const EpochRecord& newest = record.newest();
  const std::vector<CommandId> blocks = registry.blocks(record);
  Json versions = Json::array();
  for (const EpochRecord& epoch : record.versions) {
    versions.push_back(print_version(epoch, store));
  }
  return Json{{"id", record.key.text()},
              {"store", newest.terms.store},
              {"state", std::string(state_word(record, !blocks.empty()))},
              {"usage", print_usage(newest.terms.usage)},
              {"framing", std::string(print_framing(newest.terms.framing))},
              {"blocks", print_ids(blocks)},
              {"version", newest.name.version.value()},
              {"epoch", newest.name.epoch.hex()},
              {"check_value", to_hex(newest.check_value)},
              {"created_at", record.versions.front().created_at},
              {"made_by", record.versions.front().made_by.hex()},
              {"ivs_used", store.iv_counts().used(record.key, newest.name.version)},
              {"versions", std::move(versions)}};
}

/// A key that commands still want to be made here.
Json print_wanted(const LoggedCommand& command, const KeyTerms& terms, NodeStore& store) {
  const KeyId& key = command.command.key();
  return Json{{"id", key.text()},
              {"store", terms.store},
              {"state", "pending"},
              {"usage", print_usage(terms.usage)},
              {"framing", std::string(print_framing(terms.framing))},
              {"blocks", print_ids(store.commands().blocks().standing(key))},
              {"version", Json()},
              {"epoch", Json()},
              {"check_value", Json()},
              {"created_at", command.command.created_at},
              {"made_by", command.id().hex()},
              {"ivs_used", 0},
              {"versions", Json::array()}};
}

Json print_links(const std::vector<NodeReport::Link>& links) {
  Json out = Json::array();
  for (const NodeReport::Link& link : links) {
    out.push_back(Json{{"peer", link.peer},
                       {"up", link.up},
                       {"rtt_us", link.rtt_us < 0 ? Json() : Json(link.rtt_us)}});
  }
  return out;
}

Json print_proxies(const std::vector<NodeReport::Proxy>& proxies) {
  Json out = Json::array();
  for (const NodeReport::Proxy& proxy : proxies) {
    Json one = {{"peer", proxy.name}, {"up", proxy.up}};
    if (proxy.said) {
      const mpc::wire::ProxyStatus& said = *proxy.said;
      one["serving"] = said.serving;
      one["last_error"] = said.last_error ? Json(std::string(errc_name(*said.last_error))) : Json();
      one["served_seconds_ago"] = said.served_seconds_ago ? Json(*said.served_seconds_ago) : Json();
      one["cold_decrypts_too_slow"] = said.cold_decrypts_too_slow;
      one["draining"] = said.draining;
      one["alone_refuses"] = said.alone_refuses ? Json(*said.alone_refuses) : Json();
      one["certificate_expires"] = said.certificate_expires_unix;
      one["cluster_digest"] = to_hex(said.cluster_digest);
    }
    out.push_back(std::move(one));
  }
  return out;
}

/// Ids of keys of which a version is damaged here; a few of them.
Json print_damaged(const KeyRecords& keys) {
  Json out = Json::array();
  for (const auto& [key, record] : keys.all()) {
    const bool damaged = std::ranges::any_of(
        record.versions, [](const EpochRecord& version) { return version.damaged; });
    if (damaged) {
      out.push_back(key.text());
      if (out.size() == kDamagedShown) {
        break;
      }
    }
  }
  return out;
}

Json print_decisions(const std::vector<DecisionReport>& decisions) {
  Json out = Json::array();
  for (const DecisionReport& open : decisions) {
    out.push_back(Json{{"kind", open.kind},
                       {"sid", open.sid},
                       {"keys", open.keys},
                       {"open_s", open.open_s},
                       {"waits_for", open.waits_for},
                       {"detail", open.detail},
                       {"to_do", open.to_do}});
  }
  return out;
}

Json print_setbacks(const std::vector<NodeReport::Setback>& setbacks) {
  Json out = Json::array();
  for (const NodeReport::Setback& seen : setbacks) {
    out.push_back(Json{{"node", seen.node},
                       {"caught_up", seen.caught_up},
                       {"detail", seen.detail},
                       {"to_do", seen.to_do}});
  }
  return out;
}

/// Permits that are not in force: one node only took them in time, so far.
Json print_open_permits(const CommandLog& log) {
  const auto open = log.unfinished(CommandForm::permit, kPermitsShown);
  if (!open) {
    return Json();
  }
  Json out = Json::array();
  for (const LoggedCommand& permit : *open) {
    out.push_back(print_command(permit));
  }
  return out;
}

/// Tenths of a minute; null if nothing is used.
Json print_minutes(const std::optional<std::chrono::duration<double>>& lasts) {
  if (!lasts) {
    return Json();
  }
  const std::chrono::duration<double, std::ratio<60>> minutes = *lasts;
  return std::round(minutes.count() * 10) / 10;
}

}  // namespace

AdminApi::AdminApi(NodeStore& store,
                   CommandIntake& intake,
                   KeyRegistry& registry,
                   ReportSource report)
    : store_(&store), intake_(&intake), registry_(&registry), report_(std::move(report)) {}

AdminReply AdminApi::handle(std::string_view method, std::string_view target, ByteView body) {
  const bool reads = method == "GET";
  if (target == kCommands) {
    return method == "POST" ? submit_command(body)
                            : reply(405, Json{{"error", "method_not_allowed"}});
  }
  const bool list = target == kKeys || target.starts_with("/v1/keys?");
  const bool known = list || target == "/v1/status" || target.starts_with("/v1/keys/") ||
                     target.starts_with("/v1/commands/");
  if (!known) {
    return reply(404,
                 Json{{"error", "not_found"},
                      {"message", "there is no such resource"},
                      {"hint", "docs/api.md lists the admin API"}});
  }
  if (!reads) {
    return reply(405, Json{{"error", "method_not_allowed"}});
  }
  if (list) {
    return list_keys(target.substr(kKeys.size()));
  }
  if (target == "/v1/status") {
    return show_status();
  }
  if (target.starts_with("/v1/keys/")) {
    return show_key(target.substr(kKeys.size() + 1));
  }
  return show_command(target.substr(kCommands.size() + 1));
}

AdminReply AdminApi::submit_command(ByteView body) {
  if (body.size() > kAdminBodyBytesMax) {
    return refusal(Error(Errc::invalid_argument, "read a command: it is too long"));
  }
  const Result<LoggedCommand> logged = intake_->submit(as_text(body), CommandOrigin::administrator);
  if (!logged) {
    return refusal(logged.error());
  }
  return reply(logged->state == CommandState::accepted ? 202 : 200, print_command(*logged));
}

AdminReply AdminApi::show_command(std::string_view id) const {
  const Result<Bytes> bytes = from_hex(id);
  if (!bytes || bytes->size() != CommandId::kBytes) {
    return refusal(Error(Errc::invalid_argument, "find a command: its id is 32 hex digits"));
  }
  const Result<LoggedCommand> logged = intake_->find(CommandId::copy_of(*bytes));
  return logged ? reply(200, print_command(*logged)) : refusal(logged.error());
}

AdminReply AdminApi::list_keys(std::string_view query) const {
  constexpr std::string_view kAfter = "?after=";
  if (!query.empty() && !query.starts_with(kAfter)) {
    return refusal(Error(Errc::invalid_argument, "list keys: only ?after=KEY may follow"));
  }
  std::optional<KeyId> after;
  if (!query.empty()) {
    Result<KeyId> id = KeyId::parse(query.substr(kAfter.size()));
    if (!id) {
      return refusal(id.error());
    }
    after = std::move(id).value();
  }
  const std::string behind = after ? after->text() : std::string();
  const auto waiting = store_->commands().waiting_behind(behind, kKeysAPage);
  if (!waiting) {
    return refusal(waiting.error());
  }
  // The page ends where either list was cut.
  std::optional<KeyId> last;
  if (waiting->size() == kKeysAPage) {
    last = waiting->back().command.key();
  }
  std::map<KeyId, Json> page;
  const auto& made = store_->keys().all();
  for (auto at = after ? made.upper_bound(*after) : made.begin();
       at != made.end() && !(last && *last < at->first);
       ++at) {
    page.emplace(at->first, print_key(at->second, *store_, *registry_));
    if (page.size() == kKeysAPage && std::next(at) != made.end()) {
      last = at->first;
    }
  }
  for (const LoggedCommand& command : *waiting) {
    const std::optional<Making> making = command.command.making();
    if (making->terms && !(last && *last < making->key) && !page.contains(making->key)) {
      page.emplace(making->key, print_wanted(command, *making->terms, *store_));
    }
  }
  Json keys = Json::array();
  for (auto& [id, key] : page) {
    keys.push_back(std::move(key));
  }
  return reply(200,
               Json{{"node", report_().node},
                    {"keys", std::move(keys)},
                    {"next", last ? Json(last->text()) : Json()}});
}

AdminReply AdminApi::show_key(std::string_view id) const {
  const Result<KeyId> key = KeyId::parse(id);
  if (!key) {
    return refusal(key.error());
  }
  if (const KeyRecord* record = store_->keys().find(*key); record != nullptr) {
    return reply(200, print_key(*record, *store_, *registry_));
  }
  const auto waiting = store_->commands().waiting_on(*key);
  if (!waiting) {
    return refusal(waiting.error());
  }
  for (const LoggedCommand& command : *waiting) {
    if (const std::optional<Making> making = command.command.making(); making && making->terms) {
      return reply(200, print_wanted(command, *making->terms, *store_));
    }
  }
  const Error unknown = Error(Errc::not_found, "show a key: this node has no key of this id")
                            .hint("look at `tercet key list`");
  Json said = print_refusal(unknown);
  said["blocks"] = print_ids(store_->commands().blocks().standing(*key));
  return reply(status_of(unknown.code()), said);
}

AdminReply AdminApi::show_status() const {
  const NodeReport report = report_();
  return reply(200,
               Json{{"node", report.node},
                    {"version", TERCET_VERSION},
                    {"cpu_path", mpc::cpu_path_name(mpc::chosen_cpu_path())},
                    {"health", report.health},
                    {"detail", report.detail},
                    {"generation", report.generation},
                    {"uptime_s", report.uptime_s},
                    {"wall_milliseconds", report.wall_milliseconds},
                    {"peers", print_links(report.peers)},
                    {"proxies", print_proxies(report.proxies)},
                    {"cluster_digest", report.cluster_digest},
                    {"damaged_keys", print_damaged(store_->keys())},
                    {"vectors_in_stock", report.vectors_in_stock},
                    {"stock_minutes", print_minutes(report.stock_lasts)},
                    {"leases", report.leases},
                    {"keys", store_->keys().all().size()},
                    {"commands", store_->commands().digests().size()},
                    {"decisions", print_decisions(report.decisions)},
                    {"old_directories", print_setbacks(report.setbacks)},
                    {"permits", print_open_permits(store_->commands())},
                    {"certificate_days", report.certificate_days},
                    {"data_free_mb", report.data_free_mb},
                    {"audit_free_mb", report.audit_free_mb},
                    {"warnings", report.warnings}});
}

}  // namespace tercet::node
