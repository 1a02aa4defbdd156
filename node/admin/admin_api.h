#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "mpc/wire/proxy_messages.h"
#include "node/admin/decision_report.h"

namespace tercet::node {

class CommandIntake;
class KeyRegistry;
class NodeStore;

/// An answer of the admin API: a status and a JSON document.
class AdminReply {
 public:
  AdminReply(unsigned http_status, std::string json_body)
      : status(http_status), body(std::move(json_body)) {}

  unsigned status;
  std::string body;
};

/// What the node service says about itself in GET /v1/status.
class NodeReport {
 public:
  class Link {
   public:
    Link() = default;
    std::string peer;  ///< node id or proxy name
    bool up = false;
    std::int64_t rtt_us = -1;  ///< as heartbeats measure it; -1 unknown
  };

  /// A proxy, and what it said of itself last.
  class Proxy {
   public:
    Proxy() = default;
    std::string name;
    bool up = false;
    std::optional<mpc::wire::ProxyStatus> said;
  };

  /// A node that was started with an old directory (directory_watch.h).
  class Setback {
   public:
    Setback() = default;
    std::string node;  ///< its id
    bool caught_up = false;
    std::string detail;
    std::string to_do;
  };

  NodeReport() = default;
  std::string node;
  std::string health;  ///< active, degraded, unavailable
  std::string detail;  ///< one of a few fixed texts
  std::string generation;
  std::int64_t uptime_s = 0;
  std::int64_t wall_milliseconds = 0;
  std::vector<Link> peers;
  std::vector<Proxy> proxies;
  std::uint64_t vectors_in_stock = 0;
  /// At the rate of the last minute; nothing if no vector was used.
  std::optional<std::chrono::duration<double>> stock_lasts;
  std::uint64_t leases = 0;
  std::string cluster_digest;             ///< of the cluster file that it goes by, hex
  std::int64_t certificate_days = 0;      ///< until the certificate of the node's links expires
  std::int64_t data_free_mb = -1;         ///< of the file system of its data; -1 unknown
  std::int64_t audit_free_mb = -1;        ///< of that of its audit file; -1 unknown
  std::vector<DecisionReport> decisions;  ///< open, or under way
  std::vector<Setback> setbacks;          ///< as this node saw them since it started
  std::vector<std::string> warnings;      ///< fixed texts: memory not locked, ...
};

/// The admin API of one node, apart from HTTP and TLS: the caller has checked that the peer's
/// certificate carries the role admin. JSON in, JSON out; errors are {"error": code, "message",
/// "hint"}.
///
///   POST /v1/commands        a CommandEnvelope -> 200/202 {"id","state","detail"}
///   GET  /v1/commands/{id}   -> 200 {"id","key","state","detail"}
///   GET  /v1/keys            -> 200 {"node","keys":[...]}
///   GET  /v1/keys/{id}       -> 200 one key
///   GET  /v1/status          -> 200 the report
///
/// Threads: the service's executor only. Never waits.
class AdminApi {
 public:
  using ReportSource = std::function<NodeReport()>;

  AdminApi(NodeStore& store, CommandIntake& intake, KeyRegistry& registry, ReportSource report);

  AdminReply handle(std::string_view method, std::string_view target, ByteView body);

 private:
  AdminReply submit_command(ByteView body);
  AdminReply show_command(std::string_view id) const;
  /// A page: the keys behind the one that is named after `?after=`, if so.
  AdminReply list_keys(std::string_view query) const;
  AdminReply show_key(std::string_view id) const;
  AdminReply show_status() const;

  NodeStore* store_;
  CommandIntake* intake_;
  KeyRegistry* registry_;
  ReportSource report_;
};

inline constexpr std::size_t kAdminBodyBytesMax = 64 * 1024;

}  // namespace tercet::node
