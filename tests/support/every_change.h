#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/ids.h"

namespace tercet::test {

/// The members of a class that a test changes. A specialisation gives them as a tuple of
/// references:
///   static auto of(Thing& thing) {
///     auto& [first, second] = thing;  // a new member stops the compiler here
///     return std::tie(first, second);
///   }
template <class T>
struct Members;

template <class T>
concept HasMembers = requires(T& value) {
  Members<T>::of(value);
};

/// Calls `look()` after each change of a part of `value`: both ends of every number and of every
/// byte string, one byte more, one element more, another key, ... Each change is undone after it.
template <class T, class Look>
void with_every_change(T& value, const Look& look);

namespace detail {

template <class T, class Look>
void with_change(T& value, const T& changed, const Look& look) {
  const T before = value;
  value = changed;  // copies: g++ 12 with the thread sanitizer calls what is moved uninitialised
  look();
  value = before;
}

template <class Bytes, class Look>
void with_changed_ends(Bytes& bytes, const Look& look) {
  for (auto* end : {&bytes.front(), &bytes.back()}) {
    *end = static_cast<std::remove_reference_t<decltype(*end)>>(*end ^ 1);
    look();
    *end = static_cast<std::remove_reference_t<decltype(*end)>>(*end ^ 1);
  }
}

template <class Look>
class EveryChange {
 public:
  explicit EveryChange(const Look& look) : look_(look) {}

  void of(bool& value) const { with_change(value, !value, look_); }

  template <std::integral T>
  void of(T& value) const {
    with_change(value, static_cast<T>(value ^ T{1}), look_);
    with_change(value, static_cast<T>(value ^ T(T{1} << (8 * sizeof(T) - 1))), look_);
  }

  /// The enumerator that comes next: choose one that has a next one.
  template <class T>
  requires std::is_enum_v<T>

  void of(T& value) const {
    with_change(value, static_cast<T>(static_cast<std::underlying_type_t<T>>(value) + 1), look_);
  }

  void of(std::string& text) const {
    with_change(text, text + "x", look_);
    if (!text.empty()) {
      with_changed_ends(text, look_);
    }
  }

  void of(KeyId& key) const {
    with_change(key, KeyId::parse("another." + key.text()).value(), look_);
  }

  template <class Tag, std::size_t N>
  void of(ByteId<Tag, N>& id) const {
    std::array<std::uint8_t, N> bytes = id.array();
    with_changed_ends(bytes, [&] { with_change(id, ByteId<Tag, N>(bytes), look_); });
  }

  template <class Tag, class Rep>
  void of(StrongInt<Tag, Rep>& number) const {
    Rep value = number.value();
    with_every_change(value, [&] { with_change(number, StrongInt<Tag, Rep>(value), look_); });
  }

  template <class T, std::size_t N>
  void of(std::array<T, N>& all) const {
    if constexpr (std::same_as<T, std::uint8_t>) {
      with_changed_ends(all, look_);
    } else {
      for (T& element : all) {
        with_every_change(element, look_);
      }
    }
  }

  template <class T, class Allocator>
  void of(std::vector<T, Allocator>& all) const {
    std::vector<T, Allocator> longer = all;
    longer.emplace_back();
    with_change(all, std::move(longer), look_);
    for (T& element : all) {
      with_every_change(element, look_);
    }
  }

  template <class T>
  void of(std::optional<T>& value) const {
    with_change(value, value ? std::nullopt : std::optional<T>(std::in_place), look_);
    if (value) {
      with_every_change(*value, look_);
    }
  }

  template <class A, class B>
  void of(std::pair<A, B>& both) const {
    with_every_change(both.first, look_);
    with_every_change(both.second, look_);
  }

  template <HasMembers T>
  void of(T& value) const {
    std::apply([&](auto&... member) { (with_every_change(member, look_), ...); },
               Members<T>::of(value));
  }

 private:
  const Look& look_;
};

}  // namespace detail

template <class T, class Look>
void with_every_change(T& value, const Look& look) {
  detail::EveryChange<Look>(look).of(value);
}

}  // namespace tercet::test
