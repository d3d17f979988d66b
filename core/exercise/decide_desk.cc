// The control team's desk: simulated recipients, questions and orders, requests.

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"

namespace drill::decide {

absl::Status SendDispatch(Context&, const v1::SendDispatch&) {
  return absl::UnimplementedError("send_dispatch");
}

absl::Status CloseDispatch(Context&, const v1::CloseDispatch&) {
  return absl::UnimplementedError("close_dispatch");
}

absl::Status MakeRequest(Context&, const v1::MakeRequest&) {
  return absl::UnimplementedError("make_request");
}

absl::Status SettleRequest(Context&, const v1::SettleRequest&) {
  return absl::UnimplementedError("settle_request");
}

absl::Status Acknowledge(Context&, const v1::AcknowledgeMessage&) {
  return absl::UnimplementedError("acknowledge_message");
}

}  // namespace drill::decide
