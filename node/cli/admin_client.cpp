#include "node/cli/admin_client.h"

#include <numeric>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "core/async/block_on.h"
#include "core/async/task_group.h"
#include "core/http/http_client.h"
#include "core/time/clock.h"
#include "node/cli/answer_check.h"

namespace tercet::cli {

class AdminClient::Impl {
 public:
  asio::io_context context;
  asio::any_io_executor executor = context.get_executor();
  std::vector<std::string> names;
  std::vector<std::string> addresses;
  std::vector<std::unique_ptr<HttpClient>> clients;
};

namespace {

/// Opened only where several commands are under way.
constexpr std::size_t kConnectionsPerNode = 4;

Task<void> exchange(HttpClient& client, HttpRequest request, Deadline until, NodeAnswer& answer) {
  Result<HttpResponse> response = co_await client.send(std::move(request), until);
  if (!response) {
    answer.unreachable = response.error();
    co_return;
  }
  answer.arrived_ms = system_wall_clock().now_milliseconds();
  answer.status = response->status;
  answer.body = nlohmann::json::parse(as_text(response->body), nullptr, false);
  if (!is_readable_answer(answer.body)) {
    answer.body = nullptr;
    answer.unreachable =
        Error(Errc::peer_malformed, "its answer is not one that this version understands");
  }
}

Task<void> ask_node(HttpClient& client,
                    HttpRequest request,
                    Deadline until,
                    NodeAnswer& answer,
                    const AdminClient::Heard& heard) {
  co_await exchange(client, std::move(request), until, answer);
  if (heard) {
    heard(answer);
  }
}

Task<void> keep(Task<NodeAnswers> answers, NodeAnswers& into) {
  into = co_await std::move(answers);
}

std::string text_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string NodeAnswer::complaint() const {
  if (unreachable) {
    return node + " cannot be reached at " + address + ": " + unreachable->what() +
           (unreachable->hint().empty() ? "" : ". " + unreachable->hint());
  }
  const std::string message = text_of(body, "message");
  const std::string hint = text_of(body, "hint");
  return node + " refused: " + (message.empty() ? "status " + std::to_string(status) : message) +
         (hint.empty() ? "" : ". " + hint);
}

AdminClient::AdminClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminClient::~AdminClient() {
  impl_->clients.clear();
  impl_->context.restart();
  impl_->context.poll();  // what the clients' connections still had to unwind
}

Result<std::unique_ptr<AdminClient>> AdminClient::make(const AdminConfig& config) {
  LinkTls files;
  files.certificate = config.tls.certificate;
  files.private_key = config.tls.private_key;
  files.ca = config.cluster.ca_file;
  const ClusterConfig::Administrator* self = config.cluster.find_administrator(config.name);
  TERCET_CHECK(self != nullptr);  // load_admin_config has seen to it
  files.own_pins = self->tls_pins;
  TERCET_TRY(const TlsClientContext tls, TlsClientContext::for_links(files));
  auto impl = std::make_unique<Impl>();
  for (const ClusterConfig::Node& node : config.cluster.nodes) {
    HttpClientOptions options;
    options.address = node.admin_address.text();
    options.tls = tls;
    options.pinned_peer = TlsPeer(node.id, "node", node.tls_pins);
    options.connections_max = kConnectionsPerNode;
    impl->names.push_back(node.id);
    impl->addresses.push_back(node.admin_address.text());
    impl->clients.push_back(HttpClient::make(impl->context.get_executor(), std::move(options)));
  }
  return std::unique_ptr<AdminClient>(new AdminClient(std::move(impl)));
}

Task<NodeAnswers> AdminClient::ask(std::vector<std::size_t> nodes,
                                   std::string method,
                                   std::string target,
                                   std::string body,
                                   Milliseconds limit,
                                   Heard heard) {
  NodeAnswers answers(nodes.size());
  TaskGroup group(impl_->executor);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    answers[i].node = impl_->names[nodes[i]];
    answers[i].address = impl_->addresses[nodes[i]];
    HttpRequest request(method, target);
    if (!body.empty()) {
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = to_bytes(as_bytes(body));
    }
    group.spawn(ask_node(*impl_->clients[nodes[i]],
                         std::move(request),
                         Deadline::in(real_clock(), limit),
                         answers[i],
                         heard));
  }
  co_await group.join();
  co_return answers;
}

NodeAnswers AdminClient::ask_all(std::string_view method,
                                 const std::string& target,
                                 const std::string& body,
                                 Milliseconds limit) {
  return ask_these(all(), method, target, body, limit);
}

NodeAnswers AdminClient::ask_these(const std::vector<std::size_t>& nodes,
                                   std::string_view method,
                                   const std::string& target,
                                   const std::string& body,
                                   Milliseconds limit) {
  NodeAnswers answers;
  run(keep(ask(nodes, std::string(method), target, body, limit), answers));
  return answers;
}

std::vector<std::size_t> AdminClient::all() const {
  std::vector<std::size_t> nodes(impl_->clients.size());
  std::iota(nodes.begin(), nodes.end(), 0U);
  return nodes;
}

void AdminClient::run(Task<void> work) {
  impl_->context.restart();
  block_on(impl_->context, std::move(work));
}

const asio::any_io_executor& AdminClient::executor() const {
  return impl_->executor;
}

}  // namespace tercet::cli
