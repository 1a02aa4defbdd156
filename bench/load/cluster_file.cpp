#include "bench/load/cluster_file.h"

#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace tercet::bench {
namespace {

using Json = nlohmann::json;

ProcessEntry process_of(const Json& entry, const std::string& name) {
  ProcessEntry process;
  process.name = name;
  process.pid = entry.value("pid", 0);
  process.metrics = entry.value("metrics", std::string());
  return process;
}

/// Throws what nlohmann throws where something is missing.
ClusterFile read(const Json& json) {
  ClusterFile out;
  const Json& proxy = json.at("proxies").at(0);
  out.endpoint = proxy.at("endpoint").get<std::string>();
  out.uri_path = proxy.at("uri_path").get<std::string>();
  out.ca_file = proxy.at("ca_file").get<std::string>();
  const Json& credential = proxy.at("credential");
  out.access_key_id = credential.at("AccessKeyId").get<std::string>();
  out.secret = credential.at("RawSecretAccessKey").get<std::string>();
  out.admin_config = json.value("admin_config", std::string());
  if (json.contains("kms")) {
    out.region = json.at("kms").value("region", out.region);
  }
  std::size_t number = 0;
  for (const Json& entry : json.at("proxies")) {
    out.proxies.push_back(process_of(entry, "proxy-" + std::to_string(++number)));
  }
  for (const Json& entry : json.value("nodes", Json::array())) {
    out.nodes.push_back(process_of(entry, entry.at("id").get<std::string>()));
  }
  if (json.contains("known_key")) {
    ClusterFile::KnownKey key;
    key.id = json.at("known_key").at("id").get<std::string>();
    key.file = json.at("known_key").at("file").get<std::string>();
    out.known_key = std::move(key);
  }
  return out;
}

}  // namespace

Result<ClusterFile> ClusterFile::parse(const std::string& text) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception&) {
    return Error(Errc::config_error, "dev.json: not what `tercet dev up` writes");
  }
}

Result<ClusterFile> ClusterFile::load(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) {
    return Error(Errc::config_error, "read " + path)
        .hint("`tercet dev up` writes it; `tercet dev status` tells whether the cluster runs");
  }
  return parse(*text);
}

std::string ClusterFile::authority() const {
  constexpr std::string_view kScheme = "https://";
  return endpoint.starts_with(kScheme) ? endpoint.substr(kScheme.size()) : endpoint;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) {
    return Error(Errc::io_error, "read " + path);
  }
  return content.str();
}

Status write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) {
    return Error(Errc::io_error, "write " + path);
  }
  return ok_status();
}

}  // namespace tercet::bench
