#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"

/// What proxy and nodes say to each other (protocol.md 8 to 10, 12). Plain data; every type has
/// `Bytes encode() const` and `static Result<T> decode(ByteView)`, a fixed big-endian layout with
/// bounds checked first; unknown types, versions and trailing bytes are refused.
/// `ticket` is the proxy's number for the request on this link; answers repeat it.
namespace tercet::mpc::wire {

/// Frame types on a link between proxy and node.
enum class ProxyFrame : std::uint8_t {
  // proxy to node
  propose_lease = 0x10,
  authenticate = 0x11,
  make_slots = 0x12,
  encrypt = 0x13,
  decrypt = 0x14,
  cancel = 0x15,
  report = 0x16,
  batch_spent = 0x17,
  proxy_status = 0x18,  ///< answers NODE_STATUS, twice a second at most
  // node to proxy
  lease_opened = 0x20,
  lease_ended = 0x21,
  batch_ready = 0x22,
  refused = 0x23,
  answer = 0x24,
  slots_made = 0x25,
  tag_released = 0x26,
  keystream_released = 0x27,
  node_status = 0x28,
};

inline constexpr std::size_t kBlocksMax = 270;  ///< of ciphertext, protocol.md 8
inline constexpr std::size_t kGhashBlocksMax = 1024;
inline constexpr std::size_t kSlotsMax = 32;  ///< in one session
inline constexpr std::size_t kRequestBodyBytesMax = 64 * 1024;
inline constexpr std::size_t kIvBytes = 12;
inline constexpr std::size_t kBlockBytes = 16;
/// Vectors of one keystream block at most; exact counts: mpc/wire/vectors.h.
inline constexpr std::uint32_t kVectorsPerBlockMax = 208;
/// Values of CallerFacts are cut to this by the proxy.
inline constexpr std::size_t kFactBytesMax = 2048;
/// A link on which nothing came for so long is closed by who waits, node or proxy: the other side
/// is stopped, or the way is cut. Nodes say NODE_STATUS with every heartbeat, proxies PROXY_STATUS.
inline constexpr Milliseconds kLinkSilence{3000};
inline constexpr Milliseconds kProxyStatusInterval{500};
/// Told in ProposeLease; a node refuses another one.
inline constexpr std::uint8_t kProxyProtocolVersion = 2;

using Sha256Digest = std::array<std::uint8_t, 32>;

/// A signed request as KMS sent it: what a verifier of its signature needs. For Encrypt the body is
/// withheld and its hash is the proxy's word (protocol.md 9).
///
/// Health check: with an empty `method` (and no target or headers) this is the proxy's own check on
/// the cluster's health key, the only one allowed without a signature. The node takes the health
/// key's id from the cluster file; of a Decrypt the body is an XKS Decrypt body as always.
struct ProxiedRequest {
  ProxiedRequest() = default;

  bool is_health_check() const { return method.empty(); }

  std::string method;
  std::string target;  ///< path as received
  /// Name in lower case, value as received, in order; only headers that SignedHeaders may list or
  /// that verification reads (authorization, host, x-amz-*, content-type).
  std::vector<std::pair<std::string, std::string>> headers;
  Sha256Digest body_sha256{};
  std::optional<Bytes> body;
};

/// Metadata of KMS for audit and policy; of an Encrypt it is the proxy's word.
struct CallerFacts {
  CallerFacts() = default;
  std::string principal_arn;
  std::string kms_key_arn;
  std::string kms_operation;
  std::string kms_request_id;
  std::string via_service;
};

struct ProposeLease {
  ProposeLease() = default;
  std::uint64_t ticket = 0;
  std::uint8_t version = kProxyProtocolVersion;
  std::array<std::uint8_t, 32> nonce{};  ///< the proxy's, makes the proposal unique
  std::uint32_t batches_wanted = 0;      ///< stock the proxy would like, capped by the nodes
  /// Its configuration says how nodes are kept from its XKS port (protocol.md 9); for the status.
  bool xks_access_stated = false;
  Bytes encode() const;
  static Result<ProposeLease> decode(ByteView from);
};

struct LeaseOpened {
  LeaseOpened() = default;
  std::uint64_t ticket = 0;
  LeaseId lease;
  Bytes encode() const;
  static Result<LeaseOpened> decode(ByteView from);
};

struct LeaseEnded {
  LeaseEnded() = default;
  LeaseId lease;
  Errc reason = Errc::closed;
  Bytes encode() const;
  static Result<LeaseEnded> decode(ByteView from);
};

/// This node has the verified batch; the proxy uses it when all three have said so.
struct BatchReady {
  BatchReady() = default;
  LeaseId lease;
  BatchId batch;
  std::uint32_t vectors = 0;
  Bytes encode() const;
  static Result<BatchReady> decode(ByteView from);
};

/// Vectors of a plan: `count` is derived by each node from the request.
struct VectorStart {
  BatchId batch;
  std::uint32_t first = 0;
};

/// Asks what the node thinks of a signed request: 401, the key's error, or its facts.
struct Authenticate {
  Authenticate() = default;
  std::uint64_t ticket = 0;
  std::uint32_t remaining_ms = 0;
  ProxiedRequest request;
  /// The proxy found the body malformed: authenticate only, do not look at key or policy.
  bool form_error = false;
  bool wants_integrity_value = false;
  CallerFacts caller;
  Bytes encode() const;
  static Result<Authenticate> decode(ByteView from);
};

enum class AadFraming : std::uint8_t { framed = 0, raw = 1 };

/// Facts of a key that two nodes must state equally.
struct KeyFacts {
  bool enabled = false;
  bool may_encrypt = false;
  bool may_decrypt = false;
  AadFraming framing = AadFraming::framed;
  bool operator==(const KeyFacts&) const = default;
};

struct Answer {
  Answer() = default;
  std::uint64_t ticket = 0;
  std::optional<Errc> error;      ///< absent: the request is authentic and allowed
  std::optional<KeyFacts> facts;  ///< where the request names a key that exists in its store
  Bytes encode() const;
  static Result<Answer> decode(ByteView from);
};

/// Opens slots: no signature, capped by the nodes per lease (protocol.md 8).
struct MakeSlots {
  MakeSlots() = default;
  std::uint64_t ticket = 0;
  std::uint32_t remaining_ms = 0;
  LeaseId lease;
  SessionCounter counter;
  KeyId key;
  std::string store;         ///< base path of the key store, as KMS calls it; empty: health key
  KeyVersion version;        ///< 0: the lowest that the node encrypts with
  std::uint16_t count = 0;   ///< of slots
  std::uint16_t blocks = 0;  ///< of keystream in each
  VectorStart vectors;
  Bytes encode() const;
  static Result<MakeSlots> decode(ByteView from);
};

struct SlotsMade {
  SlotsMade() = default;
  std::uint64_t ticket = 0;
  SessionId sid;
  KeyVersion version;
  AadFraming framing = AadFraming::framed;
  Bytes ivs;            ///< count * 12
  Bytes keystream_own;  ///< count * blocks * 16: this node's components, secret
  Bytes keystream_next;
  Bytes encode() const;
  static Result<SlotsMade> decode(ByteView from);
};

struct EncryptRequest {
  EncryptRequest() = default;
  std::uint64_t ticket = 0;
  std::uint32_t remaining_ms = 0;
  LeaseId lease;
  SessionCounter counter;
  ProxiedRequest request;  ///< without its body
  SessionId slot_session;
  std::uint16_t slot_number = 0;
  Bytes aad;  ///< as KMS gave it, not framed
  Bytes ciphertext;
  bool wants_integrity_value = false;
  CallerFacts caller;
  Bytes encode() const;
  static Result<EncryptRequest> decode(ByteView from);
};

struct DecryptRequest {
  DecryptRequest() = default;
  std::uint64_t ticket = 0;
  std::uint32_t remaining_ms = 0;
  LeaseId lease;
  SessionCounter counter;
  ProxiedRequest request;  ///< with its body
  VectorStart vectors;
  /// Remembered keystream to use instead of vectors: the session that made it.
  std::optional<SessionId> remembered;
  Bytes encode() const;
  static Result<DecryptRequest> decode(ByteView from);
};

/// The proxy no longer wants the answer.
struct Cancel {
  Cancel() = default;
  std::uint64_t ticket = 0;
  Bytes encode() const;
  static Result<Cancel> decode(ByteView from);
};

/// The proxy will plan nothing more in this batch of its lease: what is left of it may go. Follows
/// the last request that used it.
struct BatchSpent {
  BatchSpent() = default;
  LeaseId lease;
  BatchId batch;
  Bytes encode() const;
  static Result<BatchSpent> decode(ByteView from);
};

/// How a Decrypt or Encrypt ended at the proxy; nodes cannot know it and audit it as its word.
struct Report {
  Report() = default;
  std::uint64_t ticket = 0;
  std::optional<Errc> error;  ///< absent: the client got its answer
  Bytes encode() const;
  static Result<Report> decode(ByteView from);
};

/// Instead of the answer to any request. `reason` is of a check of this node's own, or
/// peer_aborted.
struct Refused {
  Refused() = default;
  std::uint64_t ticket = 0;
  Errc reason = Errc::internal;
  std::uint64_t session_mark = 0;  ///< of the lease
  std::uint32_t vector_mark = 0;   ///< of the batch named in the plan
  /// Of slots: the newest version that the node encrypts with; 0 where it knows none.
  KeyVersion version;
  Bytes encode() const;
  static Result<Refused> decode(ByteView from);
};

/// A message that opens only with the other node's consent key (protocol.md 2 "Consent seal").
struct SealedMessage {
  SealedMessage() = default;
  Bytes masked;
  Sha256Digest key_hash{};
};

using ConsentKey = std::array<std::uint8_t, 32>;

/// A node's copies of the tag components it holds, each sealed to that component's other holder,
/// and its consent to those holders' copies.
struct TagReleased {
  TagReleased() = default;
  std::uint64_t ticket = 0;
  SessionId sid;
  SealedMessage own;
  SealedMessage next;
  ConsentKey consent_own{};   ///< opens the previous peer's copy of component `own`
  ConsentKey consent_next{};  ///< opens the next peer's copy of component `next`
  Bytes encode() const;
  static Result<TagReleased> decode(ByteView from);
};

/// A node's two gated messages and its consent to the third pair's two.
struct KeystreamReleased {
  KeystreamReleased() = default;
  std::uint64_t ticket = 0;
  SessionId sid;
  SealedMessage pair_next;        ///< for the pair (self, next peer)
  SealedMessage pair_previous;    ///< for the pair (previous peer, self)
  ConsentKey consent_next{};      ///< to the next peer's message for the pair (next, previous)
  ConsentKey consent_previous{};  ///< to the previous peer's message for that pair
  Bytes encode() const;
  static Result<KeystreamReleased> decode(ByteView from);
};

enum class NodeHealth : std::uint8_t { active = 0, degraded = 1, unavailable = 2 };

/// Sent every heartbeat; for health and metrics.
struct NodeStatus {
  NodeStatus() = default;
  NodeHealth health = NodeHealth::unavailable;
  std::uint64_t wall_milliseconds = 0;
  std::string detail;  ///< one of a few fixed texts
  Bytes encode() const;
  static Result<NodeStatus> decode(ByteView from);
};

/// What a proxy says of itself, for `tercet status`: its word, on which nothing else depends.
struct ProxyStatus {
  ProxyStatus() = default;
  bool serving = false;  ///< as its /ping says
  /// Since its last health check that succeeded, an Encrypt and a Decrypt of what requests take;
  /// nothing before the first.
  std::optional<std::uint32_t> served_seconds_ago;
  std::optional<Errc> last_error;       ///< of its last health check, if that failed
  bool cold_decrypts_too_slow = false;  ///< those that no node remembers take longer than KMS waits
  bool draining = false;
  /// The node that alone refused a request within the last minute, for a reason of its own.
  std::optional<std::uint8_t> alone_refuses;
  std::uint64_t certificate_expires_unix = 0;  ///< of the certificate that it shows to KMS
  Sha256Digest cluster_digest{};               ///< digest_of(ClusterConfig)
  Bytes encode() const;
  static Result<ProxyStatus> decode(ByteView from);
};

}  // namespace tercet::mpc::wire
