#include "server/sink/dns_sink.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <utility>  // first: Asio 1.74 uses std::exchange without it

#include "common/base/status.h"
#include "server/http/listen.h"

namespace drill {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

}  // namespace

std::string AnswerDns(absl::string_view packet, const std::vector<std::string>& zone,
                      const std::string& from, int64_t now_us, SinkHub* hub) {
  DnsCode code = DnsCode::kNoError;
  const std::optional<DnsQuestion> question = ParseDnsQuery(packet, &code);
  if (!question.has_value()) {
    hub->Malformed();
    return code == DnsCode::kNoError ? "" : DnsAnswer(packet, nullptr, code, false);
  }
  SinkName name;
  const InZone where = ParseSinkName(question->labels, zone, &name);
  if (where == InZone::kNo || question->klass != kDnsClassIn) {
    return DnsAnswer(packet, &*question, DnsCode::kRefused, false);
  }
  if (where == InZone::kOther) {
    return DnsAnswer(packet, &*question, DnsCode::kNoSuchName, false);
  }
  // A resolver may ask for other types of the same name besides: only A counts.
  if (question->type == kDnsTypeA) {
    SinkHub::Contact contact;
    contact.mark = name.mark;
    contact.channel = v1::CHANNEL_DNS;
    contact.from = from;
    if (!name.shaped) {
      hub->Received(contact, now_us);  // a generated name
    } else if (name.end) {
      hub->ReceivedEnd(contact, name.payload, now_us);
    } else {
      hub->ReceivedPiece(contact, name.number, name.payload, now_us);
    }
  }
  if (!name.shaped) return DnsAnswer(packet, &*question, DnsCode::kNoSuchName, false);
  return DnsAnswer(packet, &*question, DnsCode::kNoError, question->type == kDnsTypeA);
}

struct DnsSink::State {
  explicit State(IoThread* thread) : io(thread), socket(thread->context()) {}
  IoThread* const io;
  udp::socket socket;
  std::vector<std::string> zone;
  SinkHub* hub = nullptr;
  std::function<int64_t()> clock;
  udp::endpoint peer;
  std::array<char, kDnsPacketMax + 1> packet;  // one more: what is too long is seen to be
  int port = 0;
  bool stopped = false;

  void Receive() {
    socket.async_receive_from(asio::buffer(packet), peer, [this](error_code error, size_t bytes) {
      if (error == asio::error::operation_aborted || !socket.is_open()) return;
      // Other errors are about an earlier answer that found nobody.
      if (!error) {
        const std::string answer = AnswerDns(absl::string_view(packet.data(), bytes), zone,
                                             peer.address().to_string(), clock(), hub);
        error_code lost;  // UDP: the peer asks again
        if (!answer.empty()) socket.send_to(asio::buffer(answer), peer, 0, lost);
      }
      Receive();
    });
  }
};

absl::StatusOr<std::unique_ptr<DnsSink>> DnsSink::Start(IoThread* io, const SinkAddress& address,
                                                        std::vector<std::string> zone, SinkHub* hub,
                                                        std::function<int64_t()> clock) {
  auto state = std::make_unique<State>(io);
  state->zone = std::move(zone);
  state->hub = hub;
  state->clock = std::move(clock);
  RETURN_IF_ERROR(ListenUdp("sink dns", address.host, address.port, &state->socket));
  error_code error;
  state->socket.non_blocking(true, error);  // a full send buffer drops the answer
  state->port = state->socket.local_endpoint().port();
  io->Post([s = state.get()] { s->Receive(); });
  return std::unique_ptr<DnsSink>(new DnsSink(std::move(state)));
}

DnsSink::DnsSink(std::unique_ptr<State> state) : state_(std::move(state)) {}
DnsSink::~DnsSink() { Stop(); }
int DnsSink::port() const { return state_->port; }

void DnsSink::Stop() {
  if (state_->stopped) return;
  state_->stopped = true;
  state_->io->Call([this] {
    error_code ignored;
    state_->socket.close(ignored);
  });
  state_->io->Call([] {});  // the cancelled wait has run
}

}  // namespace drill
