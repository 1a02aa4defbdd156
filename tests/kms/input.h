#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "tests/kms/checked.h"

namespace tercet::kms {

/// What the API model demands of a string. Lengths are characters.
class TextRule {
 public:
  constexpr TextRule(std::size_t least, std::size_t most) : min(least), max(most) {}

  constexpr TextRule(std::size_t least,
                     std::size_t most,
                     const char* expression,
                     bool (*matcher)(std::string_view))
      : min(least), max(most), pattern(expression), matches(matcher) {}

  constexpr TextRule as_secret() const {
    TextRule out = *this;
    out.secret = true;
    return out;
  }

  std::size_t min;
  std::size_t max;
  const char* pattern = nullptr;  ///< for the message
  bool (*matches)(std::string_view) = nullptr;
  bool secret = false;  ///< never quoted
};

using TextMap = std::map<std::string, std::string>;

/// Reads the members of a request and collects what is wrong with them, so that one answer names
/// every fault, in AWS's form. Read all members first, then look at done(); until then values of
/// faulty members are empty. Unknown members are ignored, null counts as absent.
/// Source: kms-front-end reference, sections 2 and 4.
class Input {
 public:
  explicit Input(const Json& object);

  std::string required_text(const char* member, const TextRule& rule);
  std::optional<std::string> text(const char* member, const TextRule& rule);
  std::optional<std::string> choice(const char* member,
                                    const std::vector<std::string_view>& values);
  std::optional<std::int64_t> integer(const char* member, std::int64_t least, std::int64_t most);
  bool flag(const char* member);
  std::optional<Bytes> blob(const char* member, std::size_t least, std::size_t most);
  Bytes required_blob(const char* member, std::size_t least, std::size_t most);
  TextMap map(const char* member);
  std::vector<std::string> texts(const char* member, std::size_t most, const TextRule& rule);
  /// The objects of an array.
  std::vector<Input> objects(const char* member, std::size_t most);
  /// A nested object; nothing if absent.
  std::optional<Input> nested(const char* member);

  bool has(const char* member) const { return find(member) != nullptr; }

  /// Absent is a fault.
  void require(const char* member);

  /// SerializationException for a wrong JSON type, else ValidationException.
  Verdict done() const;

 private:
  class Faults {
   public:
    Faults() = default;
    bool misformed = false;
    std::vector<std::string> list;
  };

  Input(const Json& object, std::string path, std::shared_ptr<Faults> faults);

  const Json* find(const char* member) const;
  /// Null if it is absent; another type is a fault, and null too.
  const Json* find_of(const char* member, Json::value_t type);
  /// The elements of an array, all of one type.
  std::vector<const Json*> elements(const char* member, std::size_t most, Json::value_t type);
  std::string path_of(const char* member) const;
  void must(const char* member, const std::string* shown, const std::string& rule);
  void check_text(const char* member, const std::string& value, const TextRule& rule);

  const Json* object_;
  std::string path_;
  std::shared_ptr<Faults> faults_;
};

/// "CustomKeyStoreId" as "customKeyStoreId".
std::string lower_camel(std::string_view name);

}  // namespace tercet::kms
