// AES-256-GCM with plain OpenSSL and nothing of ours: the demo and the end-to-end tests use it as
// the independent second opinion on what the cluster computed.
//
//   openssl-gcm encrypt KEYFILE IV_HEX AAD_HEX < plaintext   > ciphertext || tag
//   openssl-gcm decrypt KEYFILE IV_HEX AAD_HEX < ciphertext || tag   > plaintext

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace {

using Buffer = std::vector<unsigned char>;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kKeyBytes = 32;

Buffer read_all(std::FILE* from) {
  Buffer out;
  unsigned char block[4096];
  for (std::size_t got = 0; (got = std::fread(block, 1, sizeof block, from)) > 0;) {
    out.insert(out.end(), block, block + got);
  }
  return out;
}

bool from_hex(const std::string& text, Buffer& out) {
  long size = 0;
  unsigned char* bytes = OPENSSL_hexstr2buf(text.c_str(), &size);
  if (!text.empty() && bytes == nullptr) {
    return false;
  }
  out.assign(bytes, bytes + size);
  OPENSSL_free(bytes);
  return true;
}

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

bool begin(
    const Context& context, bool encrypt, const Buffer& key, const Buffer& iv, const Buffer& aad) {
  int length = 0;
  return EVP_CipherInit_ex(
             context.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr, encrypt ? 1 : 0) == 1 &&
         EVP_CIPHER_CTX_ctrl(
             context.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv.size()), nullptr) == 1 &&
         EVP_CipherInit_ex(
             context.get(), nullptr, nullptr, key.data(), iv.data(), encrypt ? 1 : 0) == 1 &&
         (aad.empty() ||
          EVP_CipherUpdate(
              context.get(), nullptr, &length, aad.data(), static_cast<int>(aad.size())) == 1);
}

int run(bool encrypt, const Buffer& key, const Buffer& iv, const Buffer& aad, Buffer in) {
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  Buffer tag(kTagBytes);
  if (!encrypt) {
    if (in.size() < kTagBytes) {
      std::fprintf(stderr, "openssl-gcm: input is shorter than a tag\n");
      return 2;
    }
    tag.assign(in.end() - kTagBytes, in.end());
    in.resize(in.size() - kTagBytes);
  }
  Buffer out(in.size() + 16);
  int length = 0;
  int last = 0;
  if (!begin(context, encrypt, key, iv, aad) ||
      EVP_CipherUpdate(
          context.get(), out.data(), &length, in.data(), static_cast<int>(in.size())) != 1 ||
      (!encrypt &&
       EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) != 1) ||
      EVP_CipherFinal_ex(context.get(), out.data() + length, &last) != 1 ||
      (encrypt &&
       EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag.data()) != 1)) {
    std::fprintf(stderr, "openssl-gcm: the tag does not hold\n");
    return 1;
  }
  out.resize(static_cast<std::size_t>(length) + static_cast<std::size_t>(last));
  if (encrypt) {
    out.insert(out.end(), tag.begin(), tag.end());
  }
  return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc == 5 ? argv[1] : "";
  if (mode != "encrypt" && mode != "decrypt") {
    std::fprintf(stderr,
                 "usage: openssl-gcm encrypt|decrypt KEYFILE IV_HEX AAD_HEX < input > output\n");
    return 2;
  }
  std::ifstream file(argv[2], std::ios::binary);
  const Buffer key((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Buffer iv;
  Buffer aad;
  if (key.size() != kKeyBytes || !from_hex(argv[3], iv) || !from_hex(argv[4], aad)) {
    std::fprintf(stderr,
                 "openssl-gcm: the key file must hold 32 bytes, IV and AAD be hexadecimal\n");
    return 2;
  }
  return run(mode == "encrypt", key, iv, aad, read_all(stdin));
}
