// What the owner's policy lets an order touch.

#include "agent/guard.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using enum absl::StatusCode;

Guard GuardOf(const Sandbox& sandbox) {
  auto guard = Guard::Make(sandbox.policy, ActionNames(), {sandbox.AgentPath("")});
  EXPECT_OK(guard);
  return *std::move(guard);
}

TEST(PolicyText, TellsAllFaultsAtOnce) {
  v1::Policy policy;
  v1::Place* place = policy.add_places();
  place->set_name("Tài liệu");
  place->set_path("srv/docs");
  policy.add_actions("files.encrypt");
  policy.add_actions("files.delete");
  policy.add_allow("/");
  policy.add_never("/srv/../etc");
  policy.mutable_caps()->set_files_max(-1);
  policy.mutable_caps()->set_free_bytes_min(-1);
  policy.add_units("nginx");
  EXPECT_THAT(CheckPolicy(policy, ActionNames()),
              StatusIs(kInvalidArgument,
                       AllOf(HasSubstr("Tài liệu"), HasSubstr("srv/docs"),
                             HasSubstr("\"files.delete\" is not known"), HasSubstr("allow \"/\""),
                             HasSubstr("/srv/../etc"), HasSubstr("caps.files_max is -1"),
                             HasSubstr("caps.free_bytes_min is -1"), HasSubstr("unit \"nginx\""))));
}

TEST(PolicyText, TellsAllFaultsOfTheNetworkAtOnce) {
  v1::Policy policy;
  for (int i = 0; i < 2; ++i) {
    v1::Target* target = policy.add_targets();
    target->set_host("may-2");
    target->set_address("may-2.example");
    target->add_ports(70'000);
  }
  policy.add_targets()->set_address("192.0.2.1");
  policy.add_resolvers("dns.example");
  policy.add_ports(80);
  policy.mutable_caps()->set_rate_max(2'001);
  EXPECT_THAT(CheckPolicy(policy, ActionNames()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"may-2\" is named twice"),
                             HasSubstr("address \"may-2.example\" is no IP address"),
                             HasSubstr("port 70000"), HasSubstr("a target has no host"),
                             HasSubstr("ports are needed"), HasSubstr("resolver \"dns.example\""),
                             HasSubstr("ports: 80"), HasSubstr("caps.rate_max is 2001"))));
}

TEST(PolicyText, AnEmptyPolicyIsGoodAndAllowsNothing) {
  ASSERT_OK(CheckPolicy(v1::Policy(), ActionNames()));
  const auto guard = Guard::Make(v1::Policy(), ActionNames(), {});
  ASSERT_OK(guard);
  for (const std::string& name : ActionNames()) {
    EXPECT_THAT(guard->AllowKind(name), StatusIs(kPermissionDenied));
  }
  EXPECT_THAT(guard->ResolveDirectory("/tmp"), StatusIs(kPermissionDenied));
}

TEST(PolicyText, CapsHaveSafeDefaults) {
  const Limits limits = LimitsOf(v1::Policy());
  EXPECT_EQ(limits.files_max, 200);
  EXPECT_EQ(limits.bytes_max, 64 << 20);
  EXPECT_EQ(limits.cpu_permille_max, 100);
  EXPECT_EQ(limits.log_lines_max, 200);
  EXPECT_EQ(limits.active_orders_max, 64);
  EXPECT_EQ(limits.undo_store_bytes_max, 256 << 20);
  EXPECT_EQ(limits.duration_max_seconds, 8 * 3600);
  EXPECT_EQ(limits.free_bytes_min, 1 << 30);
}

TEST(Guard, FilesAllowedAndNot) {
  Sandbox sandbox;
  std::filesystem::create_directories(sandbox.Path("other/secret"));
  sandbox.Write(sandbox.Path("other/page.html"), "x");
  sandbox.Write(sandbox.Path("other/secret/page.html"), "x");
  sandbox.Write(sandbox.Path("single.log"), "x");
  sandbox.Write(sandbox.Path("outside.html"), "x");
  std::filesystem::create_directory(sandbox.AgentPath(""));
  sandbox.Write(sandbox.AgentPath("mine"), "x");
  std::filesystem::create_symlink(sandbox.page(), sandbox.Path("www/link.html"));
  std::filesystem::create_symlink(sandbox.Path(""), sandbox.Path("www/out"));
  std::filesystem::create_symlink(sandbox.Path("other"), sandbox.Path("www/sideways"));
  mkfifo(sandbox.Path("www/pipe").c_str(), 0600);
  sandbox.policy.add_allow(sandbox.Path("other"));
  sandbox.policy.add_allow(sandbox.Path("single.log"));
  sandbox.policy.add_allow(sandbox.AgentPath("mine"));
  sandbox.policy.add_allow("/etc");
  sandbox.policy.add_never(sandbox.Path("other/secret"));
  const Guard guard = GuardOf(sandbox);
  const struct {
    std::string path;
    absl::StatusCode code;
  } cases[] = {
      {"@www/index.html", kOk},
      {sandbox.page(), kOk},
      {sandbox.Path("other/page.html"), kOk},
      {sandbox.Path("single.log"), kOk},
      {"@www/missing.html", kFailedPrecondition},
      {"@www/missing/index.html", kFailedPrecondition},
      {"@www/link.html", kFailedPrecondition},
      {"@www/pipe", kFailedPrecondition},
      {sandbox.Path("www"), kPermissionDenied},  // its parent is not allowed
      {"@www/out/outside.html", kPermissionDenied},
      {"@www/sideways/page.html", kPermissionDenied},  // allowed, but not as part of @www
      {sandbox.Path("www/sideways/page.html"), kOk},
      {"@elsewhere/index.html", kPermissionDenied},
      {sandbox.Path("outside.html"), kPermissionDenied},
      {sandbox.Path("wwwx/index.html"), kFailedPrecondition},
      {sandbox.Path("other/secret/page.html"), kPermissionDenied},
      {sandbox.AgentPath("mine"), kPermissionDenied},
      {"/etc/passwd", kPermissionDenied},
      {"/etc/shadow", kPermissionDenied},
      {"/proc/self/comm", kPermissionDenied},
      {"/sys/kernel/notes", kPermissionDenied},
      {"@www/../docs/x", kInvalidArgument},
      {"@www//index.html", kInvalidArgument},
      {"@www/./index.html", kInvalidArgument},
      {"@www/index.html/", kInvalidArgument},
      {sandbox.Path("www/../outside.html"), kInvalidArgument},
      {"index.html", kInvalidArgument},
      {"", kInvalidArgument},
      {"/", kInvalidArgument},
      {"@", kPermissionDenied},
      {std::string("@www/index.html\0x", 17), kInvalidArgument},
      {"@www/a\nb", kInvalidArgument},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    EXPECT_THAT(guard.ResolveFile(c.path), StatusIs(c.code));
  }
}

TEST(Guard, DirectoriesAreResolved) {
  Sandbox sandbox;
  std::filesystem::create_directory(sandbox.Path("docs/năm"));
  std::filesystem::create_symlink("năm", sandbox.Path("docs/nay"));
  const Guard guard = GuardOf(sandbox);
  EXPECT_EQ(*guard.ResolveDirectory("@docs"), sandbox.Path("docs"));
  EXPECT_EQ(*guard.ResolveDirectory("@docs/nay"), sandbox.Path("docs/năm"));
  EXPECT_THAT(guard.ResolveDirectory("@docs/của tôi.txt"), StatusIs(kFailedPrecondition));
}

TEST(Guard, APlaceThatIsALinkIsWhereItPoints) {
  Sandbox sandbox;
  std::filesystem::create_symlink("www", sandbox.Path("current"));
  sandbox.policy.mutable_places(1)->set_path(sandbox.Path("current"));
  EXPECT_EQ(*GuardOf(sandbox).ResolveFile("@www/index.html"), sandbox.page());
}

TEST(Guard, ALinkSwappedInAfterTheCheckIsNotFollowed) {
  Sandbox sandbox;
  std::filesystem::create_directories(sandbox.Path("docs/a/b"));
  std::filesystem::create_directories(sandbox.Path("elsewhere/b"));
  const Guard guard = GuardOf(sandbox);
  const std::string path = *guard.ResolveDirectory("@docs/a/b") + "/new";
  ASSERT_OK(guard.OpenSpot(path));
  std::filesystem::rename(sandbox.Path("docs/a"), sandbox.Path("docs/old"));
  std::filesystem::create_symlink(sandbox.Path("elsewhere"), sandbox.Path("docs/a"));
  EXPECT_THAT(guard.OpenSpot(path), StatusIs(kAborted));
  EXPECT_THAT(OpenLoggedSpot(path), StatusIs(kAborted));
}

class OpenBeneathWith : public ::testing::TestWithParam<Resolver> {};

TEST_P(OpenBeneathWith, NeverLeavesTheDirectory) {
  Sandbox sandbox;
  std::filesystem::create_directories(sandbox.Path("docs/a/b"));
  sandbox.Write(sandbox.Path("docs/a/b/file"), "x");
  sandbox.Write(sandbox.Path("outside"), "x");
  std::filesystem::create_symlink("b", sandbox.Path("docs/a/inside"));
  std::filesystem::create_symlink("../..", sandbox.Path("docs/a/up"));
  std::filesystem::create_symlink("/", sandbox.Path("docs/a/root"));
  std::filesystem::create_symlink("/proc/self/root", sandbox.Path("docs/a/magic"));
  std::filesystem::create_symlink("file", sandbox.Path("docs/a/b/leaf"));
  const os::Fd root(open(sandbox.Path("docs").c_str(), O_RDONLY | O_DIRECTORY));
  const struct {
    const char* path;
    absl::StatusCode code;
  } cases[] = {
      {"", kOk},
      {"a", kOk},
      {"a/b/file", kOk},
      {"a/c", kNotFound},
      {"a/b/file/x", kNotFound},
      {"a/inside/file", kAborted},
      {"a/up/outside", kAborted},
      {"a/root/etc", kAborted},
      {"a/magic/etc", kAborted},
      {"a/b/leaf", kAborted},
      {"../outside", kAborted},
      {"a/../../outside", kAborted},
      {"/etc", kAborted},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    EXPECT_THAT(OpenBeneath(root.get(), c.path, O_RDONLY, GetParam()), StatusIs(c.code));
  }
}

INSTANTIATE_TEST_SUITE_P(Resolvers, OpenBeneathWith,
                         ::testing::Values(Resolver::kKernel, Resolver::kSteps));

}  // namespace
}  // namespace drill::agent
