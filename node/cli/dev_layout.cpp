#include "node/cli/dev_layout.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr int kStateFormat = 1;

Error file_error(const std::string& what, const std::string& path) {
  return Error(Errc::io_error, what + " " + path + ": " + std::generic_category().message(errno));
}

bool write_whole(int file, const std::string& content) {
  std::size_t written = 0;
  while (written < content.size()) {
    const ssize_t n = ::write(file, content.data() + written, content.size() - written);
    if (n <= 0) {
      return false;
    }
    written += static_cast<std::size_t>(n);
  }
  return ::fsync(file) == 0;
}

}  // namespace

std::string DevState::address(const std::string& use) const {
  const auto host = hosts.find(use.substr(0, use.find(' ')));
  return (host == hosts.end() ? "127.0.0.1" : host->second) + ":" + std::to_string(ports.at(use));
}

std::string DevState::print() const {
  Json list = Json::array();
  for (const BackgroundProcess& process : processes) {
    list.push_back(Json{
        {"name", process.name}, {"pid", process.pid}, {"started_ticks", process.started_ticks}});
  }
  return Json{{"format", kStateFormat},
              {"cluster_id", cluster_id},
              {"access_key_id", access_key_id},
              {"ports", ports},
              {"hosts", hosts},
              {"processes", list},
              {"nodes_have_data", nodes_have_data}}
             .dump(2) +
         "\n";
}

Result<DevState> DevState::parse(const std::string& text) {
  const Error damaged =
      Error(Errc::storage_corrupt, "read state.json: it is not what this version writes")
          .hint("remove the folder and start anew");
  const Json json = Json::parse(text, nullptr, false);
  DevState state;
  try {
    if (json.at("format") != kStateFormat) {
      return damaged;
    }
    state.cluster_id = json.at("cluster_id").get<std::string>();
    state.access_key_id = json.at("access_key_id").get<std::string>();
    state.ports = json.at("ports").get<std::map<std::string, std::uint16_t>>();
    state.hosts = json.value("hosts", state.hosts);
    state.nodes_have_data = json.at("nodes_have_data").get<bool>();
    for (const Json& entry : json.at("processes")) {
      state.processes.emplace_back(entry.at("name").get<std::string>(),
                                   entry.at("pid").get<pid_t>(),
                                   entry.at("started_ticks").get<std::uint64_t>());
    }
  } catch (const Json::exception&) {  // a member that is missing or of another type
    return damaged;
  }
  return state;
}

Status replace_file(const std::string& path, const std::string& content) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    return file_error("write", fresh);
  }
  const bool written = write_whole(file, content);
  ::close(file);
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) {
    return file_error("write", path);
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return ok_status();
}

Result<std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error(Errc::not_found, "read " + path + ": it cannot be opened");
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<std::optional<DevState>> load_dev_state(const DevLayout& layout) {
  std::optional<DevState> out;
  if (!std::filesystem::exists(layout.state_file())) {
    return out;
  }
  TERCET_TRY(const std::string text, read_text_file(layout.state_file()));
  TERCET_TRY(out, DevState::parse(text));
  return out;
}

Status save_dev_state(const DevLayout& layout, const DevState& state) {
  return replace_file(layout.state_file(), state.print());
}

}  // namespace tercet::cli
