#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "core/base/check.h"
#include "core/base/result.h"

namespace tercet::kms {

using Json = nlohmann::json;

/// An exception of the KMS API: its name as clients know it, and a sentence for people.
class Fault {
 public:
  Fault(std::string_view fault_name, std::string text)
      : name(fault_name), message(std::move(text)) {}

  std::string name;
  std::string message;
};

/// A value or a Fault; what Result is to Error, and TERCET_TRY works with both. They are two
/// because an Error's code is one of our own list, which every `switch` on it knows whole, while a
/// Fault's name is one of AWS's hundred, and meant for the wire.
template <class T>
class [[nodiscard]] Checked {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): return x;
  Checked(T value) : state_(std::in_place_index<0>, std::move(value)) {}

  // NOLINTNEXTLINE(google-explicit-constructor): return Fault(...);
  Checked(Fault fault) : state_(std::in_place_index<1>, std::move(fault)) {}

  explicit operator bool() const noexcept { return state_.index() == 0; }

  bool ok() const noexcept { return state_.index() == 0; }

  const T& value() const& {
    TERCET_CHECK(ok());
    return *std::get_if<0>(&state_);
  }

  T&& value() && {
    TERCET_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }

  const Fault& error() const& {
    TERCET_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

  Fault&& error() && {
    TERCET_CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Fault> state_;
};

class Nothing {};

using Verdict = Checked<Nothing>;

/// `return fine();`
inline Verdict fine() {
  return Nothing();
}

/// What an operation answers: the body of a 200, or a fault. JSON null is an empty body.
using Answer = Checked<Json>;

inline Answer no_output() {
  return Json();
}

/// What a call with DryRun ends in when all its checks are done.
inline Fault dry_run_done() {
  return Fault("DryRunOperationException", "The request would have succeeded, but DryRun is set.");
}

/// A failure of our own storage, as the caller of KMS sees it.
inline Verdict stored(const Status& status) {
  if (!status) {
    return Fault("KMSInternalException", "The state of this KMS cannot be written.");
  }
  return fine();
}

}  // namespace tercet::kms
