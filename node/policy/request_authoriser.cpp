#include "node/policy/request_authoriser.inl.h"

namespace tercet::node {

namespace detail {

Error bad_ciphertext() {
  return Error(Errc::bad_ciphertext, "decrypt: sizes or metadata that this system never makes");
}

Status read_sizes(const xks::DecryptRequest& body, DecryptOrder& order) {
  if (body.iv.size() == xks::kLongIvBytes) {
    return Error(Errc::unsupported, "decrypt: a 128-bit IV");
  }
  if (body.iv.size() != order.iv.size() || body.tag.size() != order.tag.size()) {
    return bad_ciphertext();
  }
  std::copy(body.iv.begin(), body.iv.end(), order.iv.begin());
  std::copy(body.tag.begin(), body.tag.end(), order.tag.begin());
  return ok_status();
}

}  // namespace detail

template class RequestAuthoriser<FullRequestDefences>;

}  // namespace tercet::node
