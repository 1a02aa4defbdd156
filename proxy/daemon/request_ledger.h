#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/log/line_caps.h"
#include "core/log/line_file.h"
#include "core/log/log.h"
#include "core/metrics/metrics.h"
#include "core/time/clock.h"
#include "proxy/xks/request_record.h"
#include "proxy/xks/store_table.h"

namespace tercet::proxy {

/// Writes every request to the request log and counts it. What a stranger can cause is written five
/// times at once and then once a second for each address, ten times a second in all; the next such
/// line, or one of its own, says how many were not (rule AU7). `file` may be null: then the lines
/// are left out, the figures stay. Threads: one executor.
class RequestLedger final : public RequestObserver {
 public:
  RequestLedger(Registry& registry,
                const StoreTable& stores,
                std::unique_ptr<LineFile> file,
                const WallClock& clock,
                const Clock& monotonic,
                Logger log);

  void finished(const RequestRecord& record) override;

  /// A connection that ended before its first request.
  void refused(const std::string& remote, const Error& why);
  void reloaded(const Status& outcome, std::int64_t certificate_expires);

  /// Call it twice a second: notices that the file is gone, tries again after a failure, tells what
  /// was left out.
  void tend();
  /// Credentials whose last use is told, besides those known so far.
  void know(const StoreTable& stores);
  /// For rotation. Errors: io_error.
  Status reopen();

  /// How many requests ended, for draining and tests.
  std::uint64_t count() const { return count_; }

 private:
  /// `stands_for`: how many requests or events are lost with it, those it only counts among them.
  void put(std::string line, std::uint64_t stands_for);
  void put_event(std::string_view event,
                 std::initializer_list<Field> fields,
                 std::uint64_t stands_for = 1);
  Status put_gap();

  Registry& registry_;
  std::unique_ptr<LineFile> file_;
  const WallClock& clock_;
  const Clock& monotonic_;
  Logger log_;
  CappedLog capped_;
  LineCaps caps_;
  Gauge& working_;
  std::map<std::string, Gauge*> last_use_;  ///< by access key id, those configured only
  std::uint64_t lost_ = 0;                  ///< lines, since one could be written
  std::uint64_t count_ = 0;
};

}  // namespace tercet::proxy
