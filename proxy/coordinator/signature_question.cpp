#include "proxy/coordinator/signature_question.h"

namespace tercet::proxy {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;

namespace {

/// What one node answered, if it counts: a refusal stands for its reason.
std::optional<mpc::wire::Answer> answer_of(const Exchange& exchange, PartyIndex node) {
  const std::optional<Exchange::Reply>& said = exchange.reply(node);
  if (!said) {
    return std::nullopt;
  }
  if (said->frame) {
    Result<mpc::wire::Answer> decoded = mpc::wire::Answer::decode(said->frame->body);
    if (decoded) {
      return std::move(decoded).value();
    }
  }
  if (said->refused && said->refused->reason != Errc::peer_aborted) {
    mpc::wire::Answer answer;
    answer.ticket = exchange.ticket();
    answer.error = said->refused->reason;
    return answer;
  }
  return std::nullopt;
}

}  // namespace

Status SignatureQuestion::ask(AuthenticateJob job, Deadline until) {
  mpc::wire::Authenticate message;
  message.ticket = exchange_.ticket();
  message.remaining_ms = remaining_ms(until);
  message.request = std::move(job.request);
  message.form_error = job.form_error;
  message.wants_integrity_value = job.wants_integrity_value;
  message.caller = std::move(job.caller);
  return exchange_.send_to_present(ProxyFrame::authenticate, message.encode());
}

std::optional<Authenticity> SignatureQuestion::answer() const {
  std::size_t spoken = 0;
  std::size_t lost = 0;
  for (const PartyIndex node : mpc::kAllParties) {
    const std::optional<Exchange::Reply>& said = exchange_.reply(node);
    spoken += said ? 1U : 0U;
    lost += said && said->link_lost ? 1U : 0U;
    const std::optional<mpc::wire::Answer> mine = answer_of(exchange_, node);
    const std::optional<mpc::wire::Answer> other = answer_of(exchange_, mpc::next(node));
    if (!mine || !other || mine->error != other->error) {
      continue;
    }
    if (mine->error) {
      return Authenticity(Error(*mine->error, "the request was refused by two nodes"));
    }
    if (mine->facts == other->facts) {
      return Authenticity(mine->facts);
    }
  }
  if (lost >= 2) {
    return Authenticity(Error(Errc::link_closed, "ask the nodes: fewer than two are linked"));
  }
  if (spoken < mpc::kAllParties.size()) {
    return std::nullopt;
  }
  for (const PartyIndex node : mpc::kAllParties) {
    const std::optional<mpc::wire::Answer> said = answer_of(exchange_, node);
    if (!said || (said->error && is_late_or_full(*said->error))) {
      return Authenticity(
          Error(Errc::timeout, "ask the nodes: no two agree, and not all answered in time"));
    }
  }
  return Authenticity(Error(Errc::internal, "ask the nodes: no two give the same answer"));
}

Task<Authenticity> SignatureQuestion::wait(Deadline until) {
  while (true) {
    std::optional<Authenticity> said = answer();
    if (said) {
      co_return std::move(*said);
    }
    TERCET_CO_TRY_STATUS(co_await exchange_.next_reply(until));
  }
}

}  // namespace tercet::proxy
