#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tercet {

namespace asio = boost::asio;

/// The only coroutine type. Lazy: runs when awaited, on the awaiter's executor. Rules R1 to R3 of
/// the style guide hold for every statement with co_await (no braces, no lambda: g++ 12).
/// And one more, measured here: no co_await in the condition of an `if` or a loop. g++ 12 resumes
/// the wrong suspension point after `while (..) { if (co_await a()) ..; co_await b(); }`. Name the
/// value first.
template <class T>
using Task = asio::awaitable<T>;

}  // namespace tercet
