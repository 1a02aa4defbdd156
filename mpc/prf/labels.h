#pragma once

#include <array>
#include <string_view>

/// Every domain label of part `mpc` that enters a PRF, hash or seal. A test asserts that no two are
/// equal; add new ones to kAllLabels.
namespace tercet::mpc {

/// The purpose of a pseudo-random stream: the first part of every PRF input (protocol.md 2).
struct PrfUse {
  std::string_view label;
};

inline constexpr PrfUse kUseVectorBits{"vector bits"};
inline constexpr PrfUse kUseVectorZeros{"vector zeros"};
inline constexpr PrfUse kUseCoin{"coin"};
inline constexpr PrfUse kUseProductZeros{"product zeros"};
inline constexpr PrfUse kUseCheckZeros{"check zeros"};
inline constexpr PrfUse kUseCheckRandom{"check random"};
inline constexpr PrfUse kUseIv{"iv"};
inline constexpr PrfUse kUseCrossCommitSalt{"xcommit"};

/// What a consent seal protects; also hashed into the check of its key.
inline constexpr std::string_view kSealFirstOpening = "seal first opening";
inline constexpr std::string_view kSealTag = "seal tag";
inline constexpr std::string_view kSealKeystream = "seal keystream";

inline constexpr std::string_view kLabelPairSecret = "tercet pair secret";
inline constexpr std::string_view kLabelPrf = "tercet prf";
inline constexpr std::string_view kLabelSealKey = "tercet consent key";
inline constexpr std::string_view kLabelSealHash = "tercet consent key hash";
inline constexpr std::string_view kLabelTranscript = "tercet transcript";
inline constexpr std::string_view kLabelSessionId = "tercet session";
inline constexpr std::string_view kLabelProposal = "tercet proposal";
inline constexpr std::string_view kLabelZeroCheck = "tercet zero check";
inline constexpr std::string_view kLabelPairHash = "tercet pair hash";
inline constexpr std::string_view kLabelStep = "tercet step";
inline constexpr std::string_view kLabelCoin = "tercet coin";

// keys and requests (protocol.md 6, 8)
inline constexpr std::string_view kLabelKeyComponent = "tercet key";
inline constexpr std::string_view kLabelComponentDigest = "tercet component digest";
inline constexpr std::string_view kLabelComponentFingerprint = "tercet component fingerprint";
inline constexpr std::string_view kLabelCrossCommit = "tercet cross-commitment";
inline constexpr std::string_view kLabelGate = "tercet gate";

inline constexpr std::array kAllLabels = {
    kUseVectorBits.label,
    kUseVectorZeros.label,
    kUseCoin.label,
    kUseProductZeros.label,
    kUseCheckZeros.label,
    kUseCheckRandom.label,
    kUseIv.label,
    kUseCrossCommitSalt.label,
    kSealFirstOpening,
    kSealTag,
    kSealKeystream,
    kLabelPairSecret,
    kLabelPrf,
    kLabelSealKey,
    kLabelSealHash,
    kLabelTranscript,
    kLabelSessionId,
    kLabelProposal,
    kLabelZeroCheck,
    kLabelPairHash,
    kLabelStep,
    kLabelCoin,
    kLabelKeyComponent,
    kLabelComponentDigest,
    kLabelComponentFingerprint,
    kLabelCrossCommit,
    kLabelGate,
};

}  // namespace tercet::mpc
