#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/check.h"

namespace tercet {

/// Why something failed. Callers branch on the code, people read the text. One flat list in groups;
/// XKS names are made from it in proxy/xks/error_map.cpp only.
enum class Errc : std::uint16_t {
  // argument
  invalid_argument,  ///< malformed input
  out_of_range,      ///< well formed, outside what is allowed here
  unsupported,       ///< legal, beyond what is implemented
  // state
  not_found,
  already_exists,
  wrong_state,    ///< the key or store is disabled, not yet active, ...
  wrong_usage,    ///< the key does not allow this operation
  already_burnt,  ///< below a mark, or a slot that is gone (protocol.md 2)
  exhausted,      ///< out of prepared material
  overloaded,     ///< a bounded queue is full, or a rate is exceeded
  closed,         ///< the object was closed or cancelled
  // input and output
  io_error,
  link_closed,
  timeout,
  // peers
  peer_timeout,      ///< a peer did not send in time
  peer_aborted,      ///< a peer said ABORT
  peer_malformed,    ///< a frame or message that does not parse or has the wrong length
  session_mismatch,  ///< a peer works on another sid
  // protocol
  protocol_abort,  ///< a check failed: copies differ, zero check, coin, product
  // who may ask
  not_authenticated,
  denied,
  replayed,
  // cryptography
  bad_ciphertext,
  seal_broken,  ///< sealed data does not open
  crypto_failure,
  // storage and configuration
  storage_error,
  storage_corrupt,
  config_error,
  // ours
  internal,
};

/// The code's name as in this file, for logs and wire messages.
std::string_view errc_name(Errc code) noexcept;

/// The code with this name, if there is one.
std::optional<Errc> errc_from_name(std::string_view name) noexcept;

/// What failed and what the operator can do. Never carries peer bytes or secrets.
class Error {
 public:
  /// `what` says what was attempted and what went wrong, in fixed words.
  Error(Errc code, std::string what) : code_(code), what_(std::move(what)) {}

  /// Adds what the operator can do about it.
  Error&& hint(std::string text) && {
    hint_ = std::move(text);
    return std::move(*this);
  }

  /// Appends the underlying error's text.
  Error&& caused_by(const Error& cause) && {
    what_ += ": " + cause.what_;
    if (hint_.empty()) {
      hint_ = cause.hint_;
    }
    return std::move(*this);
  }

  Errc code() const noexcept { return code_; }

  const std::string& what() const noexcept { return what_; }

  const std::string& hint() const noexcept { return hint_; }

  /// "what (code). hint"
  std::string to_string() const;

 private:
  Errc code_;
  std::string what_;
  std::string hint_;
};

/// A value or an Error. No implicit bool of T, no default construction; value() on an error is a
/// failed check.
template <class T>
class [[nodiscard]] Result {
  static_assert(!std::is_aggregate_v<T> || std::is_trivially_destructible_v<T>,
                "g++ 12 destroys aggregates twice in co_await expressions: give T a constructor");

 public:
  // NOLINTNEXTLINE(google-explicit-constructor): return x;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

  // NOLINTNEXTLINE(google-explicit-constructor): return Error(...);
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const noexcept { return state_.index() == 0; }

  bool ok() const noexcept { return state_.index() == 0; }

  T& value() & {
    TERCET_CHECK(ok());
    return *std::get_if<0>(&state_);
  }

  const T& value() const& {
    TERCET_CHECK(ok());
    return *std::get_if<0>(&state_);
  }

  T&& value() && {
    TERCET_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }

  T& operator*() & { return value(); }

  const T& operator*() const& { return value(); }

  T* operator->() { return &value(); }

  const T* operator->() const { return &value(); }

  const Error& error() const& {
    TERCET_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

  Error&& error() && {
    TERCET_CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): return Error(...);
  Result(Error error) : error_(std::move(error)) {}

  /// The success value.
  static Result success() { return Result(); }

  explicit operator bool() const noexcept { return !error_.has_value(); }

  bool ok() const noexcept { return !error_.has_value(); }

  const Error& error() const& {
    TERCET_CHECK(!ok());
    return *error_;
  }

  Error&& error() && {
    TERCET_CHECK(!ok());
    return std::move(*error_);
  }

 private:
  Result() = default;
  std::optional<Error> error_;
};

using Status = Result<void>;

/// `return ok_status();`
inline Status ok_status() {
  return Status::success();
}

}  // namespace tercet

#define TERCET_CONCAT_INNER(a, b) a##b
#define TERCET_CONCAT(a, b) TERCET_CONCAT_INNER(a, b)

#define TERCET_TRY_IMPL(tmp, ret, declaration, ...) \
  auto tmp = (__VA_ARGS__);                         \
  if (!tmp) {                                       \
    ret std::move(tmp).error();                     \
  }                                                 \
  declaration = std::move(tmp).value()

/// TERCET_TRY(auto x, f()); returns early with f's error. TERCET_TRY_STATUS(g()); for a Status.
#define TERCET_TRY(declaration, ...) \
  TERCET_TRY_IMPL(TERCET_CONCAT(try_result_, __LINE__), return, declaration, __VA_ARGS__)
/// The same in a coroutine: TERCET_CO_TRY(auto x, co_await f());
#define TERCET_CO_TRY(declaration, ...) \
  TERCET_TRY_IMPL(TERCET_CONCAT(try_result_, __LINE__), co_return, declaration, __VA_ARGS__)

#define TERCET_TRY_STATUS_IMPL(tmp, ret, ...) \
  auto tmp = (__VA_ARGS__);                   \
  if (!tmp) {                                 \
    ret std::move(tmp).error();               \
  }                                           \
  static_cast<void>(0)

#define TERCET_TRY_STATUS(...) \
  TERCET_TRY_STATUS_IMPL(TERCET_CONCAT(try_status_, __LINE__), return, __VA_ARGS__)
#define TERCET_CO_TRY_STATUS(...) \
  TERCET_TRY_STATUS_IMPL(TERCET_CONCAT(try_status_, __LINE__), co_return, __VA_ARGS__)
