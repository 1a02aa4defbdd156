#include "mpc/wire/proxy_messages.h"

// One list of fields a message, walked by a writer and by a reader, so that encode and decode
// cannot differ. Reading checks every bound first; after a failure nothing more is read and decode
// answers peer_malformed.

namespace tercet::mpc::wire {
namespace {

constexpr std::size_t kMethodBytesMax = 16;
constexpr std::size_t kTargetBytesMax = 1024;
constexpr std::size_t kHeadersMax = 64;
constexpr std::size_t kHeaderBytesMax = 16 * 1024;
constexpr std::size_t kKeyIdBytesMax = 128;
constexpr std::size_t kStoreBytesMax = 128;
constexpr std::size_t kDetailBytesMax = 256;
constexpr std::size_t kKeystreamBytesMax = kSlotsMax * kBlocksMax * kBlockBytes;
constexpr std::size_t kMaskedBytesMax = (kBlocksMax + 1) * kBlockBytes;

class Writer {
 public:
  void number(const std::uint8_t& value) { out_.u8(value); }

  void number(const std::uint16_t& value) { out_.u16(value); }

  void number(const std::uint32_t& value) { out_.u32(value); }

  void number(const std::uint64_t& value) { out_.u64(value); }

  void flag(const bool& value) { out_.u8(value ? 1 : 0); }

  template <class Enum>
  void choice(const Enum& value, Enum /*last*/) {
    out_.u16(static_cast<std::uint16_t>(value));
  }

  template <std::size_t N>
  void fixed(const std::array<std::uint8_t, N>& value) {
    out_.raw(value);
  }

  template <class Tag, std::size_t N>
  void id(const ByteId<Tag, N>& value) {
    out_.raw(value.view());
  }

  template <class Tag, class Rep>
  void id(const StrongInt<Tag, Rep>& value) {
    number(value.value());
  }

  void id(const KeyId& value) { out_.text(value.text()); }

  void text(const std::string& value, std::size_t limit) {
    TERCET_CHECK(value.size() <= limit);
    out_.text(value);
  }

  void blob(const Bytes& value, std::size_t limit) {
    TERCET_CHECK(value.size() <= limit);
    out_.blob(value);
  }

  template <class T, class Each>
  void optional(const std::optional<T>& value, const Each& each) {
    flag(value.has_value());
    if (value) {
      each(*value);
    }
  }

  template <class T, class Each>
  void list(const std::vector<T>& values, std::size_t limit, const Each& each) {
    TERCET_CHECK(values.size() <= limit);
    out_.u16(static_cast<std::uint16_t>(values.size()));
    for (const T& value : values) {
      each(value);
    }
  }

  Bytes take() { return out_.take(); }

 private:
  ByteWriter out_;
};

class Reader {
 public:
  explicit Reader(ByteView from) : in_(from) {}

  void number(std::uint8_t& value) { value = in_.u8(); }

  void number(std::uint16_t& value) { value = in_.u16(); }

  void number(std::uint32_t& value) { value = in_.u32(); }

  void number(std::uint64_t& value) { value = in_.u64(); }

  void flag(bool& value) {
    const std::uint8_t byte = in_.u8();
    value = byte == 1;
    bad_ = bad_ || byte > 1;
  }

  template <class Enum>
  void choice(Enum& value, Enum last) {
    const std::uint16_t code = in_.u16();
    if (code > static_cast<std::uint16_t>(last)) {
      bad_ = true;
      return;
    }
    value = static_cast<Enum>(code);
  }

  template <std::size_t N>
  void fixed(std::array<std::uint8_t, N>& value) {
    value = in_.array<N>();
  }

  template <class Tag, std::size_t N>
  void id(ByteId<Tag, N>& value) {
    value = ByteId<Tag, N>(in_.array<N>());
  }

  template <class Tag, class Rep>
  void id(StrongInt<Tag, Rep>& value) {
    Rep number_value{};
    number(number_value);
    value = StrongInt<Tag, Rep>(number_value);
  }

  void id(KeyId& value) {
    Result<KeyId> parsed = KeyId::parse(as_text(in_.blob(kKeyIdBytesMax)));
    if (!parsed) {
      bad_ = true;
      return;
    }
    value = std::move(parsed).value();
  }

  void text(std::string& value, std::size_t limit) {
    value = std::string(as_text(in_.blob(limit)));
  }

  void blob(Bytes& value, std::size_t limit) { value = to_bytes(in_.blob(limit)); }

  template <class T, class Each>
  void optional(std::optional<T>& value, const Each& each) {
    bool present = false;
    flag(present);
    if (present) {
      each(value.emplace());
    }
  }

  template <class T, class Each>
  void list(std::vector<T>& values, std::size_t limit, const Each& each) {
    const std::uint16_t count = in_.u16();
    bad_ = bad_ || count > limit;
    for (std::uint16_t i = 0; i < count && !bad_ && !in_.failed(); ++i) {
      each(values.emplace_back());
    }
  }

  Status finish() const {
    if (bad_) {
      return Error(Errc::peer_malformed, "decode proxy message: a value is not allowed");
    }
    return in_.finish("proxy message");
  }

 private:
  ByteReader in_;
  bool bad_ = false;
};

template <class Io, class M>
void request_fields(Io& io, M& m) {
  io.text(m.method, kMethodBytesMax);
  io.text(m.target, kTargetBytesMax);
  io.list(m.headers, kHeadersMax, [&](auto& header) {
    io.text(header.first, kHeaderBytesMax);
    io.text(header.second, kHeaderBytesMax);
  });
  io.fixed(m.body_sha256);
  io.optional(m.body, [&](auto& body) { io.blob(body, kRequestBodyBytesMax); });
}

template <class Io, class M>
void caller_fields(Io& io, M& m) {
  io.text(m.principal_arn, kFactBytesMax);
  io.text(m.kms_key_arn, kFactBytesMax);
  io.text(m.kms_operation, kFactBytesMax);
  io.text(m.kms_request_id, kFactBytesMax);
  io.text(m.via_service, kFactBytesMax);
}

template <class Io, class M>
void vector_fields(Io& io, M& m) {
  io.id(m.batch);
  io.number(m.first);
}

template <class Io, class M>
void sealed_fields(Io& io, M& m) {
  io.blob(m.masked, kMaskedBytesMax);
  io.fixed(m.key_hash);
}

template <class Io, class E>
void error_fields(Io& io, E& error) {
  io.choice(error, Errc::internal);
}

template <class Io, class M>
void fields(Io& io, M& m, const ProposeLease* /*which*/) {
  io.number(m.ticket);
  io.number(m.version);
  io.fixed(m.nonce);
  io.number(m.batches_wanted);
  io.flag(m.xks_access_stated);
}

template <class Io, class M>
void fields(Io& io, M& m, const LeaseOpened* /*which*/) {
  io.number(m.ticket);
  io.id(m.lease);
}

template <class Io, class M>
void fields(Io& io, M& m, const LeaseEnded* /*which*/) {
  io.id(m.lease);
  error_fields(io, m.reason);
}

template <class Io, class M>
void fields(Io& io, M& m, const BatchReady* /*which*/) {
  io.id(m.lease);
  io.id(m.batch);
  io.number(m.vectors);
}

template <class Io, class M>
void fields(Io& io, M& m, const Authenticate* /*which*/) {
  io.number(m.ticket);
  io.number(m.remaining_ms);
  request_fields(io, m.request);
  io.flag(m.form_error);
  io.flag(m.wants_integrity_value);
  caller_fields(io, m.caller);
}

template <class Io, class M>
void fields(Io& io, M& m, const Answer* /*which*/) {
  io.number(m.ticket);
  io.optional(m.error, [&](auto& error) { error_fields(io, error); });
  io.optional(m.facts, [&](auto& facts) {
    io.flag(facts.enabled);
    io.flag(facts.may_encrypt);
    io.flag(facts.may_decrypt);
    io.choice(facts.framing, AadFraming::raw);
  });
}

template <class Io, class M>
void fields(Io& io, M& m, const MakeSlots* /*which*/) {
  io.number(m.ticket);
  io.number(m.remaining_ms);
  io.id(m.lease);
  io.id(m.counter);
  io.id(m.key);
  io.text(m.store, kStoreBytesMax);
  io.id(m.version);
  io.number(m.count);
  io.number(m.blocks);
  vector_fields(io, m.vectors);
}

template <class Io, class M>
void fields(Io& io, M& m, const SlotsMade* /*which*/) {
  io.number(m.ticket);
  io.id(m.sid);
  io.id(m.version);
  io.choice(m.framing, AadFraming::raw);
  io.blob(m.ivs, kSlotsMax * kIvBytes);
  io.blob(m.keystream_own, kKeystreamBytesMax);
  io.blob(m.keystream_next, kKeystreamBytesMax);
}

template <class Io, class M>
void fields(Io& io, M& m, const EncryptRequest* /*which*/) {
  io.number(m.ticket);
  io.number(m.remaining_ms);
  io.id(m.lease);
  io.id(m.counter);
  request_fields(io, m.request);
  io.id(m.slot_session);
  io.number(m.slot_number);
  io.blob(m.aad, kRequestBodyBytesMax);
  io.blob(m.ciphertext, kBlocksMax * kBlockBytes);
  io.flag(m.wants_integrity_value);
  caller_fields(io, m.caller);
}

template <class Io, class M>
void fields(Io& io, M& m, const DecryptRequest* /*which*/) {
  io.number(m.ticket);
  io.number(m.remaining_ms);
  io.id(m.lease);
  io.id(m.counter);
  request_fields(io, m.request);
  vector_fields(io, m.vectors);
  io.optional(m.remembered, [&](auto& sid) { io.id(sid); });
}

template <class Io, class M>
void fields(Io& io, M& m, const Cancel* /*which*/) {
  io.number(m.ticket);
}

template <class Io, class M>
void fields(Io& io, M& m, const BatchSpent* /*which*/) {
  io.id(m.lease);
  io.id(m.batch);
}

template <class Io, class M>
void fields(Io& io, M& m, const Report* /*which*/) {
  io.number(m.ticket);
  io.optional(m.error, [&](auto& error) { error_fields(io, error); });
}

template <class Io, class M>
void fields(Io& io, M& m, const Refused* /*which*/) {
  io.number(m.ticket);
  error_fields(io, m.reason);
  io.number(m.session_mark);
  io.number(m.vector_mark);
  io.id(m.version);
}

template <class Io, class M>
void fields(Io& io, M& m, const TagReleased* /*which*/) {
  io.number(m.ticket);
  io.id(m.sid);
  sealed_fields(io, m.own);
  sealed_fields(io, m.next);
  io.fixed(m.consent_own);
  io.fixed(m.consent_next);
}

template <class Io, class M>
void fields(Io& io, M& m, const KeystreamReleased* /*which*/) {
  io.number(m.ticket);
  io.id(m.sid);
  sealed_fields(io, m.pair_next);
  sealed_fields(io, m.pair_previous);
  io.fixed(m.consent_next);
  io.fixed(m.consent_previous);
}

template <class Io, class M>
void fields(Io& io, M& m, const NodeStatus* /*which*/) {
  io.choice(m.health, NodeHealth::unavailable);
  io.number(m.wall_milliseconds);
  io.text(m.detail, kDetailBytesMax);
}

template <class Io, class M>
void fields(Io& io, M& m, const ProxyStatus* /*which*/) {
  io.flag(m.serving);
  io.optional(m.served_seconds_ago, [&](auto& seconds) { io.number(seconds); });
  io.optional(m.last_error, [&](auto& error) { error_fields(io, error); });
  io.flag(m.cold_decrypts_too_slow);
  io.flag(m.draining);
  io.optional(m.alone_refuses, [&](auto& node) { io.number(node); });
  io.number(m.certificate_expires_unix);
  io.fixed(m.cluster_digest);
}

template <class M>
Bytes encode_message(const M& message) {
  Writer writer;
  fields(writer, message, static_cast<const M*>(nullptr));
  return writer.take();
}

template <class M>
Result<M> decode_message(ByteView from) {
  M message;
  Reader reader(from);
  fields(reader, message, static_cast<const M*>(nullptr));
  TERCET_TRY_STATUS(reader.finish());
  return message;
}

}  // namespace

// clang-format off
Bytes ProposeLease::encode() const { return encode_message(*this); }
Bytes LeaseOpened::encode() const { return encode_message(*this); }
Bytes LeaseEnded::encode() const { return encode_message(*this); }
Bytes BatchReady::encode() const { return encode_message(*this); }
Bytes Authenticate::encode() const { return encode_message(*this); }
Bytes Answer::encode() const { return encode_message(*this); }
Bytes MakeSlots::encode() const { return encode_message(*this); }
Bytes SlotsMade::encode() const { return encode_message(*this); }
Bytes EncryptRequest::encode() const { return encode_message(*this); }
Bytes DecryptRequest::encode() const { return encode_message(*this); }
Bytes Cancel::encode() const { return encode_message(*this); }
Bytes BatchSpent::encode() const { return encode_message(*this); }
Bytes Report::encode() const { return encode_message(*this); }
Bytes Refused::encode() const { return encode_message(*this); }
Bytes TagReleased::encode() const { return encode_message(*this); }
Bytes KeystreamReleased::encode() const { return encode_message(*this); }
Bytes NodeStatus::encode() const { return encode_message(*this); }
Bytes ProxyStatus::encode() const { return encode_message(*this); }

Result<ProposeLease> ProposeLease::decode(ByteView from) { return decode_message<ProposeLease>(from); }
Result<LeaseOpened> LeaseOpened::decode(ByteView from) { return decode_message<LeaseOpened>(from); }
Result<LeaseEnded> LeaseEnded::decode(ByteView from) { return decode_message<LeaseEnded>(from); }
Result<BatchReady> BatchReady::decode(ByteView from) { return decode_message<BatchReady>(from); }
Result<Authenticate> Authenticate::decode(ByteView from) { return decode_message<Authenticate>(from); }
Result<Answer> Answer::decode(ByteView from) { return decode_message<Answer>(from); }
Result<MakeSlots> MakeSlots::decode(ByteView from) { return decode_message<MakeSlots>(from); }
Result<SlotsMade> SlotsMade::decode(ByteView from) { return decode_message<SlotsMade>(from); }
Result<EncryptRequest> EncryptRequest::decode(ByteView from) { return decode_message<EncryptRequest>(from); }
Result<DecryptRequest> DecryptRequest::decode(ByteView from) { return decode_message<DecryptRequest>(from); }
Result<Cancel> Cancel::decode(ByteView from) { return decode_message<Cancel>(from); }
Result<BatchSpent> BatchSpent::decode(ByteView from) { return decode_message<BatchSpent>(from); }
Result<Report> Report::decode(ByteView from) { return decode_message<Report>(from); }
Result<Refused> Refused::decode(ByteView from) { return decode_message<Refused>(from); }
Result<TagReleased> TagReleased::decode(ByteView from) { return decode_message<TagReleased>(from); }
Result<KeystreamReleased> KeystreamReleased::decode(ByteView from) { return decode_message<KeystreamReleased>(from); }
Result<NodeStatus> NodeStatus::decode(ByteView from) { return decode_message<NodeStatus>(from); }
Result<ProxyStatus> ProxyStatus::decode(ByteView from) { return decode_message<ProxyStatus>(from); }

// clang-format on

}  // namespace tercet::mpc::wire
