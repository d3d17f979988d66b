#include "common/rpc/channel.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/keys/certificate.h"
#include "common/rpc/limits.h"

namespace drill {
namespace {

constexpr size_t kSessionsKept = 4;
constexpr int kPortMax = 65535;

}  // namespace

TlsSessionCache::TlsSessionCache() {
  grpc_init();  // the cache may be made before the first channel
  cache_ = grpc_ssl_session_cache_create_lru(kSessionsKept);
  DRILL_CHECK(cache_ != nullptr);
}

TlsSessionCache::~TlsSessionCache() {
  grpc_ssl_session_cache_destroy(cache_);
  grpc_shutdown();
}

void TlsSessionCache::AddTo(grpc::ChannelArguments* arguments) const {
  const grpc_arg argument = grpc_ssl_session_cache_create_channel_arg(cache_);
  arguments->SetPointerWithVtable(argument.key, argument.value.pointer.p,
                                  argument.value.pointer.vtable);
}

grpc::ChannelArguments ClientArguments(int received_bytes_max, ConnectionSharing sharing) {
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(std::string(kControllerName));
  arguments.SetMaxReceiveMessageSize(received_bytes_max);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  // The default of 2 ends the pings, and with them the keepalive, on a stream that only receives.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Retries are ours, by request id: a hidden second attempt would only delay the error.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A controller stands in the body's own network; a proxy from the environment is not meant.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (sharing == ConnectionSharing::kOwn) {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  }
  return arguments;
}

absl::StatusOr<HostPort> ParseHostPort(absl::string_view address) {
  const size_t colon = address.rfind(':');
  HostPort parsed;
  bool good = colon != absl::string_view::npos;
  if (good) {
    absl::string_view host = address.substr(0, colon);
    const absl::string_view port = address.substr(colon + 1);
    const bool bracketed = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
    parsed.host = std::string(host);
    good = !host.empty() && host.find_first_of("[]/ ") == absl::string_view::npos &&
           bracketed == (host.find(':') != absl::string_view::npos) && !port.empty() &&
           port.find_first_not_of("0123456789") == absl::string_view::npos &&
           absl::SimpleAtoi(port, &parsed.port) && parsed.port <= kPortMax;
  }
  if (good) return parsed;
  return absl::InvalidArgumentError(absl::StrCat(
      "address \"", address, "\": HOST:PORT is expected, such as 0.0.0.0:7443 or [::]:7443"));
}

std::string FormatHostPort(absl::string_view host, int port) {
  if (host.find(':') != absl::string_view::npos) return absl::StrCat("[", host, "]:", port);
  return absl::StrCat(host, ":", port);
}

}  // namespace drill
