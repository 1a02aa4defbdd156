#include "node/model/key_terms.h"

namespace tercet::node {

std::string print_usage(KeyUsage usage) {
  if (usage.encrypt && usage.decrypt) {
    return "encrypt,decrypt";
  }
  if (usage.encrypt) {
    return "encrypt";
  }
  return usage.decrypt ? "decrypt" : "none";
}

Result<KeyUsage> parse_usage(std::string_view text) {
  for (const KeyUsage usage :
       {KeyUsage{true, true}, KeyUsage{true, false}, KeyUsage{false, true}, KeyUsage{}}) {
    if (text == print_usage(usage)) {
      return usage;
    }
  }
  return Error(Errc::invalid_argument, "the usage of a key is unknown")
      .hint("use encrypt,decrypt or encrypt or decrypt or none");
}

std::string_view print_framing(KeyFraming framing) {
  return framing == KeyFraming::framed ? "framed" : "raw";
}

Result<KeyFraming> parse_framing(std::string_view text) {
  if (text == "framed") {
    return KeyFraming::framed;
  }
  if (text == "raw") {
    return KeyFraming::raw;
  }
  return Error(Errc::invalid_argument, "the AAD framing of a key is framed or raw");
}

}  // namespace tercet::node
