#include "node/model/version_name.h"

#include "core/base/bytes.h"

namespace tercet::node {
namespace {

constexpr std::size_t kKeyIdBytesMax = 128;

}  // namespace

std::string version_name(const KeyId& key, KeyVersion version) {
  ByteWriter name;
  name.text(key.text()).u32(version.value());
  return std::string(as_text(name.bytes()));
}

Result<std::pair<KeyId, KeyVersion>> parse_version_name(std::string_view name) {
  ByteReader reader(as_bytes(name));
  Result<KeyId> key = KeyId::parse(as_text(reader.blob(kKeyIdBytesMax)));
  const KeyVersion version(reader.u32());
  TERCET_TRY_STATUS(reader.finish("the name of a key version"));
  if (!key) {
    return Error(Errc::peer_malformed, "read the name of a key version");
  }
  return std::pair(std::move(key).value(), version);
}

}  // namespace tercet::node
