#include "core/base/result.h"

#include <gtest/gtest.h>

namespace tercet {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) {
    return Error(Errc::invalid_argument, "halve: odd").hint("give an even number");
  }
  return value / 2;
}

Result<int> quarter(int value) {
  TERCET_TRY(const int once, half(value));
  TERCET_TRY(const int twice, half(once));
  return twice;
}

TEST(Result, TryReturnsTheFirstError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().code(), Errc::invalid_argument);
}

TEST(Error, TextNamesCodeHintAndCause) {
  const Error error = Error(Errc::storage_error, "open store").caused_by(half(1).error());
  EXPECT_EQ(error.to_string(), "open store: halve: odd (storage_error). give an even number");
}

TEST(Errc, NamesRoundTrip) {
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
    const auto errc = static_cast<Errc>(code);
    EXPECT_EQ(errc_from_name(errc_name(errc)), errc);
  }
  EXPECT_FALSE(errc_from_name("no such code").has_value());
}

TEST(ResultDeathTest, ValueOfAnErrorIsAFailedCheck) {
  EXPECT_DEATH(static_cast<void>(half(1).value()), "check failed");
}

}  // namespace
}  // namespace tercet
