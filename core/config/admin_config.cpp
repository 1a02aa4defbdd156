#include "core/config/admin_config.h"

#include "core/config/loader.h"
#include "core/config/shared_sections.h"

namespace tercet {

Result<AdminConfig> load_admin_config(const std::string& path) {
  TERCET_TRY(const config::Document document, config::Document::open(path));
  config::Problems problems;
  config::Section root = document.root(problems);
  AdminConfig admin;
  admin.name = root.text("name");
  admin.cluster = config::read_cluster(root, admin.cluster_file);
  if (problems.empty() && admin.cluster.find_administrator(admin.name) == nullptr) {
    root.problem("name", "is no administrator of the cluster file");
  }
  admin.signing_key_file = root.path("signing_key_file");
  admin.tls = config::read_tls(root.section("tls"));
  root.finish();
  if (!problems.empty()) {
    return problems.error(path);
  }
  return admin;
}

}  // namespace tercet
