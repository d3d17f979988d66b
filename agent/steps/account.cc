#include <errno.h>
#include <fcntl.h>

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/host_files.h"
#include "agent/steps/step.h"
#include "agent/steps/swap_file.h"
#include "common/base/status.h"
#include "common/os/clock.h"

// One line of an account, in one of the files that hold accounts; the log has the line and the file
// as it was. The account is one thing in several files: if its line in any of them is not as we
// wrote it, all of it is the team's by now and left alone, so that no half of an account is left.
namespace drill::agent {
namespace {

// What lckpwdf(3) takes; as long as it waits.
constexpr char kLockName[] = ".pwd.lock";
constexpr int64_t kLockWaitMicros = 15'000'000;
constexpr int64_t kLockStepMicros = 5'000;

// Held while it lives.
absl::StatusOr<os::Fd> LockAccounts(const Spot& spot, const std::string& path) {
  os::Fd fd(openat(spot.directory.get(), kLockName, O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return HostError(errno, "lock", absl::StrCat(ParentOf(path), "/", kLockName));
  const int64_t give_up = os::MonotonicMicros() + kLockWaitMicros;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  // Of the open file, not of the process: a close elsewhere in the agent must not let go of it.
  while (fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) return HostError(errno, "lock", path);
    if (os::MonotonicMicros() > give_up) {
      return absl::UnavailableError(
          absl::StrCat("another program has held the lock of the account files, ", ParentOf(path),
                       "/", kLockName, ", for 15 s"));
    }
    os::SleepMicros(kLockStepMicros);
  }
  return fd;
}

absl::StatusOr<std::string> ReadWhole(const Spot& spot, const std::string& path) {
  ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
  ASSIGN_OR_RETURN(std::string text, ReadFrom(fd.get(), 0, kAccountFileBytesMax + 1, path));
  if (text.size() > kAccountFileBytesMax) {
    return absl::FailedPreconditionError(absl::StrCat(path, " has grown above 8 MiB"));
  }
  return text;
}

enum class LineIs { kOurs, kGone, kChanged };

LineIs StateOf(absl::string_view text, absl::string_view line) {
  const absl::string_view prefix = line.substr(0, line.find(':') + 1);
  LineIs state = LineIs::kGone;
  for (const absl::string_view other : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(other, prefix)) continue;
    if (other != line) return LineIs::kChanged;
    state = LineIs::kOurs;
  }
  return state;
}

// The account of an order as its files have it now.
struct Account {
  std::string name;
  std::vector<std::string> changed;
  std::vector<std::string> gone;
};

absl::StatusOr<std::string> LineOf(const UndoLog& log, const v1::UndoStep& step) {
  ASSIGN_OR_RETURN(const std::string made, log.Load(step.made_sha256()));
  return std::string(absl::StripAsciiWhitespace(made));
}

absl::StatusOr<Account> LookAtAccount(const UndoLog& log) {
  Account account;
  for (const v1::UndoStep& step : log.steps()) {
    if (step.kind() != v1::STEP_KIND_ACCOUNT) continue;
    ASSIGN_OR_RETURN(const std::string line, LineOf(log, step));
    account.name = line.substr(0, line.find(':'));
    ASSIGN_OR_RETURN(const Spot spot, OpenLoggedSpot(step.path()));
    ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
    LineIs state = seen.exists ? LineIs::kChanged : LineIs::kGone;  // a link: not ours to follow
    if (seen.regular) {
      ASSIGN_OR_RETURN(const std::string text, ReadWhole(spot, step.path()));
      state = StateOf(text, line);
    }
    if (state == LineIs::kChanged) account.changed.push_back(step.path());
    if (state == LineIs::kGone) account.gone.push_back(step.path());
  }
  return account;
}

void LeaveToTheTeam(const UndoContext& context, const Account& account) {
  context.settled.insert(context.step.path());
  context.cleanup.Worsen(
      v1::CLEANUP_RESULT_SUPERSEDED,
      absl::StrCat("account ", account.name, " was changed by somebody else in ",
                   absl::StrJoin(account.changed, ", "), "; it was left as it is"));
}

class AccountLine : public Step {
 public:
  absl::Status Apply(const ApplyContext& context) const override {
    const Change& change = context.change;
    ASSIGN_OR_RETURN(const Spot spot, context.guard.OpenSpot(change.path));
    ASSIGN_OR_RETURN(const os::Fd lock, LockAccounts(spot, change.path));
    context.reach("locked");
    ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
    ASSIGN_OR_RETURN(const std::string now, ReadWhole(spot, change.path));
    const std::string before = change.content_before.make();
    if (now != before || !SameMeta(seen.meta, change.before)) {
      return absl::FailedPreconditionError(absl::StrCat(
          change.path, " was changed by somebody else while the account was being made"));
    }
    const std::string made = before + change.content.make();
    NewFile file;
    file.content = made;
    file.meta = seen.meta;
    file.meta.set_mtime_ns(os::WallMicros() * 1000);
    file.meta.set_atime_ns(file.meta.mtime_ns());
    return SwapFile(spot, change.path, LeafOf(context.step.beside()), seen, file, context.reach);
  }

  absl::Status Verify(const ApplyContext& context, const Spot& spot) const override {
    ASSIGN_OR_RETURN(const std::string text, ReadWhole(spot, context.change.path));
    const std::string made = context.change.content.make();
    if (StateOf(text, absl::StripAsciiWhitespace(made)) == LineIs::kOurs) return absl::OkStatus();
    return absl::PermissionDeniedError(
        absl::StrCat("the account's line in ", context.change.path,
                     " was changed as soon as it was made by something on this host"));
  }

  void Survey(const UndoContext& context, const Spot&) const override {
    const auto account = LookAtAccount(context.log);
    if (!account.ok()) return;  // undo says so
    if (!account->changed.empty()) return LeaveToTheTeam(context, *account);
    if (account->gone.empty()) return;
    context.cleanup.Worsen(
        v1::CLEANUP_RESULT_SUPERSEDED,
        absl::StrCat("account ", account->name, " had been taken out of ",
                     absl::StrJoin(account->gone, ", "), " by somebody else before undo"));
  }

  // Of the whole account: locked in one file, or taken out of one, it is dealt with.
  Standing Inspect(const UndoContext& context, const Spot&) const override {
    const auto account = LookAtAccount(context.log);
    if (!account.ok()) return {v1::TRACE_FATE_UNKNOWN, "the account files cannot be read"};
    if (!account->changed.empty()) return {v1::TRACE_FATE_CHANGED, "was locked or changed"};
    if (!account->gone.empty()) return {v1::TRACE_FATE_GONE, "was taken out"};
    return {v1::TRACE_FATE_STANDING, ""};
  }

  void Undo(const UndoContext& context, const Spot& spot) const override {
    const absl::Status status = TakeOut(context, spot);
    if (!status.ok()) context.Fail(status);
  }

  std::string VerifyUndone(const UndoContext& context, const Spot& spot) const override {
    const auto beside = Look(spot.directory.get(), LeafOf(context.step.beside()));
    if (!beside.ok() || beside->exists) return "has a file of ours beside it";
    const auto line = LineOf(context.log, context.step);
    const auto text = ReadWhole(spot, context.step.path());
    if (!line.ok() || !text.ok()) return "cannot be read";
    return StateOf(*text, *line) == LineIs::kOurs ? "still holds our account" : "";
  }

 private:
  static absl::Status TakeOut(const UndoContext& context, const Spot& spot) {
    const v1::UndoStep& step = context.step;
    ASSIGN_OR_RETURN(const os::Fd lock, LockAccounts(spot, step.path()));
    RETURN_IF_ERROR(RemoveName(spot.directory.get(), LeafOf(step.beside())));
    ASSIGN_OR_RETURN(const Account account, LookAtAccount(context.log));
    if (!account.changed.empty()) {
      LeaveToTheTeam(context, account);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
    if (!seen.exists) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::string line, LineOf(context.log, step));
    ASSIGN_OR_RETURN(const std::string now, ReadWhole(spot, step.path()));
    if (StateOf(now, line) != LineIs::kOurs) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::string before, context.log.Load(step.before_sha256()));
    ASSIGN_OR_RETURN(const std::string made, context.log.Load(step.made_sha256()));
    const bool alone = now == before + made;
    std::vector<absl::string_view> lines = absl::StrSplit(now, '\n');
    lines.erase(std::remove(lines.begin(), lines.end(), line), lines.end());
    const std::string rest = alone ? before : absl::StrJoin(lines, "\n");
    NewFile file;
    file.content = rest;
    file.meta = seen.meta;
    if (alone) {
      // Nobody else has touched it, so its times are to be as they were.
      file.meta.set_mtime_ns(step.before().mtime_ns());
      file.meta.set_atime_ns(step.before().atime_ns());
    }
    return SwapFile(spot, step.path(), LeafOf(step.beside()), seen, file, context.reach);
  }
};

}  // namespace

const Step& AccountStep() {
  static const AccountLine step;
  return step;
}

}  // namespace drill::agent
