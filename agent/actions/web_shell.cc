#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr uint32_t kMode = 0644;

// Nothing but a comment in the language that the server would take the file for; so it does
// nothing when it is called, and shows nothing.
std::string MarkerFor(absl::string_view name, absl::string_view mark) {
  const std::string lower = absl::AsciiStrToLower(name);
  const auto is = [&](absl::string_view extension) { return absl::EndsWith(lower, extension); };
  if (is(".php") || is(".phtml")) return absl::StrCat("<?php /* ", mark, " */ ?>");
  if (is(".jsp") || is(".jspx") || is(".aspx") || is(".ashx") || is(".asp")) {
    return absl::StrCat("<%-- ", mark, " --%>");
  }
  return absl::StrCat("<!-- ", mark, " -->\n");
}

class WebShell : public Action {
 public:
  WebShell(const v1::WebShell& parameters, const std::string& mark)
      : dir_(parameters.dir()),
        name_(parameters.has_name() ? parameters.name() : "img_cache.php"),
        marker_(MarkerFor(name_, mark)) {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    faults.AddUnless(!dir_.empty(), "dir is missing");
    faults.AddUnless(
        IsHarmlessName(name_),
        absl::StrCat("name \"", name_,
                     "\" is not one plain name, or one that a web server would show by itself or "
                     "read as its configuration"));
    return faults.ToStatus("web.shell");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(const std::string path, PlaceForNew(guard, PathIn(dir_, name_)));
    ActionPlan plan;
    plan.changes.push_back(NewFileChange(path, ContentOf(marker_), kMode));
    plan.bytes = plan.changes.front().content.size;
    return plan;
  }

 private:
  const std::string dir_;
  const std::string name_;
  const std::string marker_;
};

}  // namespace

std::unique_ptr<Action> MakeWebShell(const v1::Action& action, const std::string& mark) {
  return std::make_unique<WebShell>(action.web_shell(), mark);
}

}  // namespace drill::agent
