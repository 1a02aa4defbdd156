#include "core/net/plain_stream.h"

namespace tercet {
namespace {

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  Task<Result<std::size_t>> read_some(MutableByteView into, Deadline until) override {
    return socket_.read_some(into, until);
  }

  Task<Status> wait_readable(Deadline until) override { return socket_.wait_readable(until); }

  Task<Status> write_all(ByteView from, Deadline until) override {
    return socket_.write_all(from, until);
  }

  Task<void> close(Deadline until) override {
    socket_.shutdown_send();
    co_await socket_.drain(until);
    socket_.abort();
  }

  void abort() noexcept override { socket_.abort(); }

  const std::string& peer_name() const override { return socket_.remote_address(); }

  std::shared_ptr<const TlsInfo> tls_info() const override { return nullptr; }

  const std::string& remote_address() const override { return socket_.remote_address(); }

  std::chrono::microseconds smoothed_rtt() const override { return socket_.smoothed_rtt(); }

  Milliseconds setup_time() const override { return Milliseconds(0); }

 private:
  TcpSocket socket_;
};

}  // namespace

std::unique_ptr<ByteStream> make_plain_stream(asio::ip::tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace tercet
