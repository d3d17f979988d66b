#ifndef DRILL_SERVER_REPORT_TEMPLATES_H_
#define DRILL_SERVER_REPORT_TEMPLATES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace drill::report {

// A file of templates/, put into the binary by EmbedTemplates.cmake.
struct EmbeddedTemplate {
  absl::string_view name;  // "aar.tpl"
  absl::string_view text;
};

absl::Span<const EmbeddedTemplate> EmbeddedTemplates();

}  // namespace drill::report

#endif  // DRILL_SERVER_REPORT_TEMPLATES_H_
