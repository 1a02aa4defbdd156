#include "node/link/hello.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/secret/access.h"

namespace tercet::node {

namespace {

std::string range(std::uint16_t lowest, std::uint16_t highest) {
  return std::to_string(lowest) + " to " + std::to_string(highest);
}

Status check_versions(std::uint16_t lowest, std::uint16_t highest) {
  if (lowest == 0 || lowest > highest) {
    return Error(Errc::peer_malformed, "decode hello: versions in no order");
  }
  if (lowest > kPeerVersionHighest || highest < kPeerVersionLowest) {
    return Error(Errc::unsupported,
                 "decode hello: the peer speaks versions " + range(lowest, highest) +
                     " of the peer protocol, this node " +
                     range(kPeerVersionLowest, kPeerVersionHighest))
        .hint("run releases at the nodes that have a version in common");
  }
  return ok_status();
}

/// Returns where the contribution belongs.
std::size_t write_offer(ByteWriter& out, const OfferedGeneration& offer) {
  out.raw(offer.generation.view()).raw(offer.refresh.view()).u64(offer.session_count);
  out.raw(offer.known.view()).raw(offer.echo).raw(offer.challenge);
  const std::size_t at = out.bytes().size();
  out.raw(std::array<std::uint8_t, kContributionBytes>{});
  out.u8(offer.held ? 1 : 0);
  if (offer.held) {
    out.raw(offer.held->view());
  }
  return at;
}

/// False on a flag that is neither 0 nor 1.
bool read_offer(ByteReader& in, OfferedGeneration& offer) {
  offer.generation = GenerationId(in.array<GenerationId::kBytes>());
  offer.refresh = SessionId(in.array<SessionId::kBytes>());
  offer.session_count = in.u64();
  offer.known = GenerationId(in.array<GenerationId::kBytes>());
  offer.echo = in.array<16>();
  offer.challenge = in.array<16>();
  offer.contribution = SecretBytes::copy_of(in.raw(kContributionBytes));
  const std::uint8_t held = in.u8();
  if (held == 1) {
    offer.held = PairName(in.array<32>());
  }
  return held <= 1;
}

}  // namespace

Bytes Hello::encode() const {
  ByteWriter out;
  out.u16(lowest_version).u16(highest_version).raw(cluster.view()).u32(membership.value());
  out.u8(sender).u8(static_cast<std::uint8_t>(generations.size()));
  std::vector<std::size_t> places;
  for (const OfferedGeneration& offer : generations) {
    places.push_back(write_offer(out, offer));
  }
  // The contributions last: while a writer grows it leaves copies behind.
  Bytes bytes = out.take();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const ByteView contribution = generations[i].contribution.expose(SecretAccess::grant());
    TERCET_CHECK(contribution.size() == kContributionBytes);
    std::copy(contribution.begin(),
              contribution.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(places[i]));
  }
  return bytes;
}

Result<Hello> Hello::decode(ByteView from) {
  ByteReader in(from);
  Hello hello;
  hello.lowest_version = in.u16();
  hello.highest_version = in.u16();
  TERCET_TRY_STATUS(check_versions(hello.lowest_version, hello.highest_version));
  hello.cluster = ClusterId(in.array<ClusterId::kBytes>());
  hello.membership = MembershipNumber(in.u32());
  hello.sender = in.u8();
  const std::uint8_t count = in.u8();
  bool good = count >= 1 && count <= kOfferedGenerationsMax;
  for (std::uint8_t i = 0; good && i < count; ++i) {
    good = read_offer(in, hello.generations.emplace_back());
  }
  TERCET_TRY_STATUS(in.finish("hello"));
  if (good && count == 2) {
    good = hello.generations[0].generation != hello.generations[1].generation &&
           hello.generations[0].refresh != hello.generations[1].refresh;
  }
  if (!good) {
    return Error(Errc::peer_malformed, "decode hello");
  }
  return hello;
}

std::uint16_t Hello::common_version() const {
  return std::min(highest_version, kPeerVersionHighest);
}

const OfferedGeneration* Hello::offer_of(const SessionId& refresh) const {
  const auto found = std::find_if(
      generations.begin(), generations.end(), [&refresh](const OfferedGeneration& offer) {
        return offer.refresh == refresh;
      });
  return found == generations.end() ? nullptr : &*found;
}

Bytes Confirm::encode() const {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(macs.size()));
  for (const auto& mac : macs) {
    out.raw(mac);
  }
  out.u8(receiver_over ? 1 : 0);
  out.raw(signature);
  return out.take();
}

Result<Confirm> Confirm::decode(ByteView from) {
  ByteReader in(from);
  Confirm confirm;
  const std::uint8_t count = in.u8();
  bool good = count >= 1 && count <= kOfferedGenerationsMax;
  for (std::uint8_t i = 0; good && i < count; ++i) {
    confirm.macs.push_back(in.array<32>());
  }
  const std::uint8_t over = in.u8();
  good = good && over <= 1;
  confirm.receiver_over = over == 1;
  confirm.signature = in.array<kSignatureBytes>();
  TERCET_TRY_STATUS(in.finish("confirm"));
  if (!good) {
    return Error(Errc::peer_malformed, "decode confirm");
  }
  return confirm;
}

Bytes BulkHello::encode() const {
  ByteWriter out;
  out.raw(generation.view()).raw(name.view()).raw(mac);
  return out.take();
}

Result<BulkHello> BulkHello::decode(ByteView from) {
  ByteReader in(from);
  BulkHello hello;
  hello.generation = GenerationId(in.array<GenerationId::kBytes>());
  hello.name = PairName(in.array<32>());
  hello.mac = in.array<32>();
  TERCET_TRY_STATUS(in.finish("bulk hello"));
  return hello;
}

}  // namespace tercet::node
