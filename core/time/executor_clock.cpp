#include "core/time/executor_clock.h"

#include <boost/asio/execution/context.hpp>

namespace tercet {
namespace {

class ClockService final : public asio::execution_context::service {
 public:
  using key_type = ClockService;
  static asio::execution_context::id id;

  explicit ClockService(asio::execution_context& owner)
      : asio::execution_context::service(owner), clock_(&real_clock()) {}

  const Clock& clock() const { return *clock_; }

  void set(const Clock& clock) { clock_ = &clock; }

 private:
  void shutdown() override {}

  const Clock* clock_;
};

asio::execution_context::id ClockService::id;

}  // namespace

const Clock& clock_of(const asio::any_io_executor& executor) {
  asio::execution_context& context = asio::query(executor, asio::execution::context);
  return asio::use_service<ClockService>(context).clock();
}

void set_clock(asio::execution_context& context, const Clock& clock) {
  asio::use_service<ClockService>(context).set(clock);
}

}  // namespace tercet
