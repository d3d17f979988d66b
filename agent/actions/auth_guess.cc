#include <unistd.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/actions/network_plan.h"
#include "agent/task_ssh.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int kDefaultTries = 4;
constexpr size_t kAccountBytesMax = 32;

// As useradd takes it; above all not a word that ssh could take for an option.
bool IsAccountName(absl::string_view name) {
  return !name.empty() && name.size() <= kAccountBytesMax && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-';
         });
}

class AuthGuess : public Action {
 public:
  explicit AuthGuess(const v1::AuthGuess& p) : guess_(p) {
    if (p.kind() == v1::GUESS_KIND_UNSPECIFIED) guess_.set_kind(v1::GUESS_KIND_SSH);
    if (!p.has_port()) guess_.set_port(guess_.kind() == v1::GUESS_KIND_HTTP ? 80 : 22);
    if (!p.has_account()) guess_.set_account("quantri");
    if (!p.has_every()) guess_.mutable_every()->set_seconds(5);
    if (!p.has_path()) guess_.set_path("/");
    if (!p.has_process()) guess_.set_process("authtool");
  }

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    CheckRange("kind", guess_.kind(), v1::GUESS_KIND_SSH, v1::GUESS_KIND_HTTP, &faults);
    CheckRange("port", guess_.port(), 1, 65'535, &faults);
    faults.AddUnless(IsAccountName(guess_.account()),
                     absl::StrCat("account \"", guess_.account(), "\" is no account name"));
    if (guess_.has_tries()) CheckRange("tries", guess_.tries(), 1, 20, &faults);
    CheckRange("every (seconds)", guess_.every().seconds(), 1, 600, &faults);
    CheckHttpPath(guess_.path(), &faults);
    CheckProcessName(guess_.process(), &faults);
    RETURN_IF_ERROR(faults.ToStatus("auth.guess"));
    return CheckCap("auth.guess", "tries", guess_.has_tries() ? guess_.tries() : 1,
                    limits.guesses_max);
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(v1::NetworkTask task, guard.TargetTask({guess_.port()}));
    if (guess_.kind() == v1::GUESS_KIND_SSH && access(kSshClient, X_OK) != 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("this host has no SSH client in ", kSshClient));
    }
    v1::AuthGuess* guess = task.mutable_action()->mutable_auth_guess();
    *guess = guess_;
    if (!guess_.has_tries()) guess->set_tries(AtMost(kDefaultTries, guard.limits().guesses_max));
    ActionPlan plan;
    plan.changes.push_back(NetworkProcess(guess_.process(), std::move(task), guard.limits()));
    plan.changes.back().traces.push_back({v1::ARTEFACT_KIND_ACCOUNT, guess_.account(), true});
    return plan;
  }

 private:
  v1::AuthGuess guess_;
};

}  // namespace

std::unique_ptr<Action> MakeAuthGuess(const v1::Action& action, const std::string&) {
  return std::make_unique<AuthGuess>(action.auth_guess());
}

}  // namespace drill::agent
