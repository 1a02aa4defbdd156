#include "proxy/xks/error_map.h"

namespace tercet::proxy {

XksError xks_error(Errc code) noexcept {
  // Total and without default: a new code does not compile until it is mapped.
  switch (code) {
    case Errc::invalid_argument:
      return {400, "ValidationException", "A parameter is missing, malformed or out of range."};
    case Errc::wrong_state:
      return {400, "InvalidStateException", "The external key or the key store is disabled."};
    case Errc::bad_ciphertext:
      return {400, "InvalidCiphertextException", "The ciphertext or what belongs to it is wrong."};
    case Errc::wrong_usage:
      return {400, "InvalidKeyUsageException", "The external key does not allow this operation."};
    case Errc::not_authenticated:
    case Errc::replayed:
      return {401, "AuthenticationFailedException", "The request could not be authenticated."};
    case Errc::denied:
      return {403, "AccessDeniedException", "A rule of this key store denies the request."};
    case Errc::not_found:
      return {404, "KeyNotFoundException", "There is no such external key in this key store."};
    case Errc::overloaded:
    case Errc::exhausted:
      return {429, "ThrottlingException", "Too many requests at this moment."};
    case Errc::unsupported:
      return {501, "UnsupportedOperationException", "The operation or size is not implemented."};
    case Errc::timeout:
    case Errc::peer_timeout:
    case Errc::link_closed:
    case Errc::closed:
      return {503, "DependencyTimeoutException", "The key nodes did not answer in time."};
    case Errc::out_of_range:
    case Errc::already_exists:
    case Errc::already_burnt:
    case Errc::io_error:
    case Errc::peer_aborted:
    case Errc::peer_malformed:
    case Errc::session_mismatch:
    case Errc::protocol_abort:
    case Errc::seal_broken:
    case Errc::crypto_failure:
    case Errc::storage_error:
    case Errc::storage_corrupt:
    case Errc::config_error:
    case Errc::internal:
      break;
  }
  return {500, "InternalException", "The key nodes could not complete the request."};
}

XksError xks_invalid_uri_path() noexcept {
  return {404, "InvalidUriPathException", "The path belongs to no key store or operation."};
}

}  // namespace tercet::proxy
