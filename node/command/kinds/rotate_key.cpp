#include "node/command/kinds/rotate_key.h"

#include <limits>

#include "node/command/members.h"

namespace tercet::node {

void RotateKey::print(nlohmann::json& into) const {
  into["version"] = version.value();
}

Result<RotateKey> RotateKey::parse(Members& from) {
  const std::uint64_t version = from.number("version");
  if (version < 2 || version > std::numeric_limits<KeyVersion::rep>::max()) {
    from.fail("version");
    return RotateKey();
  }
  return RotateKey(KeyId(), KeyVersion(static_cast<KeyVersion::rep>(version)));
}

Making RotateKey::making() const {
  Making out;
  out.key = key;
  out.version = version;
  return out;
}

}  // namespace tercet::node
