#include "server/console/pages.h"

#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace drill::console {
namespace {

constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

// Without style: the policy takes none that stands in the page.
constexpr char kAbsent[] =
    "<!doctype html>\n<html lang=\"vi\"><meta charset=\"utf-8\"><title>Cyberdrill</title>\n"
    "<h1>Bản dựng này không có bảng điều khiển web</h1>\n"
    "<p>Chương trình được dựng trên máy không có Node.js. Hãy dùng <code>drillctl</code>, hoặc "
    "chạy "
    "<code>scripts/build-web</code> rồi dựng lại <code>drilld</code>.</p>\n"
    "<div lang=\"en\"><h1>This build has no web console</h1>\n"
    "<p>The program was built without Node.js. Use <code>drillctl</code>, or run "
    "<code>scripts/build-web</code> and build <code>drilld</code> again.</p></div>\n</html>\n";

// "gzip" among the codings, and not "gzip;q=0".
bool TakesGzip(absl::string_view accept) {
  for (absl::string_view coding : absl::StrSplit(accept, ',')) {
    const std::string text = absl::AsciiStrToLower(absl::StripAsciiWhitespace(coding));
    if (text == "gzip") return true;
    if (absl::StartsWith(text, "gzip;")) return text.find_first_of("123456789") != text.npos;
  }
  return false;
}

class Ready final : public HttpExchange {
 public:
  explicit Ready(HttpResponse response) : response_(std::move(response)) {}
  void OnBody(absl::string_view) override {}
  void Finish(std::function<void(HttpResponse)> reply) override { reply(std::move(response_)); }

 private:
  HttpResponse response_;
};

class Pages final : public HttpHandler {
 public:
  explicit Pages(absl::Span<const File> files) : files_(files) {}

  std::unique_ptr<HttpExchange> Begin(const HttpRequest& request, HttpResponse*) override {
    return std::make_unique<Ready>(Answer(request));
  }

 private:
  HttpResponse Answer(const HttpRequest& request) const {
    HttpResponse response;
    response.headers = {{"Content-Security-Policy", kPolicy},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Referrer-Policy", "no-referrer"}};
    const std::string path = request.path == "/" ? "/index.html" : request.path;
    const auto file = absl::c_find_if(files_, [&](const File& f) { return f.path == path; });
    if (file != files_.end()) {
      Fill(*file, TakesGzip(request.Header("Accept-Encoding")), &response);
    } else if (files_.empty() && path == "/index.html") {
      response.content_type = "text/html; charset=utf-8";
      response.body = kAbsent;
    } else {
      response.status = 404;
      response.body = "not found\n";
    }
    return response;
  }

  static void Fill(const File& file, bool gzip, HttpResponse* response) {
    response->content_type = std::string(file.content_type);
    response->headers.emplace_back("Vary", "Accept-Encoding");
    if (gzip) response->headers.emplace_back("Content-Encoding", "gzip");
    response->body = std::string(gzip ? file.gzip : file.bytes);
    // Their names hold a hash of what is in them.
    if (absl::StartsWith(file.path, "/assets/")) {
      response->cache_control = "public, max-age=31536000, immutable";
    }
  }

  const absl::Span<const File> files_;
};

}  // namespace

std::shared_ptr<HttpHandler> MakePages(absl::Span<const File> files) {
  return std::make_shared<Pages>(files);
}

}  // namespace drill::console
