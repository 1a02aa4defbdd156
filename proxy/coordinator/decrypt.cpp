// Decrypt (protocol.md 8), cold or with keystream that the nodes remember: one exchange with all
// three nodes, then the comparison of the three gated results in mpc/wire/release.

#include "mpc/wire/release.h"
#include "mpc/wire/vectors.h"
#include "proxy/coordinator/coordinator.h"

namespace tercet::proxy {

using mpc::wire::ProxyFrame;

namespace {

constexpr int kRetriesMax = 2;

Result<Bytes> plaintext_from(const Exchange& exchange, ByteView ciphertext) {
  TERCET_TRY(std::vector<mpc::wire::KeystreamReleased> released,
             decode_three<mpc::wire::KeystreamReleased>(exchange));
  const mpc::wire::FromNodes<mpc::wire::KeystreamReleased> three = {
      std::move(released[0]), std::move(released[1]), std::move(released[2])};
  return mpc::wire::open_keystream(three, ciphertext);
}

/// The session that all three released in (open_keystream compares).
SessionId session_of(const Exchange& exchange) {
  const Result<mpc::wire::KeystreamReleased> first =
      mpc::wire::KeystreamReleased::decode(exchange.reply(mpc::PartyIndex::p1)->frame->body);
  return first ? first->sid : SessionId();
}

/// Refusals after which a plan with remembered keystream becomes a cold one: a node lacks the
/// entry, or the nodes do not agree whether it is there.
bool is_about_memory(Errc code) {
  return code == Errc::exhausted || code == Errc::already_burnt || code == Errc::internal ||
         code == Errc::peer_aborted;
}

}  // namespace

Task<Result<Bytes>> Coordinator::decrypt(DecryptJob job, Deadline until) {
  const std::size_t blocks =
      (job.ciphertext.size() + mpc::wire::kBlockBytes - 1) / mpc::wire::kBlockBytes;
  if (blocks > mpc::wire::kBlocksMax) {
    co_return Error(Errc::unsupported, "decrypt: the ciphertext is too long");
  }
  if (must_ask_first(job.request)) {
    AuthenticateJob question;
    question.request = job.request;
    question.request.body.reset();
    TERCET_CO_TRY(const auto facts, co_await authenticate(std::move(question), until));
    static_cast<void>(facts);  // whether it may be used is judged again with the plan
  }
  const std::uint32_t vectors = mpc::vectors_needed(blocks);
  std::optional<SessionId> remembered;
  if (lease_.has_lease() && !job.request.is_health_check()) {
    remembered = remembered_.find(*lease_.lease(), job.key, job.iv, blocks);
  }
  for (int attempt = 0;; ++attempt) {
    const std::uint32_t burns = remembered ? 0 : vectors;
    TERCET_CO_TRY(const SessionPlan plan, co_await plan_in_time(burns, until));
    Exchange exchange(nodes_, ProxyFrame::keystream_released);
    mpc::wire::DecryptRequest message;
    message.ticket = exchange.ticket();
    message.remaining_ms = remaining_ms(until);
    message.lease = plan.lease;
    message.counter = plan.counter;
    message.request = job.request;
    message.vectors = plan.vectors;
    message.remembered = remembered;
    TERCET_CO_TRY_STATUS(exchange.send_to_all(ProxyFrame::decrypt, message.encode()));
    Status answered = co_await exchange.all_three(until);
    if (answered) {
      ++(remembered ? figures_.decrypts_remembered : figures_.decrypts_cold);
      Result<Bytes> plaintext = plaintext_from(exchange, job.ciphertext);
      if (plaintext) {
        if (!remembered && !job.request.is_health_check()) {
          remembered_.note(plan.lease, job.key, job.iv, blocks, session_of(exchange));
        }
        exchange.report(std::nullopt);
      } else {
        count(plaintext.error().code());
        exchange.report(plaintext.error().code());
      }
      co_return plaintext;
    }
    const Errc code = answered.error().code();
    learn(exchange, plan, code);
    const bool goes_cold = remembered && is_about_memory(code);
    if (goes_cold) {
      remembered_.forget(job.key, job.iv);
      remembered.reset();
    }
    if (attempt == kRetriesMax || (!goes_cold && code != Errc::already_burnt)) {
      co_return std::move(answered).error();
    }
  }
}

}  // namespace tercet::proxy
