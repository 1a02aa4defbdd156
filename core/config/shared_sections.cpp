#include "core/config/shared_sections.h"

#include <utility>

namespace tercet::config {

TlsFiles read_tls(Section section) {
  TlsFiles out;
  out.certificate = section.path("certificate");
  out.private_key = section.path("private_key");
  section.finish();
  return out;
}

LogSettings read_log(Section section) {
  LogSettings out;
  const std::string level = section.text_or("level", print_log_level(out.level));
  if (const std::optional<LogLevel> parsed = parse_log_level(level)) {
    out.level = *parsed;
  } else {
    section.problem("level", "expected debug, info, warn or error");
  }
  out.file = section.path_or_none("file");
  section.finish();
  return out;
}

ClusterConfig read_cluster(Section& root, std::string& cluster_file) {
  cluster_file = root.path("cluster");
  if (cluster_file.empty()) {
    return {};
  }
  Result<ClusterConfig> loaded = load_cluster_config(cluster_file);
  if (!loaded) {
    root.problem("cluster", loaded.error().what());
    return {};
  }
  return std::move(loaded).value();
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             std::string_view::npos;
}

}  // namespace tercet::config
