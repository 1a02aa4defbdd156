#include "mpc/share/rss.h"

#include <algorithm>

#include "core/base/check.h"
#include "mpc/field/dispatch.h"
#include "mpc/field/gf2_128.h"
#include "mpc/field/kernels.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

namespace {

SecretBytes cut(const SecretBytes& from, std::size_t offset, std::size_t count) {
  return SecretBytes::copy_of(view_of(from).subspan(offset, count));
}

void paste(SecretBytes& into, std::size_t offset, const SecretBytes& part) {
  const ByteView from = view_of(part);
  std::copy(from.begin(), from.end(), mutable_view_of(into).subspan(offset).begin());
}

}  // namespace

void xor_bytes(MutableByteView into, ByteView from) {
  TERCET_CHECK(into.size() == from.size());
  kernels().xor_into(into.data(), from.data(), into.size());
}

ByteShares::ByteShares(std::size_t size) : own(size), next(size) {}

ByteShares::ByteShares(SecretBytes own_component, SecretBytes next_component)
    : own(std::move(own_component)), next(std::move(next_component)) {
  TERCET_CHECK(own.size() == next.size());
}

ByteShares ByteShares::clone() const {
  return ByteShares(own.clone(), next.clone());
}

ByteShares ByteShares::slice(std::size_t offset, std::size_t count) const {
  TERCET_CHECK(offset <= size() && count <= size() - offset);
  return ByteShares(cut(own, offset, count), cut(next, offset, count));
}

void xor_into(ByteShares& a, const ByteShares& b) {
  xor_bytes(mutable_view_of(a.own), view_of(b.own));
  xor_bytes(mutable_view_of(a.next), view_of(b.next));
}

void xor_public(PartyIndex self, ByteShares& a, ByteView value) {
  TERCET_CHECK(a.size() == value.size());
  if (self == PartyIndex::p1) {
    xor_bytes(mutable_view_of(a.own), value);
  } else if (self == PartyIndex::p3) {
    xor_bytes(mutable_view_of(a.next), value);
  }
}

void store_slice(ByteShares& into, std::size_t offset, const ByteShares& part) {
  TERCET_CHECK(offset <= into.size() && part.size() <= into.size() - offset);
  paste(into.own, offset, part.own);
  paste(into.next, offset, part.next);
}

BlockShares::BlockShares(std::size_t count) : bytes(count * kBlockBytes) {}

BlockShares::BlockShares(ByteShares blocks) : bytes(std::move(blocks)) {
  TERCET_CHECK(bytes.size() % kBlockBytes == 0);
}

BlockShares square(const BlockShares& x) {
  BlockShares out(x.count());
  square_each(view_of(x.bytes.own), mutable_view_of(out.bytes.own));
  square_each(view_of(x.bytes.next), mutable_view_of(out.bytes.next));
  return out;
}

}  // namespace tercet::mpc
