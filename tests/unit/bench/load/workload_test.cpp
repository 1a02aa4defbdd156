#include "bench/load/workload.h"

#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/codec/base64.h"
#include "core/crypto/gcm.h"
#include "core/xks/parse.h"
#include "core/xks/print.h"
#include "tests/support/temporary_directory.h"

namespace tercet::bench {
namespace {

/// A cluster whose key is known, so that nothing needs to be made at nodes.
class Workloads : public testing::Test {
 protected:
  Workloads() {
    EXPECT_TRUE(write_file(directory_.file("key"), std::string(32, 'k')).ok());
    ClusterFile::KnownKey known;
    known.id = "known";
    known.file = directory_.file("key");
    cluster_.known_key = known;
  }

  std::unique_ptr<Workload> make(Operation operation, std::size_t calls = 8) {
    LoadOptions options;
    options.operation = operation;
    options.repeat_count = 3;
    Result<std::unique_ptr<Workload>> made = make_workload(options, cluster_, calls);
    EXPECT_TRUE(made.ok());
    return std::move(made).value();
  }

  /// What a proxy with the known key answers.
  static HttpResponse answer(const Call& call) {
    const Bytes key = to_bytes(as_bytes(std::string(32, 'k')));
    if (call.encrypts) {
      const auto request = xks::parse_encrypt(call.body);
      EXPECT_TRUE(request.ok());
      xks::EncryptResponse response;
      response.iv = Bytes(12, 1);
      const auto sealed = aes256gcm_encrypt(key, response.iv, request->aad, request->plaintext);
      response.ciphertext = sealed->ciphertext;
      response.tag.assign(sealed->tag.begin(), sealed->tag.end());
      return HttpResponse::json(200, xks::print_encrypt(response));
    }
    const auto request = xks::parse_decrypt(call.body);
    EXPECT_TRUE(request.ok());
    const auto opened =
        aes256gcm_decrypt(key, request->iv, request->aad, request->ciphertext, request->tag);
    EXPECT_TRUE(opened.ok());
    return HttpResponse::json(200, xks::print_decrypt(*opened));
  }

  static Bytes iv_of(const Call& call) { return xks::parse_decrypt(call.body)->iv; }

 private:
  test::TemporaryDirectory directory_;
  ClusterFile cluster_;
};

TEST_F(Workloads, RightAnswersAreOk) {
  for (const Operation operation :
       {Operation::encrypt, Operation::decrypt_cold, Operation::decrypt_repeat, Operation::mixed}) {
    const auto workload = make(operation);
    for (int i = 0; i < 8; ++i) {
      const Call call = workload->next();
      EXPECT_EQ(workload->judge(call, answer(call)), "") << operation_name(operation);
    }
  }
}

TEST_F(Workloads, ColdCiphertextsAreAllDistinct) {
  const auto workload = make(Operation::decrypt_cold, 20);
  std::set<Bytes> seen;
  for (std::size_t i = 0; i < 20 + workload->priming_calls(); ++i) {
    seen.insert(iv_of(workload->next()));
  }
  EXPECT_EQ(seen.size(), 20 + workload->priming_calls());
}

TEST_F(Workloads, RepeatedCiphertextsAreTheSameFewInRequestsThatDiffer) {
  const auto workload = make(Operation::decrypt_repeat);
  EXPECT_EQ(workload->priming_calls(), 3U);
  std::set<Bytes> ciphertexts;
  std::set<Bytes> bodies;
  for (int i = 0; i < 9; ++i) {
    const Call call = workload->next();
    ciphertexts.insert(iv_of(call));
    bodies.insert(call.body);
  }
  EXPECT_EQ(ciphertexts.size(), 3U);
  EXPECT_EQ(bodies.size(), 9U);
}

TEST_F(Workloads, MixedIsHalfDecryptsOfWhatItEncrypted) {
  const auto workload = make(Operation::mixed);
  int encrypts = 0;
  for (int i = 0; i < 20; ++i) {
    const Call call = workload->next();
    encrypts += call.encrypts ? 1 : 0;
    EXPECT_EQ(workload->judge(call, answer(call)), "");
  }
  EXPECT_EQ(encrypts, 10);
}

TEST_F(Workloads, AnythingElseIsAnErrorWithAName) {
  const auto workload = make(Operation::decrypt_cold);
  const Call call = workload->next();
  EXPECT_EQ(workload->judge(call, HttpResponse::json(200, R"({"plaintext":"AAAA"})")),
            "wrong_answer");
  EXPECT_EQ(workload->judge(call, HttpResponse::json(200, "no JSON")), "wrong_answer");
  EXPECT_EQ(workload->judge(call, HttpResponse::json(200, "[]")), "wrong_answer");
  EXPECT_EQ(workload->judge(
                call, HttpResponse::json(503, R"({"errorName":"DependencyTimeoutException"})")),
            "DependencyTimeoutException");
  EXPECT_EQ(workload->judge(call, HttpResponse::json(502, "")), "http_502");
  EXPECT_EQ(workload->judge(call, HttpResponse::json(500, R"({"errorName":7})")), "http_500");

  const auto encrypts = make(Operation::encrypt);
  const Call encrypt = encrypts->next();
  EXPECT_EQ(encrypts->judge(encrypt, HttpResponse::json(200, "{}")), "wrong_answer");
}

}  // namespace
}  // namespace tercet::bench
