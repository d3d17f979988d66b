#include "agent/steps/line_edit.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace drill::agent {
namespace {

using Lines = std::vector<absl::string_view>;

// An empty text has no line; one that ends with a line end has an empty last one, so that joining
// gives the same bytes.
Lines Split(absl::string_view text) {
  if (text.empty()) return {};
  return absl::StrSplit(text, '\n');
}

std::optional<std::string> WithoutAdded(const Lines& added, Lines now) {
  const auto ours = [&](absl::string_view line) {
    return !line.empty() && std::find(added.begin(), added.end(), line) != added.end();
  };
  const size_t size = now.size();
  now.erase(std::remove_if(now.begin(), now.end(), ours), now.end());
  if (now.size() == size) return std::nullopt;
  return absl::StrJoin(now, "\n");
}

}  // namespace

std::optional<std::string> WithoutEdit(absl::string_view before, absl::string_view made,
                                       absl::string_view now) {
  if (now == made) return std::string(before);
  const Lines old_lines = Split(before);
  const Lines new_lines = Split(made);
  const size_t shorter = std::min(old_lines.size(), new_lines.size());
  size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail]) {
    ++tail;
  }
  const Lines put(new_lines.begin() + static_cast<ptrdiff_t>(head),
                  new_lines.end() - static_cast<ptrdiff_t>(tail));
  const size_t taken = old_lines.size() - head - tail;
  Lines lines = Split(now);
  if (taken == 0) return WithoutAdded(put, lines);
  if (taken != 1 || put.size() != 1) return std::nullopt;
  const absl::string_view ours = put.front();
  if (std::count(lines.begin(), lines.end(), ours) !=
      std::count(new_lines.begin(), new_lines.end(), ours)) {
    return std::nullopt;
  }
  auto turn = std::count(new_lines.begin(), new_lines.begin() + static_cast<ptrdiff_t>(head), ours);
  for (absl::string_view& line : lines) {
    if (line != ours || turn-- != 0) continue;
    line = old_lines[head];
    break;
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace drill::agent
