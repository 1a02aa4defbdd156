#include "tests/kms/blob.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/xks/api_types.h"

namespace tercet::kms {
namespace {

constexpr std::array<std::uint8_t, 4> kMagic = {0x54, 0x4b, 0x01, 0x02};
constexpr std::size_t kUuidBytes = 16;

std::string print_uuid(ByteView bytes) {
  std::string text = to_hex(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) {
    text.insert(at, "-");
  }
  return text;
}

Error bad() {
  return Error(Errc::bad_ciphertext, "read a ciphertext blob: it is not one of ours");
}

}  // namespace

std::array<std::uint8_t, kHeaderBytes> blob_header(const std::string& key_id,
                                                   const MaterialId& material_id) {
  std::string hex = key_id;
  std::erase(hex, '-');
  const Result<Bytes> uuid = from_hex(hex);
  TERCET_CHECK(uuid.ok() && uuid->size() == kUuidBytes);
  std::array<std::uint8_t, kHeaderBytes> out{};
  auto end = std::copy(kMagic.begin(), kMagic.end(), out.begin());
  end = std::copy(uuid->begin(), uuid->end(), end);
  std::copy(material_id.begin(), material_id.end(), end);
  return out;
}

Bytes print_blob(const Blob& blob) {
  ByteWriter writer;
  writer.raw(blob_header(blob.key_id, blob.material_id));
  writer.u8(static_cast<std::uint8_t>(blob.metadata.size())).raw(blob.metadata);
  writer.u8(static_cast<std::uint8_t>(blob.iv.size())).raw(blob.iv);
  writer.raw(blob.tag).raw(blob.ciphertext);
  return writer.take();
}

Result<Blob> parse_blob(ByteView bytes) {
  if (bytes.size() > kBlobMax) {
    return bad();
  }
  ByteReader reader(bytes);
  Blob blob;
  const auto magic = reader.array<kMagic.size()>();
  const ByteView uuid = reader.raw(kUuidBytes);
  blob.material_id = reader.array<sizeof(MaterialId)>();
  const std::size_t metadata_size = reader.u8();
  blob.metadata = to_bytes(reader.raw(metadata_size));
  const std::size_t iv_size = reader.u8();
  blob.iv = to_bytes(reader.raw(iv_size));
  blob.tag = to_bytes(reader.raw(xks::kTagBytes));
  blob.ciphertext = to_bytes(reader.raw(reader.remaining()));
  if (reader.failed() || magic != kMagic || metadata_size > xks::kMetadataBytesMax ||
      (iv_size != xks::kIvBytes && iv_size != xks::kLongIvBytes) ||
      blob.ciphertext.size() < kInnerOverheadMin) {
    return bad();
  }
  blob.key_id = print_uuid(uuid);
  return blob;
}

}  // namespace tercet::kms
