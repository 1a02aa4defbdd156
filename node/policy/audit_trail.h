#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::node {

/// One audit record in the making: a JSON object on one line, of at most 8 KiB (rule AU6). Text
/// from outside is escaped and cut. Takes no byte views: secrets do not fit in.
class AuditRecord {
 public:
  /// `event`: a fixed snake_case name.
  explicit AuditRecord(std::string_view event);

  AuditRecord& text(std::string_view name, std::string_view value);
  AuditRecord& number(std::string_view name, std::uint64_t value);
  AuditRecord& flag(std::string_view name, bool value);

  template <class Tag, std::size_t N>
  AuditRecord& id(std::string_view name, const ByteId<Tag, N>& value) {
    return text(name, value.hex());
  }

  AuditRecord& error(Errc code) { return text("error", errc_name(code)); }

  std::string take();

 private:
  void begin_member(std::string_view name);

  std::string line_;
};

/// The node's audit records (rules AU1 to AU7). Each gets sequence number, time, node and
/// generation in front. A record that cannot be written stops cryptographic work until one can be
/// (rule AU5): "no audit record, no answer".
/// Threads: the service's executor only.
class AuditTrail {
 public:
  /// Writes one line so that it is durable when it returns ok.
  using Sink = std::function<Status(std::string_view line)>;

  AuditTrail(std::string node, Sink sink, const WallClock& clock)
      : node_(std::move(node)), sink_(std::move(sink)), clock_(&clock) {}

  void set_generation(const GenerationId& generation) { generation_ = generation; }

  /// Errors: storage_error; then `working()` is false until a later record was written.
  Status write(AuditRecord record);

  bool working() const { return working_; }

 private:
  std::string node_;
  Sink sink_;
  const WallClock* clock_;
  GenerationId generation_;
  std::uint64_t sequence_ = 0;
  bool working_ = true;
};

}  // namespace tercet::node
