// tercet status

#include <algorithm>
#include <string>

#include "node/cli/commands.h"
#include "node/cli/key_commands.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr Milliseconds kLookLimit{5000};
constexpr std::int64_t kClockSkewMillisecondsMax = 2000;

std::string text_of(const Json& object, const char* name) {
  const Json value = object.value(name, Json());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string links_in_words(const Json& links) {
  std::string out;
  for (const Json& link : links) {
    const bool up = link.value("up", false);
    out += (out.empty() ? "" : ", ") + text_of(link, "peer") + (up ? " up" : " DOWN");
    if (const Json rtt = link.value("rtt_us", Json()); up && rtt.is_number()) {
      out += " (" + std::to_string(rtt.get<std::int64_t>()) + " us)";
    }
  }
  return out.empty() ? "none" : out;
}

/// What an operator should know about the cluster as a whole.
std::vector<std::string> warnings_of(const NodeAnswers& answers) {
  std::vector<std::string> out;
  std::int64_t earliest = 0;
  std::int64_t latest = 0;
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      out.push_back(answer.complaint());
      continue;
    }
    for (const Json& warning : answer.body.value("warnings", Json::array())) {
      out.push_back(answer.node + ": " + (warning.is_string() ? warning.get<std::string>() : ""));
    }
    const std::int64_t now = answer.body.value("wall_milliseconds", std::int64_t{0});
    earliest = earliest == 0 ? now : std::min(earliest, now);
    latest = std::max(latest, now);
  }
  if (latest - earliest > kClockSkewMillisecondsMax) {
    out.push_back("the nodes' clocks differ by " + std::to_string(latest - earliest) +
                  " ms: a node whose clock is wrong refuses requests");
  }
  return out;
}

void print_node(const NodeAnswer& answer) {
  if (!answer.ok()) {
    print_line(answer.node + "  UNREACHABLE");
    return;
  }
  const Json& said = answer.body;
  const std::string detail = text_of(said, "detail");
  print_line(answer.node + "  " + text_of(said, "health") +
             (detail.empty() ? "" : " (" + detail + ")") + "  up " + text_of(said, "uptime_s") +
             " s  version " + text_of(said, "version") + "  keys " + text_of(said, "keys") +
             "  vectors in stock " + text_of(said, "vectors_in_stock"));
  print_line("  peers: " + links_in_words(said.value("peers", Json::array())));
  print_line("  proxies: " + links_in_words(said.value("proxies", Json::array())));
}

int show_status(const Arguments& arguments) {
  const auto administration = Administration::load(arguments.value_or("--config", ""), {});
  if (!administration) {
    return fail(administration.error(), kExitFailed);
  }
  const NodeAnswers answers =
      (*administration)->client().ask_all("GET", "/v1/status", "", kLookLimit);
  const std::vector<std::string> warnings = warnings_of(answers);
  std::size_t reached = 0;
  std::size_t active = 0;
  Json nodes = Json::array();
  for (const NodeAnswer& answer : answers) {
    reached += answer.reached() ? 1U : 0U;
    active += answer.ok() && answer.body.value("health", std::string()) == "active" ? 1U : 0U;
    Json node = answer.ok() ? answer.body : Json::object();
    node["node"] = answer.node;
    node["reached"] = answer.reached();
    nodes.push_back(std::move(node));
  }
  const bool serving = active == answers.size();
  if (arguments.has("--json")) {
    print_line(Json{
        {"cluster", (*administration)->cluster().id.hex()},
        {"serving", serving},
        {"pair_mode", "off"},
        {"nodes", nodes},
        {"warnings",
         warnings}}.dump());
  } else {
    print_line(std::string("cluster ") + (*administration)->cluster().id.hex() + "  " +
               (serving ? "serving" : "NOT SERVING: all three nodes are needed (pair_mode: off)"));
    for (const NodeAnswer& answer : answers) {
      print_node(answer);
    }
    for (const std::string& warning : warnings) {
      print_line("warning: " + warning);
    }
  }
  if (reached < answers.size()) {
    return kExitUnreachable;
  }
  return serving ? kExitDone : kExitFailed;
}

}  // namespace

std::vector<SubCommand> status_sub_commands() {
  return {SubCommand("status",
                     "Show the cluster: nodes, links, stock, warnings.",
                     {config_option(), json_option()},
                     show_status,
                     "Exit code 0 only if all three nodes serve.")};
}

}  // namespace tercet::cli
