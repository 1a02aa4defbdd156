#include "core/net/redial.h"

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "core/async/deadline.h"
#include "core/time/executor_clock.h"

namespace tercet {

namespace {

constexpr Milliseconds kPauseFirst{100};
constexpr Milliseconds kPauseMax{2000};
constexpr Milliseconds kGoodLink{3000};

}  // namespace

Task<void> keep_linked(LinkDialer& dialer) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const Clock& clock = clock_of(executor);
  Milliseconds pause = kPauseFirst;
  while (true) {
    Result<std::unique_ptr<FrameLink>> link = co_await dialer.connect();
    if (link.ok()) {
      const SteadyTime up = clock.now();
      co_await dialer.serve(std::move(link).value());
      if (clock.now() - up > kGoodLink) {
        pause = kPauseFirst;
      }
    }
    const Status slept = co_await sleep_for(pause);
    if (!slept.ok()) {
      co_return;
    }
    pause = std::min(pause * 2, kPauseMax);
  }
}

}  // namespace tercet
