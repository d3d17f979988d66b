#ifndef DRILL_SERVER_CONSOLE_SESSIONS_H_
#define DRILL_SERVER_CONSOLE_SESSIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/http/router.h"

namespace drill::console {

inline constexpr uint64_t kTokenBytesMax = 256;
inline constexpr int64_t kIdleMaxUs = 8LL * 3'600'000'000;
inline constexpr int kFailuresPerMinute = 10;
inline constexpr char kCookie[] = "__Host-drill";

struct SessionHandlers {
  // POST, body: a personal token. 204 with the cookie; 401 no such token; 429 too many failures
  // from this address within a minute.
  std::shared_ptr<HttpHandler> sign_in;
  // DELETE: this session; a path that ends in "/all": every session of its person.
  std::shared_ptr<HttpHandler> sign_out;
  // In front of the services: a session's cookie becomes its token. A request that brings an
  // "authorization" header is passed on as it is.
  std::shared_ptr<HttpHandler> services;
};

// Sessions of browsers. They live in memory only, with the token, which the controller itself
// knows by its hash alone: they end with the process, after kIdleMaxUs without a call, and at
// sign-out. The services check the token at every call, so a revoked one ends its sessions too.
//
// A cookie counts only with the header "Connect-Protocol-Version", which no form or foreign page
// can send, and only from a page of this very origin. `bridge` takes the calls below `path`.
// `now_us`: a clock that never goes back; for tests.
SessionHandlers MakeSessions(std::shared_ptr<HttpHandler> bridge, const std::string& path,
                             std::function<int64_t()> now_us = nullptr);

}  // namespace drill::console

#endif  // DRILL_SERVER_CONSOLE_SESSIONS_H_
