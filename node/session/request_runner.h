#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/net/frame_link.h"
#include "mpc/wire/proxy_messages.h"
#include "node/link/session_mux.h"
#include "node/session/node_context.h"

namespace tercet::node {

/// The link of one proxy as the requests on it see it: where results may go. Results are released
/// only while the link is open and only on it (protocol.md 8).
class ProxySeat {
 public:
  virtual ~ProxySeat() = default;
  /// The name in the proxy's certificate: it owns the leases.
  virtual const std::string& name() const = 0;
  virtual void answer(mpc::wire::ProxyFrame type, Bytes body) = 0;
  /// Something was released for this request in session `sid`: its owner may report, once, what
  /// became of it.
  virtual void expect_report(std::uint64_t ticket, const SessionId& sid) = 0;
  virtual bool open() const = 0;
  /// A running request registers its channel, so that Cancel and the link's end reach it.
  virtual void enlist(std::uint64_t ticket, MuxChannel* channel) = 0;
  virtual void dismiss(std::uint64_t ticket) = 0;
};

/// Runs what proxies ask for in their leases: slots, Encrypt, Decrypt (protocol.md 8, 12).
/// Each `begin_*` does, without waiting and in the order of arrival: check everything - burn - and
/// only then lets the first message leave, in a task of its own. What is burnt stays burnt.
/// Threads: the service's executor only.
class RequestRunner {
 public:
  explicit RequestRunner(NodeContext& context) : context_(context) {}

  // Errors: peer_malformed; the link then has to go.
  Status begin_slots(std::shared_ptr<ProxySeat> seat, ByteView body);
  Status begin_encrypt(std::shared_ptr<ProxySeat> seat, ByteView body);
  Status begin_decrypt(std::shared_ptr<ProxySeat> seat, ByteView body);
  Status answer(ProxySeat& seat, ByteView body);

 private:
  class Job;
  class SlotsJob;
  class DecryptJob;

  Status check_service(bool needs_links) const;
  Result<Lease*> owned_lease(const ProxySeat& seat, const LeaseId& id);
  Result<std::unique_ptr<SlotsJob>> check_and_burn_slots(ProxySeat& seat,
                                                         const mpc::wire::MakeSlots& request);
  Result<std::unique_ptr<DecryptJob>> check_and_burn_decrypt(
      ProxySeat& seat, const mpc::wire::DecryptRequest& request);
  Status encrypt(ProxySeat& seat, const mpc::wire::EncryptRequest& request);
  /// The key of the version, epoch and derived set that the slot was made for.
  Result<KeyEntry> slot_key(const EncryptOrder& order) const;
  Status open_channel(Job& job, Deadline until);

  Task<void> run_slots(std::shared_ptr<ProxySeat> seat, std::unique_ptr<SlotsJob> job);
  Task<void> run_decrypt(std::shared_ptr<ProxySeat> seat, std::unique_ptr<DecryptJob> job);
  Status release(ProxySeat& seat, DecryptJob& job, const mpc::Keystream& keystream);
  void release_remembered(ProxySeat& seat, DecryptJob& job);

  /// Before results leave: owner's link open, lease alive, key state still allows it.
  Status still_allowed(const ProxySeat& seat, const Job& job) const;
  Status audit(const Job& job, const Status& outcome);
  void audit_refusal(std::string_view operation,
                     const ProxySeat& seat,
                     std::string_view target,
                     const Error& error);
  /// Ends a session that was burnt and failed: ABORT to the peers, the reason to the proxy.
  void fail_job(ProxySeat& seat, Job& job, const Error& error);
  /// Tells the proxy, with the marks; of slots with the newest version of `key`.
  void refuse(ProxySeat& seat,
              std::uint64_t ticket,
              const Error& error,
              const LeaseId& lease,
              const mpc::wire::VectorStart& vectors,
              const KeyId* key = nullptr);
  /// Tells the peers that this node takes no part in the step, if the lease may be the proxy's.
  void abort_step(const ProxySeat& seat, const LeaseId& lease, SessionCounter counter, Errc reason);

  NodeContext& context_;
};

}  // namespace tercet::node
