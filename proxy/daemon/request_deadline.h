#pragma once

#include "core/http/http_message.h"
#include "core/time/clock.h"

namespace tercet::proxy {

/// How long a request may take from its arrival on: at most `configured`
/// (limits.request_deadline_ms), and so little that the answer reaches KMS before it gives up,
/// 250 ms after it began to connect (XKS reference, 20). Where `configured` is more than KMS
/// leaves, the client is not KMS but one that waits so long: then nothing but connection set-up and
/// the way back comes off. Never under 20 ms.
Milliseconds request_time(const HttpArrival& arrival, Milliseconds configured);

}  // namespace tercet::proxy
