#include "node/admin/command.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/codec/base64.h"

namespace tercet::node {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kBoxBytesMax = 1024;

Error malformed(const std::string& why) {
  return Error(Errc::invalid_argument, "read a command: " + why)
      .hint("make commands with the tercet command of this version");
}

/// Takes members one by one and knows at the end whether one was left.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  std::string text(const char* name, std::size_t limit) {
    const Json* value = take(name);
    if (value == nullptr || !value->is_string() ||
        value->get_ref<const std::string&>().size() > limit) {
      fail(name);
      return {};
    }
    return value->get<std::string>();
  }

  std::uint64_t number(const char* name) {
    const Json* value = take(name);
    constexpr std::uint64_t kLimit = std::uint64_t{1} << 53;
    if (value == nullptr || !value->is_number_unsigned() || value->get<std::uint64_t>() > kLimit) {
      fail(name);
      return 0;
    }
    return value->get<std::uint64_t>();
  }

  bool boolean(const char* name) {
    const Json* value = take(name);
    if (value == nullptr || !value->is_boolean()) {
      fail(name);
      return false;
    }
    return value->get<bool>();
  }

  template <std::size_t N>
  std::array<std::uint8_t, N> hex(const char* name) {
    std::array<std::uint8_t, N> out{};
    const Result<Bytes> bytes = from_hex(text(name, 2 * N));
    if (!bytes || bytes->size() != N) {
      fail(name);
      return out;
    }
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
  }

  const Json* array_of_three(const char* name) {
    const Json* value = take(name);
    if (value == nullptr || !value->is_array() || value->size() != 3) {
      fail(name);
      return nullptr;
    }
    return value;
  }

  const Json* array(const char* name, std::size_t limit) {
    const Json* value = take(name);
    if (value == nullptr || !value->is_array() || value->size() > limit) {
      fail(name);
      return nullptr;
    }
    return value;
  }

  const Json* object(const char* name) {
    const Json* value = take(name);
    if (value == nullptr || !value->is_object()) {
      fail(name);
      return nullptr;
    }
    return value;
  }

  void fail(const char* name) {
    if (wrong_.empty()) {
      wrong_ = name;
    }
  }

  Status finish() const {
    if (!wrong_.empty()) {
      return malformed("the member \"" + wrong_ + "\" is missing or not as it must be");
    }
    if (taken_ != object_.size()) {
      return malformed("it has members that this version does not know");
    }
    return ok_status();
  }

 private:
  const Json* take(const char* name) {
    const auto found = object_.find(name);
    if (found == object_.end()) {
      return nullptr;
    }
    ++taken_;
    return &*found;
  }

  const Json& object_;
  std::size_t taken_ = 0;
  std::string wrong_;
};

Json print_import(const ImportPayload& payload) {
  Json boxes = Json::array();
  Json commitments = Json::array();
  for (std::size_t i = 0; i < payload.boxes.size(); ++i) {
    boxes.push_back(base64_encode(payload.boxes[i]));
    commitments.push_back(to_hex(payload.commitments[i]));
  }
  return Json{{"nonce", to_hex(payload.nonce)}, {"boxes", boxes}, {"commitments", commitments}};
}

Result<ImportPayload> parse_import(const Json& object) {
  Members members(object);
  ImportPayload payload;
  payload.nonce = members.hex<16>("nonce");
  const Json* boxes = members.array_of_three("boxes");
  const Json* commitments = members.array_of_three("commitments");
  TERCET_TRY_STATUS(members.finish());
  for (std::size_t i = 0; i < payload.boxes.size(); ++i) {
    if (!(*boxes)[i].is_string() || !(*commitments)[i].is_string()) {
      return malformed("an import box or commitment is not a text");
    }
    TERCET_TRY(payload.boxes[i], base64_decode((*boxes)[i].get<std::string>()));
    TERCET_TRY(const Bytes hash, from_hex((*commitments)[i].get<std::string>()));
    if (payload.boxes[i].empty() || payload.boxes[i].size() > kBoxBytesMax ||
        hash.size() != payload.commitments[i].size()) {
      return malformed("an import box or commitment has a wrong length");
    }
    std::copy(hash.begin(), hash.end(), payload.commitments[i].begin());
  }
  return payload;
}

Status read_making(Members& members, Command& command) {
  command.store = members.text("store", 64);
  TERCET_TRY(command.usage, parse_usage(members.text("usage", 32)));
  TERCET_TRY(command.framing, parse_framing(members.text("framing", 16)));
  command.enabled = members.boolean("enabled");
  if (command.kind == CommandKind::import_key) {
    if (const Json* import = members.object("import"); import != nullptr) {
      TERCET_TRY(command.import, parse_import(*import));
    }
  } else if (command.framing != KeyFraming::framed) {
    return malformed("only an imported key can have raw AAD framing");
  }
  return ok_status();
}

Result<Json> parse_json(std::string_view text, std::size_t limit) {
  if (text.size() > limit) {
    return malformed("it is too long");
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return malformed("it is not a JSON object");
  }
  return json;
}

}  // namespace

std::string_view print_kind(CommandKind kind) {
  switch (kind) {
    case CommandKind::create_key:
      return "create_key";
    case CommandKind::import_key:
      return "import_key";
    case CommandKind::enable_key:
      return "enable_key";
    case CommandKind::disable_key:
      return "disable_key";
  }
  return "unknown";
}

Result<CommandKind> parse_kind(std::string_view text) {
  for (const CommandKind kind : {CommandKind::create_key,
                                 CommandKind::import_key,
                                 CommandKind::enable_key,
                                 CommandKind::disable_key}) {
    if (text == print_kind(kind)) {
      return kind;
    }
  }
  return malformed("its kind is unknown");
}

bool makes_key(CommandKind kind) {
  return kind == CommandKind::create_key || kind == CommandKind::import_key;
}

std::string Command::print() const {
  Json json{{"format", kFormat},
            {"id", id.hex()},
            {"cluster", cluster.hex()},
            {"kind", std::string(print_kind(kind))},
            {"key", key.text()},
            {"created_at", created_at},
            {"expires_at", expires_at},
            {"revision", revision}};
  if (makes_key(kind)) {
    json["store"] = store;
    json["usage"] = print_usage(usage);
    json["framing"] = std::string(print_framing(framing));
    json["enabled"] = enabled;
  }
  if (import) {
    json["import"] = print_import(*import);
  }
  return json.dump();
}

Result<Command> Command::parse(std::string_view document) {
  TERCET_TRY(const Json json, parse_json(document, kCommandBytesMax));
  Members members(json);
  Command command;
  if (members.number("format") != kFormat) {
    return malformed("its format is unknown");
  }
  command.id = CommandId(members.hex<CommandId::kBytes>("id"));
  command.cluster = ClusterId(members.hex<ClusterId::kBytes>("cluster"));
  TERCET_TRY(command.kind, parse_kind(members.text("kind", 32)));
  TERCET_TRY(command.key, KeyId::parse(members.text("key", 128)));
  command.created_at = static_cast<std::int64_t>(members.number("created_at"));
  command.expires_at = static_cast<std::int64_t>(members.number("expires_at"));
  command.revision = members.number("revision");
  if (makes_key(command.kind)) {
    TERCET_TRY_STATUS(read_making(members, command));
  }
  TERCET_TRY_STATUS(members.finish());
  if (command.print() != document) {
    return malformed("it is not in canonical form");
  }
  return command;
}

std::string CommandEnvelope::print() const {
  Json list = Json::array();
  for (const CommandSignature& signature : signatures) {
    list.push_back(Json{{"administrator", signature.administrator},
                        {"signature", base64_encode(signature.signature)}});
  }
  return Json{{"command", document}, {"signatures", list}}.dump();
}

Result<CommandEnvelope> CommandEnvelope::parse(std::string_view text) {
  TERCET_TRY(const Json json, parse_json(text, 2 * kCommandBytesMax + 8 * 1024));
  Members members(json);
  CommandEnvelope envelope;
  envelope.document = members.text("command", kCommandBytesMax);
  const Json* const list = members.array("signatures", kCommandSignaturesMax);
  TERCET_TRY_STATUS(members.finish());
  for (const Json& entry : *list) {
    if (!entry.is_object()) {
      return malformed("a signature is not an object");
    }
    Members fields(entry);
    CommandSignature signature;
    signature.administrator = fields.text("administrator", 64);
    const std::string encoded = fields.text("signature", 128);
    TERCET_TRY_STATUS(fields.finish());
    TERCET_TRY(const Bytes bytes, base64_decode(encoded));
    if (bytes.size() != signature.signature.size()) {
      return malformed("a signature has a wrong length");
    }
    std::copy(bytes.begin(), bytes.end(), signature.signature.begin());
    envelope.signatures.push_back(std::move(signature));
  }
  return envelope;
}

Bytes command_signing_input(std::string_view document) {
  ByteWriter input;
  input.text("tercet command v1").text(document);
  return input.take();
}

}  // namespace tercet::node
