#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;
constexpr size_t kTextBytesMax = 1000;

bool IsOneLine(absl::string_view text) {
  return text.size() <= kTextBytesMax &&
         text.find_first_of(absl::string_view("\n\r\0", 3)) == absl::string_view::npos;
}

size_t Blanks(absl::string_view text) {
  size_t count = 0;
  while (count < text.size() && (text[count] == ' ' || text[count] == '\t')) ++count;
  return count;
}

// Where the value stands in "  KEY = VALUE"; npos: the line is of another key, or a comment.
size_t ValueAt(absl::string_view line, absl::string_view key, char separator) {
  size_t at = Blanks(line);
  if (!absl::StartsWith(line.substr(at), key)) return absl::string_view::npos;
  at += key.size();
  const size_t blanks = Blanks(line.substr(at));
  at += blanks;
  if (separator == ' ') return blanks > 0 ? at : absl::string_view::npos;
  if (at >= line.size() || line[at] != separator) return absl::string_view::npos;
  ++at;
  return at + Blanks(line.substr(at));
}

class ConfigChange : public Action {
 public:
  explicit ConfigChange(const v1::ConfigChange& parameters)
      : file_(parameters.file()),
        key_(parameters.key()),
        value_(parameters.value()),
        separator_(parameters.has_separator() ? parameters.separator() : "=") {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    faults.AddUnless(!file_.empty(), "file is missing");
    faults.AddUnless(!absl::StripAsciiWhitespace(key_).empty() && IsOneLine(key_) &&
                         absl::StripAsciiWhitespace(key_) == absl::string_view(key_),
                     absl::StrCat("key \"", key_,
                                  "\" is not 1 to 1000 bytes of one line without "
                                  "blanks around it"));
    faults.AddUnless(IsOneLine(value_), "value is not one line of at most 1000 bytes");
    faults.AddUnless(separator_ == "=" || separator_ == ":" || separator_ == " ",
                     absl::StrCat("separator \"", separator_, "\" is not \"=\", \":\" or \" \""));
    return faults.ToStatus("config.change");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    Change change;
    change.kind = v1::STEP_KIND_ADD_LINES;
    ASSIGN_OR_RETURN(change.path, guard.ResolveFile(file_));
    ASSIGN_OR_RETURN(OwnersFile file, ReadOwnersFile(guard, change.path, kFileBytesMax));
    ASSIGN_OR_RETURN(std::string changed, Changed(change.path, file.content));
    change.before = file.seen.meta;
    change.content_before = ContentOf(std::move(file.content));
    change.content = ContentOf(std::move(changed));
    change.traces.push_back({v1::ARTEFACT_KIND_PATH, change.path, true});
    ActionPlan plan;
    plan.bytes = change.content.size;
    plan.store_bytes = change.content.size + change.content_before.size;
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  absl::StatusOr<std::string> Changed(const std::string& path, const std::string& text) const {
    for (size_t begin = 0; begin < text.size();) {
      size_t end = std::min(text.find('\n', begin), text.size());
      const size_t next = end + 1;
      if (end > begin && text[end - 1] == '\r') --end;
      const absl::string_view line = absl::string_view(text).substr(begin, end - begin);
      const size_t at = ValueAt(line, key_, separator_[0]);
      if (at != absl::string_view::npos) {
        if (line.substr(at) == absl::string_view(value_)) {
          return absl::FailedPreconditionError(
              absl::StrCat(path, " already has \"", value_, "\" for ", key_));
        }
        return absl::StrCat(text.substr(0, begin + at), value_, text.substr(end));
      }
      begin = next;
    }
    return absl::FailedPreconditionError(
        absl::StrCat(path, " has no line \"", key_, separator_, "...\"; check key and separator"));
  }

  const std::string file_;
  const std::string key_;
  const std::string value_;
  const std::string separator_;
};

}  // namespace

std::unique_ptr<Action> MakeConfigChange(const v1::Action& action, const std::string&) {
  return std::make_unique<ConfigChange>(action.config_change());
}

}  // namespace drill::agent
