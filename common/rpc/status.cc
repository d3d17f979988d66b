#include "common/rpc/status.h"

#include <string>

#include "absl/strings/string_view.h"
#include "common/rpc/limits.h"

namespace drill {
namespace {

constexpr absl::string_view kCut = "...";

bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  if (message.size() > kStatusMessageBytesMax) {
    size_t end = kStatusMessageBytesMax - kCut.size();
    while (end > 0 && ContinuesCharacter(message[end])) --end;
    message.resize(end);
    message.append(kCut.data(), kCut.size());
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()), std::move(message));
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // absl::Status keeps codes that it does not know as raw_code() and shows them as UNKNOWN.
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace drill
