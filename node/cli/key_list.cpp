// tercet key list

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/cli/key_commands.h"
#include "node/cli/key_view.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr Milliseconds kLookLimit{5000};

/// Takes the keys in the order of their ids, and tells them.
class ListPrinter {
 public:
  explicit ListPrinter(bool json) : json_(json) {
    if (json_) {
      print_text("{\"keys\":[");
    }
  }

  void add(const std::string& id, const KeyView& view) {
    ++count_;
    if (json_) {
      const std::string text = view_as_json(id, view).dump();
      print_text(count_ == 1 ? text : "," + text);
      return;
    }
    rows_.push_back(list_row(view.by_node.begin()->second));
    if (!view.differing.empty()) {
      differing_.emplace_back(id, view.differing);
    }
  }

  void end(const std::vector<std::string>& complaints, bool any_spoke) {
    if (json_) {
      print_line("],\"complaints\":" + Json(complaints).dump() + "}");
      return;
    }
    if (count_ > 0) {
      print_table(rows_);
    }
    for (const auto& [id, differences] : differing_) {
      print_line(id + ":");
      print_differences(differences);
    }
    for (const std::string& complaint : complaints) {
      static_cast<void>(fail(kExitFailed, complaint));
    }
    if (count_ == 0 && any_spoke) {
      print_line("no keys");
    }
  }

 private:
  bool json_;
  std::size_t count_ = 0;
  std::vector<Row> rows_ = {{"key", "state", "usage", "store", "framing", "version"}};
  std::vector<std::pair<std::string, std::vector<std::string>>> differing_;
};

/// Goes through the lists of all nodes side by side, a page at a time, so that neither a node nor
/// this program holds all of it.
class ListReader {
 public:
  explicit ListReader(AdminClient& client) : client_(client), asked_(client.all()) {}

  void read(ListPrinter& to) {
    Progress progress;
    do {
      const std::string target = after_.empty() ? "/v1/keys" : "/v1/keys?after=" + after_;
      const NodeAnswers answers = client_.ask_these(asked_, "GET", target, "", kLookLimit);
      take(answers, to);
      progress.waiting_for("the list of keys");
    } while (more_ && !asked_.empty());
  }

  const std::vector<std::string>& complaints() const { return complaints_; }

  bool any_spoke() const { return !asked_.empty(); }

  /// One answer is enough.
  int exit_code() const {
    return any_spoke() ? kExitDone : any_reached_ ? kExitFailed : kExitUnreachable;
  }

 private:
  void take(const NodeAnswers& answers, ListPrinter& to) {
    std::map<std::string, KeyView> views;
    std::optional<std::string> until;  // the page that ends first
    std::vector<std::size_t> speaking;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const NodeAnswer& answer = answers[i];
      any_reached_ = any_reached_ || answer.reached();
      if (!answer.ok()) {
        complaints_.push_back(answer.complaint());
        continue;
      }
      const Json keys = answer.body.value("keys", Json());
      if (!keys.is_array()) {
        complaints_.push_back(answer.node + " says what is no list of keys");
        continue;
      }
      const Json next = answer.body.value("next", Json());
      if (!next.is_null() && !(next.is_string() && KeyId::parse(next.get<std::string>()))) {
        complaints_.push_back(answer.node + " says a list goes on behind what is no key");
        continue;
      }
      speaking.push_back(asked_[i]);
      for (const Json& key : keys) {
        views[key.value("id", std::string())].by_node[answer.node] = key;
      }
      if (next.is_string() && (!until || next.get<std::string>() < *until)) {
        until = next.get<std::string>();
      }
    }
    asked_ = std::move(speaking);
    for (auto& [id, view] : views) {
      if (!until || id <= *until) {
        tell(id, view, to);
      }
    }
    more_ = until && *until > after_;  // a node that leads in a circle leads nowhere
    after_ = until.value_or("");
  }

  void tell(const std::string& id, KeyView& view, ListPrinter& to) const {
    view.differing = differences(view.by_node);
    if (view.by_node.size() < asked_.size()) {
      view.differing.push_back("presence: only " + std::to_string(view.by_node.size()) + " of " +
                               std::to_string(asked_.size()) + " nodes have it");
    }
    to.add(id, view);
  }

  AdminClient& client_;
  std::vector<std::size_t> asked_;
  std::string after_;
  bool more_ = false;
  bool any_reached_ = false;
  std::vector<std::string> complaints_;
};

}  // namespace

int list_keys(const Arguments& arguments) {
  const auto administration = Administration::load(arguments.value_or("--config", ""), {});
  if (!administration) {
    return fail(administration.error(), kExitFailed);
  }
  ListPrinter printer(arguments.has("--json"));
  ListReader reader((*administration)->client());
  reader.read(printer);
  printer.end(reader.complaints(), reader.any_spoke());
  return reader.exit_code();
}

}  // namespace tercet::cli
