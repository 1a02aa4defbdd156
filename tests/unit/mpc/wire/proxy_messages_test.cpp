#include "mpc/wire/proxy_messages.h"

#include <gtest/gtest.h>

namespace tercet::mpc::wire {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t first) {
  std::array<std::uint8_t, N> out{};
  for (std::size_t i = 0; i < N; ++i) {
    out[i] = static_cast<std::uint8_t>(first + i);
  }
  return out;
}

SessionId sid(std::uint8_t first) {
  return SessionId(filled<32>(first));
}

ProxiedRequest signed_request(bool with_body) {
  ProxiedRequest request;
  request.method = "POST";
  request.target = "/kms/xks/v1/keys/foo/decrypt";
  request.headers = {{"host", "localhost:8443"}, {"x-amz-date", "20260115T080910Z"}};
  request.body_sha256 = filled<32>(7);
  if (with_body) {
    request.body = to_bytes(as_bytes("{}"));
  }
  return request;
}

CallerFacts caller() {
  CallerFacts facts;
  facts.principal_arn = "arn:aws:iam::111122223333:role/Payroll";
  facts.kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/x";
  facts.kms_operation = "Encrypt";
  facts.kms_request_id = "id";
  facts.via_service = "s3";
  return facts;
}

SealedMessage sealed(std::size_t size) {
  SealedMessage message;
  message.masked = Bytes(size, 0x5a);
  message.key_hash = filled<32>(9);
  return message;
}

template <class M>
M sample();

template <>
ProposeLease sample<ProposeLease>() {
  ProposeLease m;
  m.ticket = 0x0102030405060708;
  m.nonce = filled<32>(1);
  m.batches_wanted = 3;
  m.xks_access_stated = true;
  return m;
}

template <>
LeaseOpened sample<LeaseOpened>() {
  LeaseOpened m;
  m.ticket = 2;
  m.lease = sid(3);
  return m;
}

template <>
LeaseEnded sample<LeaseEnded>() {
  LeaseEnded m;
  m.lease = sid(4);
  m.reason = Errc::peer_timeout;
  return m;
}

template <>
BatchReady sample<BatchReady>() {
  BatchReady m;
  m.lease = sid(4);
  m.batch = sid(5);
  m.vectors = 65536;
  return m;
}

template <>
Authenticate sample<Authenticate>() {
  Authenticate m;
  m.ticket = 5;
  m.remaining_ms = 180;
  m.request = signed_request(false);
  m.form_error = true;
  m.wants_integrity_value = true;
  m.caller = caller();
  return m;
}

template <>
Answer sample<Answer>() {
  Answer m;
  m.ticket = 6;
  m.error = Errc::wrong_state;
  KeyFacts facts;
  facts.may_encrypt = true;
  facts.framing = AadFraming::raw;
  m.facts = facts;
  return m;
}

template <>
MakeSlots sample<MakeSlots>() {
  MakeSlots m;
  m.ticket = 7;
  m.remaining_ms = 100;
  m.lease = sid(8);
  m.counter = SessionCounter(9);
  m.key = KeyId::parse("demo.key-01_A").value();
  m.store = "/kms/xks/v1";
  m.version = KeyVersion(3);
  m.count = 2;
  m.blocks = 5;
  m.vectors.batch = sid(10);
  m.vectors.first = 11;
  return m;
}

template <>
SlotsMade sample<SlotsMade>() {
  SlotsMade m;
  m.ticket = 8;
  m.sid = sid(12);
  m.version = KeyVersion(7);
  m.framing = AadFraming::raw;
  m.ivs = Bytes(24, 1);
  m.keystream_own = Bytes(160, 2);
  m.keystream_next = Bytes(160, 3);
  return m;
}

template <>
EncryptRequest sample<EncryptRequest>() {
  EncryptRequest m;
  m.ticket = 9;
  m.remaining_ms = 90;
  m.lease = sid(8);
  m.counter = SessionCounter(10);
  m.request = signed_request(false);
  m.slot_session = sid(12);
  m.slot_number = 1;
  m.aad = Bytes(24, 4);
  m.ciphertext = Bytes(20, 5);
  m.wants_integrity_value = true;
  m.caller = caller();
  return m;
}

template <>
DecryptRequest sample<DecryptRequest>() {
  DecryptRequest m;
  m.ticket = 10;
  m.remaining_ms = 80;
  m.lease = sid(8);
  m.counter = SessionCounter(11);
  m.request = signed_request(true);
  m.vectors.batch = sid(10);
  m.vectors.first = 4000;
  m.remembered = sid(12);
  return m;
}

template <>
Cancel sample<Cancel>() {
  Cancel m;
  m.ticket = 11;
  return m;
}

template <>
BatchSpent sample<BatchSpent>() {
  BatchSpent m;
  m.lease = sid(7);
  m.batch = sid(10);
  return m;
}

template <>
Report sample<Report>() {
  Report m;
  m.ticket = 12;
  m.error = Errc::bad_ciphertext;
  return m;
}

template <>
Refused sample<Refused>() {
  Refused m;
  m.ticket = 13;
  m.reason = Errc::already_burnt;
  m.session_mark = 14;
  m.vector_mark = 15;
  m.version = KeyVersion(4);
  return m;
}

template <>
TagReleased sample<TagReleased>() {
  TagReleased m;
  m.ticket = 14;
  m.sid = sid(13);
  m.own = sealed(16);
  m.next = sealed(16);
  m.consent_own = filled<32>(20);
  m.consent_next = filled<32>(21);
  return m;
}

template <>
KeystreamReleased sample<KeystreamReleased>() {
  KeystreamReleased m;
  m.ticket = 15;
  m.sid = sid(13);
  m.pair_next = sealed(36);
  m.pair_previous = sealed(36);
  m.consent_next = filled<32>(20);
  m.consent_previous = filled<32>(21);
  return m;
}

template <>
NodeStatus sample<NodeStatus>() {
  NodeStatus m;
  m.health = NodeHealth::degraded;
  m.wall_milliseconds = 1768464550000;
  m.detail = "low stock";
  return m;
}

template <>
ProxyStatus sample<ProxyStatus>() {
  ProxyStatus m;
  m.serving = true;
  m.served_seconds_ago = 17;
  m.cold_decrypts_too_slow = true;
  m.last_error = Errc::not_found;
  m.draining = true;
  m.alone_refuses = 2;
  m.certificate_expires_unix = 1768464550;
  m.cluster_digest = filled<32>(22);
  return m;
}

template <class M>
class ProxyMessages : public testing::Test {};

using AllMessages = testing::Types<ProposeLease,
                                   LeaseOpened,
                                   LeaseEnded,
                                   BatchReady,
                                   Authenticate,
                                   Answer,
                                   MakeSlots,
                                   SlotsMade,
                                   EncryptRequest,
                                   DecryptRequest,
                                   Cancel,
                                   BatchSpent,
                                   Report,
                                   Refused,
                                   TagReleased,
                                   KeystreamReleased,
                                   NodeStatus,
                                   ProxyStatus>;
TYPED_TEST_SUITE(ProxyMessages, AllMessages);

TYPED_TEST(ProxyMessages, DecodeInvertsEncode) {
  const Bytes encoded = sample<TypeParam>().encode();

  const Result<TypeParam> decoded = TypeParam::decode(encoded);

  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->encode(), encoded);
}

TYPED_TEST(ProxyMessages, RefuseEveryProperPrefix) {
  const Bytes encoded = sample<TypeParam>().encode();

  for (std::size_t size = 0; size < encoded.size(); ++size) {
    const Result<TypeParam> decoded = TypeParam::decode(ByteView(encoded).first(size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().code(), Errc::peer_malformed);
  }
}

TYPED_TEST(ProxyMessages, RefuseTrailingBytes) {
  Bytes encoded = sample<TypeParam>().encode();
  encoded.push_back(0);

  EXPECT_FALSE(TypeParam::decode(encoded));
}

TYPED_TEST(ProxyMessages, AreTheOnlyEncodingOfWhatTheyDecodeTo) {
  const Bytes encoded = sample<TypeParam>().encode();

  for (std::size_t at = 0; at < encoded.size(); ++at) {
    Bytes changed = encoded;
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ 0x81);
    const Result<TypeParam> decoded = TypeParam::decode(changed);
    if (decoded) {
      EXPECT_EQ(decoded->encode(), changed) << at;
    }
  }
}

TEST(ProxyMessageFields, SurviveTheWire) {
  const Result<EncryptRequest> encrypt = EncryptRequest::decode(sample<EncryptRequest>().encode());
  ASSERT_TRUE(encrypt);
  EXPECT_EQ(encrypt->counter, SessionCounter(10));
  EXPECT_EQ(encrypt->request.headers.at(1).second, "20260115T080910Z");
  EXPECT_FALSE(encrypt->request.body);
  EXPECT_FALSE(encrypt->request.is_health_check());
  EXPECT_EQ(encrypt->caller.kms_operation, "Encrypt");
  EXPECT_TRUE(encrypt->wants_integrity_value);

  const Result<Answer> answer = Answer::decode(sample<Answer>().encode());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, Errc::wrong_state);
  EXPECT_EQ(answer->facts, sample<Answer>().facts);
}

TEST(ProxyMessageFields, AreBounded) {
  Refused refused = sample<Refused>();
  Bytes unknown_code = refused.encode();
  unknown_code[8] = 0xff;  // the code's high byte
  EXPECT_FALSE(Refused::decode(unknown_code));

  Bytes many_headers;
  {
    ByteWriter writer;
    writer.u64(1).u32(1).text("POST").text("/").u16(65);
    many_headers = writer.take();
  }
  EXPECT_FALSE(Authenticate::decode(many_headers));

  Bytes bad_key = sample<MakeSlots>().encode();
  bad_key[8 + 4 + 32 + 8 + 4] = '/';  // first character of the key id
  EXPECT_FALSE(MakeSlots::decode(bad_key));
}

}  // namespace
}  // namespace tercet::mpc::wire
