#include "core/base/result.h"

#include <array>

namespace tercet {
namespace {

struct NamedErrc {
  Errc code;
  std::string_view name;
};

constexpr std::array kNames = {
    NamedErrc{Errc::invalid_argument, "invalid_argument"},
    NamedErrc{Errc::out_of_range, "out_of_range"},
    NamedErrc{Errc::unsupported, "unsupported"},
    NamedErrc{Errc::not_found, "not_found"},
    NamedErrc{Errc::already_exists, "already_exists"},
    NamedErrc{Errc::wrong_state, "wrong_state"},
    NamedErrc{Errc::wrong_usage, "wrong_usage"},
    NamedErrc{Errc::already_burnt, "already_burnt"},
    NamedErrc{Errc::exhausted, "exhausted"},
    NamedErrc{Errc::overloaded, "overloaded"},
    NamedErrc{Errc::closed, "closed"},
    NamedErrc{Errc::io_error, "io_error"},
    NamedErrc{Errc::link_closed, "link_closed"},
    NamedErrc{Errc::timeout, "timeout"},
    NamedErrc{Errc::peer_timeout, "peer_timeout"},
    NamedErrc{Errc::peer_aborted, "peer_aborted"},
    NamedErrc{Errc::peer_malformed, "peer_malformed"},
    NamedErrc{Errc::session_mismatch, "session_mismatch"},
    NamedErrc{Errc::protocol_abort, "protocol_abort"},
    NamedErrc{Errc::not_authenticated, "not_authenticated"},
    NamedErrc{Errc::denied, "denied"},
    NamedErrc{Errc::replayed, "replayed"},
    NamedErrc{Errc::bad_ciphertext, "bad_ciphertext"},
    NamedErrc{Errc::seal_broken, "seal_broken"},
    NamedErrc{Errc::crypto_failure, "crypto_failure"},
    NamedErrc{Errc::storage_error, "storage_error"},
    NamedErrc{Errc::storage_corrupt, "storage_corrupt"},
    NamedErrc{Errc::config_error, "config_error"},
    NamedErrc{Errc::internal, "internal"},
};

}  // namespace

std::string_view errc_name(Errc code) noexcept {
  for (const NamedErrc& entry : kNames) {
    if (entry.code == code) {
      return entry.name;
    }
  }
  return "internal";
}

std::optional<Errc> errc_from_name(std::string_view name) noexcept {
  for (const NamedErrc& entry : kNames) {
    if (entry.name == name) {
      return entry.code;
    }
  }
  return std::nullopt;
}

std::string Error::to_string() const {
  std::string text = what_ + " (" + std::string(errc_name(code_)) + ")";
  if (!hint_.empty()) {
    text += ". " + hint_;
  }
  return text;
}

}  // namespace tercet
