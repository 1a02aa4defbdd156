#pragma once

#include <memory>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/net/frame_link.h"

namespace tercet {

/// How one link of a process to another is made, and what runs on it.
class LinkDialer {
 public:
  virtual ~LinkDialer() = default;
  /// One attempt. Errors: any; the loop tries again.
  virtual Task<Result<std::unique_ptr<FrameLink>>> connect() = 0;
  /// Runs the link until it ends.
  virtual Task<void> serve(std::unique_ptr<FrameLink> link) = 0;
};

/// Keeps the link up: connects, lets it run, and dials again when it has ended, with pauses that
/// grow from 100 ms to 2 s; a link that lived for 3 s was good, and the next attempt comes soon.
/// Until the task is cancelled. `dialer` outlives it.
Task<void> keep_linked(LinkDialer& dialer);

}  // namespace tercet
