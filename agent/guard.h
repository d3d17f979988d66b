#ifndef DRILL_AGENT_GUARD_H_
#define DRILL_AGENT_GUARD_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/host_files.h"
#include "agent/player.h"
#include "agent/policy.h"
#include "agent/systemd.h"

namespace drill::agent {

// A name in an open directory of the host.
struct Spot {
  os::Fd directory;
  std::string leaf;
};

// A directory that is closed to all orders, or is no place of the policy, in which one kind of
// action may make its one new file all the same when the owner allows that kind.
struct OwnGround {
  enum class Names {
    kAny,       // any plain name
    kUnits,     // those that the policy lists in `units`
    kListed,    // `name`, where the policy's `allow` names exactly that file
    kAccounts,  // the files that hold the system's own accounts
  };
  absl::string_view directory;  // absolute, plain; no link may stand in it
  Names names = Names::kListed;
  absl::string_view name;
};

// "/etc/passwd" and its like, in the order in which an account is made: last what makes it known.
inline constexpr absl::string_view kAccountFiles[] = {"/etc/group", "/etc/gshadow", "/etc/shadow",
                                                      "/etc/passwd"};

// Whom one order may be about to talk to; the policy decides.
struct Reach {
  SinkEndpoint sink;
  std::string ca_pem;  // the controller's
  // Opaque id of the order: lower-case hex, at most 32 digits, so that it fits a DNS label.
  std::string mark;
  std::vector<std::string> against;  // host ids
};

// What the owner's policy lets an order touch on this host. A value made for one order; immutable,
// any thread.
//
// Paths of orders are text that a controller wrote: "@place/rest" or absolute. Resolve* turns one
// into an absolute path without links and checks it; OpenSpot opens such a path again for every
// single change, beneath the allowed directory that contains it, so that nothing swapped in
// meanwhile can lead a change out of it.
class Guard {
 public:
  // `own_paths`: the agent's own files, which no order may touch.
  // InvalidArgument: all faults of the policy at once.
  static absl::StatusOr<Guard> Make(v1::Policy policy,
                                    const std::vector<std::string>& known_actions,
                                    const std::vector<std::string>& own_paths);

  const v1::Policy& policy() const { return policy_; }
  const Limits& limits() const { return limits_; }

  // PermissionDenied: the policy does not list this kind.
  absl::Status AllowKind(absl::string_view kind) const;

  // An existing directory, and an existing regular file that is no link itself.
  // InvalidArgument: not a plain path. PermissionDenied: outside what the policy allows.
  // FailedPrecondition: not there, or not of that kind.
  absl::StatusOr<std::string> ResolveDirectory(absl::string_view text) const;
  absl::StatusOr<std::string> ResolveFile(absl::string_view text) const;

  // Opens `ground` to this guard's one order. What the policy's `never` says, and the agent's own
  // files, stay closed.
  void Grant(OwnGround ground) { ground_ = ground; }
  bool IsOnGround(const std::string& path) const;
  // A file that need not exist, in a directory that does. The only way to get at granted ground.
  // Errors as the two above.
  absl::StatusOr<std::string> ResolveNew(absl::string_view text) const;

  void SetReach(Reach reach) { reach_ = std::move(reach); }
  // Tasks with endpoints filled in, and mark, CA and zone as they need them.
  // FailedPrecondition: the sink is closed for this channel, or not known yet.
  absl::StatusOr<v1::NetworkTask> SinkTask(v1::Channel channel) const;
  // "" is the sink. PermissionDenied: the policy does not list it.
  absl::StatusOr<v1::NetworkTask> ResolverTask(const std::string& resolver) const;
  // The hosts that the order is against, on these ports; none: all that the policy lists.
  // PermissionDenied: all hosts and ports that the policy does not list. InvalidArgument: the
  // order is against nobody.
  absl::StatusOr<v1::NetworkTask> TargetTask(const std::vector<int>& ports) const;
  // PermissionDenied: the policy does not list the port.
  absl::Status AllowListen(int port) const;

  // What the host's systemd is asked and told with.
  void SetSystemd(const Systemd& systemd) { systemd_ = systemd; }
  const Systemd& systemd() const { return systemd_; }

  // Opens the parent of a path, every part checked. PermissionDenied, Aborted (a link), NotFound.
  absl::StatusOr<Spot> OpenSpot(const std::string& path) const;

 private:
  // An allowed directory, its links resolved.
  struct Root {
    std::string place;  // empty: from `allow`
    std::string path;
  };

  absl::Status NotIn(const std::vector<std::string>& list, const std::string& path) const;
  absl::StatusOr<std::string> Expand(absl::string_view text, std::string* place) const;
  absl::Status AllowPath(const std::string& path, const std::string* place) const;
  absl::StatusOr<std::string> Resolve(absl::string_view text, bool directory) const;
  absl::Status SetZone(v1::NetworkTask* task) const;

  v1::Policy policy_;
  Limits limits_;
  Reach reach_;
  Systemd systemd_;
  std::vector<Root> roots_;
  std::vector<std::string> never_;  // no policy opens it
  std::vector<std::string> owners_never_;
  std::optional<OwnGround> ground_;
};

// The same for undo, which must work whatever the policy says by now: a path from the undo log, no
// part of which may have become a link.
absl::StatusOr<Spot> OpenLoggedSpot(const std::string& path);

}  // namespace drill::agent

#endif  // DRILL_AGENT_GUARD_H_
