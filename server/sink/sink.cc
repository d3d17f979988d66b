#include "server/sink/sink.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>  // first: Asio 1.74 uses std::exchange without it

#include "common/base/status.h"
#include "server/sink/dns_sink.h"
#include "server/sink/http_sink.h"
#include "server/sink/tcp_sink.h"

namespace drill {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr absl::Duration kGrace = absl::Seconds(1);

}  // namespace

// In the order of starting; destroyed in reverse.
struct Sink::State {
  State(IoThread* thread, SinkOptions chosen)
      : io(thread),
        options(std::move(chosen)),
        hub([this](SinkContact contact) { Deliver(std::move(contact)); }),
        timer(thread->context()) {}

  IoThread* const io;
  const SinkOptions options;
  SinkHub hub;  // I/O thread
  boost::asio::steady_timer timer;
  HttpRouter router;
  std::unique_ptr<HttpServer> http;
  std::unique_ptr<HttpServer> https;
  std::unique_ptr<TcpSink> tcp;
  std::unique_ptr<DnsSink> dns;
  // Shared with results on their way: false once the sink is stopped. I/O thread.
  const std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  bool stopped = false;

  void Deliver(SinkContact contact) {
    const std::string mark = contact.mark;
    const v1::Channel channel = contact.channel;
    options.deliver(std::move(contact),
                    [this, thread = io, live = alive, mark, channel](absl::Status status) {
                      thread->Post([this, live, mark, channel, status = std::move(status)] {
                        if (*live) hub.Delivered(mark, channel, status, options.engine_clock());
                      });
                    });
  }

  void Tick() {
    timer.expires_after(kTick);
    timer.async_wait([this](boost::system::error_code cancelled) {
      if (cancelled || !*alive) return;
      hub.Tick(options.engine_clock());
      Tick();
    });
  }

  absl::Status Open() {
    std::vector<std::string> zone;
    RETURN_IF_ERROR(ParseZone(options.zone, &zone));
    router.Add({"POST", kHttpSinkPath, static_cast<uint64_t>(options.limits.contact_bytes),
                MakeHttpSink(&hub, options.engine_clock)});
    if (options.http.has_value()) {
      HttpServerOptions plain{"sink http", options.http->host, options.http->port, std::nullopt,
                              options.limits.http};
      ASSIGN_OR_RETURN(http, HttpServer::Start(io, std::move(plain), &router));
    }
    if (options.https.has_value()) {
      HttpServerOptions secure{"sink https", options.https->host, options.https->port, options.tls,
                               options.limits.http};
      ASSIGN_OR_RETURN(https, HttpServer::Start(io, std::move(secure), &router));
    }
    if (options.tcp.has_value()) {
      ASSIGN_OR_RETURN(
          tcp, TcpSink::Start(io, *options.tcp, options.limits, &hub, options.engine_clock));
    }
    if (options.dns.has_value()) {
      ASSIGN_OR_RETURN(
          dns, DnsSink::Start(io, *options.dns, std::move(zone), &hub, options.engine_clock));
    }
    io->Post([this] { Tick(); });
    return absl::OkStatus();
  }
};

absl::StatusOr<std::unique_ptr<Sink>> Sink::Start(IoThread* io, SinkOptions options) {
  // From here on the destructor closes whatever was opened.
  std::unique_ptr<Sink> sink(new Sink(std::make_unique<State>(io, std::move(options))));
  RETURN_IF_ERROR(sink->state_->Open());
  return sink;
}

Sink::Sink(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sink::~Sink() { Stop(); }

v1::SinkPorts Sink::ports() const {
  v1::SinkPorts ports;
  if (state_->http != nullptr) ports.set_http(state_->http->port());
  if (state_->https != nullptr) ports.set_https(state_->https->port());
  if (state_->tcp != nullptr) ports.set_tcp(state_->tcp->port());
  if (state_->dns != nullptr) {
    ports.set_dns(state_->dns->port());
    ports.set_zone(state_->options.zone);
  }
  return ports;
}

SinkCounts Sink::counts() const {
  SinkCounts counts;
  state_->io->Call([&] { counts = state_->hub.counts(); });
  return counts;
}

void Sink::Stop() {
  if (state_->stopped) return;
  state_->stopped = true;
  if (state_->http != nullptr) state_->http->Stop(kGrace);
  if (state_->https != nullptr) state_->https->Stop(kGrace);
  if (state_->tcp != nullptr) state_->tcp->Stop();
  if (state_->dns != nullptr) state_->dns->Stop();
  state_->io->Call([this] {
    state_->hub.Flush();
    *state_->alive = false;
    state_->timer.cancel();
  });
  state_->io->Call([] {});  // the cancelled wait has run
}

}  // namespace drill
