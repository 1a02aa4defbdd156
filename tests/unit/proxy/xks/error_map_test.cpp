#include "proxy/xks/error_map.h"

#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

std::vector<XksError> all_rows() {
  std::vector<XksError> rows = {xks_invalid_uri_path()};
  for (std::uint16_t code = 0; code <= static_cast<std::uint16_t>(Errc::internal); ++code) {
    rows.push_back(xks_error(static_cast<Errc>(code)));
  }
  return rows;
}

TEST(XksErrorMap, HasEveryRowOfTheTableAndNoOther) {
  const std::map<std::string, unsigned> table = {{"ValidationException", 400},
                                                 {"InvalidStateException", 400},
                                                 {"InvalidCiphertextException", 400},
                                                 {"InvalidKeyUsageException", 400},
                                                 {"AuthenticationFailedException", 401},
                                                 {"AccessDeniedException", 403},
                                                 {"KeyNotFoundException", 404},
                                                 {"InvalidUriPathException", 404},
                                                 {"ThrottlingException", 429},
                                                 {"InternalException", 500},
                                                 {"UnsupportedOperationException", 501},
                                                 {"DependencyTimeoutException", 503}};
  std::map<std::string, unsigned> found;
  for (const XksError& row : all_rows()) {
    found[std::string(row.name)] = row.status;
  }

  EXPECT_EQ(found, table);
}

TEST(XksErrorMap, SpeaksPrintableAsciiUnder512Characters) {
  for (const XksError& row : all_rows()) {
    EXPECT_LT(row.message.size(), 512U);
    for (const char c : row.message) {
      EXPECT_TRUE(c >= 0x20 && c <= 0x7e) << row.name;
    }
  }
}

TEST(XksErrorMap, NeverBlamesTheCallerForTroubleInside) {
  for (const Errc code : {Errc::protocol_abort,
                          Errc::seal_broken,
                          Errc::session_mismatch,
                          Errc::storage_corrupt,
                          Errc::crypto_failure,
                          Errc::already_burnt,
                          Errc::peer_malformed,
                          Errc::internal}) {
    EXPECT_EQ(xks_error(code).status, 500U) << errc_name(code);
  }
}

}  // namespace
}  // namespace tercet::proxy
