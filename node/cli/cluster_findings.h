#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "node/cli/admin_client.h"

namespace tercet::cli {

/// That a node was started with an old data directory, as one node sees it.
class Alarm {
 public:
  Alarm() = default;
  std::string seen_by;
  std::string node;
  bool caught_up = false;  ///< it lacks nothing any more; what is not said is not so
  std::string detail;
  std::string to_do;

  /// For people.
  std::string text() const;
};

/// What `old_directories` of each `GET /v1/status` says.
std::vector<Alarm> alarms_of(const NodeAnswers& answers);
/// An alarm that a node still lacks what it held, which two nodes raise: keys fail, and no new ones
/// should be made. What one node alone says is told, and decides nothing: it may be the corrupt
/// one. Null if there is none; points into `alarms`.
const Alarm* find_standing(const std::vector<Alarm>& alarms);
/// Why no key should be made or rotated now, if so. What is made while a node has the wrong
/// directory is in that directory only: with the right one put back, nobody has all of the key.
std::optional<std::string> why_make_no_key(const NodeAnswers& answers);
nlohmann::json alarms_as_json(const std::vector<Alarm>& alarms);

/// How far the node's clock is ahead of this machine's, with the way of its answer in it; compared
/// when the answer came, so that waiting for another node is none of it.
std::optional<std::int64_t> clock_ahead_ms(const NodeAnswer& answer);
/// What an operator should know about the cluster as a whole, of answers to `GET /v1/status`.
std::vector<std::string> warnings_of(const NodeAnswers& answers);

}  // namespace tercet::cli
