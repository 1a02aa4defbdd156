#include "node/cli/cluster_verdict.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/config/cluster_digest.h"
#include "node/cli/arguments.h"
#include "node/cli/cluster_findings.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;
using State = Verdict::State;

/// Of SigV4 dates nodes take 300 s; some of that is the way.
constexpr std::int64_t kClockMillisecondsMax = 240'000;
constexpr std::size_t kBelieved = 2;  ///< nodes of three

class Findings {
 public:
  void add(State state, std::string reason) {
    worst_ = std::max(worst_, state);
    reasons_.emplace_back(state, std::move(reason));
  }

  State worst() const { return worst_; }

  /// The worst first, else as they were added.
  std::vector<std::string> reasons() {
    std::stable_sort(reasons_.begin(), reasons_.end(), [](const auto& one, const auto& other) {
      return one.first > other.first;
    });
    std::vector<std::string> out;
    for (auto& [state, reason] : reasons_) {
      out.push_back(std::move(reason));
    }
    return out;
  }

 private:
  State worst_ = State::serving;
  std::vector<std::pair<State, std::string>> reasons_;
};

void judge_nodes(const NodeAnswers& answers, Findings& out) {
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      out.add(State::not_serving, answer.complaint());
    } else if (const std::string health = answer.body.value("health", std::string());
               health != "active") {
      out.add(State::not_serving,
              answer.node + " is " + (health.empty() ? "in no known state" : health) + ": " +
                  answer.body.value("detail", std::string("it does not say why")));
    }
  }
  const std::vector<Alarm> alarms = alarms_of(answers);
  if (find_standing(alarms) != nullptr) {
    out.add(State::not_serving, "KEYS FAIL, a node lacks data that it had: see ALARM below");
  }
}

/// The one that is far from both others, or those two that are far from each other.
void judge_clocks(const NodeAnswers& answers, Findings& out) {
  std::vector<std::pair<std::string, std::int64_t>> clocks;
  for (const NodeAnswer& answer : answers) {
    if (const auto ahead = clock_ahead_ms(answer); ahead) {
      clocks.emplace_back(answer.node, *ahead);
    }
  }
  for (const auto& [node, ahead] : clocks) {
    std::size_t far_from = 0;
    std::int64_t by = 0;
    for (const auto& [other, its] : clocks) {
      if (std::abs(ahead - its) > kClockMillisecondsMax) {
        ++far_from;
        by = ahead - its;
      }
    }
    if (far_from > 0 && far_from + 1 == clocks.size()) {
      out.add(State::not_serving,
              "the clock of " + node + " is " + std::to_string(std::abs(by) / 1000) + " s " +
                  (by > 0 ? "ahead of" : "behind") +
                  " the other nodes': it refuses requests. Mend time synchronisation there");
    }
  }
}

void judge_keys(const NodeAnswers& answers, Findings& out) {
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      continue;
    }
    std::string keys;
    for (const Json& key : answer.body.value("damaged_keys", Json::array())) {
      keys += (keys.empty() ? "" : ", ") + (key.is_string() ? key.get<std::string>() : "?");
    }
    if (!keys.empty()) {
      out.add(State::degraded,
              "keys are damaged at " + answer.node + " and fail: " + keys +
                  ". Put that node's newest data back: docs/operations.md");
    }
  }
}

void judge_files(const NodeAnswers& answers, const ClusterConfig& cluster, Findings& out) {
  const std::string ours = to_hex(digest_of(cluster));
  std::string others;
  for (const NodeAnswer& answer : answers) {
    const std::string theirs =
        answer.ok() ? answer.body.value("cluster_digest", std::string()) : ours;
    if (theirs != ours) {
      others += (others.empty() ? "" : ", ") + answer.node;
    }
  }
  if (!others.empty()) {
    out.add(State::degraded,
            "the cluster file at " + others +
                " says something else than yours: make them the same, SIGHUP, or restart if more "
                "than pins changed");
  }
}

/// A proxy as the nodes tell of it.
class ProxyWord {
 public:
  ProxyWord() = default;
  std::size_t linked_to = 0;
  std::size_t serving_said_by = 0;
  Json said = Json::object();  ///< what the last of them passed on
};

std::map<std::string, ProxyWord> proxies_of(const NodeAnswers& answers) {
  std::map<std::string, ProxyWord> out;
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      continue;
    }
    for (const Json& proxy : answer.body.value("proxies", Json::array())) {
      if (!proxy.value("up", false)) {
        continue;
      }
      ProxyWord& word = out[proxy.value("peer", std::string())];
      ++word.linked_to;
      word.serving_said_by += proxy.value("serving", false) ? 1U : 0U;
      word.said = proxy;
    }
  }
  return out;
}

std::string why_not_serving(const std::string& name, const ProxyWord& word) {
  if (word.linked_to < kBelieved) {
    return name + " is not linked to the nodes: is it running? look at its log";
  }
  const Json error = word.said.value("last_error", Json());
  const std::string code = error.is_string() ? " (" + error.get<std::string>() + ")" : "";
  if (word.said.value("draining", false)) {
    return name + " is draining: it is being stopped";
  }
  if (error == "not_found") {
    return name + " does not serve" + code +
           ": the health key does not exist, or not at all nodes. Make the key that the cluster "
           "file names as health_key: tercet key create";
  }
  return name + " does not serve" + code + ": its /ping and its log say why";
}

std::optional<std::int64_t> number_in(const Json& object, const char* name) {
  const Json value = object.value(name, Json());
  return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

/// What is wrong with a proxy that serves.
void judge_serving_proxy(const std::string& name,
                         const ProxyWord& word,
                         const std::string& our_digest,
                         Findings& out) {
  if (word.said.value("cold_decrypts_too_slow", false)) {
    out.add(State::degraded,
            "a Decrypt that no node remembers takes longer than KMS waits and fails, says " + name +
                ": the sites are too far apart, docs/wide-area.md");
  }
  if (word.said.value("cluster_digest", our_digest) != our_digest) {
    out.add(State::degraded,
            "the cluster file at " + name + " says something else than yours: make them the same");
  }
}

void judge_proxies(const NodeAnswers& answers,
                   const ClusterConfig& cluster,
                   std::int64_t now_unix,
                   Findings& out) {
  const std::map<std::string, ProxyWord> words = proxies_of(answers);
  const std::string our_digest = to_hex(digest_of(cluster));
  std::size_t serving = 0;
  std::vector<std::string> failing;
  for (const ClusterConfig::Proxy& proxy : cluster.proxies) {
    const auto found = words.find(proxy.name);
    const ProxyWord word = found == words.end() ? ProxyWord() : found->second;
    const auto expires = number_in(word.said, "certificate_expires");
    if (word.linked_to >= kBelieved && expires && *expires <= now_unix) {
      failing.push_back("the certificate that " + proxy.name +
                        " shows to KMS has expired: put a new one in place, SIGHUP");
    } else if (word.serving_said_by >= kBelieved) {
      ++serving;
      judge_serving_proxy(proxy.name, word, our_digest, out);
    } else {
      failing.push_back(why_not_serving(proxy.name, word));
    }
  }
  if (cluster.proxies.empty()) {
    out.add(State::not_serving, "the cluster file names no proxy");
  }
  for (std::string& why : failing) {
    out.add(serving > 0 ? State::degraded : State::not_serving, std::move(why));
  }
}

}  // namespace

std::string Verdict::headline() const {
  switch (state) {
    case State::serving:
      return "SERVING with three nodes";
    case State::degraded:
      return "DEGRADED, requests are answered but not all is well";
    case State::not_serving:
      break;
  }
  return "NOT SERVING";
}

std::string Verdict::word() const {
  switch (state) {
    case State::serving:
      return "serving";
    case State::degraded:
      return "degraded";
    case State::not_serving:
      break;
  }
  return "not_serving";
}

Verdict judge_cluster(const NodeAnswers& answers,
                      const ClusterConfig& cluster,
                      std::int64_t now_unix) {
  Findings found;
  judge_nodes(answers, found);
  judge_clocks(answers, found);
  judge_files(answers, cluster, found);
  judge_keys(answers, found);
  judge_proxies(answers, cluster, now_unix, found);
  Verdict out;
  out.state = found.worst();
  out.reasons = found.reasons();
  const bool none_reached =
      std::ranges::none_of(answers, [](const NodeAnswer& answer) { return answer.reached(); });
  if (none_reached) {
    out.exit_code = kExitUnreachable;
  } else if (out.state != State::serving) {
    out.exit_code = kExitFailed;
  }
  return out;
}

}  // namespace tercet::cli
