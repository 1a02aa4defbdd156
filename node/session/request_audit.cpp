#include "node/session/request_audit.h"

namespace tercet::node {

OperationFacts OperationFacts::of_encrypt(std::string_view proxy,
                                          const EncryptOrder& order,
                                          const mpc::wire::EncryptRequest& request,
                                          unsigned use,
                                          SteadyTime began) {
  OperationFacts facts(began);
  facts.operation = order.request.store == nullptr ? "health_encrypt" : "encrypt";
  facts.proxy = proxy;
  facts.access_key_id = order.request.access_key_id;
  facts.principal_arn = request.caller.principal_arn;
  facts.kms_key_arn = request.caller.kms_key_arn;
  facts.kms_operation = request.caller.kms_operation;
  facts.kms_request_id = request.caller.kms_request_id;
  facts.via_service = request.caller.via_service;
  facts.ciphertext_bytes = request.ciphertext.size();
  facts.aad_bytes = request.aad.size();
  facts.use = use;
  return facts;
}

OperationFacts OperationFacts::of_decrypt(std::string_view proxy,
                                          const DecryptOrder& order,
                                          unsigned use,
                                          SteadyTime began) {
  OperationFacts facts(began);
  facts.operation = order.request.store == nullptr ? "health_decrypt" : "decrypt";
  facts.proxy = proxy;
  facts.access_key_id = order.request.access_key_id;
  facts.principal_arn = order.metadata.principal_arn;
  facts.kms_key_arn = order.metadata.kms_key_arn.value_or("");
  facts.kms_operation = order.metadata.kms_operation;
  facts.kms_request_id = order.metadata.kms_request_id;
  facts.via_service = order.metadata.via_service.value_or("");
  facts.facts_signed = order.request.store != nullptr;
  facts.ciphertext_bytes = order.ciphertext.size();
  facts.aad_bytes = order.framed_aad.size();
  facts.use = use;
  return facts;
}

AuditRecord operation_record(const OperationFacts& facts,
                             SteadyTime::duration took,
                             const KeyEntry& key,
                             const LeaseId& lease,
                             SessionCounter counter,
                             const SessionId& sid,
                             const Status& outcome) {
  AuditRecord record("operation");
  record.text("operation", facts.operation).text("proxy", facts.proxy);
  record.text("key", key.id.text()).text("store", key.store);
  record.number("version", key.version.value()).text("epoch", key.epoch.short_hex());
  record.text("participants", "123");
  record.id("sid", sid).text("lease", lease.short_hex()).number("counter", counter.value());
  if (!facts.access_key_id.empty()) {
    record.text("access_key_id", facts.access_key_id);
    record.text("principal", facts.principal_arn).text("kms_key_arn", facts.kms_key_arn);
    record.text("kms_operation", facts.kms_operation);
    record.text("kms_request_id", facts.kms_request_id).text("via_service", facts.via_service);
    record.flag("caller_signed", facts.facts_signed);
    record.number("use", facts.use);
  }
  record.number("ciphertext_bytes", facts.ciphertext_bytes).number("aad_bytes", facts.aad_bytes);
  if (!facts.ivs.empty()) {
    std::string ivs;
    for (const std::string& iv : facts.ivs) {
      ivs += (ivs.empty() ? "" : " ") + iv;
    }
    record.text("ivs", ivs);
  }
  record.number("took_us",
                static_cast<std::uint64_t>(
                    std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
  record.text("outcome", outcome.ok() ? "released" : "failed");
  if (!outcome.ok()) {
    record.error(outcome.error().code());
  }
  return record;
}

AuditRecord refusal_record(std::string_view operation,
                           std::string_view proxy,
                           std::string_view target,
                           const Error& error) {
  AuditRecord record("refused");
  record.text("operation", operation).text("proxy", proxy).text("target", target);
  record.error(error.code()).text("detail", error.what());
  return record;
}

}  // namespace tercet::node
