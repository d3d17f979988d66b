#ifndef DRILL_CLI_PDF_H_
#define DRILL_CLI_PDF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace drill::cli {

// The paged form of one of our self-contained HTML documents, by WeasyPrint: `program` is its name
// or path. Equal documents give equal bytes. Blocks; a 40-page report takes some seconds.
//
// NotFound: no such program on this machine. Internal: it ran and failed, with its last words.
absl::StatusOr<std::string> ToPdf(const std::string& program, absl::string_view html);

}  // namespace drill::cli

#endif  // DRILL_CLI_PDF_H_
