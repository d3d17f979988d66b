#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr uint32_t kMode = 0644;
constexpr size_t kNameBytesMax = 64;

// cron reads only such names in its directories.
bool IsCronName(absl::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
         });
}

class PersistenceCron : public Action {
 public:
  PersistenceCron(const v1::PersistenceCron& parameters, const std::string& mark)
      : file_(parameters.has_file() ? parameters.file() : "/etc/cron.d/sysupdate"),
        // Once a day, as nobody, and nothing: what cron logs of it is little.
        text_(absl::StrCat("# ", mark, "\n23 3 * * * nobody /bin/true\n")) {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    const size_t slash = file_.rfind('/');
    faults.AddUnless(
        slash != std::string::npos && IsCronName(absl::string_view(file_).substr(slash + 1)),
        absl::StrCat("file \"", file_,
                     "\" is no path whose last part is 1 to 64 of "
                     "[A-Za-z0-9_-], as cron wants it"));
    return faults.ToStatus("persistence.cron");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(const std::string path, PlaceForNew(guard, file_));
    ActionPlan plan;
    plan.changes.push_back(NewFileChange(path, ContentOf(text_), kMode));
    plan.bytes = plan.changes.front().content.size;
    return plan;
  }

 private:
  const std::string file_;
  const std::string text_;
};

}  // namespace

std::unique_ptr<Action> MakePersistenceCron(const v1::Action& action, const std::string& mark) {
  return std::make_unique<PersistenceCron>(action.persistence_cron(), mark);
}

}  // namespace drill::agent
