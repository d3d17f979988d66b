#include "absl/strings/str_cat.h"
#include "agent/host_files.h"
#include "agent/steps/line_edit.h"
#include "agent/steps/step.h"
#include "agent/steps/swap_file.h"
#include "common/base/digest.h"
#include "common/base/status.h"

// Lines added to a text file, or one line of it changed. The changer makes it as it creates or
// replaces a file; the log has the whole file before and after, both in the store. Undo takes out
// just our edit, wherever it stands by then: everybody else's edits stay.
namespace drill::agent {
namespace {

constexpr size_t kReadBytesMax = 16 << 20;
constexpr absl::string_view kMissing =
    "does not hold our lines as we wrote them any more; it was left alone";

struct Texts {
  std::string before;  // empty: there was no file
  std::string made;
  std::string now;
};

absl::StatusOr<Texts> Load(const UndoContext& context, const Spot& spot) {
  Texts texts;
  if (context.step.has_before()) {
    ASSIGN_OR_RETURN(texts.before, context.log.Load(context.step.before_sha256()));
  }
  ASSIGN_OR_RETURN(texts.made, context.log.Load(context.step.made_sha256()));
  ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
  ASSIGN_OR_RETURN(texts.now, ReadFrom(fd.get(), 0, kReadBytesMax, context.step.path()));
  if (texts.now.size() == kReadBytesMax) {
    return absl::FailedPreconditionError("it has grown above 16 MiB");
  }
  return texts;
}

class EditLines : public Step {
 public:
  absl::Status Apply(const ApplyContext&) const override {
    return absl::InternalError("lines are put into a file by the changer itself");
  }
  absl::Status Verify(const ApplyContext&, const Spot&) const override {
    return absl::InternalError("lines are checked by the changer itself");
  }

  void Survey(const UndoContext& context, const Spot& spot) const override {
    const auto texts = Load(context, spot);
    if (!texts.ok()) return;  // undo says so
    if (texts->now != texts->made && !WithoutEdit(texts->before, texts->made, texts->now)) {
      context.cleanup.Worsen(v1::CLEANUP_RESULT_SUPERSEDED,
                             absl::StrCat(context.step.path(), " ", kMissing,
                                          context.step.has_before() ? context.Kept() : ""));
    }
  }

  Standing Inspect(const UndoContext& context, const Spot& spot) const override {
    const auto texts = Load(context, spot);
    if (!texts.ok()) return {v1::TRACE_FATE_UNKNOWN, "cannot be read"};
    if (texts->now == texts->made || WithoutEdit(texts->before, texts->made, texts->now)) {
      return {v1::TRACE_FATE_STANDING, ""};
    }
    return {v1::TRACE_FATE_GONE, "does not hold our lines as we wrote them any more"};
  }

  void Undo(const UndoContext& context, const Spot& spot) const override {
    const v1::UndoStep& step = context.step;
    const absl::Status removed = RemoveName(spot.directory.get(), LeafOf(step.beside()));
    if (!removed.ok()) return context.Fail(removed);
    const auto seen = Look(spot.directory.get(), spot.leaf);
    if (!seen.ok()) return context.Fail(seen.status());
    const std::string kept = step.has_before() ? context.Kept() : "";
    if (!seen->exists) {
      if (!step.has_before()) return;
      return context.LeaveAlone(
          absl::StrCat("was removed by somebody else and not put back", kept));
    }
    if (!seen->regular) {
      return context.LeaveAlone(absl::StrCat("is no regular file any more", kept));
    }
    const auto texts = Load(context, spot);
    if (!texts.ok()) return context.Fail(texts.status());
    if (step.has_before() && texts->now == texts->before) return;
    const auto without = WithoutEdit(texts->before, texts->made, texts->now);
    const bool ours_alone = !step.has_before() && (without ? without->empty() : texts->now.empty());
    if (!without && !ours_alone) {
      return context.LeaveAlone(absl::StrCat(kMissing, kept));
    }
    const absl::Status status =
        ours_alone ? Annotate(RemoveIfStill(context, spot, *seen), "remove")
                   : PutBack(context, spot, *seen, *without, texts->now == texts->made);
    if (!status.ok()) context.Fail(status);
  }

  std::string VerifyUndone(const UndoContext& context, const Spot& spot) const override {
    const auto beside = Look(spot.directory.get(), LeafOf(context.step.beside()));
    if (!beside.ok() || beside->exists) return "has a file of ours beside it";
    const auto seen = Look(spot.directory.get(), spot.leaf);
    if (!seen.ok()) return "cannot be looked at";
    if (!seen->exists) return context.step.has_before() ? "is not there" : "";
    const auto texts = Load(context, spot);
    if (!texts.ok()) return "cannot be read";
    if (WithoutEdit(texts->before, texts->made, texts->now)) return "still holds our lines";
    return "";
  }

 private:
  static absl::Status RemoveIfStill(const UndoContext& context, const Spot& spot,
                                    const Seen& seen) {
    RETURN_IF_ERROR(StillAs(spot, context.step.path(), seen));
    return RemoveName(spot.directory.get(), spot.leaf);
  }

  // `exact`: nobody else has touched it, so its times are to be as they were.
  static absl::Status PutBack(const UndoContext& context, const Spot& spot, const Seen& seen,
                              const std::string& text, bool exact) {
    NewFile file;
    file.content = text;
    // Owner and mode are whatever they are by now, unless nothing was touched.
    file.meta = exact && context.step.has_before() ? context.step.before() : seen.meta;
    return SwapFile(spot, context.step.path(), LeafOf(context.step.beside()), seen, file,
                    context.reach);
  }
};

}  // namespace

const Step& EditLinesStep() {
  static const EditLines step;
  return step;
}

}  // namespace drill::agent
