#include "agent/link.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/mutex.h"
#include "common/os/clock.h"
#include "common/os/log.h"
#include "common/os/random.h"
#include "common/rpc/channel.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "drill/v1/agent.grpc.pb.h"

namespace drill::agent {
namespace {

using std::chrono::microseconds;
using std::chrono::system_clock;

// A connection is asked for life when it was silent for so long. A little more than what the
// controller allows at the least, because pings arrive closer together than they were sent.
constexpr int kPingMs = kPingIntervalMinMs + 2'000;
constexpr int kPingTimeoutMs = 10'000;
// Of one attempt to connect. It doubles: a controller to which ten thousand agents return at once
// answers late, and giving up too early would make it begin again.
constexpr int kConnectFirstMs = 10'000;
constexpr int kConnectMostMs = 40'000;
// gRPC's wait for a channel cannot be interrupted; this is how long a stop waits for it.
constexpr int64_t kSliceUs = 200'000;
// The same failure is logged again after so long.
constexpr int64_t kLogAgainUs = 60'000'000;

// Connecting again soon would change nothing: certificate replaced, host unknown, or another agent
// has this identity.
bool Refused(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status) ||
         absl::IsAborted(status);
}

}  // namespace

std::string AddressOfPeer(absl::string_view peer) {
  const bool v6 = absl::ConsumePrefix(&peer, "ipv6:");
  if (!v6 && !absl::ConsumePrefix(&peer, "ipv4:")) return "";
  peer = peer.substr(0, peer.rfind(':'));
  if (!absl::ConsumePrefix(&peer, "%5B")) absl::ConsumePrefix(&peer, "[");
  if (!absl::ConsumeSuffix(&peer, "%5D")) absl::ConsumeSuffix(&peer, "]");
  // Over a socket for both, IPv4 addresses come mapped; the sink listens on the plain one.
  if (v6) absl::ConsumePrefix(&peer, "::ffff:");
  return std::string(peer);
}

class Link::Impl {
 public:
  Impl(Options options, LinkEvents* events)
      : options_(std::move(options)),
        events_(events),
        credentials_(ClientTls(options_.ca_pem, options_.key_pem, options_.certificate_pem)),
        thread_([this] { Run(); }) {}

  ~Impl() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      if (context_ != nullptr) context_->TryCancel();
    }
    changed_.notify_all();
    thread_.join();
  }

  bool Send(v1::AgentFrame frame) {
    const size_t bytes = frame.ByteSizeLong();
    {
      MutexLock lock(mutex_);
      if (!open_) return false;
      if (queue_.size() >= kQueuedFramesMax || queued_bytes_ + bytes > kQueuedBytesMax) {
        os::LogWarning("the controller takes nothing of what is sent: connecting again");
        open_ = false;
        context_->TryCancel();
        return false;
      }
      queued_bytes_ += bytes;
      queue_.push_back(std::move(frame));
    }
    changed_.notify_all();
    return true;
  }

 private:
  using Stream = grpc::ClientReaderWriter<v1::AgentFrame, v1::ControllerFrame>;

  void Run() {
    int64_t wait = 0;
    while (!Stopping()) {
      bool heard = false;
      bool up = false;
      const absl::Status status = Session(&up, &heard);
      if (Stopping()) return;
      const bool refused = Refused(status);
      const int64_t first = refused ? options_.refused_first_us : options_.wait_first_us;
      const int64_t most = refused ? options_.refused_most_us : options_.wait_most_us;
      wait = heard && !refused ? first : std::clamp(wait * 2, first, most);
      if (LogFailure(status) && !up) events_->OnLinkFailed(status);
      Pause(wait / 2 + Chance(wait / 2));
    }
  }

  // One attempt: connects, and stays until the stream ends. `up`: it connected; `heard`: a frame
  // came.
  absl::Status Session(bool* up, bool* heard) {
    const int connect_ms = std::clamp(connect_ms_, kConnectFirstMs, kConnectMostMs);
    grpc::ChannelArguments arguments =
        ClientArguments(kControllerFrameBytesMax, ConnectionSharing::kOwn);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMs);
    // In gRPC this is also the time that one connection may take.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, connect_ms);
    sessions_.AddTo(&arguments);
    const std::shared_ptr<grpc::Channel> channel =
        grpc::CreateCustomChannel(options_.address, credentials_, arguments);
    const grpc_connectivity_state state = Connect(*channel, connect_ms);
    if (state == GRPC_CHANNEL_CONNECTING || state == GRPC_CHANNEL_IDLE) {
      connect_ms_ = connect_ms * 2;
      return absl::UnavailableError(absl::StrCat("no answer within ", connect_ms / 1000, " s"));
    }
    connect_ms_ = kConnectFirstMs;

    grpc::ClientContext context;
    const std::unique_ptr<v1::AgentLink::Stub> stub = v1::AgentLink::NewStub(channel);
    {
      MutexLock lock(mutex_);
      if (stopping_) return absl::CancelledError("stopping");
      context_ = &context;
    }
    // Of a channel that could not connect, the call says why at once.
    const std::unique_ptr<Stream> stream = stub->Connect(&context);
    *up = state == GRPC_CHANNEL_READY;
    if (*up) {
      os::LogInfo(absl::StrCat("connected to ", options_.address));
      Open(true);
      events_->OnLinkUp();
    }
    std::thread writer([this, &stream] { Write(stream.get()); });
    v1::ControllerFrame frame;
    while (stream->Read(&frame)) {
      const int64_t received_us = os::BootMicros();
      if (!*heard) events_->OnLinkPeer(AddressOfPeer(context.peer()));
      *heard = true;
      events_->OnLinkFrame(std::move(frame), received_us);
      frame.Clear();
    }
    Open(false);
    writer.join();
    const absl::Status status = FromGrpc(stream->Finish());
    {
      MutexLock lock(mutex_);
      context_ = nullptr;
    }
    const absl::Status why =
        status.ok() ? absl::UnavailableError("the controller ended the stream") : status;
    if (*up) events_->OnLinkDown(why);
    return why;
  }

  // Returns when it is connected, has failed, or the time is over.
  grpc_connectivity_state Connect(grpc::Channel& channel, int connect_ms) {
    const int64_t end = os::MonotonicMicros() + int64_t{connect_ms} * 1'000;
    grpc_connectivity_state state = channel.GetState(true);
    while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE &&
           state != GRPC_CHANNEL_SHUTDOWN && os::MonotonicMicros() < end && !Stopping()) {
      channel.WaitForStateChange(state, system_clock::now() + microseconds(kSliceUs));
      state = channel.GetState(true);
    }
    return state;
  }

  void Write(Stream* stream) {
    for (;;) {
      v1::AgentFrame frame;
      {
        MutexLock lock(mutex_);
        while (open_ && queue_.empty()) lock.Wait(changed_);
        if (!open_) return;
        frame = std::move(queue_.front());
        queue_.pop_front();
        queued_bytes_ -= frame.ByteSizeLong();
      }
      // Broken: the reader learns it too, and ends the session.
      if (!stream->Write(frame)) return;
    }
  }

  void Open(bool open) {
    {
      MutexLock lock(mutex_);
      open_ = open;
      queue_.clear();
      queued_bytes_ = 0;
    }
    changed_.notify_all();
  }

  // False: it has just been logged.
  bool LogFailure(const absl::Status& status) {
    const int64_t now = os::MonotonicMicros();
    const std::string text = absl::StrCat(
        "no connection to ", options_.address, ": ", absl::StatusCodeToString(status.code()), ": ",
        status.message(), Refused(status) ? "; trying again slowly" : "");
    if (text == logged_ && now - logged_us_ < kLogAgainUs) return false;
    logged_ = text;
    logged_us_ = now;
    os::LogWarning(text);
    return true;
  }

  static int64_t Chance(int64_t below) {
    uint32_t random = 0;
    const std::string bytes = os::RandomBytes(sizeof random);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&random));
    return below <= 0 ? 0 : static_cast<int64_t>(random) % below;
  }

  void Pause(int64_t micros) {
    const auto until = std::chrono::steady_clock::now() + microseconds(micros);
    MutexLock lock(mutex_);
    while (!stopping_ && std::chrono::steady_clock::now() < until) {
      lock.WaitUntil(changed_, until);
    }
  }

  bool Stopping() {
    MutexLock lock(mutex_);
    return stopping_;
  }

  const Options options_;
  LinkEvents* const events_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  // Reconnecting skips the expensive half of the handshake.
  const TlsSessionCache sessions_;

  // The link's thread only.
  int connect_ms_ = kConnectFirstMs;
  std::string logged_;
  int64_t logged_us_ = 0;

  Mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::deque<v1::AgentFrame> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;

  std::thread thread_;  // last: uses all of the above
};

Link::Link(Options options, LinkEvents* events)
    : impl_(std::make_unique<Impl>(std::move(options), events)) {}
Link::~Link() = default;
bool Link::Send(v1::AgentFrame frame) { return impl_->Send(std::move(frame)); }

}  // namespace drill::agent
