#include "node/link/link_digests.h"

#include <algorithm>
#include <utility>

#include "core/crypto/hash.h"
#include "core/secret/access.h"

namespace tercet::node {
namespace {

DigestView::Hash keyed(std::shared_ptr<const mpc::PairSecret> pair) {
  return [pair = std::move(pair)](ByteView data) {
    const Sha256Digest whole = hmac_sha256(pair->digest_key().expose(SecretAccess::grant()), data);
    ShortDigest cut{};
    std::copy_n(whole.begin(), cut.size(), cut.begin());
    return cut;
  };
}

}  // namespace

LinkDigests::LinkDigests(const DigestIndex& commands,
                         const DigestIndex& settled,
                         const DigestIndex& components,
                         std::shared_ptr<const mpc::PairSecret> pair)
    : commands_(commands),
      settled_(settled),
      components_(components, keyed(std::move(pair))),
      exchange_(DigestExchange::Views{&commands_, &settled_, &components_}) {}

}  // namespace tercet::node
