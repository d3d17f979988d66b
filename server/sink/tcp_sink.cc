#include "server/sink/tcp_sink.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <set>
#include <utility>  // first: Asio 1.74 uses std::exchange without it
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "core/exercise/mark.h"
#include "server/http/listen.h"

namespace drill {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kLineMax = 160;  // mark, size and digest at their longest, and some
constexpr size_t kPieceBytes = 16 << 10;
constexpr std::chrono::milliseconds kAcceptPause{100};

class Transfer;

struct Shared {
  SinkLimits limits;
  SinkHub* hub = nullptr;
  std::function<int64_t()> clock;
  std::set<Transfer*> open;
};

// One connection. Every step holds it by a shared_ptr.
class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  Transfer(std::shared_ptr<Shared> shared, std::string peer, tcp::socket socket)
      : shared_(std::move(shared)),
        peer_(std::move(peer)),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()) {
    shared_->open.insert(this);
  }
  ~Transfer() { shared_->open.erase(this); }

  void Begin() { ReadLine(); }
  void Kill() {
    error_code ignored;  // it may be closed already
    timer_.cancel(ignored);
    socket_.close(ignored);
  }

 private:
  void ExpireAfter(absl::Duration time) {
    timer_.expires_after(std::chrono::microseconds(absl::ToInt64Microseconds(time)));
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled) self->Kill();
    });
  }

  void ReadLine() {
    ExpireAfter(shared_->limits.tcp_line_time);
    asio::async_read_until(socket_, asio::dynamic_buffer(buffer_, kLineMax), '\n',
                           [self = shared_from_this()](error_code error, size_t bytes) {
                             self->OnLine(error, bytes);
                           });
  }

  void OnLine(const error_code& error, size_t bytes) {
    if (error) {
      // Something was said, but no line.
      if (!buffer_.empty()) shared_->hub->Malformed();
      return Kill();
    }
    const absl::StatusOr<TcpLine> line = ParseTcpLine(
        absl::string_view(buffer_).substr(0, bytes - 1), shared_->limits.contact_bytes);
    if (!line.ok()) {
      shared_->hub->Malformed();
      return Kill();
    }
    line_ = *line;
    hash_ = ArchiveHash();
    left_ = line_.size;
    buffer_.erase(0, bytes);
    // What came with the line.
    const size_t early = static_cast<size_t>(std::min<int64_t>(left_, std::ssize(buffer_)));
    Take(absl::string_view(buffer_).substr(0, early));
    buffer_.erase(0, early);
    ReadBytes();
  }

  void Take(absl::string_view piece) {
    hash_.Add(piece);
    left_ -= static_cast<int64_t>(piece.size());
  }

  void ReadBytes() {
    if (left_ == 0) return Finish();
    ExpireAfter(shared_->limits.tcp_piece_time);
    piece_.resize(static_cast<size_t>(std::min<int64_t>(left_, kPieceBytes)));
    // A whole piece at a time: a peer that drips single bytes runs into the timer.
    asio::async_read(socket_, asio::buffer(piece_),
                     [self = shared_from_this()](error_code error, size_t bytes) {
                       if (error) return self->Kill();
                       self->Take(absl::string_view(self->piece_.data(), bytes));
                       self->ReadBytes();
                     });
  }

  void Finish() {
    SinkHub::Contact contact;
    contact.mark = line_.mark;
    contact.channel = v1::CHANNEL_TCP;
    contact.from = peer_;
    contact.bytes = line_.size;
    const bool whole = !line_.sha256.empty() && hash_.Digest() == line_.sha256;
    if (whole) contact.whole_sha256 = line_.sha256;
    shared_->hub->Received(contact, shared_->clock());
    const bool good = whole || line_.sha256.empty();
    ExpireAfter(shared_->limits.tcp_line_time);
    asio::async_write(socket_, good ? asio::buffer("OK\n", 3) : asio::buffer("BAD\n", 4),
                      [self = shared_from_this(), good](error_code error, size_t) {
                        error || !good ? self->Kill() : self->ReadLine();
                      });
  }

  const std::shared_ptr<Shared> shared_;
  const std::string peer_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  std::string buffer_;
  std::vector<char> piece_;
  TcpLine line_;
  ArchiveHash hash_;
  int64_t left_ = 0;
};

}  // namespace

absl::StatusOr<TcpLine> ParseTcpLine(absl::string_view line, int64_t bytes_max) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  TcpLine out;
  const auto digits = [](absl::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (words.size() != 4 || words[0] != "DRILL" || !IsMark(words[1]) || !digits(words[2]) ||
      !absl::SimpleAtoi(words[2], &out.size) || out.size > bytes_max) {
    return absl::InvalidArgumentError("no first line of a transfer");
  }
  out.mark = std::string(words[1]);
  out.sha256 = Sha256FromHex(words[3]);
  const bool beacon = words[3] == "-" && out.size == 0;
  if (out.sha256.empty() && !beacon) {
    return absl::InvalidArgumentError("no digest of the transfer");
  }
  return out;
}

struct TcpSink::State {
  explicit State(IoThread* thread)
      : io(thread), acceptor(thread->context()), pause(thread->context()) {}
  IoThread* const io;
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  int port = 0;
  bool stopped = false;

  void Accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
      if (error) {
        pause.expires_after(kAcceptPause);
        pause.async_wait([this](error_code cancelled) {
          if (!cancelled) Accept();
        });
        return;
      }
      error_code gone;
      const tcp::endpoint peer = socket.remote_endpoint(gone);
      // Above the limit the socket closes as it goes out of scope.
      if (!gone && shared->open.size() < shared->limits.tcp_connections) {
        std::make_shared<Transfer>(shared, peer.address().to_string(), std::move(socket))->Begin();
      }
      Accept();
    });
  }
};

absl::StatusOr<std::unique_ptr<TcpSink>> TcpSink::Start(IoThread* io, const SinkAddress& address,
                                                        const SinkLimits& limits, SinkHub* hub,
                                                        std::function<int64_t()> clock) {
  auto state = std::make_unique<State>(io);
  state->shared->limits = limits;
  state->shared->hub = hub;
  state->shared->clock = std::move(clock);
  RETURN_IF_ERROR(ListenTcp("sink tcp", address.host, address.port, &state->acceptor));
  state->port = state->acceptor.local_endpoint().port();
  io->Post([s = state.get()] { s->Accept(); });
  return std::unique_ptr<TcpSink>(new TcpSink(std::move(state)));
}

TcpSink::TcpSink(std::unique_ptr<State> state) : state_(std::move(state)) {}
TcpSink::~TcpSink() { Stop(); }
int TcpSink::port() const { return state_->port; }

void TcpSink::Stop() {
  if (state_->stopped) return;
  state_->stopped = true;
  state_->io->Call([this] {
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->pause.cancel(ignored);
    for (Transfer* transfer : state_->shared->open) transfer->Kill();
  });
  // Whatever was cancelled has run before the members go.
  state_->io->Call([] {});
}

}  // namespace drill
