#ifndef DRILL_SERVER_CONSOLE_PAGES_H_
#define DRILL_SERVER_CONSOLE_PAGES_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/http/router.h"

namespace drill::console {

// A file of the built console. The bytes live as long as the program.
struct File {
  absl::string_view path;  // "/assets/index-BX1a.js"
  absl::string_view content_type;
  absl::string_view bytes;
  absl::string_view gzip;  // the same, compressed
};

// What scripts/build-web had made when this program was built; empty where it had not run.
absl::Span<const File> EmbeddedFiles();

// Serves these files and nothing else: names are compared with the table, no file is opened.
// "/" is "/index.html"; without files, a page in both languages that says so. Every answer forbids
// scripts and connections of other origins, and frames.
std::shared_ptr<HttpHandler> MakePages(absl::Span<const File> files);

}  // namespace drill::console

#endif  // DRILL_SERVER_CONSOLE_PAGES_H_
