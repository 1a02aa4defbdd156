#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/cluster/proxy_site.h"
#include "tests/sim/invariants/judge.h"
#include "tests/sim/world/world.h"

namespace tercet::sim {

/// KMS: sends signed requests to proxies, keeps what they encrypt, and has every answer judged.
class Kms {
 public:
  /// What became of the requests.
  class Counts {
   public:
    Counts() = default;
    std::uint64_t sent = 0;
    std::uint64_t served = 0;
    std::uint64_t refused = 0;     ///< answered with an error
    std::uint64_t unanswered = 0;  ///< the proxy was not there, or died over it
  };

  /// One request and what came of it.
  class Call {
   public:
    Call() = default;
    std::string operation;  ///< "encrypt", "decrypt", "metadata"
    Ciphertext about;       ///< what is to be encrypted or decrypted
    SteadyTime sent{};
    bool ended = false;
    unsigned status = 0;  ///< of the answer; 0: none
    std::string error;    ///< errorName of the answer
    /// What the answer was, of an Encrypt that was served.
    Ciphertext made;

    bool served() const { return ended && status == 200; }
  };

  Kms(World& world, std::vector<ProxySite*> proxies, Judge& judge, Violations& violations);

  std::shared_ptr<const Call> encrypt(std::size_t proxy,
                                      const KeyId& key,
                                      Bytes plaintext,
                                      Bytes aad);
  std::shared_ptr<const Call> decrypt(std::size_t proxy, const Ciphertext& ciphertext);
  std::shared_ptr<const Call> metadata(std::size_t proxy, const KeyId& key);

  /// Everything the cluster ever encrypted.
  const std::vector<Ciphertext>& kept() const { return kept_; }

  const Counts& counts() const { return counts_; }

 private:
  std::shared_ptr<const Call> send(std::size_t proxy, std::shared_ptr<Call> call, Bytes body);
  void answered(const std::shared_ptr<Call>& call, const proxy::XksReply& reply);
  void take_encrypted(Call& call, const proxy::XksReply& reply);
  void take_decrypted(const Call& call, const proxy::XksReply& reply);

  World* world_;
  std::vector<ProxySite*> proxies_;
  Judge* judge_;
  Violations* violations_;
  SiteClock wall_clock_;
  Counts counts_;
  std::vector<Ciphertext> kept_;
};

}  // namespace tercet::sim
