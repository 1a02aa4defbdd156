// Vectors of the XKS reference, section 23, and the rules of its section 14.

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/crypto/hash.h"
#include "core/sigv4/canonical_request.h"
#include "core/sigv4/sign.h"
#include "core/sigv4/verify.h"

namespace tercet::sigv4 {
namespace {

constexpr std::string_view kAccessKey = "TERCET7KEYSTORE2EXAMPLE5";
constexpr std::string_view kSecret = "Tercet+Example/SigV4=Secret0Key1For2Tests3Only4";
constexpr std::string_view kRegion = "eu-central-1";
constexpr std::string_view kAmzDate = "20260115T080910Z";
constexpr std::int64_t kNow = 1768464550;
constexpr std::string_view kEncryptPath = "/stores/blue_1/kms/xks/v1/keys/demo.key-01_A/encrypt";
constexpr std::string_view kHealthPath = "/stores/blue_1/kms/xks/v1/health";
constexpr std::string_view kBody =
    R"({"requestMetadata":{"awsPrincipalArn":"arn:aws:iam::111122223333:role/Payroll","kmsKeyArn":"arn:aws:kms:eu-central-1:111122223333:key/5f0c9a2e-1111-4222-8333-944455556666","kmsOperation":"GenerateDataKey","kmsRequestId":"0d1e2f30-4152-4637-8849-5a6b7c8d9e0f","kmsViaService":"s3.eu-central-1.amazonaws.com"},"additionalAuthenticatedData":"dGVuYW50PWJsdWU7cHVycG9zZT1kZW1v","plaintext":"dGhyZXNob2xkLCBub3QgdHJ1c3Q=","encryptionAlgorithm":"AES_GCM","ciphertextDataIntegrityValueAlgorithm":"SHA_256"})";
constexpr std::string_view kHealthBody =
    R"({"requestMetadata":{"kmsOperation":"KmsHealthCheck","kmsRequestId":"00000000-0000-4000-8000-000000000000"}})";
constexpr std::string_view kSignatureA =
    "568e69a4ad7b077ffb7c7876b86848e01bc2ebd2935ce89e92644d4fec627a34";

/// One request with its body; a test changes what it is about.
class Sample {
 public:
  std::string method = "POST";
  std::string target{kEncryptPath};
  std::string body{kBody};
  std::vector<Header> headers = {{"Host", "xks.example.test"},
                                 {"X-Amz-Date", std::string(kAmzDate)}};
  std::int64_t now = kNow;

  RequestView view() const {
    RequestView out;
    out.method = method;
    out.target = target;
    out.headers = headers;
    return out;
  }

  BodyHash hash() const { return sha256(as_bytes(body)); }

  void authorize(std::string_view value) { headers.emplace_back("Authorization", value); }

  void authorize_with(std::string_view signature, std::string_view names = "host;x-amz-date") {
    authorize("AWS4-HMAC-SHA256 Credential=" + std::string(kAccessKey) +
              "/20260115/eu-central-1/kms-xks-proxy/aws4_request, SignedHeaders=" +
              std::string(names) + ", Signature=" + std::string(signature));
  }

  Result<VerifiedCaller> verified() const {
    VerifyOptions options;
    options.regions = {std::string(kRegion)};
    options.now_seconds = now;
    const auto secret =
        std::make_shared<const SecretBytes>(SecretBytes::copy_of(as_bytes(kSecret)));
    const SecretLookup lookup = [&](std::string_view id) {
      return id == kAccessKey ? secret : nullptr;
    };
    return verify(view(), hash(), lookup, options);
  }

  std::string signed_by_us(std::vector<std::string> names) const {
    const Signer signer{kAccessKey, kRegion, kXksService};
    return sign(view(), hash(), names, signer, SecretBytes::copy_of(as_bytes(kSecret))).value();
  }
};

TEST(SigV4, VerifiesTheVectors) {
  Sample a;
  a.authorize_with(kSignatureA);
  const Result<VerifiedCaller> caller = a.verified();
  ASSERT_TRUE(caller) << caller.error().to_string();
  EXPECT_EQ(caller->access_key_id, kAccessKey);
  EXPECT_EQ(caller->signed_at_seconds, kNow);
  EXPECT_EQ(to_hex(caller->signature), kSignatureA);

  Sample b;
  b.headers.emplace_back("Content-Type", "application/json");
  b.headers.emplace_back("X-Amz-Content-Sha256", to_hex(b.hash()));
  b.authorize_with("eb3096999f13ea663c039aeccf2938e3096d1723b1d05f3809193741f1e3d753",
                   "content-type;host;x-amz-content-sha256;x-amz-date");
  EXPECT_TRUE(b.verified());

  Sample c;
  c.headers[0].second = "xks.example.test:8443";
  c.authorize_with("97133610855a037090c4c87cf781bd99f902d892c89352fd2867c8cf6fd32286");
  EXPECT_TRUE(c.verified());

  Sample d;
  d.target = kHealthPath;
  d.body = kHealthBody;
  d.authorize_with("ef9d280c166eb0847691b16714a878107acb22a33aac9e0437f7a5c78c5b4c08");
  EXPECT_TRUE(d.verified());
}

TEST(SigV4, SignsTheVectors) {
  const Sample a;
  EXPECT_TRUE(a.signed_by_us({"host", "x-amz-date"}).ends_with(kSignatureA));
  Sample longer;
  longer.body += ' ';
  EXPECT_TRUE(longer.signed_by_us({"host", "x-amz-date"})
                  .ends_with("fc07aba24ac42e6502d90ebcdcb1b76723263f76d6867566d256c6a9eeb62244"));
}

TEST(SigV4, BindsEveryPartOfTheRequest) {
  const auto refused = [](const auto& change) {
    Sample sample;
    sample.authorize_with(kSignatureA);
    change(sample);
    const Result<VerifiedCaller> caller = sample.verified();
    return !caller && caller.error().code() == Errc::not_authenticated;
  };
  EXPECT_TRUE(refused([](Sample& s) { s.body += ' '; }));
  EXPECT_TRUE(refused([](Sample& s) { s.body.pop_back(); }));
  EXPECT_TRUE(refused([](Sample& s) { s.target = kHealthPath; }));
  EXPECT_TRUE(refused([](Sample& s) { s.target += "?x"; }));
  EXPECT_TRUE(refused([](Sample& s) { s.method = "GET"; }));
  EXPECT_TRUE(refused([](Sample& s) { s.headers[0].second = "other.example.test"; }));
  EXPECT_TRUE(refused([](Sample& s) { s.headers[1].second = "20260115T080911Z"; }));
  for (std::size_t digit = 0; digit < 64; ++digit) {
    EXPECT_TRUE(refused([&](Sample& s) {
      char& c = s.headers.back().second[s.headers.back().second.size() - 64 + digit];
      c = c == '0' ? '1' : '0';
    }));
  }
}

TEST(SigV4, AllowsFiveMinutesEitherWay) {
  for (const std::int64_t off : {-301, -300, 0, 300, 301}) {
    Sample sample;
    sample.authorize_with(kSignatureA);
    sample.now = kNow + off;
    EXPECT_EQ(sample.verified().ok(), off >= -300 && off <= 300) << off;
  }
}

TEST(SigV4, RefusesUnknownCredentials) {
  Sample sample;
  std::string header = sample.signed_by_us({"host", "x-amz-date"});
  header.replace(header.find(kAccessKey), kAccessKey.size(), "OTHER77KEYSTORE2EXAMPLE5");
  sample.authorize(header);
  EXPECT_FALSE(sample.verified());
}

TEST(SigV4, TakesTheHeaderInAnyOrderWithAndWithoutSpaces) {
  for (const std::string_view shape : {"Credential=C,SignedHeaders=H,Signature=S",
                                       "Signature=S,   Credential=C, SignedHeaders=H"}) {
    std::string value = "AWS4-HMAC-SHA256 " + std::string(shape);
    const auto put = [&](std::string_view what, std::string_view with) {
      value.replace(value.find(what) + what.size() - 1, 1, with);
    };
    put("Credential=C",
        std::string(kAccessKey) + "/20260115/eu-central-1/kms-xks-proxy/aws4_request");
    put("SignedHeaders=H", "host;x-amz-date");
    put("Signature=S", kSignatureA);
    Sample sample;
    sample.authorize(value);
    EXPECT_TRUE(sample.verified()) << shape;
  }
}

TEST(SigV4, FoldsSpacesAndJoinsRepeatedHeaders) {
  Sample sample;
  sample.headers.emplace_back("X-Extra", "  a   b ");
  sample.headers.emplace_back("x-extra", "c");
  const std::vector<std::string> names = {"host", "x-amz-date", "x-extra"};

  const Result<std::string> canonical =
      canonical_request(sample.view(), names, "host;x-amz-date;x-extra", sample.hash());

  ASSERT_TRUE(canonical);
  EXPECT_NE(canonical->find("\nx-extra:a b,c\n"), std::string::npos);
}

TEST(SigV4, RefusesIllFormedAuthorizationHeaders) {
  const std::string credential =
      "Credential=" + std::string(kAccessKey) + "/20260115/eu-central-1/kms-xks-proxy/aws4_request";
  const std::string names = "SignedHeaders=host;x-amz-date";
  const std::string signature = "Signature=" + std::string(kSignatureA);
  const std::string algorithm = "AWS4-HMAC-SHA256 ";
  const std::vector<std::string> bad = {
      "",
      "Basic abc",
      "aws4-hmac-sha256 " + credential + ", " + names + ", " + signature,
      "AWS4-HMAC-SHA256, " + credential + ", " + names + ", " + signature,
      algorithm + credential + ", " + names,
      algorithm + credential + ", " + signature,
      algorithm + names + ", " + signature,
      algorithm + credential + ", " + credential + ", " + names + ", " + signature,
      algorithm + credential + ", " + names + ", " + signature + ", Extra=1",
      algorithm + credential + "/x, " + names + ", " + signature,
      algorithm + "Credential=A/20260115/eu-central-1/aws4_request, " + names + ", " + signature,
      algorithm + "Credential=A/20260115/eu-central-1/kms-xks-proxy/aws5, " + names + ", " +
          signature,
      algorithm + credential + ", SignedHeaders=x-amz-date;host, " + signature,
      algorithm + credential + ", SignedHeaders=Host;x-amz-date, " + signature,
      algorithm + credential + ", SignedHeaders=host;;x-amz-date, " + signature,
      algorithm + credential + ", SignedHeaders=host;host;x-amz-date, " + signature,
      algorithm + credential + ", SignedHeaders=host, " + signature,
      algorithm + credential + ", SignedHeaders=x-amz-date, " + signature,
      algorithm + credential + ", " + names + ", Signature=" + std::string(63, 'a'),
      algorithm + credential + ", " + names + ", Signature=" + std::string(65, 'a'),
      algorithm + credential + ", " + names + ", Signature=" + std::string(64, 'A'),
      algorithm + credential + ", " + names + ", Signature=" + std::string(64, 'g')};
  for (const std::string& value : bad) {
    const Result<Authorization> parsed = parse_authorization(value);
    ASSERT_FALSE(parsed) << value;
    EXPECT_EQ(parsed.error().code(), Errc::not_authenticated);
  }
}

TEST(SigV4, ChecksTheFormWithoutASecret) {
  VerifyOptions options;
  options.regions = {std::string(kRegion)};
  options.now_seconds = kNow;
  const auto form = [&](const auto& change) {
    Sample sample;
    sample.authorize_with(kSignatureA);
    VerifyOptions used = options;
    change(sample, used);
    return check_form(sample.view(), sample.hash(), used).ok();
  };
  EXPECT_TRUE(form([](Sample&, VerifyOptions&) {}));
  EXPECT_FALSE(form([](Sample&, VerifyOptions& o) { o.regions = {"us-east-1"}; }));
  EXPECT_FALSE(form([](Sample&, VerifyOptions& o) { o.service = "kms"; }));
  EXPECT_FALSE(form([](Sample& s, VerifyOptions&) { s.headers.emplace_back("x-amz-date", "x"); }));
  EXPECT_FALSE(form([](Sample& s, VerifyOptions&) { s.headers.erase(s.headers.begin()); }));
  EXPECT_FALSE(form([](Sample& s, VerifyOptions&) {
    s.headers.emplace_back("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
  }));
}

TEST(SigV4, ReadsAndPrintsDates) {
  EXPECT_EQ(parse_amz_date(kAmzDate).value(), kNow);
  for (const std::int64_t seconds :
       {std::int64_t{0}, kNow, std::int64_t{951782400}, std::int64_t{4102444799}}) {
    EXPECT_EQ(parse_amz_date(print_amz_date(seconds)).value(), seconds);
  }
  for (const std::string_view bad : {"",
                                     "20260115T080910",
                                     "2026-01-15T08:09:10Z",
                                     "20261315T080910Z",
                                     "20260230T080910Z",
                                     "20260115T240000Z",
                                     "20260115T086000Z",
                                     "20260115t080910z",
                                     "20260115T080910ZZ"}) {
    EXPECT_FALSE(parse_amz_date(bad)) << bad;
  }
}

TEST(SigningKeyCache, DerivesTheKeyOfTheVector) {
  SigningKeyCache cache;
  const auto secret = std::make_shared<const SecretBytes>(SecretBytes::copy_of(as_bytes(kSecret)));
  const KeyScope scope{"20260115", kRegion, kXksService};

  const auto first = cache.get(kAccessKey, secret, scope);
  const auto second = cache.get(kAccessKey, secret, scope);

  EXPECT_EQ(first, second) << "derived once";
  EXPECT_EQ(to_hex(first->expose(SecretAccess::grant())),
            "73be64f8a06a4471786f91e5317b4aef21e237406f90d96d1c1fc376023e7fa8");
  const auto other = std::make_shared<const SecretBytes>(SecretBytes::copy_of(as_bytes("x")));
  EXPECT_NE(cache.get(kAccessKey, other, scope), first) << "a new secret is another key";
}

}  // namespace
}  // namespace tercet::sigv4
