#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/dns_packet.h"
#include "agent/pace.h"
#include "agent/task.h"
#include "agent/task_net.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/os/clock.h"
#include "common/os/random.h"

// What goes to the drill's own sink: beacons, archives, look-ups.
namespace drill::agent {
namespace {

// The first piece is small: it must be through, and answered, while the agent waits.
constexpr size_t kFirstPieceBytes = 16 << 10;
constexpr size_t kPieceBytes = 1 << 20;
constexpr int64_t kPieceUs = 60'000'000;
// Over plain TCP the sink answers at the end only; a small archive is waited for.
constexpr size_t kWaitedForBytes = 256 << 10;
constexpr int kDnsTries = 3;
constexpr int64_t kDnsAnswerUs = 2'000'000;
constexpr size_t kDnsBeaconBytes = 10;
constexpr size_t kGeneratedNameBytes = 8;

uint32_t Chance() {
  uint32_t value = 0;
  for (const char c : os::RandomBytes(sizeof value)) {
    value = (value << 8) | static_cast<unsigned char>(c);
  }
  return value;
}

const v1::NetworkTask::Endpoint& SinkOf(const Task& task) { return task.network().endpoints(0); }
int PortOf(const Task& task) { return SinkOf(task).ports(0); }

absl::StatusOr<Stream> ConnectSink(const Task& task, bool tls, int64_t deadline_us) {
  ASSIGN_OR_RETURN(Stream stream,
                   Stream::Connect(SinkOf(task).address(), PortOf(task), deadline_us));
  if (tls) {
    RETURN_IF_ERROR(
        stream.StartTls(task.network().ca_pem(), std::string(kControllerName), deadline_us));
  }
  return stream;
}

absl::Status Post(const Task& task, bool tls, HttpRequest request, int64_t deadline_us) {
  ASSIGN_OR_RETURN(Stream stream, ConnectSink(task, tls, deadline_us));
  request.method = "POST";
  request.host = AddressText(SinkOf(task).address(), PortOf(task));
  ASSIGN_OR_RETURN(const int status, Exchange(stream, request, deadline_us));
  if (status >= 200 && status < 300) return absl::OkStatus();
  const std::string text = absl::StrCat(request.host, " answered with HTTP status ", status);
  return IsTurnedAway(status) ? absl::PermissionDeniedError(text) : absl::UnavailableError(text);
}

// The line by which the sink knows whose bytes follow.
std::string TcpHeader(const Task& task, absl::string_view content) {
  return content.empty() ? absl::StrCat("DRILL ", task.network().mark(), " 0 -\n")
                         : absl::StrCat("DRILL ", task.network().mark(), " ", content.size(), " ",
                                        Sha256Hex(content), "\n");
}

absl::Status AwaitOk(Stream& stream, int64_t deadline_us) {
  std::string answer;
  while (!absl::EndsWith(answer, "\n") && answer.size() < kFirstPieceBytes) {
    ASSIGN_OR_RETURN(const std::string more, stream.Receive(deadline_us));
    if (more.empty()) break;
    answer += more;
  }
  if (answer == "OK\n") return absl::OkStatus();
  return absl::PermissionDeniedError("the connection was broken off before the sink had answered");
}

absl::Status Ask(const Task& task, const std::string& name, int64_t deadline_us) {
  ASSIGN_OR_RETURN(const int code, AskDns(SinkOf(task).address(), PortOf(task), name, deadline_us));
  if (code != kDnsRefused) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(
      "DNS ", AddressText(SinkOf(task).address(), PortOf(task)), " refused the look-up"));
}

absl::Status Beacon(const Task& task, uint64_t seq, int64_t deadline_us) {
  const v1::NetworkTask& network = task.network();
  const v1::NetworkBeacon& beacon = network.action().network_beacon();
  switch (beacon.channel()) {
    case v1::CHANNEL_TCP: {
      ASSIGN_OR_RETURN(Stream stream, ConnectSink(task, false, deadline_us));
      RETURN_IF_ERROR(stream.Send(TcpHeader(task, ""), deadline_us));
      return AwaitOk(stream, deadline_us);
    }
    case v1::CHANNEL_DNS:
      return Ask(task,
                 PayloadName(os::RandomBytes(kDnsBeaconBytes), absl::StrCat(seq), network.mark(),
                             network.zone()),
                 deadline_us);
    default: {
      const std::string body = absl::StrCat("{\"n\":", seq, "}");
      HttpRequest request;
      request.path = absl::StrCat("/s/", network.mark(), beacon.path());
      request.user_agent = beacon.user_agent();
      request.body = body;
      return Post(task, beacon.channel() == v1::CHANNEL_HTTPS, std::move(request), deadline_us);
    }
  }
}

absl::Status SendByHttp(const Task& task, bool tls) {
  absl::string_view rest = task.file;
  int64_t deadline_us = os::MonotonicMicros() + kFirstAnswerUs;
  for (size_t piece = kFirstPieceBytes; !rest.empty(); piece = kPieceBytes) {
    HttpRequest request;
    request.path = absl::StrCat("/s/", task.network().mark(), "/upload");
    request.body = rest.substr(0, piece);
    rest.remove_prefix(request.body.size());
    if (rest.empty()) {
      request.headers = absl::StrCat("X-Archive-SHA256: ", Sha256Hex(task.file), "\r\n");
    }
    const auto bytes = static_cast<int64_t>(request.body.size());
    const absl::Status sent = Post(task, tls, std::move(request), deadline_us);
    task.Count(sent, sent.ok() ? bytes : 0);
    RETURN_IF_ERROR(sent);
    task.runs();
    deadline_us = std::min(task.end_us, os::MonotonicMicros() + kPieceUs);
  }
  return absl::OkStatus();
}

absl::Status SendByTcp(const Task& task) {
  const int64_t first_us = os::MonotonicMicros() + kFirstAnswerUs;
  absl::string_view rest = task.file;
  const bool waited_for = rest.size() <= kWaitedForBytes;
  ASSIGN_OR_RETURN(Stream stream, ConnectSink(task, false, first_us));
  RETURN_IF_ERROR(stream.Send(TcpHeader(task, rest), first_us));
  int64_t deadline_us = first_us;
  while (!rest.empty()) {
    const absl::string_view piece = rest.substr(0, kFirstPieceBytes);
    RETURN_IF_ERROR(stream.Send(piece, deadline_us));
    rest.remove_prefix(piece.size());
    task.counts->bytes += static_cast<int64_t>(piece.size());
    if (waited_for) continue;
    task.runs();
    deadline_us = std::min(task.end_us, os::MonotonicMicros() + kPieceUs);
  }
  const absl::Status answered = AwaitOk(stream, deadline_us);
  task.Count(answered);
  RETURN_IF_ERROR(answered);
  task.runs();
  return absl::OkStatus();
}

absl::Status SendByDns(const Task& task) {
  const v1::NetworkTask& network = task.network();
  const size_t piece = PayloadBytesMax(network.mark(), network.zone());
  if (piece == 0) return absl::InternalError("the sink's zone leaves no room for a payload");
  TokenBucket pace(kDnsExfiltrationRate, 1, os::MonotonicMicros());
  const absl::string_view content = task.file;
  const std::string digest = Sha256(content);
  const size_t pieces = (content.size() + piece - 1) / piece;
  for (size_t i = 0; i <= pieces; ++i) {
    const absl::string_view payload = i < pieces ? content.substr(i * piece, piece) : digest;
    const std::string number = i < pieces ? absl::StrCat(i) : std::string(kDnsEnd);
    const std::string name = PayloadName(payload, number, network.mark(), network.zone());
    absl::Status asked = absl::UnavailableError("not asked");
    for (int tried = 0; tried < kDnsTries && !asked.ok(); ++tried) {
      while (const int64_t pause = pace.Take(os::MonotonicMicros())) {
        if (!SleepWithin(task, pause)) return absl::OkStatus();
      }
      // A lost packet is no control; a control loses the second one too.
      asked = Ask(task, name, os::MonotonicMicros() + kFirstAnswerUs / kDnsTries);
    }
    task.Count(asked, asked.ok() ? static_cast<int64_t>(payload.size()) : 0);
    RETURN_IF_ERROR(asked);
    task.runs();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunBeacon(const Task& task) {
  const v1::NetworkBeacon& beacon = task.network().action().network_beacon();
  const int64_t mean_us = beacon.every().seconds() * 1'000'000;
  for (uint64_t seq = 0;; ++seq) {
    const int64_t patience = seq == 0 ? kFirstAnswerUs : kLaterAnswerUs;
    const absl::Status answered = Beacon(task, seq, os::MonotonicMicros() + patience);
    task.Count(answered);
    // What is stopped later goes on calling, as such programs do.
    if (seq == 0) {
      RETURN_IF_ERROR(answered);
      task.runs();
    }
    if (!SleepWithin(task, Jittered(mean_us, beacon.jitter_permille(), Chance()))) {
      return absl::OkStatus();
    }
  }
}

absl::Status RunExfiltrate(const Task& task) {
  switch (task.network().action().files_exfiltrate().channel()) {
    case v1::CHANNEL_TCP:
      return SendByTcp(task);
    case v1::CHANNEL_DNS:
      return SendByDns(task);
    case v1::CHANNEL_HTTPS:
      return SendByHttp(task, true);
    default:
      return SendByHttp(task, false);
  }
}

absl::Status RunDnsQuery(const Task& task) {
  const v1::DnsQuery& query = task.network().action().dns_query();
  TokenBucket pace(query.rate(), 1, os::MonotonicMicros());
  for (int i = 0; i < query.count(); ++i) {
    while (const int64_t pause = pace.Take(os::MonotonicMicros())) {
      if (!SleepWithin(task, pause)) return absl::OkStatus();
    }
    const std::string name = absl::StrCat(Base32(os::RandomBytes(kGeneratedNameBytes)), ".",
                                          task.network().mark(), ".", task.network().zone());
    const absl::Status answered =
        Ask(task, name, os::MonotonicMicros() + (i == 0 ? kFirstAnswerUs : kDnsAnswerUs));
    task.Count(answered);
    if (i == 0) {
      RETURN_IF_ERROR(answered);
      task.runs();
    }
  }
  return absl::OkStatus();
}

}  // namespace drill::agent
