#include "agent/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

// What no policy can open: the kernel's own trees, what the host boots and runs, who may log in.
constexpr absl::string_view kNever[] = {
    "/boot",
    "/dev",
    "/proc",
    "/sys",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/etc/passwd",
    "/etc/group",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/passwd-",
    "/etc/group-",
    "/etc/shadow-",
    "/etc/gshadow-",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/pam.d",
    "/etc/security",
    "/etc/ssh",
    "/etc/fstab",
    "/etc/crypttab",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/systemd",
    "/etc/init.d",
    "/root/.ssh",
    "/var/lib/dpkg",
    "/var/lib/rpm",
};

std::optional<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), &free);
  if (!real) return std::nullopt;
  return std::string(real.get());
}

// A path with its links resolved as far as it exists.
void AddBoth(const std::string& path, std::vector<std::string>* list) {
  list->push_back(path);
  const std::optional<std::string> real = RealPath(path);
  if (real && *real != path) list->push_back(*real);
}

}  // namespace

absl::StatusOr<Guard> Guard::Make(v1::Policy policy, const std::vector<std::string>& known_actions,
                                  const std::vector<std::string>& own_paths) {
  RETURN_IF_ERROR(CheckPolicy(policy, known_actions));
  Guard guard;
  guard.policy_ = std::move(policy);
  guard.limits_ = LimitsOf(guard.policy_);
  // A place that is not there now (not mounted yet) allows nothing; the order that names it says
  // so.
  for (const v1::Place& place : guard.policy_.places()) {
    const std::optional<std::string> real = RealPath(place.path());
    if (real && *real != "/") guard.roots_.push_back({place.name(), *real});
  }
  for (const std::string& path : guard.policy_.allow()) {
    const std::optional<std::string> real = RealPath(path);
    if (real && *real != "/") guard.roots_.push_back({"", *real});
  }
  for (absl::string_view path : kNever) AddBoth(std::string(path), &guard.never_);
  for (const std::string& path : guard.policy_.never()) AddBoth(path, &guard.owners_never_);
  for (const std::string& path : own_paths) AddBoth(path, &guard.owners_never_);
  return guard;
}

absl::Status Guard::AllowKind(absl::string_view kind) const {
  if (std::find(policy_.actions().begin(), policy_.actions().end(), kind) !=
      policy_.actions().end()) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat("the owner's policy does not allow ", kind,
                                                  "; the owner may add it to `actions`"));
}

absl::StatusOr<std::string> Guard::Expand(absl::string_view text, std::string* place) const {
  if (text.empty() || text[0] != '@') {
    if (!IsPlainAbsolutePath(text)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "path \"", text, "\" is neither @place/... nor absolute, or has empty, . or .. parts"));
    }
    return std::string(text);
  }
  const size_t slash = text.find('/');
  *place = std::string(text.substr(1, slash == absl::string_view::npos ? slash : slash - 1));
  const absl::string_view rest = slash == absl::string_view::npos ? "" : text.substr(slash);
  if (!rest.empty() && !IsPlainAbsolutePath(rest)) {
    return absl::InvalidArgumentError(
        absl::StrCat("path \"", text, "\" has empty, . or .. parts or control characters"));
  }
  for (const v1::Place& candidate : policy_.places()) {
    if (candidate.name() == *place) return absl::StrCat(candidate.path(), rest);
  }
  return absl::PermissionDeniedError(absl::StrCat("the owner's policy has no place \"", *place,
                                                  "\"; the owner may add it to `places`"));
}

absl::Status Guard::NotIn(const std::vector<std::string>& list, const std::string& path) const {
  for (const std::string& never : list) {
    if (IsWithin(path, never)) {
      return absl::PermissionDeniedError(
          absl::StrCat(path, " is in ", never, ", which no order may touch"));
    }
  }
  return absl::OkStatus();
}

bool Guard::IsOnGround(const std::string& path) const {
  if (!ground_ || !IsPlainAbsolutePath(path) || ParentOf(path) != ground_->directory) return false;
  const auto lists = [](const auto& list, const std::string& wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
  };
  switch (ground_->names) {
    case OwnGround::Names::kAny:
      return true;
    case OwnGround::Names::kUnits:
      return lists(policy_.units(), LeafOf(path));
    case OwnGround::Names::kListed:
      return LeafOf(path) == ground_->name && lists(policy_.allow(), path);
    case OwnGround::Names::kAccounts:
      return std::find(std::begin(kAccountFiles), std::end(kAccountFiles), path) !=
             std::end(kAccountFiles);
  }
  return false;
}

absl::StatusOr<std::string> Guard::ResolveNew(absl::string_view text) const {
  // By its text alone: a link that leads there is no way in.
  const std::string path(text);
  if (!IsOnGround(path)) return Resolve(text, false);
  RETURN_IF_ERROR(NotIn(owners_never_, path));
  const auto opened = OpenDirectory(ParentOf(path));
  if (opened.ok()) return path;
  return absl::FailedPreconditionError(absl::StrCat("directory ", opened.status().message()));
}

absl::Status Guard::AllowPath(const std::string& path, const std::string* place) const {
  RETURN_IF_ERROR(NotIn(never_, path));
  RETURN_IF_ERROR(NotIn(owners_never_, path));
  for (const Root& root : roots_) {
    if (IsWithin(path, root.path) && (place == nullptr || root.place == *place)) {
      return absl::OkStatus();
    }
  }
  return absl::PermissionDeniedError(absl::StrCat(
      path, " is outside ", place == nullptr ? "the places and `allow`" : absl::StrCat("@", *place),
      " of the owner's policy"));
}

absl::StatusOr<std::string> Guard::Resolve(absl::string_view text, bool directory) const {
  std::string place;
  ASSIGN_OR_RETURN(const std::string wanted, Expand(text, &place));
  // The last part of a file's path must not be a link: the page that is named is the page that is
  // replaced.
  const std::string existing = directory ? wanted : ParentOf(wanted);
  const std::optional<std::string> real = RealPath(existing);
  if (!real) {
    const int error = errno;
    return absl::FailedPreconditionError(
        std::string(os::ErrnoStatus(error, "look at", existing).message()));
  }
  const std::string path =
      directory ? *real : absl::StrCat(*real == "/" ? "" : *real, "/", LeafOf(wanted));
  RETURN_IF_ERROR(AllowPath(path, place.empty() ? nullptr : &place));
  return path;
}

absl::StatusOr<std::string> Guard::ResolveDirectory(absl::string_view text) const {
  ASSIGN_OR_RETURN(const std::string path, Resolve(text, true));
  const auto opened = OpenDirectory(path);
  if (!opened.ok()) {
    return absl::FailedPreconditionError(absl::StrCat("directory ", opened.status().message()));
  }
  return path;
}

absl::StatusOr<std::string> Guard::ResolveFile(absl::string_view text) const {
  ASSIGN_OR_RETURN(const std::string path, Resolve(text, false));
  ASSIGN_OR_RETURN(const Spot spot, OpenSpot(path));
  ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
  if (!seen.exists) return absl::FailedPreconditionError(absl::StrCat(path, " does not exist"));
  if (!seen.regular) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, seen.link ? " is a symbolic link; name the file itself" : " is not a regular file"));
  }
  return path;
}

absl::StatusOr<Spot> Guard::OpenSpot(const std::string& path) const {
  if (!IsPlainAbsolutePath(path)) {
    return absl::PermissionDeniedError(absl::StrCat(path, " is not a plain absolute path"));
  }
  if (IsOnGround(path)) {
    RETURN_IF_ERROR(NotIn(owners_never_, path));
    return OpenLoggedSpot(path);
  }
  RETURN_IF_ERROR(AllowPath(path, nullptr));
  const std::string parent = ParentOf(path);
  for (const Root& root : roots_) {
    // `allow` may name one file.
    if (root.path == path && root.place.empty()) return OpenLoggedSpot(path);
    if (!IsWithin(parent, root.path)) continue;
    ASSIGN_OR_RETURN(const os::Fd anchor, OpenDirectory(root.path));
    const std::string relative =
        parent.size() == root.path.size() ? "" : parent.substr(root.path.size() + 1);
    auto directory = OpenBeneath(anchor.get(), relative, O_RDONLY | O_DIRECTORY);
    if (!directory.ok()) return Annotate(directory.status(), path);
    return Spot{*std::move(directory), LeafOf(path)};
  }
  return absl::PermissionDeniedError(
      absl::StrCat(path, " is a place itself; orders change only what is in one"));
}

absl::StatusOr<Spot> OpenLoggedSpot(const std::string& path) {
  if (!IsPlainAbsolutePath(path)) {
    return absl::FailedPreconditionError(absl::StrCat("the undo log names no plain path: ", path));
  }
  ASSIGN_OR_RETURN(os::Fd directory, OpenDirectory(ParentOf(path)));
  return Spot{std::move(directory), LeafOf(path)};
}

}  // namespace drill::agent
