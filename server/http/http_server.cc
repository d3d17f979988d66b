#include "server/http/http_server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <future>
#include <limits>
#include <set>
#include <utility>  // first: Asio 1.74 uses std::exchange without it
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "server/http/listen.h"

namespace drill {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using beast::error_code;

constexpr size_t kPieceBytes = 16 << 10;
constexpr size_t kReadBufferBytes = 32 << 10;
// What is read and thrown away after a refusal, so that the answer reaches a peer that still sends.
constexpr size_t kLingerBytes = 1 << 20;
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::chrono::milliseconds kAcceptPause{100};  // after an error, such as no descriptors

std::chrono::microseconds Chrono(absl::Duration d) {
  return std::chrono::microseconds(absl::ToInt64Microseconds(d));
}

class Connection;

// Shared by the connections of one server. I/O thread only, but for `count`.
struct Shared {
  HttpLimits limits;
  const HttpRouter* router = nullptr;
  std::set<Connection*> open;
  std::atomic<size_t> count{0};
  bool stopping = false;
  std::function<void()> on_empty;

  void Remove(Connection* connection) {
    if (open.erase(connection) == 0) return;
    --count;
    if (!open.empty() || !on_empty) return;
    const std::function<void()> tell = std::move(on_empty);
    on_empty = nullptr;
    tell();
  }
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
    shared_->open.insert(this);
    ++shared_->count;
  }
  virtual ~Connection() { shared_->Remove(this); }
  virtual void Begin() = 0;
  // Nothing is under way.
  virtual bool Idle() const = 0;
  virtual void Kill() = 0;

 protected:
  const std::shared_ptr<Shared> shared_;
};

HttpResponse Plain(int status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

// The answer to a head that the parser refused; nullopt: there is nobody to answer.
std::optional<HttpResponse> RefusalOf(const error_code& error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  static const auto& kHttp = http::make_error_code(http::error::end_of_stream).category();
  if (error.category() != kHttp) return std::nullopt;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Plain(431, "request head too large\n");
  }
  return Plain(400, "bad request\n");
}

// One connection: requests one after another. Every step holds the session by a shared_ptr.
template <typename Stream>
class Session : public Connection {
 public:
  template <typename... Args>
  Session(std::shared_ptr<Shared> shared, std::string peer, tcp::socket socket, Args&... args)
      : Connection(std::move(shared)),
        peer_(std::move(peer)),
        stream_(std::move(socket), args...) {}

  void Begin() override {
    if constexpr (kSecure) {
      Lowest().expires_after(Chrono(shared_->limits.handshake_time));
      stream_.async_handshake(asio::ssl::stream_base::server, [self = Self()](error_code error) {
        error ? self->Kill() : self->ReadHead();
      });
    } else {
      ReadHead();
    }
  }
  bool Idle() const override { return idle_; }
  void Kill() override {
    exchange_.reset();
    body_.reset();
    shared_->Remove(this);
    error_code ignored;  // it may be closed already
    Lowest().socket().close(ignored);
  }

 private:
  static constexpr bool kSecure = !std::is_same_v<Stream, beast::tcp_stream>;

  std::shared_ptr<Session> Self() {
    return std::static_pointer_cast<Session>(this->shared_from_this());
  }
  beast::tcp_stream& Lowest() { return beast::get_lowest_layer(stream_); }

  void ReadHead() {
    if (shared_->stopping) return Kill();
    idle_ = true;
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(shared_->limits.header_bytes));
    // The route's own, below. Not "none": to Beast 1.74 every length is above that.
    parser_->body_limit(std::numeric_limits<uint64_t>::max());
    Lowest().expires_after(Chrono(shared_->limits.head_time));
    http::async_read_header(stream_, buffer_, *parser_, [self = Self()](error_code error, size_t) {
      self->idle_ = false;
      self->OnHead(error);
    });
  }

  void OnHead(const error_code& error) {
    if (error) {
      std::optional<HttpResponse> refusal = RefusalOf(error);
      return refusal.has_value() ? Refuse(*std::move(refusal)) : Kill();
    }
    started_us_ = os::MonotonicMicros();
    HttpRequest request;
    HttpResponse refusal;
    if (!ReadRequest(&request, &refusal)) return Refuse(std::move(refusal));
    const HttpRoute* route = shared_->router->Find(request.method, request.path, &refusal);
    if (route == nullptr) return Refuse(std::move(refusal));
    body_max_ = route->body_bytes_max;
    body_bytes_ = 0;
    const auto length = parser_->content_length();
    if (length.has_value() && *length > body_max_) return TooLarge();
    exchange_ = route->handler->Begin(request, &refusal);
    if (exchange_ == nullptr) return Refuse(std::move(refusal));
    if (parser_->is_done()) return Finish();
    piece_.resize(kPieceBytes);
    beast::iequals(parser_->get()[http::field::expect], "100-continue") ? SayContinue()
                                                                        : ReadBody();
  }

  bool ReadRequest(HttpRequest* request, HttpResponse* refusal) {
    const auto& head = parser_->get();
    const absl::string_view target(head.target().data(), head.target().size());
    if (target.empty() || target[0] != '/') {
      *refusal = Plain(400, "bad request target\n");
      return false;
    }
    const size_t query = std::min(target.find('?'), target.size());
    request->path = std::string(target.substr(0, query));
    if (query < target.size()) request->query = std::string(target.substr(query + 1));
    request->method = std::string(head.method_string());
    request->peer = peer_;
    request->secure = kSecure;
    for (const auto& field : head) {
      if (request->headers.size() >= shared_->limits.headers) {
        *refusal = Plain(431, "too many header fields\n");
        return false;
      }
      request->headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    return true;
  }

  void SayContinue() {
    continue_.emplace(http::status::continue_, 11);
    Lowest().expires_after(Chrono(shared_->limits.piece_time));
    http::async_write(stream_, *continue_, [self = Self()](error_code error, size_t) {
      error ? self->Kill() : self->ReadBody();
    });
  }

  void ReadBody() {
    const int64_t left_us = absl::ToInt64Microseconds(shared_->limits.request_time) -
                            (os::MonotonicMicros() - started_us_);
    if (left_us <= 0) return Kill();
    auto& body = parser_->get().body();
    body.data = piece_.data();
    body.size = piece_.size();
    Lowest().expires_after(
        std::min(Chrono(shared_->limits.piece_time), std::chrono::microseconds(left_us)));
    http::async_read(stream_, buffer_, *parser_, [self = Self()](error_code error, size_t) {
      self->OnPiece(error == http::error::need_buffer ? error_code() : error);
    });
  }

  void OnPiece(const error_code& error) {
    if (error) {
      exchange_.reset();
      std::optional<HttpResponse> refusal = RefusalOf(error);
      return refusal.has_value() ? Refuse(*std::move(refusal)) : Kill();
    }
    const size_t got = piece_.size() - parser_->get().body().size;
    body_bytes_ += got;
    if (body_bytes_ > body_max_) return TooLarge();
    exchange_->OnBody(absl::string_view(piece_.data(), got));
    parser_->is_done() ? Finish() : ReadBody();
  }

  void Finish() {
    // The handler may take its time, on another thread; the peer has nothing to say meanwhile.
    Lowest().expires_never();
    exchange_->Finish([self = Self()](HttpResponse response) {
      asio::post(self->Lowest().get_executor(), [self, response = std::move(response)]() mutable {
        if (self->exchange_ == nullptr) return;
        self->exchange_.reset();
        self->Answer(std::move(response), self->parser_->get().keep_alive());
      });
    });
  }

  void TooLarge() {
    Refuse(Plain(413, absl::StrCat("body too large: at most ", body_max_, " bytes\n")));
  }
  // What follows on the connection is not read: it ends.
  void Refuse(HttpResponse response) {
    exchange_.reset();
    Answer(std::move(response), false);
  }

  void Answer(HttpResponse response, bool keep) {
    keep = keep && !shared_->stopping;
    response_.emplace(static_cast<http::status>(response.status), 11);
    if (response.stream != nullptr) return SendStream(std::move(response));
    if (!response.body.empty()) response_->set(http::field::content_type, response.content_type);
    response_->set(http::field::cache_control, response.cache_control);
    for (const auto& [name, value] : response.headers) response_->set(name, value);
    response_->keep_alive(keep);
    if (parser_->get().method() != http::verb::head) response_->body() = std::move(response.body);
    response_->prepare_payload();
    // RFC 9110 §8.6: not with 204, which Beast gives one.
    if (response.status == 204) response_->erase(http::field::content_length);
    Lowest().expires_after(Chrono(shared_->limits.piece_time));
    http::async_write(stream_, *response_, [self = Self(), keep](error_code error, size_t) {
      if (error) return self->Kill();
      keep ? self->ReadHead() : self->Close();
    });
  }

  // The connection ends with the stream.
  void SendStream(HttpResponse response) {
    body_ = std::move(response.stream);
    stream_head_.emplace(static_cast<http::status>(response.status), 11);
    stream_head_->set(http::field::content_type, response.content_type);
    stream_head_->set(http::field::cache_control, "no-store");
    stream_head_->chunked(true);
    stream_head_->keep_alive(false);
    stream_head_writer_.emplace(*stream_head_);
    WatchPeer();
    Lowest().expires_after(Chrono(shared_->limits.piece_time));
    http::async_write_header(
        stream_, *stream_head_writer_,
        [self = Self()](error_code error, size_t) { error ? self->Kill() : self->NextPiece(); });
  }

  // The peer has nothing to say until the stream has ended: whatever can be read is its end.
  void WatchPeer() {
    Lowest().socket().async_wait(tcp::socket::wait_read, [self = Self()](error_code error) {
      if (!error && self->body_ != nullptr) self->Kill();
    });
  }

  void NextPiece() {
    if (body_ == nullptr) return;  // killed meanwhile
    Lowest().expires_never();
    body_->Next([self = Self()](std::optional<std::string> piece) {
      asio::post(self->Lowest().get_executor(), [self, piece = std::move(piece)]() mutable {
        if (self->body_ != nullptr) self->SendPiece(std::move(piece));
      });
    });
  }

  void SendPiece(std::optional<std::string> piece) {
    Lowest().expires_after(Chrono(shared_->limits.piece_time));
    if (!piece.has_value()) {
      body_.reset();
      asio::async_write(
          stream_, http::make_chunk_last(),
          [self = Self()](error_code error, size_t) { error ? self->Kill() : self->Close(); });
      return;
    }
    chunk_ = *std::move(piece);
    asio::async_write(
        stream_, http::make_chunk(asio::buffer(chunk_)),
        [self = Self()](error_code error, size_t) { error ? self->Kill() : self->NextPiece(); });
  }

  void Close() {
    if constexpr (kSecure) {
      Lowest().expires_after(kLingerTime);
      stream_.async_shutdown([self = Self()](error_code) { self->HalfClose(); });
    } else {
      HalfClose();
    }
  }

  // Closed at once with unread bytes, the kernel would reset the connection and the peer might
  // never see the answer.
  void HalfClose() {
    error_code error;
    Lowest().socket().shutdown(tcp::socket::shutdown_send, error);
    if (error) return Kill();
    piece_.resize(kPieceBytes);
    Lowest().expires_after(kLingerTime);
    Linger();
  }
  void Linger() {
    Lowest().async_read_some(asio::buffer(piece_), [self = Self()](error_code error, size_t bytes) {
      self->lingered_ += bytes;
      if (error || self->lingered_ > kLingerBytes) return self->Kill();
      self->Linger();
    });
  }

  const std::string peer_;
  Stream stream_;
  beast::flat_buffer buffer_{kReadBufferBytes};
  std::optional<http::request_parser<http::buffer_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  std::optional<http::response<http::empty_body>> continue_;
  std::unique_ptr<HttpExchange> exchange_;
  std::shared_ptr<HttpBody> body_;  // while it is streamed
  std::optional<http::response<http::empty_body>> stream_head_;
  std::optional<http::response_serializer<http::empty_body>> stream_head_writer_;
  std::string chunk_;
  std::vector<char> piece_;
  uint64_t body_max_ = 0;
  uint64_t body_bytes_ = 0;
  int64_t started_us_ = 0;
  size_t lingered_ = 0;
  bool idle_ = false;
};

absl::Status LoadTls(const HttpTls& tls, asio::ssl::context* context) {
  error_code error;
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                           asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                           asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression,
                       error);
  if (!error) context->use_certificate_chain(asio::buffer(tls.chain_pem), error);
  if (!error) {
    context->use_private_key(asio::buffer(tls.key_pem), asio::ssl::context::pem, error);
  }
  if (!error) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("server certificate or its key cannot be used: ", error.message()));
}

}  // namespace

struct HttpServer::State {
  explicit State(IoThread* thread)
      : io(thread), acceptor(thread->context()), pause(thread->context()) {}

  IoThread* const io;
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::optional<asio::ssl::context> tls;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  int port = 0;
  bool stopped = false;

  void Accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
      if (error) {
        pause.expires_after(kAcceptPause);
        pause.async_wait([this](error_code stopped_wait) {
          if (!stopped_wait) Accept();
        });
        return;
      }
      Take(std::move(socket));
      Accept();
    });
  }

  void Take(tcp::socket socket) {
    error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error || shared->open.size() >= shared->limits.connections) return;  // closes it
    const std::string address = peer.address().to_string();
    std::shared_ptr<Connection> connection;
    if (tls.has_value()) {
      connection = std::make_shared<Session<beast::ssl_stream<beast::tcp_stream>>>(
          shared, address, std::move(socket), *tls);
    } else {
      connection = std::make_shared<Session<beast::tcp_stream>>(shared, address, std::move(socket));
    }
    connection->Begin();
  }

  // I/O thread.
  void KillAll(bool idle_only) {
    const std::set<Connection*> open = shared->open;  // Kill changes it
    for (Connection* connection : open) {
      if (!idle_only || connection->Idle()) connection->Kill();
    }
  }
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(IoThread* io,
                                                              HttpServerOptions options,
                                                              const HttpRouter* router) {
  auto state = std::make_unique<State>(io);
  state->shared->limits = options.limits;
  state->shared->router = router;
  if (options.tls.has_value()) {
    state->tls.emplace(asio::ssl::context::tls_server);
    RETURN_IF_ERROR(Annotate(LoadTls(*options.tls, &*state->tls), options.name));
  }
  RETURN_IF_ERROR(ListenTcp(options.name, options.host, options.port, &state->acceptor));
  state->port = state->acceptor.local_endpoint().port();
  io->Post([s = state.get()] { s->Accept(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { Stop(absl::ZeroDuration()); }

int HttpServer::port() const { return state_->port; }
size_t HttpServer::connections() const { return state_->shared->count; }

void HttpServer::Stop(absl::Duration grace) {
  if (state_->stopped) return;
  state_->stopped = true;
  std::promise<void> empty;
  asio::steady_timer deadline(state_->io->context());
  state_->io->Call([&] {
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->pause.cancel();
    state_->shared->stopping = true;
    state_->KillAll(grace > absl::ZeroDuration());
    if (state_->shared->open.empty()) return empty.set_value();
    state_->shared->on_empty = [&] {
      deadline.cancel();
      empty.set_value();
    };
    deadline.expires_after(Chrono(grace));
    deadline.async_wait([this](error_code cancelled) {
      if (!cancelled) state_->KillAll(false);
    });
  });
  empty.get_future().get();
  // Whatever was cancelled has run before the members go.
  state_->io->Call([] {});
}

}  // namespace drill
