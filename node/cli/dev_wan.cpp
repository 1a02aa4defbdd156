#include "node/cli/dev_wan.h"

#include <filesystem>

#include <nlohmann/json.hpp>

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kNodes = 3;

Error unreadable() {
  return Error(Errc::internal, "read what the wide-area emulator says")
      .hint("are tercet and tercet-wan of the same build?");
}

}  // namespace

std::map<std::string, std::string> preferred_wan_addresses(const DevState& state) {
  // One /24 of 198.18.0.0/15 by the cluster's id; its first address is the caller's.
  const unsigned long drawn = std::stoul(state.cluster_id.substr(0, 4), nullptr, 16);
  const std::string subnet =
      "198." + std::to_string(18 + (drawn >> 8U) % 2) + "." + std::to_string(drawn % 256) + ".";
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < kNodes; ++i) {
    out[DevLayout::node(i)] = subnet + std::to_string(i + 2);
  }
  return out;
}

std::vector<std::string> wan_command(const WanOptions& options,
                                     const DevLayout& layout,
                                     const DevState& state) {
  std::vector<std::string> out = {"tercet-wan", "run", "--ready", layout.wan_json()};
  if (options.matrix_file.empty()) {
    out.insert(out.end(), {"--rtt-ms", options.rtt_ms});
  } else {
    out.insert(out.end(), {"--matrix", options.matrix_file});
  }
  if (const auto node = state.hosts.find(DevLayout::node(0)); node != state.hosts.end()) {
    out.insert(out.end(), {"--prefer", node->second});
  }
  return out;
}

Result<std::optional<WanNetwork>> read_wan(const DevLayout& layout) {
  if (!std::filesystem::exists(layout.wan_json())) {
    return std::optional<WanNetwork>();
  }
  TERCET_TRY(std::string text, read_text_file(layout.wan_json()));
  const Json json = Json::parse(text, nullptr, false);
  try {
    if (json.contains("error")) {
      return Error(Errc::config_error, json.at("error").get<std::string>())
          .hint(json.at("hint").get<std::string>());
    }
    WanNetwork out;
    for (const Json& site : json.at("sites")) {
      const auto name = site.at("name").get<std::string>();
      if (name.starts_with("node-")) {
        out.addresses[name] = site.at("address").get<std::string>();
        out.namespaces[name] = site.at("netns").get<std::string>();
      }
    }
    if (out.addresses.size() != kNodes) {
      return unreadable();
    }
    out.json = std::move(text);
    return std::optional<WanNetwork>(std::move(out));
  } catch (const Json::exception&) {  // a member that is missing or of another type
    return unreadable();
  }
}

}  // namespace tercet::cli
