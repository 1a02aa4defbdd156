#include "node/cli/admin_client.h"

#include <numeric>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "core/async/block_on.h"
#include "core/async/deadline.h"
#include "core/async/event.h"
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
  Progress progress;
};

namespace {

/// How long others are waited for once what has come is enough: so that whoever is there is told
/// too, and whoever hangs stops nobody.
constexpr Milliseconds kOthersLimit{1000};
constexpr Milliseconds kProgressPause{250};

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

/// One question to several nodes.
class Round {
 public:
  Round(const asio::any_io_executor& executor, std::size_t nodes, AdminClient::Heard on_answer)
      : answers(nodes),
        ended(nodes),
        heard(std::move(on_answer)),
        asking(executor),
        watching(executor),
        enough(executor) {}

  NodeAnswers answers;
  std::vector<bool> ended;
  AdminClient::Heard heard;
  TaskGroup asking;
  TaskGroup watching;
  Event enough;
  bool given_up = false;
};

Task<void> ask_node(
    HttpClient& client, HttpRequest request, Deadline until, Round& round, std::size_t index) {
  NodeAnswer& answer = round.answers[index];
  co_await exchange(client, std::move(request), until, answer);
  round.ended[index] = true;
  if (round.given_up && !answer.reached()) {
    answer.unreachable =
        Error(Errc::timeout, "it has not answered, and is not waited for: the others are enough");
  } else if (round.heard && round.heard(answer)) {
    round.enough.set();
  }
}

Task<void> give_up_others(Round& round) {
  const Status came = co_await round.enough.wait();
  if (!came) {
    co_return;
  }
  const Status slept = co_await sleep_for(kOthersLimit);
  if (slept) {
    round.given_up = true;
    round.asking.cancel();
  }
}

Task<void> tell_progress(Round& round, Progress& progress) {
  for (;;) {
    const Status slept = co_await sleep_for(kProgressPause);
    if (!slept) {
      co_return;
    }
    std::string who;
    for (std::size_t i = 0; i < round.answers.size(); ++i) {
      who += round.ended[i] ? "" : (who.empty() ? "" : ", ") + round.answers[i].node;
    }
    progress.waiting_for(who + " to answer");
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
  files.own_name = config.name;
  files.own_role = "admin";
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
  Round round(impl_->executor, nodes.size(), std::move(heard));
  round.watching.spawn(tell_progress(round, impl_->progress));
  round.watching.spawn(give_up_others(round));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    round.answers[i].node = impl_->names[nodes[i]];
    round.answers[i].address = impl_->addresses[nodes[i]];
    HttpRequest request(method, target);
    if (!body.empty()) {
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = to_bytes(as_bytes(body));
    }
    round.asking.spawn(ask_node(*impl_->clients[nodes[i]],
                                std::move(request),
                                Deadline::in(real_clock(), limit),
                                round,
                                i));
  }
  co_await round.asking.join();
  round.watching.close();
  co_await round.watching.join();
  co_return std::move(round.answers);
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
  impl_->progress = Progress();
  block_on(impl_->context, std::move(work));
}

Progress& AdminClient::progress() {
  return impl_->progress;
}

const asio::any_io_executor& AdminClient::executor() const {
  return impl_->executor;
}

}  // namespace tercet::cli
