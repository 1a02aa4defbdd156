#include "node/cli/cluster_verdict.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/config/cluster_digest.h"
#include "core/sigv4/verify.h"
#include "node/cli/arguments.h"
#include "node/cli/cluster_findings.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;
using State = Verdict::State;

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

/// How far the clocks of two nodes are from each other, and from this machine's.
class Clocks {
 public:
  explicit Clocks(const NodeAnswers& answers) {
    for (const NodeAnswer& answer : answers) {
      if (const auto ahead = clock_ahead_ms(answer); ahead) {
        nodes_.emplace_back(answer.node, *ahead);
      }
    }
  }

  std::size_t size() const { return nodes_.size(); }

  const std::string& name(std::size_t i) const { return nodes_[i].first; }

  std::int64_t ahead(std::size_t i) const { return nodes_[i].second; }

  bool are_far(std::size_t i, std::size_t j) const { return is_far(ahead(i) - ahead(j)); }

  bool all_far_from_here() const {
    return !nodes_.empty() &&
           std::ranges::all_of(nodes_, [](const auto& node) { return is_far(node.second); });
  }

  /// One node is far from all others, which agree with this machine; a node that lies about its own
  /// clock accuses nobody else.
  std::optional<std::size_t> wrong_one() const {
    for (std::size_t i = 0; i < size(); ++i) {
      bool alone = size() > 2 && is_far(ahead(i));
      for (std::size_t j = 0; j < size(); ++j) {
        alone = alone && (i == j || (are_far(i, j) && !is_far(ahead(j))));
      }
      if (alone) {
        return i;
      }
    }
    return std::nullopt;
  }

 private:
  static bool is_far(std::int64_t by) { return std::abs(by) > sigv4::kClockOffMillisecondsTold; }

  std::vector<std::pair<std::string, std::int64_t>> nodes_;
};

void judge_clocks(const NodeAnswers& answers, Findings& out) {
  const Clocks clocks(answers);
  if (const std::optional<std::size_t> wrong = clocks.wrong_one(); wrong) {
    const std::int64_t by = clocks.ahead(*wrong);
    out.add(State::not_serving,
            "the clock of " + clocks.name(*wrong) + " is " + std::to_string(std::abs(by) / 1000) +
                " s " + (by > 0 ? "ahead of" : "behind") +
                " the others': it refuses requests. Mend time synchronisation there");
    return;
  }
  for (std::size_t i = 0; i < clocks.size(); ++i) {
    for (std::size_t j = i + 1; j < clocks.size(); ++j) {
      if (clocks.are_far(i, j)) {
        out.add(State::not_serving,
                "the clocks of " + clocks.name(i) + " and " + clocks.name(j) + " differ by " +
                    std::to_string(std::abs(clocks.ahead(i) - clocks.ahead(j)) / 1000) +
                    " s: at least one refuses requests. Mend time synchronisation");
      }
    }
  }
  if (clocks.all_far_from_here()) {
    out.add(State::degraded,
            "the clocks of all nodes are far from this machine's: if they are wrong, they refuse "
            "requests");
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

/// A proxy as the nodes tell of it: what each that is linked to it passes on.
class ProxyWord {
 public:
  ProxyWord() = default;

  void add(const Json& said) { said_.push_back(said); }

  bool linked() const { return said_.size() >= kBelieved; }

  /// What two nodes pass on alike; null if no two do.
  Json agreed(const char* name) const {
    for (const Json& one : said_) {
      const Json value = one.value(name, Json());
      const auto same = std::ranges::count_if(
          said_, [&](const Json& other) { return other.value(name, Json()) == value; });
      if (static_cast<std::size_t>(same) >= kBelieved) {
        return value;
      }
    }
    return {};
  }

  bool is(const char* name) const { return agreed(name) == Json(true); }

 private:
  std::vector<Json> said_;
};

std::map<std::string, ProxyWord> proxies_of(const NodeAnswers& answers) {
  std::map<std::string, ProxyWord> out;
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      continue;
    }
    std::set<std::string> told;  // once, however often a corrupt node repeats it
    for (const Json& proxy : answer.body.value("proxies", Json::array())) {
      const std::string name = proxy.value("peer", std::string());
      if (proxy.value("up", false) && told.insert(name).second) {
        out[name].add(proxy);
      }
    }
  }
  return out;
}

std::string why_not_serving(const std::string& name, const ProxyWord& word) {
  if (!word.linked()) {
    return name + " is not linked to the nodes: is it running? look at its log";
  }
  if (word.is("draining")) {
    return name + " is draining: it is being stopped";
  }
  const Json error = word.agreed("last_error");
  const std::string code = error.is_string() ? " (" + error.get<std::string>() + ")" : "";
  if (error == "not_found") {
    return name + " does not serve" + code +
           ": the health key does not exist, or not at all nodes. Make the key that the cluster "
           "file names as health_key: tercet key create";
  }
  return name + " does not serve" + code + ": its /ping and its log say why";
}

/// What is wrong with a proxy that serves.
void judge_serving_proxy(const std::string& name,
                         const ProxyWord& word,
                         const std::string& our_digest,
                         Findings& out) {
  if (word.is("cold_decrypts_too_slow")) {
    out.add(State::degraded,
            "a Decrypt that no node remembers takes longer than KMS waits and fails, says " + name +
                ": the sites are too far apart, docs/wide-area.md");
  }
  if (const Json node = word.agreed("alone_refuses"); node.is_number_integer()) {
    out.add(State::degraded,
            "node " + node.dump() + " alone refused requests of " + name +
                " in the last minute, which the callers see as 500: its log and that of " + name +
                " (node_alone_refuses) say why");
  }
  if (const Json theirs = word.agreed("cluster_digest");
      theirs.is_string() && theirs != our_digest) {
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
    const Json expires = word.agreed("certificate_expires");
    if (expires.is_number_integer() && expires.get<std::int64_t>() <= now_unix) {
      failing.push_back("the certificate that " + proxy.name +
                        " shows to KMS has expired: put a new one in place, SIGHUP");
    } else if (word.is("serving")) {
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
