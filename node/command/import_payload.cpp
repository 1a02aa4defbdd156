#include "node/command/import_payload.h"

#include <algorithm>

#include "core/codec/base64.h"
#include "node/command/members.h"

namespace tercet::node {

using Json = nlohmann::json;

namespace {

constexpr std::size_t kBoxBytesMax = 1024;

}  // namespace

Json ImportPayload::print() const {
  Json printed_boxes = Json::array();
  Json printed_commitments = Json::array();
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    printed_boxes.push_back(base64_encode(boxes[i]));
    printed_commitments.push_back(to_hex(commitments[i]));
  }
  return Json{
      {"nonce", to_hex(nonce)}, {"boxes", printed_boxes}, {"commitments", printed_commitments}};
}

Result<ImportPayload> ImportPayload::parse(const Json& object) {
  Members members(object);
  ImportPayload payload;
  payload.nonce = members.hex<16>("nonce");
  const Json* boxes = members.array("boxes", payload.boxes.size());
  const Json* commitments = members.array("commitments", payload.commitments.size());
  TERCET_TRY_STATUS(members.finish());
  if (boxes->size() != payload.boxes.size() || commitments->size() != payload.boxes.size()) {
    return malformed_command("an import has not one box and one commitment for each node");
  }
  for (std::size_t i = 0; i < payload.boxes.size(); ++i) {
    if (!(*boxes)[i].is_string() || !(*commitments)[i].is_string()) {
      return malformed_command("an import box or commitment is not a text");
    }
    TERCET_TRY(payload.boxes[i], base64_decode((*boxes)[i].get<std::string>()));
    TERCET_TRY(const Bytes hash, from_hex((*commitments)[i].get<std::string>()));
    if (payload.boxes[i].empty() || payload.boxes[i].size() > kBoxBytesMax ||
        hash.size() != payload.commitments[i].size()) {
      return malformed_command("an import box or commitment has a wrong length");
    }
    std::copy(hash.begin(), hash.end(), payload.commitments[i].begin());
  }
  return payload;
}

}  // namespace tercet::node
