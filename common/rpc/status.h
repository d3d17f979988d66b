#ifndef DRILL_COMMON_RPC_STATUS_H_
#define DRILL_COMMON_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

// absl::Status and grpc::Status have the same codes; gRPC 1.51 converts neither. Any thread.
namespace drill {

// Code and message as they are; a message above kStatusMessageBytesMax is cut between two
// characters and ends in "...". Bytes that are not UTF-8 are kept.
grpc::Status ToGrpc(const absl::Status& status);

absl::Status FromGrpc(const grpc::Status& status);

}  // namespace drill

#endif  // DRILL_COMMON_RPC_STATUS_H_
