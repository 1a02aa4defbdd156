#include "node/admin/admin_api.h"

#include <cmath>
#include <ratio>

#include <nlohmann/json.hpp>

#include "core/base/ids.h"
#include "mpc/field/dispatch.h"
#include "node/admin/command_intake.h"
#include "node/admin/key_registry.h"
#include "node/store/iv_counts.h"
#include "node/store/key_records.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"

namespace tercet::node {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kCommands = "/v1/commands";
constexpr std::string_view kKeys = "/v1/keys";

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

AdminReply refusal(const Error& error) {
  return reply(status_of(error.code()),
               Json{{"error", std::string(errc_name(error.code()))},
                    {"message", error.what()},
                    {"hint", error.hint()}});
}

Json print_command(const LoggedCommand& command) {
  return Json{{"id", command.id.hex()},
              {"key", command.key},
              {"state", std::string(print_command_state(command.state))},
              {"detail", command.detail}};
}

/// What KMS sees of the key (rule K1), in one word for people.
std::string_view state_word(const KeyRecord& record) {
  if (record.damaged) {
    return "damaged";
  }
  if (!record.epoch) {
    return "pending";
  }
  return record.enabled ? "enabled" : "disabled";
}

Json print_key(const KeyRecord& record, NodeStore& store) {
  Json out{{"id", record.key.text()},
           {"store", record.store},
           {"state", std::string(state_word(record))},
           {"usage", print_usage(record.usage)},
           {"framing", std::string(print_framing(record.framing))},
           {"revision", record.revision},
           {"version", record.version.value()},
           {"created_at", record.created_at},
           {"made_by", record.made_by.hex()},
           {"ivs_used", store.iv_counts().used(record.key, record.version)}};
  out["epoch"] = record.epoch ? Json(record.epoch->value()) : Json();
  out["check_value"] = Json();
  out["session"] = Json();
  if (record.epoch) {
    const Result<EpochRecord> epoch =
        store.shares().find(KeyEpoch(record.key, record.version, *record.epoch));
    if (epoch) {
      out["session"] = epoch->session.hex();
      if (epoch->check_value) {
        out["check_value"] = to_hex(*epoch->check_value);
      }
    }
  }
  return out;
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
  const bool known = target == kKeys || target == "/v1/status" || target.starts_with("/v1/keys/") ||
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
  if (target == kKeys) {
    return list_keys();
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

AdminReply AdminApi::list_keys() const {
  Json keys = Json::array();
  for (const KeyRecord& record : store_->keys().all()) {
    keys.push_back(print_key(record, *store_));
  }
  return reply(200, Json{{"node", report_().node}, {"keys", std::move(keys)}});
}

AdminReply AdminApi::show_key(std::string_view id) const {
  const Result<KeyId> key = KeyId::parse(id);
  if (!key) {
    return refusal(key.error());
  }
  const KeyRecord* record = store_->keys().find(*key);
  if (record == nullptr) {
    return refusal(Error(Errc::not_found, "show a key: this node has no key of this id")
                       .hint("look at `tercet key list`"));
  }
  return reply(200, print_key(*record, *store_));
}

AdminReply AdminApi::show_status() const {
  const NodeReport report = report_();
  const Result<std::uint64_t> commands = store_->commands().length();
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
                    {"proxies", print_links(report.proxies)},
                    {"vectors_in_stock", report.vectors_in_stock},
                    {"stock_minutes", print_minutes(report.stock_lasts)},
                    {"leases", report.leases},
                    {"keys", registry_->list().size()},
                    {"commands", commands ? Json(*commands) : Json()},
                    {"certificate_days", report.certificate_days},
                    {"data_free_mb", report.data_free_mb},
                    {"warnings", report.warnings}});
}

}  // namespace tercet::node
