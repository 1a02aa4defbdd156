// tercet status

#include <algorithm>
#include <string>

#include "node/cli/cluster_findings.h"
#include "node/cli/cluster_verdict.h"
#include "node/cli/commands.h"
#include "node/cli/key_commands.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr Milliseconds kLookLimit{5000};

std::string text_of(const Json& object, const char* name) {
  const Json value = object.value(name, Json());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::int64_t number_of(const Json& object, const char* name, std::int64_t otherwise) {
  const Json value = object.value(name, Json());
  return value.is_number() ? value.get<std::int64_t>() : otherwise;
}

/// "3 d 4 h", "5 m 12 s": the two largest units.
std::string span_in_words(std::int64_t seconds) {
  const auto pair = [](std::int64_t large, const char* unit, std::int64_t small, const char* next) {
    return std::to_string(large) + unit + std::to_string(small) + next;
  };
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds >= kDay) {
    return pair(seconds / kDay, " d ", seconds % kDay / kHour, " h");
  }
  if (seconds >= kHour) {
    return pair(seconds / kHour, " h ", seconds % kHour / kMinute, " m");
  }
  return pair(seconds / kMinute, " m ", seconds % kMinute, " s");
}

std::string links_in_words(const Json& links) {
  std::string out;
  for (const Json& link : links) {
    const bool up = link.value("up", false);
    out += (out.empty() ? "" : ", ") + text_of(link, "peer") + (up ? "" : " DOWN");
    if (const std::int64_t rtt = number_of(link, "rtt_us", -1); up && rtt >= 0) {
      out += " (" + std::to_string(rtt) + " us)";
    }
  }
  return out.empty() ? "none" : out;
}

/// At the rate of the last minute.
std::string stock_in_words(const Json& minutes) {
  if (minutes.is_null()) {
    return "unused now";
  }
  return minutes.is_number() ? minutes.dump() + " min" : "?";
}

/// One line for each thing that is open at a node, and what to do about it.
std::vector<std::string> open_things_of(const NodeAnswers& answers) {
  std::vector<std::string> out;
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      continue;
    }
    for (const Json& open : answer.body.value("decisions", Json::array())) {
      std::string keys;
      for (const Json& key : open.value("keys", Json::array())) {
        keys += (keys.empty() ? " " : ", ") + key.get<std::string>();
      }
      const std::string to_do = text_of(open, "to_do");
      out.push_back(answer.node + ": " + text_of(open, "kind") + keys + ", session " +
                    text_of(open, "sid").substr(0, 8) + ", open for " +
                    span_in_words(number_of(open, "open_s", 0)) + ": " + text_of(open, "detail") +
                    (to_do.empty() ? "" : ". To do: " + to_do));
    }
    for (const Json& permit : answer.body.value("permits", Json::array())) {
      out.push_back(answer.node + ": permit " + text_of(permit, "id").substr(0, 8) + " for " +
                    text_of(permit, "key") + ": " + text_of(permit, "detail") +
                    ". To do: give it again if it stays so");
    }
  }
  return out;
}

Row row_of(const NodeAnswer& answer) {
  if (!answer.ok()) {
    return {answer.node, answer.reached() ? "REFUSED" : "UNREACHABLE"};
  }
  const Json& said = answer.body;
  const std::int64_t data_mb = number_of(said, "data_free_mb", -1);
  const std::int64_t free_mb = std::min(data_mb, number_of(said, "audit_free_mb", data_mb));
  const std::int64_t ahead = clock_ahead_ms(answer).value_or(0);
  return {answer.node,
          text_of(said, "health"),
          text_of(said, "detail"),
          span_in_words(number_of(said, "uptime_s", 0)),
          text_of(said, "version"),
          text_of(said, "cpu_path"),
          text_of(said, "generation").substr(0, 8),
          text_of(said, "keys"),
          text_of(said, "commands"),
          text_of(said, "leases"),
          text_of(said, "vectors_in_stock"),
          stock_in_words(said.value("stock_minutes", Json())),
          text_of(said, "certificate_days") + " d",
          free_mb < 0 ? "?" : std::to_string(free_mb) + " MB",
          (ahead >= 0 ? "+" : "") + std::to_string(ahead) + " ms",
          links_in_words(said.value("peers", Json::array())),
          links_in_words(said.value("proxies", Json::array()))};
}

/// One line for each thing to know, one column for each node.
void print_nodes(const NodeAnswers& answers) {
  std::vector<Row> columns;
  std::size_t lines = 0;  // few when no node has answered
  for (const NodeAnswer& answer : answers) {
    columns.push_back(row_of(answer));
    lines = std::max(lines, columns.back().size());
  }
  Row titles = {"node",
                "health",
                "why",
                "up",
                "version",
                "kernels",
                "generation",
                "keys",
                "commands",
                "leases",
                "vectors in stock",
                "they last",
                "certificate",
                "disk free",
                "clock",
                "peers",
                "proxies"};
  titles.resize(lines);
  columns.insert(columns.begin(), std::move(titles));
  print_table(transposed(columns));
}

int show_status(const Arguments& arguments) {
  const auto administration = Administration::load(arguments.value_or("--config", ""), {});
  if (!administration) {
    return fail(administration.error(), kExitFailed);
  }
  const NodeAnswers answers =
      (*administration)->client().ask_all("GET", "/v1/status", "", kLookLimit);
  const std::vector<std::string> warnings = warnings_of(answers);
  const std::vector<Alarm> alarms = alarms_of(answers);
  const Verdict verdict =
      judge_cluster(answers, (*administration)->cluster(), system_wall_clock().now_seconds());
  if (arguments.has("--json")) {
    Json nodes = Json::array();
    for (const NodeAnswer& answer : answers) {
      Json node = answer.ok() ? answer.body : Json::object();
      node["node"] = answer.node;
      node["reached"] = answer.reached();
      nodes.push_back(std::move(node));
    }
    print_line(Json{
        {"cluster", (*administration)->cluster().id.hex()},
        {"serving", verdict.serving()},
        {"state", verdict.word()},
        {"reasons", verdict.reasons},
        {"pair_mode", "off"},
        {"nodes", nodes},
        {"alarms", alarms_as_json(alarms)},
        {"warnings",
         warnings}}.dump());
    return verdict.exit_code;
  }
  print_line("cluster " + (*administration)->cluster().id.hex() +
             ", pair_mode off: " + verdict.headline());
  for (const std::string& reason : verdict.reasons) {
    print_line("why: " + reason);
  }
  print_nodes(answers);
  for (const std::string& open : open_things_of(answers)) {
    print_line("open: " + open);
  }
  for (const Alarm& alarm : alarms) {
    print_line("ALARM: " + alarm.text());
  }
  for (const std::string& warning : warnings) {
    print_line("warning: " + warning);
  }
  return verdict.exit_code;
}

}  // namespace

std::vector<SubCommand> status_sub_commands() {
  return {SubCommand(
      "status",
      "Show the cluster: nodes, links, stock, warnings.",
      {config_option(), json_option()},
      show_status,
      "A column for each node. kernels: the machine code that computes there, by what its\n"
      "processor has (all give the same results); generation: a new one at every start;\n"
      "leases: one for each proxy it serves, and one of the nodes themselves; they last: the\n"
      "vectors, at the rate of the last minute; clock: against this machine's, with the way\n"
      "there in it; peers: with the round trip to each. Below, what is open: decisions\n"
      "about keys with the nodes whose vote they wait for, permits that lack a receipt,\n"
      "and what to do about them; ALARM: a node was started with an old data directory,\n"
      "as another or itself sees it. SERVING, exit code 0: a request would be answered.\n"
      "DEGRADED: it would, but not all is well; NOT SERVING: it would fail; both exit 1, and\n"
      "say why and what to do. Exit code 3: no node can be reached.")};
}

}  // namespace tercet::cli
