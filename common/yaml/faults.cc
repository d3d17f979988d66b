#include "common/yaml/faults.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/yaml/load.h"

namespace drill::yaml {

std::string FaultLine(absl::string_view file_name, Position position, absl::string_view text) {
  return absl::StrCat(file_name, ":", position.line, ":", position.column, ": ", text);
}

void Faults::Add(const Place& place, absl::string_view text) {
  if (static_cast<int>(lines_.size()) >= max_errors_) {
    full_ = true;
    return;
  }
  std::string line = FaultLine(file_name_, place.at, text);
  if (place.anchor.line > 0) {
    absl::StrAppend(&line, " (anchor defined at ", place.anchor.line, ":", place.anchor.column,
                    ")");
  }
  lines_.push_back(std::move(line));
}

absl::Status Faults::ToStatus() const {
  if (lines_.empty() && !full_) return absl::OkStatus();
  std::string text = absl::StrJoin(lines_, "\n");
  if (full_) absl::StrAppend(&text, "\n", file_name_, ": and more; mend these first");
  return absl::InvalidArgumentError(text);
}

}  // namespace drill::yaml
