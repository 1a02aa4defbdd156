#include "node/session/proxy_sid.h"

#include "core/crypto/hash.h"

namespace tercet::node {

namespace {

constexpr std::string_view kLabel = "tercet/session/proxy/1";

}  // namespace

SessionId proxy_session_id(const ProxySessionFacts& facts) {
  ByteWriter out;
  out.text(kLabel).u8(static_cast<std::uint8_t>(facts.kind));
  out.raw(facts.lease.view()).u64(facts.counter.value()).blob(facts.request);
  out.text(facts.key.id.text()).text(facts.key.store);
  out.u32(facts.key.version.value()).raw(facts.key.epoch.view()).raw(facts.key.derived.view());
  out.u8(static_cast<std::uint8_t>(facts.key.facts.framing));
  out.raw(facts.vectors.batch.view()).u32(facts.vectors.first).u32(facts.vector_count);
  out.raw(facts.material.view()).u16(facts.material_number);
  return SessionId(sha256(out.bytes()));
}

}  // namespace tercet::node
