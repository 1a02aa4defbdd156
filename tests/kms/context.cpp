#include "tests/kms/context.h"

namespace tercet::kms {

Bytes canonical_context(const std::map<std::string, std::string>& context) {
  ByteWriter writer;
  writer.u32(static_cast<std::uint32_t>(context.size()));
  for (const auto& [name, value] : context) {  // std::string orders by bytes
    writer.text(name).text(value);
  }
  return writer.take();
}

}  // namespace tercet::kms
