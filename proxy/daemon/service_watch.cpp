#include "proxy/daemon/service_watch.h"

#include <algorithm>
#include <utility>

namespace tercet::proxy {
namespace {

/// A lease is opened anew, or a node restarts, within this.
constexpr std::chrono::seconds kUnlinkedMax{10};
/// Checks that fail are made anew every second.
constexpr std::int64_t kUncheckedSecondsMax = 15;
constexpr std::chrono::minutes kBetweenWords{1};
/// Long enough for somebody who looks, short enough to be of now.
constexpr std::chrono::minutes kDissentTold{1};

std::int64_t seconds_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
}

/// What an operator does about it.
std::string advice_on(Errc code) {
  switch (code) {
    case Errc::not_found:
      return "the health key does not exist: make it (`tercet key create`, health_key in the "
             "cluster file), or it is missing at nodes (`tercet key list`)";
    case Errc::wrong_state:
      return "the health key is disabled: `tercet key enable`";
    case Errc::not_authenticated:
    case Errc::denied:
      return "the nodes do not take this proxy's word: the cluster file differs, or a clock is off "
             "(`tercet status`)";
    case Errc::timeout:
    case Errc::peer_timeout:
      return "the nodes are too slow, stopped, or too far apart: docs/operations.md";
    case Errc::peer_aborted:
    case Errc::internal:
      return "one node refuses, or they do not agree: `node_alone_refuses` in this log, and "
             "`tercet status`";
    default:
      return "docs/operations.md";
  }
}

/// Of load, not of something broken.
bool is_load(Errc code) {
  return code == Errc::exhausted || code == Errc::overloaded;
}

}  // namespace

ServiceWatch::ServiceWatch(std::vector<std::string> node_ids,
                           Registry& registry,
                           const Clock& clock,
                           Logger log)
    : node_ids_(std::move(node_ids)),
      registry_(registry),
      clock_(clock),
      log_(std::move(log)),
      capped_(log_, clock),
      began_(clock.now()),
      why_not_("starting") {
  registry.gauge_function(
      "tercet_proxy_serving", "1 while requests would be answered, as /ping says", {}, [this] {
        return why_not_ ? 0.0 : 1.0;
      });
}

void ServiceWatch::tick(ServiceSigns signs) {
  signs_ = std::move(signs);
  if (signs_.has_lease && signs_.absent.empty()) {
    linked_at_ = clock_.now();
  }
  std::optional<std::string> now = judge();
  tell_change(now);
  why_not_ = std::move(now);
  capped_.tell_left_out();
}

std::optional<std::string> ServiceWatch::judge() const {
  if (signs_.own_check_failed) {
    return "this machine's own check of a result failed: take this proxy out of service, test its "
           "memory";
  }
  if (!linked_at_ || clock_.now() - *linked_at_ > kUnlinkedMax) {
    std::string absent;
    for (const std::string& node : signs_.absent) {
      absent += (absent.empty() ? "" : ", ") + node;
    }
    return absent.empty() ? "no lease with the nodes" : "cut off from " + absent;
  }
  const bool checks_fail = signs_.last_error && !is_load(*signs_.last_error);
  if (!signs_.seconds_since_success ||
      (checks_fail && *signs_.seconds_since_success > kUncheckedSecondsMax)) {
    return why_checks_fail();
  }
  return std::nullopt;
}

std::string ServiceWatch::why_checks_fail() const {
  const std::optional<Errc> code = signs_.last_error;
  if (!code) {
    return "starting";
  }
  return "health checks fail (" + std::string(errc_name(*code)) + "): " + advice_on(*code);
}

void ServiceWatch::tell_change(const std::optional<std::string>& now) {
  const SteadyTime moment = clock_.now();
  const bool was_served = !why_not_;
  if (!now) {
    if (!was_served) {
      log_.info(served_ ? "service_back" : "service_begun",
                field("after_seconds", seconds_between(served_ ? lost_at_ : began_, moment)));
      served_ = true;
    }
    return;
  }
  const bool lost = was_served;
  if (lost) {
    lost_at_ = moment;
  }
  const bool due = moment - std::max(told_at_, began_) >= kBetweenWords;
  if (lost || due || (served_ && *now != *why_not_)) {
    told_at_ = moment;
    log_.error(lost ? "service_lost" : "service_still_lost",
               field("cause", public_text(*now)),
               field("for_seconds", seconds_between(served_ ? lost_at_ : began_, moment)));
  }
}

void ServiceWatch::note(const Dissent& dissent) {
  dissent_ = dissent;
  dissent_at_ = clock_.now();
  const std::string& node = node_ids_[mpc::number(dissent.node) - 1U];
  const std::string reason(errc_name(dissent.reason));
  registry_
      .counter("tercet_proxy_node_alone_refused_total",
               "Requests that one node alone refused, for a reason that the others do not share",
               {{"node", node}, {"reason", reason}})
      .add();
  capped_.warn("node_alone_refuses",
               node,
               field("node", public_text(node)),
               field("reason", public_text(reason)),
               field("hint", "look at that node: `tercet status`, its log, docs/operations.md"));
}

mpc::wire::ProxyStatus ServiceWatch::status() const {
  mpc::wire::ProxyStatus out;
  out.serving = !why_not_;
  if (signs_.seconds_since_success) {
    out.served_seconds_ago =
        static_cast<std::uint32_t>(std::max<std::int64_t>(0, *signs_.seconds_since_success));
  }
  out.last_error = signs_.last_error;
  out.cold_decrypts_too_slow = signs_.cold_decrypts_too_slow;
  if (dissent_ && clock_.now() - dissent_at_ <= kDissentTold) {
    out.alone_refuses = static_cast<std::uint8_t>(mpc::number(dissent_->node));
  }
  return out;
}

}  // namespace tercet::proxy
