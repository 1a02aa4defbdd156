#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/log/log.h"
#include "core/log/line_file.h"
#include "core/metrics/metrics.h"
#include "core/time/clock.h"
#include "proxy/xks/request_record.h"
#include "proxy/xks/store_table.h"

namespace tercet::proxy {

/// Writes every request to the request log and counts it. `file` may be null: then the lines are
/// left out, the figures stay. Threads: one executor.
class RequestLedger final : public RequestObserver {
 public:
  RequestLedger(Registry& registry,
                const StoreTable& stores,
                std::unique_ptr<LineFile> file,
                const WallClock& clock,
                Logger log);

  void finished(const RequestRecord& record) override;

  /// How many requests ended, for draining and tests.
  std::uint64_t count() const { return count_; }

 private:
  Registry& registry_;
  std::unique_ptr<LineFile> file_;
  const WallClock& clock_;
  Logger log_;
  std::map<std::string, Gauge*> last_use_;  ///< by access key id, those configured only
  bool file_broken_ = false;
  std::uint64_t count_ = 0;
};

}  // namespace tercet::proxy
