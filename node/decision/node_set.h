#pragma once

#include <bit>
#include <cstdint>

#include "mpc/party.h"

namespace tercet::node {

/// A set of the three nodes. A value of one byte.
class NodeSet {
 public:
  constexpr NodeSet() = default;

  static constexpr NodeSet of(mpc::PartyIndex node) {
    return NodeSet(static_cast<std::uint8_t>(1U << (mpc::number(node) - 1U)));
  }

  static constexpr NodeSet all_three() { return NodeSet(7); }

  constexpr bool contains(mpc::PartyIndex node) const { return !(*this & of(node)).empty(); }

  constexpr bool empty() const { return bits_ == 0; }

  constexpr bool all() const { return bits_ == 7; }

  constexpr int count() const { return std::popcount(bits_); }

  constexpr void add(mpc::PartyIndex node) { *this = *this | of(node); }

  constexpr NodeSet without(mpc::PartyIndex node) const {
    return NodeSet(static_cast<std::uint8_t>(bits_ & ~of(node).bits_));
  }

  /// Every node of `other` is in this set too.
  constexpr bool includes(NodeSet other) const { return (*this & other) == other; }

  friend constexpr NodeSet operator|(NodeSet a, NodeSet b) {
    return NodeSet(static_cast<std::uint8_t>(a.bits_ | b.bits_));
  }

  friend constexpr NodeSet operator&(NodeSet a, NodeSet b) {
    return NodeSet(static_cast<std::uint8_t>(a.bits_ & b.bits_));
  }

  constexpr bool operator==(const NodeSet&) const = default;

 private:
  explicit constexpr NodeSet(std::uint8_t bits) : bits_(bits) {}

  std::uint8_t bits_ = 0;
};

/// The node that is neither of two different ones.
constexpr mpc::PartyIndex third_node(mpc::PartyIndex a, mpc::PartyIndex b) {
  return mpc::next(a) == b ? mpc::next(b) : mpc::next(a);
}

}  // namespace tercet::node
