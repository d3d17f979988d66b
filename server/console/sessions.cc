#include "server/console/sessions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/mutex.h"
#include "common/os/clock.h"
#include "common/os/random.h"
#include "drill/v1/api.pb.h"

namespace drill::console {
namespace {

using Reply = std::function<void(HttpResponse)>;

constexpr size_t kSessionsMax = 10'000;
constexpr size_t kAddressesMax = 10'000;
constexpr int64_t kMinuteUs = 60'000'000;

// In the Connect protocol's form, which the page's client reads.
HttpResponse Failure(int status, const char* code, const char* message) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = absl::StrCat("{\"code\":\"", code, "\",\"message\":\"", message, "\"}");
  return response;
}

HttpResponse WithCookie(HttpResponse response, absl::string_view id, int64_t seconds) {
  response.headers.emplace_back("Set-Cookie",
                                absl::StrCat(kCookie, "=", id, "; Path=/; Max-Age=", seconds,
                                             "; HttpOnly; Secure; SameSite=Strict"));
  return response;
}

std::string CookieOf(const HttpRequest& request) {
  for (absl::string_view pair : absl::StrSplit(request.Header("Cookie"), ';')) {
    pair = absl::StripAsciiWhitespace(pair);
    if (absl::ConsumePrefix(&pair, absl::StrCat(kCookie, "="))) return std::string(pair);
  }
  return "";
}

// Made by the console's own page, not by a form or a page of elsewhere.
bool OwnPage(const HttpRequest& request) {
  if (request.Header("Connect-Protocol-Version").empty()) return false;
  const std::string origin = request.Header("Origin");
  if (!origin.empty() && origin != absl::StrCat("https://", request.Header("Host"))) return false;
  const std::string site = request.Header("Sec-Fetch-Site");
  return site.empty() || site == "same-origin";
}

HttpResponse Foreign() {
  return Failure(403, "permission_denied", "not from the console's own page");
}

// Any thread.
class Sessions {
 public:
  explicit Sessions(std::function<int64_t()> now_us) : now_us_(std::move(now_us)) {}

  std::string Open(const std::string& token, const std::string& person) {
    const std::string id = absl::WebSafeBase64Escape(os::RandomBytes(32));
    MutexLock lock(mutex_);
    DropIdle();
    if (sessions_.size() >= kSessionsMax) {
      sessions_.erase(absl::c_min_element(sessions_, [](const auto& a, const auto& b) {
        return a.second.used_us < b.second.used_us;
      }));
    }
    sessions_[id] = {token, person, now_us_()};
    return id;
  }

  // The session's token; nullopt: no such session, or it was idle for too long.
  std::optional<std::string> Use(const std::string& id) {
    MutexLock lock(mutex_);
    const auto it = sessions_.find(id);
    if (it == sessions_.end()) return std::nullopt;
    if (now_us_() - it->second.used_us > kIdleMaxUs) {
      sessions_.erase(it);
      return std::nullopt;
    }
    it->second.used_us = now_us_();
    return it->second.token;
  }

  void Close(const std::string& id, bool everywhere) {
    MutexLock lock(mutex_);
    const auto it = sessions_.find(id);
    if (it == sessions_.end()) return;
    const std::string person = it->second.person;
    sessions_.erase(it);
    if (!everywhere) return;
    absl::erase_if(sessions_, [&](const auto& s) { return s.second.person == person; });
  }

  // Counts the attempt as failed until Succeeded() is told: answers under way count too.
  bool MayTry(const std::string& peer) {
    MutexLock lock(mutex_);
    const int64_t now = now_us_();
    if (failures_.size() >= kAddressesMax) {
      absl::erase_if(failures_, [&](const auto& f) { return now - f.second.since_us > kMinuteUs; });
      if (failures_.size() >= kAddressesMax) return false;
    }
    Failures& failures = failures_.try_emplace(peer, Failures{now, 0}).first->second;
    if (now - failures.since_us > kMinuteUs) failures = {now, 0};
    if (failures.count >= kFailuresPerMinute) return false;
    ++failures.count;
    return true;
  }
  void Succeeded(const std::string& peer) {
    MutexLock lock(mutex_);
    const auto it = failures_.find(peer);
    if (it != failures_.end() && it->second.count > 0) --it->second.count;
  }

 private:
  struct Session {
    std::string token;
    std::string person;
    int64_t used_us = 0;
  };
  struct Failures {
    int64_t since_us = 0;
    int count = 0;
  };

  void DropIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const int64_t now = now_us_();
    absl::erase_if(sessions_, [&](const auto& s) { return now - s.second.used_us > kIdleMaxUs; });
  }

  const std::function<int64_t()> now_us_;
  Mutex mutex_;
  absl::flat_hash_map<std::string, Session> sessions_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Failures> failures_ ABSL_GUARDED_BY(mutex_);
};

void SetHeader(HttpRequest* request, const std::string& name, const std::string& value) {
  auto& headers = request->headers;
  headers.erase(
      std::remove_if(headers.begin(), headers.end(),
                     [&](const auto& h) { return absl::EqualsIgnoreCase(h.first, name); }),
      headers.end());
  headers.emplace_back(name, value);
}

// The token is asked who it is, as any client would.
class SignIn final : public HttpHandler {
 public:
  SignIn(std::shared_ptr<Sessions> sessions, std::shared_ptr<HttpHandler> bridge, std::string path)
      : sessions_(std::move(sessions)), bridge_(std::move(bridge)), path_(std::move(path)) {}

  std::unique_ptr<HttpExchange> Begin(const HttpRequest& request, HttpResponse* refusal) override {
    if (!OwnPage(request)) {
      *refusal = Foreign();
      return nullptr;
    }
    if (!sessions_->MayTry(request.peer)) {
      *refusal = Failure(429, "resource_exhausted", "too many failed sign-ins: wait a minute");
      return nullptr;
    }
    return std::make_unique<Exchange>(this, request.peer);
  }

 private:
  class Exchange final : public HttpExchange {
   public:
    Exchange(const SignIn* all, std::string peer) : all_(*all), peer_(std::move(peer)) {}
    void OnBody(absl::string_view piece) override { absl::StrAppend(&token_, piece); }
    void Finish(Reply reply) override {
      const std::string token(absl::StripAsciiWhitespace(token_));
      HttpRequest ask;
      ask.method = "POST";
      ask.path = all_.path_ + "WhoAmI";
      ask.headers = {{"Content-Type", "application/proto"}, {"Authorization", "Bearer " + token}};
      HttpResponse refusal;
      call_ = all_.bridge_->Begin(ask, &refusal);
      if (call_ == nullptr) return reply(std::move(refusal));
      call_->Finish([sessions = all_.sessions_, peer = peer_, token,
                     reply = std::move(reply)](HttpResponse who) {
        v1::Identity identity;
        if (who.status != 200 || !identity.ParseFromString(who.body)) return reply(std::move(who));
        const std::string id = sessions->Open(token, identity.person().id());
        sessions->Succeeded(peer);
        HttpResponse done;
        done.status = 204;
        reply(WithCookie(std::move(done), id, kIdleMaxUs / 1'000'000));
      });
    }

   private:
    const SignIn& all_;
    const std::string peer_;
    std::string token_;
    std::unique_ptr<HttpExchange> call_;
  };

  const std::shared_ptr<Sessions> sessions_;
  const std::shared_ptr<HttpHandler> bridge_;
  const std::string path_;
};

class SignOut final : public HttpHandler {
 public:
  explicit SignOut(std::shared_ptr<Sessions> sessions) : sessions_(std::move(sessions)) {}

  std::unique_ptr<HttpExchange> Begin(const HttpRequest& request, HttpResponse* refusal) override {
    if (!OwnPage(request)) {
      *refusal = Foreign();
      return nullptr;
    }
    sessions_->Close(CookieOf(request), absl::EndsWith(request.path, "/all"));
    return std::make_unique<Exchange>();
  }

 private:
  struct Exchange final : HttpExchange {
    void OnBody(absl::string_view) override {}
    void Finish(Reply reply) override {
      HttpResponse done;
      done.status = 204;
      reply(WithCookie(std::move(done), "", 0));
    }
  };
  const std::shared_ptr<Sessions> sessions_;
};

class Services final : public HttpHandler {
 public:
  Services(std::shared_ptr<Sessions> sessions, std::shared_ptr<HttpHandler> bridge)
      : sessions_(std::move(sessions)), bridge_(std::move(bridge)) {}

  std::unique_ptr<HttpExchange> Begin(const HttpRequest& request, HttpResponse* refusal) override {
    const std::string id = CookieOf(request);
    if (id.empty() || !request.Header("Authorization").empty()) {
      return bridge_->Begin(request, refusal);
    }
    if (!OwnPage(request)) {
      *refusal = Foreign();
      return nullptr;
    }
    const std::optional<std::string> token = sessions_->Use(id);
    if (!token.has_value()) {
      *refusal = Failure(401, "unauthenticated", "no such session: sign in");
      return nullptr;
    }
    HttpRequest signed_in = request;
    SetHeader(&signed_in, "Authorization", "Bearer " + *token);
    return bridge_->Begin(signed_in, refusal);
  }

 private:
  const std::shared_ptr<Sessions> sessions_;
  const std::shared_ptr<HttpHandler> bridge_;
};

}  // namespace

SessionHandlers MakeSessions(std::shared_ptr<HttpHandler> bridge, const std::string& path,
                             std::function<int64_t()> now_us) {
  auto sessions = std::make_shared<Sessions>(now_us ? std::move(now_us) : os::MonotonicMicros);
  return {std::make_shared<SignIn>(sessions, bridge, path), std::make_shared<SignOut>(sessions),
          std::make_shared<Services>(sessions, bridge)};
}

}  // namespace drill::console
