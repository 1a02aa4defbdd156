#include "node/daemon/disk_space.h"

#include <filesystem>
#include <system_error>

namespace tercet::node {

std::int64_t free_megabytes(const std::string& folder) {
  std::error_code failed;
  const std::filesystem::space_info space = std::filesystem::space(folder, failed);
  return failed ? -1 : static_cast<std::int64_t>(space.available >> 20U);
}

std::int64_t free_megabytes_for(const std::string& file) {
  return free_megabytes(std::filesystem::absolute(file).parent_path().string());
}

}  // namespace tercet::node
