#include "core/config/node_config.h"

#include <set>
#include <utility>

#include "core/config/loader.h"
#include "core/config/shared_sections.h"

namespace tercet {
namespace {

using config::Section;

void read_credentials(Section& root, NodeConfig& node) {
  std::set<std::string> seen;
  for (Section& section : root.sections("credentials")) {
    NodeConfig::Credential each;
    each.access_key_id = section.text("access_key_id");
    each.secret_file = section.path("secret_file");
    if (!each.access_key_id.empty() && !seen.insert(each.access_key_id).second) {
      section.problem("access_key_id", "is there twice");
    }
    section.finish();
    node.credentials.push_back(std::move(each));
  }
  for (const ClusterConfig::Store& store : node.cluster.stores) {
    for (const std::string& id : store.access_key_ids) {
      if (!seen.contains(id)) {
        root.problem("credentials", "no secret for access key id " + id + " of the cluster file");
      }
    }
  }
}

std::uint32_t count(Section& section,
                    std::string_view key,
                    std::uint32_t fallback,
                    std::int64_t min,
                    std::int64_t max) {
  return static_cast<std::uint32_t>(section.integer_or(key, fallback, min, max));
}

NodeConfig::Stock read_stock(Section section) {
  NodeConfig::Stock out;
  constexpr std::int64_t kBatchMin = 1 << 16;  // protocol.md 4
  constexpr std::int64_t kBatchMax = 1 << 17;
  out.batch_vectors = count(section, "batch_vectors", out.batch_vectors, kBatchMin, kBatchMax);
  out.batches_per_lease = count(section, "batches_per_lease", out.batches_per_lease, 1, 32);
  // Each takes four of the 65,530 mappings that Linux gives a process: secrets have guard pages.
  constexpr std::int64_t kDerivedSetsMax = 10'000;
  out.derived_sets = count(section, "derived_sets", out.derived_sets, 16, kDerivedSetsMax);
  section.finish();
  return out;
}

}  // namespace

const ClusterConfig::Node& NodeConfig::self() const {
  const ClusterConfig::Node* const found = cluster.find_node(id);
  TERCET_CHECK(found != nullptr);
  return *found;
}

Result<NodeConfig> load_node_config(const std::string& path) {
  TERCET_TRY(const config::Document document, config::Document::open(path));
  config::Problems problems;
  Section root = document.root(problems);
  NodeConfig node;
  node.file = path;
  node.id = root.text("id");
  node.cluster = config::read_cluster(root, node.cluster_file);
  if (problems.empty() && node.cluster.find_node(node.id) == nullptr) {
    root.problem("id", "is no node of the cluster file");
  }
  node.data_dir = root.path("data_dir");
  node.sealing_key_file = root.path("sealing_key_file");
  node.signing_key_file = root.path("signing_key_file");
  node.import_key_file = root.path("import_key_file");
  node.tls = config::read_tls(root.section("tls"));
  read_credentials(root, node);
  node.metrics_address = root.address_or_none("metrics_address");
  node.audit_file = root.path_or_none("audit_file");
  if (node.audit_file.empty()) {
    node.audit_file = node.data_dir + "/audit.jsonl";
  }
  node.log = config::read_log(root.section_or_none("log"));
  node.stock = read_stock(root.section_or_none("stock"));
  root.finish();
  if (!problems.empty()) {
    return problems.error(path);
  }
  return node;
}

}  // namespace tercet
