#include "node/cli/cluster_findings.h"

#include <algorithm>

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* name) {
  const Json value = object.value(name, Json());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

constexpr std::int64_t kClockSkewMillisecondsMax = 2000;

}  // namespace

std::string Alarm::text() const {
  return seen_by + " sees that " + node + " was started with an old data directory: " + detail +
         ". To do: " + to_do;
}

std::vector<Alarm> alarms_of(const NodeAnswers& answers) {
  std::vector<Alarm> out;
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      continue;
    }
    for (const Json& seen : answer.body.value("old_directories", Json::array())) {
      Alarm alarm;
      alarm.seen_by = answer.node;
      alarm.node = text_of(seen, "node");
      alarm.caught_up = seen.value("caught_up", false);
      alarm.detail = text_of(seen, "detail");
      alarm.to_do = text_of(seen, "to_do");
      out.push_back(std::move(alarm));
    }
  }
  return out;
}

const Alarm* find_standing(const std::vector<Alarm>& alarms) {
  for (const Alarm& alarm : alarms) {
    const auto agrees = [&](const Alarm& other) {
      return !other.caught_up && other.node == alarm.node && other.seen_by != alarm.seen_by;
    };
    if (!alarm.caught_up && std::any_of(alarms.begin(), alarms.end(), agrees)) {
      return &alarm;
    }
  }
  return nullptr;
}

std::optional<std::string> why_make_no_key(const NodeAnswers& answers) {
  const std::vector<Alarm> alarms = alarms_of(answers);
  const Alarm* const standing = find_standing(alarms);
  if (standing == nullptr) {
    return std::nullopt;
  }
  return standing->text() +
         ". A key made now is lost when the right directory is put back: do that first "
         "(docs/operations.md, \"A node has old data\"), or give --despite-alarm";
}

Json alarms_as_json(const std::vector<Alarm>& alarms) {
  Json out = Json::array();
  for (const Alarm& alarm : alarms) {
    out.push_back(Json{{"seen_by", alarm.seen_by},
                       {"node", alarm.node},
                       {"caught_up", alarm.caught_up},
                       {"detail", alarm.detail},
                       {"to_do", alarm.to_do}});
  }
  return out;
}

std::optional<std::int64_t> clock_ahead_ms(const NodeAnswer& answer) {
  const Json said = answer.ok() ? answer.body.value("wall_milliseconds", Json()) : Json();
  if (!said.is_number_integer()) {
    return std::nullopt;
  }
  // A corrupt node may say any number: the difference must not overflow.
  constexpr std::int64_t kFar = std::int64_t{1} << 53;
  return std::clamp(said.get<std::int64_t>(), -kFar, kFar) - answer.arrived_ms;
}

std::vector<std::string> warnings_of(const NodeAnswers& answers) {
  std::vector<std::string> out;
  std::vector<std::int64_t> clocks;
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      out.push_back(answer.complaint());
      continue;
    }
    for (const Json& warning : answer.body.value("warnings", Json::array())) {
      out.push_back(answer.node + ": " + (warning.is_string() ? warning.get<std::string>() : ""));
    }
    if (const auto ahead = clock_ahead_ms(answer); ahead) {
      clocks.push_back(*ahead);
    }
  }
  if (clocks.empty()) {
    return out;
  }
  const auto [earliest, latest] = std::minmax_element(clocks.begin(), clocks.end());
  if (*latest - *earliest > kClockSkewMillisecondsMax) {
    out.push_back("the nodes' clocks differ by " + std::to_string(*latest - *earliest) +
                  " ms: a node whose clock is wrong refuses requests");
  }
  return out;
}

}  // namespace tercet::cli
