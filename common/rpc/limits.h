#ifndef DRILL_COMMON_RPC_LIMITS_H_
#define DRILL_COMMON_RPC_LIMITS_H_

#include <cstddef>

// Every limit of the wire, for both of its ends.
namespace drill {

// One AgentFrame (proto/drill/v1/agent.proto).
inline constexpr int kAgentFrameBytesMax = 1 << 20;
// One ControllerFrame: a desired set with its scopes is larger than what an agent says.
inline constexpr int kControllerFrameBytesMax = 4 << 20;
// One request of a person; a scenario's source is the largest.
inline constexpr int kRequestBytesMax = 4 << 20;
// One answer to a person; a report of a large exercise is the largest.
inline constexpr int kReplyBytesMax = 64 << 20;

// Text of an error. gRPC carries it percent-encoded in the trailers, where a Vietnamese letter
// takes up to nine characters; clients of ours allow for that (kMetadataBytesMax).
inline constexpr size_t kStatusMessageBytesMax = 8 << 10;
inline constexpr int kMetadataBytesMax = 64 << 10;

// Streams on one connection: an agent has one, and for a moment its successor.
inline constexpr int kAgentStreamsPerConnection = 16;
inline constexpr int kPeopleStreamsPerConnection = 128;

// Unsent messages of one stream: see common/rpc/write_queue.h.
inline constexpr size_t kAgentQueueMessages = 256;
inline constexpr size_t kAgentQueueBytes = 16 << 20;
inline constexpr size_t kWatchQueueMessages = 1024;
inline constexpr size_t kWatchQueueBytes = 4 << 20;

// A silent connection is asked for life this often and given this long to answer. Heartbeats find
// a lost agent sooner; this finds what no heartbeat covers, such as a watcher whose laptop closed.
inline constexpr int kKeepaliveMs = 30'000;
inline constexpr int kKeepaliveTimeoutMs = 20'000;
// Pings of a client closer together than this are a fault of the client (GOAWAY).
inline constexpr int kPingIntervalMinMs = 10'000;
// A TLS handshake must end within this. Generous: after a restart ten thousand agents hold two
// cores for more than a minute.
inline constexpr int kHandshakeMs = 120'000;

}  // namespace drill

#endif  // DRILL_COMMON_RPC_LIMITS_H_
