#include "server/console/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drill::console {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr File kFiles[] = {
    {"/index.html", "text/html; charset=utf-8", "<html>", "GZ-HTML"},
    {"/assets/index-1a2b.js", "text/javascript; charset=utf-8", "js", "GZ-JS"},
};

HttpResponse Get(absl::Span<const File> files, const std::string& path,
                 const std::string& accept = "") {
  HttpRequest request;
  request.method = "GET";
  request.path = path;
  if (!accept.empty()) request.headers = {{"Accept-Encoding", accept}};
  HttpResponse response;
  MakePages(files)->Begin(request, &response)->Finish([&](HttpResponse r) { response = r; });
  return response;
}

TEST(PagesTest, NothingForeignAndNoFramesWhateverIsAsked) {
  for (const char* path : {"/", "/assets/index-1a2b.js", "/nothing"}) {
    const HttpResponse response = Get(kFiles, path);
    EXPECT_THAT(response.headers,
                Contains(Pair("Content-Security-Policy",
                              "default-src 'none'; script-src 'self'; style-src 'self'; "
                              "connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
                              "base-uri 'none'; form-action 'self'")))
        << path;
    EXPECT_THAT(response.headers, Contains(Pair("X-Content-Type-Options", "nosniff"))) << path;
    EXPECT_THAT(response.headers, Contains(Pair("Referrer-Policy", "no-referrer"))) << path;
  }
}

TEST(PagesTest, HashedNamesAreKeptThePageIsNot) {
  EXPECT_EQ(Get(kFiles, "/").cache_control, "no-store");
  EXPECT_EQ(Get(kFiles, "/").body, "<html>");
  EXPECT_EQ(Get(kFiles, "/assets/index-1a2b.js").cache_control,
            "public, max-age=31536000, immutable");
  EXPECT_EQ(Get(kFiles, "/nothing").cache_control, "no-store");
}

TEST(PagesTest, CompressedForWhoTakesIt) {
  for (const char* accept : {"gzip", "deflate, GZIP;q=0.5, br"}) {
    const HttpResponse response = Get(kFiles, "/", accept);
    EXPECT_EQ(response.body, "GZ-HTML") << accept;
    EXPECT_THAT(response.headers, Contains(Pair("Content-Encoding", "gzip"))) << accept;
  }
  for (const char* accept : {"", "br", "gzip;q=0", "gzip;q=0.000", "gzipped"}) {
    const HttpResponse response = Get(kFiles, "/", accept);
    EXPECT_EQ(response.body, "<html>") << accept;
    EXPECT_THAT(response.headers, Not(Contains(Pair("Content-Encoding", "gzip")))) << accept;
  }
  EXPECT_THAT(Get(kFiles, "/").headers, Contains(Pair("Vary", "Accept-Encoding")));
}

TEST(PagesTest, OnlyNamesOfTheTable) {
  for (const char* path : {"/../index.html", "/assets/../index.html", "/assets/", "//index.html",
                           "/%2e%2e/etc/passwd", "/assets/..%2findex.html", "/index.html/"}) {
    EXPECT_EQ(Get(kFiles, path).status, 404) << path;
  }
}

TEST(PagesTest, WithoutTheConsoleAPageSaysSoInBothLanguages) {
  const HttpResponse response = Get({}, "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("không có bảng điều khiển web"));
  EXPECT_THAT(response.body, HasSubstr("no web console"));
  EXPECT_EQ(Get({}, "/assets/x.js").status, 404);
}

}  // namespace
}  // namespace drill::console
