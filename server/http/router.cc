#include "server/http/router.h"

#include "absl/strings/match.h"

namespace drill {

std::string HttpRequest::Header(absl::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase(key, name)) return value;
  }
  return "";
}

const HttpRoute* HttpRouter::Find(absl::string_view method, absl::string_view path,
                                  HttpResponse* refusal) const {
  const HttpRoute* best = nullptr;
  bool other_method = false;
  for (const HttpRoute& route : routes_) {
    const bool fits =
        route.path.back() == '/' ? absl::StartsWith(path, route.path) : path == route.path;
    if (!fits) continue;
    if (route.method != method) {
      other_method = true;
    } else if (best == nullptr || route.path.size() > best->path.size()) {
      best = &route;
    }
  }
  if (best == nullptr) {
    refusal->status = other_method ? 405 : 404;
    refusal->body = other_method ? "method not allowed\n" : "not found\n";
  }
  return best;
}

}  // namespace drill
