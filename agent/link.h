#ifndef DRILL_AGENT_LINK_H_
#define DRILL_AGENT_LINK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "drill/v1/agent.pb.h"

namespace drill::agent {

// What the link tells, on its own thread: up, then frames, then down; again and again.
class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  // Connected and authenticated; the controller waits for Hello.
  virtual void OnLinkUp() = 0;
  // Before the first frame of a session: the controller's IP address; empty if it has none.
  virtual void OnLinkPeer(std::string address) = 0;
  // `received_us`: BOOTTIME just after it was read. May block until there is room.
  virtual void OnLinkFrame(v1::ControllerFrame frame, int64_t received_us) = 0;
  // After OnLinkUp: the connection is over.
  virtual void OnLinkDown(absl::Status why) = 0;
  // No connection came about; told again when the reason changes, and once a minute.
  virtual void OnLinkFailed(absl::Status why) = 0;
};

// The IP address of what gRPC calls a peer ("ipv4:192.0.2.1:443", "ipv6:%5B::1%5D:443"); empty: it
// has none (a Unix socket).
std::string AddressOfPeer(absl::string_view peer);

class FrameSender {
 public:
  virtual ~FrameSender() = default;
  // Never blocks. False: not connected, or the peer does not take what is sent and the connection
  // has been cut for it; OnLinkDown follows.
  virtual bool Send(v1::AgentFrame frame) = 0;
};

// The agent's stream to its controller, over mutual TLS; kept up by connecting again and again.
//
// Two threads: one reads with blocking calls (gRPC's callback threads would sleep 100 ms without
// looking after a second of silence), one writes what Send queued, so that a peer that does not
// read holds up nobody.
class Link : public FrameSender {
 public:
  struct Options {
    std::string address;  // HOST:PORT of AgentLink
    std::string ca_pem;
    std::string key_pem;
    std::string certificate_pem;
    // Waits between two attempts double from first to most, half of each by chance. A session that
    // got a frame starts them anew.
    int64_t wait_first_us = 200'000;
    int64_t wait_most_us = 5'000'000;
    // The same after the controller has refused this agent.
    int64_t refused_first_us = 5'000'000;
    int64_t refused_most_us = 60'000'000;
  };

  // `events` outlives it.
  Link(Options options, LinkEvents* events);
  // Cuts the connection; both threads are over afterwards.
  ~Link() override;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool Send(v1::AgentFrame frame) override;

  // Frames not yet handed to the stream; more cuts the connection.
  static constexpr size_t kQueuedFramesMax = 256;
  static constexpr size_t kQueuedBytesMax = 8 << 20;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_LINK_H_
