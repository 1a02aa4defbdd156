#include "core/secret/secret_bytes.h"

#include <cstring>
#include <utility>

#include "core/random/random.h"
#include "core/secret/locked_arena.h"

namespace tercet {

SecretBytes::SecretBytes(std::size_t size)
    : data_(size == 0 ? nullptr : secret_allocate(size)), size_(size) {}

SecretBytes SecretBytes::copy_of(ByteView bytes) {
  SecretBytes out(bytes.size());
  if (!bytes.empty()) {
    std::memcpy(out.data_, bytes.data(), bytes.size());
  }
  return out;
}

SecretBytes SecretBytes::random(std::size_t size, RandomSource& source) {
  SecretBytes out(size);
  source.fill({out.data_, size});
  return out;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    if (data_ != nullptr) {
      secret_release(data_, size_);
    }
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() {
  if (data_ != nullptr) {
    secret_release(data_, size_);
  }
}

SecretBytes SecretBytes::clone() const {
  return copy_of({data_, size_});
}

}  // namespace tercet
