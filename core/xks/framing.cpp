#include "core/xks/framing.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/xks/api_types.h"

namespace tercet::xks {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMetadataFramedBytesMax = 255;

}  // namespace

Result<Bytes> gcm_aad(ByteView aad, ByteView ciphertext_metadata) {
  if (aad.size() > kAadFramedBytesMax) {
    return Error(Errc::unsupported, "frame the AAD: more than 65,535 bytes");
  }
  if (ciphertext_metadata.size() > kMetadataFramedBytesMax) {
    return Error(Errc::invalid_argument, "frame the AAD: more than 255 bytes of metadata");
  }
  ByteWriter writer;
  writer.u16(static_cast<std::uint16_t>(aad.size())).raw(aad);
  writer.u8(static_cast<std::uint8_t>(ciphertext_metadata.size())).raw(ciphertext_metadata);
  return writer.take();
}

std::array<std::uint8_t, 32> cdiv(
    ByteView aad, ByteView ciphertext_metadata, ByteView iv, ByteView ciphertext, ByteView tag) {
  Sha256 hash;
  hash.update(aad).update(ciphertext_metadata).update(iv).update(ciphertext).update(tag);
  return hash.finish();
}

std::array<std::uint8_t, kVersionMetadataBytes> version_metadata(KeyVersion version) {
  std::array<std::uint8_t, kVersionMetadataBytes> out{};
  out[0] = kFormat;
  store_u32(MutableByteView(out).subspan(1), version.value());
  return out;
}

std::optional<KeyVersion> parse_version_metadata(ByteView ciphertext_metadata) {
  if (ciphertext_metadata.size() != kVersionMetadataBytes || ciphertext_metadata[0] != kFormat) {
    return std::nullopt;
  }
  return KeyVersion(load_u32(ciphertext_metadata.subspan(1)));
}

}  // namespace tercet::xks
