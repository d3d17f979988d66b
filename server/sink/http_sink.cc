#include "server/sink/http_sink.h"

#include <utility>

#include "absl/strings/strip.h"
#include "core/exercise/mark.h"

namespace drill {
namespace {

class Exchange final : public HttpExchange {
 public:
  Exchange(SinkHub* hub, std::function<int64_t()> clock, SinkHub::Contact contact,
           std::string claimed)
      : hub_(hub),
        clock_(std::move(clock)),
        contact_(std::move(contact)),
        claimed_(std::move(claimed)),
        archive_(hub->Archive(contact_.mark, contact_.channel)) {}

  void OnBody(absl::string_view piece) override {
    contact_.bytes += static_cast<int64_t>(piece.size());
    own_.Add(piece);
    archive_.Add(piece);
  }

  void Finish(std::function<void(HttpResponse)> reply) override {
    // In one request or over several, the last of which carries the digest.
    const bool whole =
        !claimed_.empty() && (archive_.Digest() == claimed_ || own_.Digest() == claimed_);
    if (whole) contact_.whole_sha256 = claimed_;
    hub_->Received(contact_, clock_());
    std::optional<ArchiveHash> so_far;
    if (claimed_.empty()) so_far = archive_;
    hub_->KeepArchive(contact_.mark, contact_.channel, so_far);
    HttpResponse response;
    response.status = 204;
    reply(std::move(response));
  }

 private:
  SinkHub* const hub_;
  const std::function<int64_t()> clock_;
  SinkHub::Contact contact_;
  const std::string claimed_;  // digest; "" for all but the last request
  ArchiveHash own_;
  ArchiveHash archive_;
};

class HttpSink final : public HttpHandler {
 public:
  HttpSink(SinkHub* hub, std::function<int64_t()> clock) : hub_(hub), clock_(std::move(clock)) {}

  std::unique_ptr<HttpExchange> Begin(const HttpRequest& request, HttpResponse* refusal) override {
    absl::string_view rest = request.path;
    absl::ConsumePrefix(&rest, kHttpSinkPath);
    SinkHub::Contact contact;
    contact.mark = std::string(rest.substr(0, rest.find('/')));
    contact.channel = request.secure ? v1::CHANNEL_HTTPS : v1::CHANNEL_HTTP;
    contact.from = request.peer;
    const std::string header = request.Header(kArchiveHeader);
    std::string claimed = Sha256FromHex(header);
    if (!IsMark(contact.mark) || (!header.empty() && claimed.empty())) {
      hub_->Malformed();
      refusal->status = IsMark(contact.mark) ? 400 : 404;
      refusal->body = IsMark(contact.mark) ? "bad request\n" : "not found\n";
      return nullptr;
    }
    return std::make_unique<Exchange>(hub_, clock_, std::move(contact), std::move(claimed));
  }

 private:
  SinkHub* const hub_;
  const std::function<int64_t()> clock_;
};

}  // namespace

std::shared_ptr<HttpHandler> MakeHttpSink(SinkHub* hub, std::function<int64_t()> clock) {
  return std::make_shared<HttpSink>(hub, std::move(clock));
}

}  // namespace drill
