#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/actions/action.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int64_t kPageBytesMax = 4 << 20;
constexpr size_t kHeadlineBytesMax = 500;
constexpr absl::string_view kHeadline = "TRANG NÀY ĐÃ BỊ CHIẾM QUYỀN ĐIỀU KHIỂN";

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

// The public could see this page: it says that it is a drill.
std::string PageOf(absl::string_view headline, absl::string_view mark) {
  const std::string escaped = EscapeHtml(headline);
  return absl::StrCat(
      "<!doctype html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<title>",
      escaped,
      "</title>\n<style>body{background:#000;color:#e00;font-family:monospace;text-align:center;"
      "padding-top:20vh}p{color:#ccc}</style>\n</head>\n<body>\n<h1>",
      escaped,
      "</h1>\n<p>DIỄN TẬP – đây là tình huống giả định, không phải sự cố thật.</p>\n"
      "<p>EXERCISE – this is a simulated incident, not a real one.</p>\n<!-- ",
      mark, " -->\n</body>\n</html>\n");
}

// Whether this process could give the file back to its owner and group.
bool CanGiveBack(const v1::FileMeta& meta) {
  if (geteuid() == 0) return true;
  return meta.uid() == geteuid() && (meta.gid() == getegid() || group_member(meta.gid()) != 0);
}

class WebDeface : public Action {
 public:
  WebDeface(const v1::WebDeface& parameters, const std::string& mark)
      : page_(parameters.page()),
        headline_(parameters.has_headline() ? parameters.headline() : std::string(kHeadline)),
        ours_(PageOf(headline_, mark)) {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    faults.AddUnless(!page_.empty(), "page is missing");
    faults.AddUnless(!headline_.empty() && headline_.size() <= kHeadlineBytesMax &&
                         std::none_of(headline_.begin(), headline_.end(),
                                      [](unsigned char c) { return absl::ascii_iscntrl(c); }),
                     "headline is not one line of 1 to 500 bytes");
    return faults.ToStatus("web.deface");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    Change change;
    change.kind = v1::STEP_KIND_REPLACE_FILE;
    ASSIGN_OR_RETURN(change.path, guard.ResolveFile(page_));
    ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(change.path));
    ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
    struct stat st {};
    if (fstat(fd.get(), &st) != 0) return HostError(errno, "look at", change.path);
    const Seen seen = SeenOf(st);
    RETURN_IF_ERROR(CheckPage(change.path, seen, spot));
    ASSIGN_OR_RETURN(std::string before,
                     ReadFrom(fd.get(), 0, static_cast<size_t>(kPageBytesMax) + 1, change.path));
    change.before = seen.meta;
    change.content_before = ContentOf(std::move(before));
    change.content = ContentOf(ours_);
    if (change.content_before.sha256 == change.content.sha256) {
      return absl::FailedPreconditionError(
          absl::StrCat(change.path, " already is the page that this order would put there"));
    }
    change.traces.push_back({v1::ARTEFACT_KIND_PATH, change.path, true});
    ActionPlan plan;
    plan.bytes = change.content.size;
    plan.store_bytes = change.content_before.size;
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  static absl::Status CheckPage(const std::string& path, const Seen& seen, const Spot& spot) {
    if (seen.size > kPageBytesMax) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, " has ", seen.size, " bytes; at most 4 MiB can be kept and restored"));
    }
    if (seen.links != 1) {
      return absl::FailedPreconditionError(absl::StrCat(
          path, " has ", seen.links, " hard links; replacing it would part it from the others"));
    }
    if (!CanGiveBack(seen.meta)) {
      return absl::FailedPreconditionError(absl::StrCat(
          path, " belongs to user ", seen.meta.uid(), ", group ", seen.meta.gid(),
          "; the agent could not give it back: run the agent as root or as that user"));
    }
    if (faccessat(spot.directory.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("the agent may not write in the directory of ", path));
    }
    return absl::OkStatus();
  }

  const std::string page_;
  const std::string headline_;
  const std::string ours_;
};

}  // namespace

std::unique_ptr<Action> MakeWebDeface(const v1::Action& action, const std::string& mark) {
  return std::make_unique<WebDeface>(action.web_deface(), mark);
}

}  // namespace drill::agent
