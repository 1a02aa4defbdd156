#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tercet {

namespace asio = boost::asio;

/// The only coroutine type. Lazy: runs when awaited, on the awaiter's executor.
/// g++ 12 makes wrong code of much that stands around co_await, hence rules R1 to R6
/// (tests/lint/coroutine_rules_test.cpp): in a statement with co_await no braces, no lambda, no
/// conditional operator, no && and ||, no throw and no new; no co_await in a condition or in the
/// head of a loop. Name the value first.
template <class T>
using Task = asio::awaitable<T>;

}  // namespace tercet
