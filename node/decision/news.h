#pragma once

#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "node/decision/decision.h"
#include "node/decision/vote.h"

namespace tercet::node {

/// What one node says to another of one decision: one frame of the peer link. A node asks about
/// what is open at itself (`wants_answer`, its own YES among the votes); an answer wants none.
///
/// Fixed layout, at most kDecisionNewsBytesMax. Verified by whoever hears it, not here.
class DecisionNews {
 public:
  DecisionNews() = default;

  Bytes encode() const;
  /// Errors: peer_malformed.
  static Result<DecisionNews> decode(ByteView from);

  /// The votes with the causes of following NOs.
  VoteSets sets() const;

  DecisionName name;
  Stand stand = Stand::none;
  bool wants_answer = false;
  std::vector<Vote> votes;  ///< at most kVotesPerDecisionMax
};

inline constexpr std::size_t kDecisionNewsBytesMax = 40 + kVotesPerDecisionMax * kVoteBytesMax;

void encode_name(ByteWriter& into, const DecisionName& name);
/// Errors: peer_malformed.
Result<DecisionName> decode_name(ByteReader& from);
void encode_votes(ByteWriter& into, const std::vector<Vote>& votes);
/// At most kVotesPerDecisionMax. Errors: peer_malformed.
Result<std::vector<Vote>> decode_votes(ByteReader& from);
VoteSets sets_of(const std::vector<Vote>& votes);

}  // namespace tercet::node
