#include "node/command/command.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "node/command/members.h"

namespace tercet::node {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kFormat = 2;

/// Tries the kinds of the list one after the other.
template <std::size_t I = 0>
Result<CommandBody> parse_body(std::string_view kind, Members& members) {
  if constexpr (I == std::variant_size_v<CommandBody>) {
    return malformed_command("its kind is unknown");
  } else {
    using Kind = std::variant_alternative_t<I, CommandBody>;
    if (kind != Kind::kKind) {
      return parse_body<I + 1>(kind, members);
    }
    TERCET_TRY(Kind body, Kind::parse(members));
    return CommandBody(std::move(body));
  }
}

Result<std::vector<CommandId>> parse_overrides(const Json& list) {
  std::vector<CommandId> out;
  for (const Json& entry : list) {
    const Result<Bytes> id =
        entry.is_string() ? from_hex(entry.get_ref<const std::string&>()) : Bytes();
    if (!id || id->size() != CommandId::kBytes) {
      return malformed_command("a command that it overrides is not named by an id");
    }
    out.push_back(CommandId::copy_of(*id));
  }
  if (std::adjacent_find(out.begin(), out.end(), std::greater_equal<>()) != out.end()) {
    return malformed_command("the commands that it overrides are not in order");
  }
  return out;
}

}  // namespace

std::string_view Command::kind() const {
  return std::visit([](const auto& of) { return std::string_view(of.kKind); }, body);
}

CommandForm Command::form() const {
  return std::visit([](const auto& of) { return of.kForm; }, body);
}

const KeyId& Command::key() const {
  return std::visit([](const auto& of) -> const KeyId& { return of.key; }, body);
}

std::string_view Command::done_text() const {
  return std::visit([](const auto& of) { return std::string_view(of.kDone); }, body);
}

std::optional<Making> Command::making() const {
  return std::visit(
      []<class Kind>(const Kind& of) -> std::optional<Making> {
        if constexpr (Kind::kForm == CommandForm::making) {
          return of.making();
        } else {
          return std::nullopt;
        }
      },
      body);
}

void Command::apply(KeyBlocks& to) const {
  std::visit(
      [&]<class Kind>(const Kind& of) {
        if constexpr (Kind::kForm != CommandForm::making) {
          of.apply(id, overrides, to);
        }
      },
      body);
}

std::string Command::print() const {
  Json named = Json::array();
  for (const CommandId& overridden : overrides) {
    named.push_back(overridden.hex());
  }
  Json json{{"format", kFormat},
            {"id", id.hex()},
            {"cluster", cluster.hex()},
            {"kind", std::string(kind())},
            {"key", key().text()},
            {"created_at", created_at},
            {"expires_at", expires_at},
            {"overrides", std::move(named)}};
  std::visit([&](const auto& of) { of.print(json); }, body);
  return json.dump();
}

Result<Command> Command::parse(std::string_view document) {
  TERCET_TRY(const Json json, parse_object(document, kCommandBytesMax));
  Members members(json);
  Command command;
  if (members.number("format") != kFormat) {
    return malformed_command("its format is unknown");
  }
  command.id = CommandId(members.hex<CommandId::kBytes>("id"));
  command.cluster = ClusterId(members.hex<ClusterId::kBytes>("cluster"));
  TERCET_TRY(KeyId key, KeyId::parse(members.text("key", 128)));
  command.created_at = static_cast<std::int64_t>(members.number("created_at"));
  command.expires_at = static_cast<std::int64_t>(members.number("expires_at"));
  if (const Json* list = members.array("overrides", kOverridesMax); list != nullptr) {
    TERCET_TRY(command.overrides, parse_overrides(*list));
  }
  TERCET_TRY(command.body, parse_body(members.text("kind", 32), members));
  TERCET_TRY_STATUS(members.finish());
  std::visit([&](auto& of) { of.key = std::move(key); }, command.body);
  if (command.overrides.empty() == (command.form() == CommandForm::permit)) {
    return malformed_command("a permit names the commands it lifts, and no other command does");
  }
  if (command.print() != document) {
    return malformed_command("it is not in canonical form");
  }
  return command;
}

Bytes command_signing_input(std::string_view document) {
  ByteWriter input;
  input.text("tercet command v2").text(document);
  return input.take();
}

}  // namespace tercet::node
