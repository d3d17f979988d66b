#include <errno.h>
#include <openssl/evp.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/pace.h"
#include "agent/prober.h"
#include "agent/task.h"
#include "agent/task_net.h"
#include "agent/task_ssh.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/random.h"

// What goes against hosts of the drill: scan, flood, guesses.
namespace drill::agent {
namespace {

constexpr int64_t kProbeUs = 2'000'000;
constexpr int64_t kTickUs = 50'000;
// Bursts of a twentieth of a second at most.
constexpr int kBurstsPerSecond = 20;
constexpr size_t kPasswordBytes = 9;

using Endpoint = v1::NetworkTask::Endpoint;

absl::StatusOr<std::vector<SocketAddress>> AddressesOf(const Task& task) {
  std::vector<SocketAddress> addresses;
  for (const Endpoint& endpoint : task.network().endpoints()) {
    for (const int port : endpoint.ports()) {
      ASSIGN_OR_RETURN(addresses.emplace_back(), ParseAddress(endpoint.address(), port));
    }
  }
  if (addresses.empty()) return absl::InternalError("a task against nobody");
  return addresses;
}

TokenBucket PaceOf(int rate) {
  return TokenBucket(rate, std::max(1, rate / kBurstsPerSecond), os::MonotonicMicros());
}

std::string Base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

// That nobody has.
std::string RandomPassword() { return Base64(os::RandomBytes(kPasswordBytes)); }

absl::Status GuessByHttp(const v1::AuthGuess& guess, const Endpoint& endpoint,
                         int64_t deadline_us) {
  ASSIGN_OR_RETURN(Stream stream,
                   Stream::Connect(endpoint.address(), endpoint.ports(0), deadline_us));
  HttpRequest request;
  request.path = guess.path();
  request.host = AddressText(endpoint.address(), endpoint.ports(0));
  request.headers =
      absl::StrCat("Authorization: Basic ",
                   Base64(absl::StrCat(guess.account(), ":", RandomPassword())), "\r\n");
  ASSIGN_OR_RETURN(const int status, Exchange(stream, request, deadline_us));
  // Too many tries (429) is a good answer to these, too.
  if (IsTurnedAway(status) || status == 429) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("http://", request.host, request.path, " answered with ", status,
                   ": it asks for no password; name another path"));
}

}  // namespace

absl::Status RunScan(const Task& task) {
  const v1::NetworkScan& scan = task.network().action().network_scan();
  ASSIGN_OR_RETURN(const std::vector<SocketAddress> addresses, AddressesOf(task));
  // That a port is closed is an answer like any other.
  Prober prober("", kProbeUs, [&](int error) {
    task.Count(error == 0 ? absl::OkStatus() : NetworkError(error, "port"));
  });
  TokenBucket pace = PaceOf(scan.rate());
  const size_t total = addresses.size() * static_cast<size_t>(scan.rounds());
  for (size_t next = 0; next < total || !prober.idle();) {
    if (os::MonotonicMicros() >= task.end_us) return absl::OkStatus();
    const bool more = next < total && !prober.full();
    const int64_t wait = more ? pace.Take(os::MonotonicMicros()) : kTickUs;
    if (!more || wait > 0) {
      prober.Poll(std::min(wait, kTickUs));
      continue;
    }
    const int error = prober.Start(addresses[next % addresses.size()]);
    if (next++ == 0 && IsTurnedBack(error)) return NetworkError(error, "the first connection");
    if (error != 0) task.Count(NetworkError(error, "port"));
    task.runs();
  }
  return absl::OkStatus();
}

absl::Status RunFlood(const Task& task) {
  const v1::NetworkFlood& flood = task.network().action().network_flood();
  ASSIGN_OR_RETURN(const std::vector<SocketAddress> addresses, AddressesOf(task));
  const Endpoint& first = task.network().endpoints(0);
  const std::string request =
      flood.kind() == v1::FLOOD_KIND_TCP
          ? ""
          : absl::StrCat("GET ", flood.path(), " HTTP/1.1\r\nHost: ", first.address(),
                         "\r\nConnection: close\r\n\r\n");
  bool runs = false;
  int first_error = 0;
  Prober prober(request, kProbeUs, [&](int error) {
    task.Count(error == 0 ? absl::OkStatus() : NetworkError(error, "request"),
               error == 0 ? static_cast<int64_t>(request.size()) : 0);
    if (error == 0 && !runs) {
      task.runs();
      runs = true;
    }
    if (error != 0 && !runs) first_error = error;
  });
  TokenBucket pace = PaceOf(flood.rate());
  const int64_t end_us =
      std::min(task.end_us, os::MonotonicMicros() + flood.lasts().seconds() * 1'000'000);
  for (size_t next = 0; os::MonotonicMicros() < end_us;) {
    // One goes ahead alone: whether anything gets through is known before there are many.
    const bool more = !prober.full() && (runs || next == 0);
    const int64_t wait = more ? pace.Take(os::MonotonicMicros()) : kTickUs;
    if (!more || wait > 0) {
      prober.Poll(std::min(wait, kTickUs));
    } else if (const int error = prober.Start(addresses[next++ % addresses.size()]); error != 0) {
      task.Count(NetworkError(error, "request"));
      if (!runs) first_error = error;
    }
    if (!runs && first_error != 0) {
      return NetworkError(first_error, AddressText(first.address(), first.ports(0)));
    }
  }
  return absl::OkStatus();
}

absl::Status RunGuess(const Task& task) {
  const v1::AuthGuess& guess = task.network().action().auth_guess();
  bool runs = false;
  for (int i = 0; i < guess.tries(); ++i) {
    if (i > 0 && !SleepWithin(task, guess.every().seconds() * 1'000'000)) return absl::OkStatus();
    for (const Endpoint& endpoint : task.network().endpoints()) {
      const int64_t patience = runs ? kLaterAnswerUs : kFirstAnswerUs;
      const absl::Status tried =
          guess.kind() == v1::GUESS_KIND_HTTP
              ? GuessByHttp(guess, endpoint, os::MonotonicMicros() + patience)
              : GuessBySsh({task.program, endpoint.address(), endpoint.ports(0), guess.account(),
                            RandomPassword()},
                           os::MonotonicMicros() + patience, task.runs);
      task.Count(tried);
      if (!runs) {
        RETURN_IF_ERROR(tried);
        task.runs();
        runs = true;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace drill::agent
