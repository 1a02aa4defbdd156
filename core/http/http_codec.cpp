#include "core/http/http_codec.h"

#include <limits>
#include <optional>
#include <type_traits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "core/base/check.h"
#include "core/http/head_guard.h"
#include "core/http/header_rules.h"
#include "core/http/http_chars.h"

// Beast's parser is only ever given what it can finish: a whole head, whole lines of chunk framing,
// or body bytes. So the same calls reach it however the input was cut, and it keeps nothing itself.

namespace tercet {
namespace http {
namespace {

namespace beast = boost::beast;

constexpr unsigned kEmptyLinesMax = 2;               // before a request (RFC 9112 2.2)
constexpr std::size_t kChunkFramingBytesMax = 1024;  // a size line, or the last one and trailers

/// Beast's grammar, its findings kept in our own message: the target raw, headers in order and as
/// spelled, the body in a buffer that wipes itself.
template <bool is_request>
class Grammar final : public beast::http::basic_parser<is_request> {
 public:
  using Message = std::conditional_t<is_request, HttpRequest, HttpResponse>;

  Grammar(const HttpLimits& limits, bool without_body) {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadGuard counts
    this->body_limit(limits.body_bytes);
    this->skip(without_body);
  }

  /// Beast lets keep-alive win in HTTP/1.0; RFC 9112 9.3 says close does.
  bool connection_persists() const { return this->keep_alive() && !close_; }

  /// Within size lines, the line ends after chunks, and trailers.
  bool in_chunk_framing() const { return this->chunked() && chunk_left_ == 0; }

  Message message;
  unsigned minor_version = 0;

 private:
  using Text = beast::string_view;
  using Failure = beast::error_code;

  void on_request_impl(
      beast::http::verb, Text method, Text target, int version, Failure& failed) override {
    if constexpr (is_request) {
      message.method = std::string(method);
      message.target = std::string(target);
      minor_version = static_cast<unsigned>(version % 10);
      message.minor_version = minor_version;
      if (!is_target(message.target)) {  // Beast takes bytes from 0x80 too
        failed = beast::http::error::bad_target;
      }
    }
  }

  void on_response_impl(int status, Text, int version, Failure& failed) override {
    if constexpr (!is_request) {
      message.status = static_cast<unsigned>(status);
      minor_version = static_cast<unsigned>(version % 10);
      if (status < 100) {
        failed = beast::http::error::bad_status;
      }
    }
  }

  void on_field_impl(beast::http::field field, Text name, Text value, Failure&) override {
    if (this->is_header_done()) {
      return;  // a trailer
    }
    close_ = close_ || (field == beast::http::field::connection &&
                        beast::http::token_list(value).exists("close"));
    message.headers.emplace_back(std::string(name), std::string(value));
  }

  void on_header_impl(Failure&) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Failure&) override {
    if (length) {
      message.body.reserve(*length);  // within the limit, or Beast would have refused
    }
  }

  std::size_t on_body_impl(Text part, Failure&) override {
    message.body.insert(message.body.end(), part.begin(), part.end());
    return part.size();
  }

  void on_chunk_header_impl(std::uint64_t size, Text, Failure&) override { chunk_left_ = size; }

  std::size_t on_chunk_body_impl(std::uint64_t left, Text part, Failure& failed) override {
    chunk_left_ = left - part.size();
    return on_body_impl(part, failed);
  }

  void on_finish_impl(Failure&) override {}

  bool close_ = false;
  std::uint64_t chunk_left_ = 0;
};

/// HTTP/2.0 and the like, as opposed to what is no version at all.
bool names_another_version(std::string_view first_line) {
  constexpr std::size_t kVersionBytes = 10;  // with the line end
  if (first_line.size() < kVersionBytes) {
    return false;
  }
  const std::string_view version = first_line.substr(first_line.size() - kVersionBytes);
  return version.starts_with("HTTP/") && is_number(version.substr(5, 1)) && version[6] == '.' &&
         is_number(version.substr(7, 1)) && version != "HTTP/1.0\r\n" && version != "HTTP/1.1\r\n";
}

}  // namespace

/// One message after the other, from the first byte of its head to the last of its body.
template <bool is_request>
class MessageReader {
 public:
  using Message = typename Grammar<is_request>::Message;

  MessageReader(const HttpLimits& limits, bool without_body)
      : limits_(limits),
        without_body_(without_body),
        guard_(limits, is_request ? kEmptyLinesMax : 0) {}

  std::size_t feed(ByteView input) {
    std::size_t used = 0;
    while (used < input.size() && state < HttpParse::complete) {
      const ByteView rest = input.subspan(used);
      used += state == HttpParse::body ? feed_body(rest) : feed_head(rest);
    }
    return used;
  }

  bool finish() {
    if (state == HttpParse::body) {
      beast::error_code cut_off;
      grammar_->put_eof(cut_off);
      state = cut_off ? state : HttpParse::complete;
    }
    return state == HttpParse::complete;
  }

  Message take() {
    TERCET_CHECK(state == HttpParse::complete);
    Message done = std::move(grammar_->message);
    begin_message();
    return done;
  }

  HttpParse state = HttpParse::start;
  unsigned refusal_status = 0;
  bool keep_alive = false;
  bool expect_continue = false;

 private:
  void begin_message() {
    grammar_.reset();
    guard_.reset();
    expect_continue = false;
    state = HttpParse::start;
  }

  std::size_t feed_head(ByteView input) {
    const std::size_t used = guard_.feed(input);
    state = guard_.state();
    if (state == HttpParse::complete) {
      on_head();
    } else if (state == HttpParse::refused) {
      refuse(guard_.refusal_status());
    }
    return used;
  }

  void on_head() {
    grammar_.emplace(limits_, without_body_);
    state = HttpParse::body;
    const std::size_t used = put(guard_.head());
    if (state == HttpParse::refused) {
      return;
    }
    const HttpHeaders& headers = grammar_->message.headers;
    const unsigned minor_version = grammar_->minor_version;
    if (used != guard_.head().size() || !mean_one_thing(headers, minor_version) ||
        (is_request && !name_the_host(headers, minor_version))) {
      refuse(kBadRequest);
      return;
    }
    keep_alive = grammar_->connection_persists();
    const std::string* expect = find_header(headers, "Expect");
    expect_continue = state == HttpParse::body && minor_version == 1 && expect != nullptr &&
                      same_ignoring_case(*expect, "100-continue");
    if constexpr (!is_request) {
      if (grammar_->message.status < 200) {
        begin_message();  // an interim answer; the next head follows
      }
    }
  }

  std::size_t feed_body(ByteView input) {
    expect_continue = false;  // the client did not wait
    return grammar_->in_chunk_framing() ? feed_chunk_framing(input) : put(input);
  }

  /// Size lines and trailers, line by line, and each as clean as a line of the head: Beast lets
  /// anything stand in quotes, and takes folded trailers.
  std::size_t feed_chunk_framing(ByteView input) {
    const ByteView part = through_line_feed(input);
    if (framing_.size() + part.size() > kChunkFramingBytesMax) {
      refuse(kBadRequest);
      return 0;
    }
    framing_.insert(framing_.end(), part.begin(), part.end());
    if (part.back() != '\n') {
      return part.size();
    }
    if (!is_clean_line(as_text(framing_).substr(framing_line_))) {
      refuse(kBadRequest);
      return part.size();
    }
    if (put(framing_) == 0) {
      framing_line_ = framing_.size();  // it wants the next line as well
    } else {
      framing_.clear();
      framing_line_ = 0;
    }
    return part.size();
  }

  /// Gives Beast what it can finish; says how much it took.
  std::size_t put(ByteView input) {
    beast::error_code failed;
    const std::size_t used =
        grammar_->put(boost::asio::const_buffer(input.data(), input.size()), failed);
    if (failed && failed != beast::http::error::need_more) {
      refuse(status_of(failed));
    } else if (grammar_->is_done()) {
      state = HttpParse::complete;
    }
    return used;
  }

  unsigned status_of(const beast::error_code& failed) const {
    if (failed == beast::http::error::body_limit) {
      return kContentTooLarge;
    }
    const bool another_version =
        failed == beast::http::error::bad_version && names_another_version(guard_.first_line());
    return another_version ? kVersionNotSupported : kBadRequest;
  }

  void refuse(unsigned status) {
    state = HttpParse::refused;
    refusal_status = status;
    grammar_.reset();
  }

  HttpLimits limits_;
  bool without_body_;
  HeadGuard guard_;
  std::optional<Grammar<is_request>> grammar_;
  Bytes framing_;                 ///< of chunks: lines that Beast has not taken yet
  std::size_t framing_line_ = 0;  ///< where the current one begins
};

}  // namespace http

HttpRequestParser::HttpRequestParser(HttpLimits limits)
    : reader_(std::make_unique<http::MessageReader<true>>(limits, false)) {}

HttpRequestParser::~HttpRequestParser() = default;

std::size_t HttpRequestParser::feed(ByteView input) {
  return reader_->feed(input);
}

HttpParse HttpRequestParser::state() const {
  return reader_->state;
}

unsigned HttpRequestParser::refusal_status() const {
  return reader_->refusal_status;
}

bool HttpRequestParser::take_expect_continue() {
  return std::exchange(reader_->expect_continue, false);
}

HttpRequest HttpRequestParser::take() {
  return reader_->take();
}

bool HttpRequestParser::keep_alive() const {
  return reader_->keep_alive;
}

HttpResponseParser::HttpResponseParser(HttpLimits limits, bool head_request)
    : reader_(std::make_unique<http::MessageReader<false>>(limits, head_request)) {}

HttpResponseParser::~HttpResponseParser() = default;

std::size_t HttpResponseParser::feed(ByteView input) {
  return reader_->feed(input);
}

bool HttpResponseParser::finish() {
  return reader_->finish();
}

HttpParse HttpResponseParser::state() const {
  return reader_->state;
}

bool HttpResponseParser::keep_alive() const {
  return reader_->keep_alive;
}

HttpResponse HttpResponseParser::take() {
  return reader_->take();
}

}  // namespace tercet
