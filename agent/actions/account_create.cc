#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "agent/steps/step.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr char kLockFile[] = "/etc/.pwd.lock";
constexpr size_t kCommentBytesMax = 100;
// Numbers that neither useradd (to 60000), nor systemd's home directories, containers and dynamic
// users (60001 to 60577, from 61184), nor directory services give out: what the team makes
// meanwhile gets the number that it would have got without us.
constexpr int kFirstId = 60'578;
constexpr int kLastId = 61'183;
constexpr absl::string_view kNoShells[] = {"/usr/sbin/nologin", "/sbin/nologin", "/bin/false"};

// One of the files that hold accounts, as it is.
struct AccountFile {
  std::string path;
  OwnersFile file;
};

std::string NoShell() {
  for (const absl::string_view shell : kNoShells) {
    if (access(std::string(shell).c_str(), X_OK) == 0) return std::string(shell);
  }
  return "/bin/false";
}

class AccountCreate : public Action {
 public:
  explicit AccountCreate(const v1::AccountCreate& parameters)
      : name_(parameters.has_name() ? parameters.name() : "hotro_ktv"),
        comment_(parameters.has_comment() ? parameters.comment() : "Ho tro ky thuat") {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    faults.AddUnless(
        IsNewAccountName(name_),
        absl::StrCat("name \"", name_, "\" is not 1 to 32 of [a-z0-9_-], a letter or _ first"));
    faults.AddUnless(comment_.size() <= kCommentBytesMax &&
                         std::none_of(comment_.begin(), comment_.end(),
                                      [](char c) {
                                        return c == ':' ||
                                               absl::ascii_iscntrl(static_cast<unsigned char>(c));
                                      }),
                     "comment is not one line of at most 100 bytes without \":\"");
    return faults.ToStatus("account.create");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    const auto& users = guard.policy().users();
    if (std::find(users.begin(), users.end(), name_) == users.end()) {
      return absl::PermissionDeniedError(
          absl::StrCat("the owner's policy does not list the account ", name_,
                       "; the owner may add it to `users`"));
    }
    if (geteuid() != 0) {
      return absl::FailedPreconditionError(
          "accounts are root's to make, and the agent is not root");
    }
    ASSIGN_OR_RETURN(const std::vector<AccountFile> files, ReadFiles(guard));
    ASSIGN_OR_RETURN(const int id, FreeId(files));
    ActionPlan plan;
    for (const AccountFile& account_file : files) {
      const std::string& text = account_file.file.content;
      const bool ended = text.empty() || text.back() == '\n';
      Change change;
      change.kind = v1::STEP_KIND_ACCOUNT;
      change.path = account_file.path;
      change.before = account_file.file.seen.meta;
      change.content_before = ContentOf(text);
      change.content =
          ContentOf(absl::StrCat(ended ? "" : "\n", LineFor(account_file.path, id), "\n"));
      plan.bytes += change.content.size + change.content_before.size;
      plan.store_bytes += change.content.size + change.content_before.size;
      plan.changes.push_back(std::move(change));
    }
    plan.changes.back().traces.push_back({v1::ARTEFACT_KIND_ACCOUNT, name_, true});
    return plan;
  }

 private:
  absl::StatusOr<std::vector<AccountFile>> ReadFiles(const Guard& guard) const {
    if (access(kLockFile, W_OK) != 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("this host has no ", kLockFile,
                       ", the lock that its own tools take before they change accounts; nothing is "
                       "changed without it"));
    }
    std::vector<AccountFile> files;
    for (const absl::string_view name : kAccountFiles) {
      AccountFile account_file{std::string(name), {}};
      ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(account_file.path));
      ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
      // Not every system knows it.
      if (!seen.exists && spot.leaf == "gshadow") continue;
      if (!seen.regular) {
        return absl::FailedPreconditionError(absl::StrCat(
            account_file.path, seen.exists ? " is a link or no regular file" : " does not exist",
            ": the accounts of this host are kept elsewhere"));
      }
      ASSIGN_OR_RETURN(account_file.file,
                       ReadOwnersFile(guard, account_file.path, kAccountFileBytesMax));
      for (const absl::string_view line : absl::StrSplit(account_file.file.content, '\n')) {
        if (line.substr(0, line.find(':')) != name_) continue;
        return absl::FailedPreconditionError(absl::StrCat(name_, " exists already in ",
                                                          account_file.path,
                                                          "; no account is changed: name another"));
      }
      files.push_back(std::move(account_file));
    }
    return files;
  }

  // Free as a user's and as a group's number.
  static absl::StatusOr<int> FreeId(const std::vector<AccountFile>& files) {
    std::set<int> taken;
    for (const AccountFile& account_file : files) {
      for (const absl::string_view line : absl::StrSplit(account_file.file.content, '\n')) {
        const std::vector<absl::string_view> fields = absl::StrSplit(line, ':');
        for (const size_t at : {size_t{2}, size_t{3}}) {
          int id = 0;
          if (at < fields.size() && absl::SimpleAtoi(fields[at], &id)) taken.insert(id);
        }
      }
    }
    for (int id = kFirstId; id <= kLastId; ++id) {
      if (taken.count(id) == 0) return id;
    }
    return absl::FailedPreconditionError(
        absl::StrCat("no number from ", kFirstId, " to ", kLastId, " is free for an account"));
  }

  std::string LineFor(absl::string_view path, int id) const {
    if (path == "/etc/group") return absl::StrCat(name_, ":x:", id, ":");
    if (path == "/etc/gshadow") return absl::StrCat(name_, ":!::");
    // No password ever fits, and the account has been expired since the second of January 1970.
    if (path == "/etc/shadow") return absl::StrCat(name_, ":!*::::::1:");
    return absl::StrCat(name_, ":x:", id, ":", id, ":", comment_, ":/nonexistent:", NoShell());
  }

  const std::string name_;
  const std::string comment_;
};

}  // namespace

std::unique_ptr<Action> MakeAccountCreate(const v1::Action& action, const std::string&) {
  return std::make_unique<AccountCreate>(action.account_create());
}

}  // namespace drill::agent
