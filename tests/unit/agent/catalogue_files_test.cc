// What the kinds that make files of their own, or hold the processor, leave on a host; how it goes;
// what they refuse; and that no other kind, name or path gets at the ground that one kind has for
// itself.

#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/actions/sqlite_file.h"
#include "agent/process.h"
#include "common/base/digest.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"
#include "tests/unit/agent/catalogue_orders.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using enum absl::StatusCode;

class CatalogueTest : public ActionTest {
 protected:
  CatalogueTest() { AllowCatalogue(&sandbox_); }
};

// ---- one file of ours --------------------------------------------------------------------------

struct NewFileCase {
  const char* name;
  v1::Order (*order)(const Sandbox&);
  std::string path;
};

class NewFileTest : public CatalogueTest, public ::testing::WithParamInterface<NewFileCase> {
 protected:
  std::string path() const { return sandbox_.Path(GetParam().path); }
  v1::Order order() const { return GetParam().order(sandbox_); }
};

TEST_P(NewFileTest, IsThereAndGoes) {
  const Outcome outcome = Start(order());
  ASSERT_THAT(outcome.traces, SizeIs(1));
  EXPECT_EQ(outcome.traces[0].artefact().value(), path());
  EXPECT_TRUE(outcome.traces[0].noticeable());
  EXPECT_EQ(outcome.traces[0].size(), static_cast<int64_t>(Sandbox::Read(path()).size()));
  if (!outcome.traces[0].sha256().empty()) {
    EXPECT_EQ(outcome.traces[0].sha256(), Sha256(Sandbox::Read(path())));
  }
  ExpectUndone(order(), v1::CLEANUP_RESULT_VERIFIED);
  ExpectAsBefore();
}

TEST_P(NewFileTest, IsNeverMadeOverAnother) {
  sandbox_.Write(path(), "của chủ");
  EXPECT_THAT(player_->Prepare(order()),
              StatusIs(kFailedPrecondition, HasSubstr("exists already")));
  EXPECT_EQ(Sandbox::Read(path()), "của chủ");
}

TEST_P(NewFileTest, RemovedAtOnceIsBlocked) {
  player_ = sandbox_.Player([this](absl::string_view point) {
    if (point == "change.0.after") unlink(path().c_str());
  });
  const Outcome outcome = player_->Start(order(), [](int64_t) {});
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_BLOCKED) << ::testing::PrintToString(outcome.notes);
  ExpectAsBefore();
}

TEST_P(NewFileTest, ChangedByTheTeamIsLeftAlone) {
  Start(order());
  sandbox_.Write(path(), "bằng chứng");
  ExpectUndone(order(), v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(path()), "bằng chứng");
}

TEST_P(NewFileTest, RemovedByTheTeamIsSuperseded) {
  Start(order());
  ASSERT_EQ(unlink(path().c_str()), 0);
  ExpectUndone(order(), v1::CLEANUP_RESULT_SUPERSEDED);
  ExpectAsBefore();
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, NewFileTest,
    ::testing::Values(
        NewFileCase{"WebShell", [](const Sandbox& s) { return WebShell(s); }, "www/img_cache.php"},
        NewFileCase{"MalwareEicar", [](const Sandbox& s) { return Eicar(s); },
                    "docs/HoaDon_2026.com"},
        NewFileCase{"DiskFill", [](const Sandbox& s) { return FillDisk(s); }, "docs/core.dump"},
        NewFileCase{"DataCorruptCsv",
                    [](const Sandbox& s) { return CorruptData(s, v1::DATA_KIND_CSV); },
                    "docs/HoSo_MotCua.csv"},
        NewFileCase{"DataCorruptSqlite",
                    [](const Sandbox& s) { return CorruptData(s, v1::DATA_KIND_SQLITE); },
                    "docs/HoSo_MotCua.db"},
        NewFileCase{"PersistenceCron", [](const Sandbox& s) { return AddCron(s); },
                    "docs/sysupdate"},
        NewFileCase{"PersistenceSystemd", [](const Sandbox& s) { return AddUnit(s); },
                    absl::StrCat("docs/", kUnit)}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(CatalogueTest, WebShellHoldsNoCode) {
  for (const char* name : {"a.php", "a.PHTML", "a.jsp", "a.aspx", "a.txt"}) {
    SCOPED_TRACE(name);
    const v1::Order order = WebShell(sandbox_, name);
    player_ = sandbox_.Player();
    Start(order);
    const std::string text = Sandbox::Read(sandbox_.Path(absl::StrCat("www/", name)));
    const bool php = absl::StartsWith(text, "<?php /* ") && absl::EndsWith(text, " */ ?>");
    const bool jsp = absl::StartsWith(text, "<%-- ") && absl::EndsWith(text, " --%>");
    const bool html = absl::StartsWith(text, "<!-- ") && absl::EndsWith(text, " -->\n");
    EXPECT_TRUE(php || jsp || html) << text;
    EXPECT_THAT(text, HasSubstr(OpaqueId(order.id())));
    ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
    player_->Forget(order.id());
  }
}

TEST_F(CatalogueTest, WebShellTakesNoNameThatTheServerWouldShowOrRead) {
  for (const char* name : {"index.php", "INDEX.html", "default.aspx", ".htaccess", ".user.ini",
                           "web.config", "../a.php", "a/b.php", ""}) {
    EXPECT_THAT(player_->Prepare(WebShell(sandbox_, name)), StatusIs(kInvalidArgument)) << name;
  }
}

TEST_F(CatalogueTest, EicarIsTheTestFileThatScannersKnow) {
  Start(Eicar(sandbox_));
  const std::string text = Sandbox::Read(sandbox_.Path("docs/HoaDon_2026.com"));
  EXPECT_EQ(text.size(), 68u);
  EXPECT_EQ(Sha256Hex(text), "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f");
}

TEST_F(CatalogueTest, CronAndUnitRunNothingButTrue) {
  Start(AddCron(sandbox_));
  EXPECT_THAT(Sandbox::Read(sandbox_.Path("docs/sysupdate")),
              HasSubstr("\n23 3 * * * nobody /bin/true\n"));
  Start(AddUnit(sandbox_));
  EXPECT_THAT(Sandbox::Read(sandbox_.Path(absl::StrCat("docs/", kUnit))),
              HasSubstr("\nExecStart=/bin/true\n"));
}

// ---- disk.fill ---------------------------------------------------------------------------------

TEST_F(CatalogueTest, DiskFillTakesItsBlocksAndGivesThemBackThoughItIsHeldOpen) {
  const std::string path = sandbox_.Path("docs/core.dump");
  Start(FillDisk(sandbox_, 3));
  struct stat st {};
  ASSERT_EQ(stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_size, 3 << 20);
  EXPECT_GE(st.st_blocks * 512, 3 << 20) << "no space was taken";
  const os::Fd reader(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ExpectUndone(FillDisk(sandbox_, 3), v1::CLEANUP_RESULT_VERIFIED);
  ASSERT_EQ(fstat(reader.get(), &st), 0);
  EXPECT_EQ(st.st_size, 0);
  EXPECT_EQ(st.st_blocks, 0);
  ExpectAsBefore();
}

TEST_F(CatalogueTest, DiskFillWrittenToInTheMiddleIsNotOursAnyMore) {
  const std::string path = sandbox_.Path("docs/core.dump");
  Start(FillDisk(sandbox_));
  const os::Fd writer(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(pwrite(writer.get(), "x", 1, 500'000), 1);
  ExpectUndone(FillDisk(sandbox_), v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_TRUE(Sandbox::Exists(path));
}

TEST_F(CatalogueTest, DiskFillIsRefusedByTheOwnersCaps) {
  sandbox_.policy.mutable_caps()->set_bytes_max((1 << 20) - 1);
  EXPECT_THAT(player_->Prepare(FillDisk(sandbox_)),
              StatusIs(kPermissionDenied, HasSubstr("cap of 1048575")));
  sandbox_.policy.mutable_caps()->set_bytes_max(1 << 20);
  sandbox_.policy.mutable_caps()->set_free_bytes_min(int64_t{1} << 50);
  EXPECT_THAT(player_->Prepare(FillDisk(sandbox_)),
              StatusIs(kPermissionDenied, HasSubstr("free_bytes_min")));
}

// ---- cpu.burn ----------------------------------------------------------------------------------

int64_t CpuTicks(int pid) {
  const std::string stat = Sandbox::Read(absl::StrCat("/proc/", pid, "/stat"));
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(stat.rfind(')') + 2), ' ');
  int64_t user = 0;
  int64_t system = 0;
  EXPECT_TRUE(fields.size() > 12 && absl::SimpleAtoi(fields[11], &user) &&
              absl::SimpleAtoi(fields[12], &system));
  return user + system;
}

TEST_F(CatalogueTest, CpuBurnHoldsTheProcessorInAsManyThreadsAsItNeedsCores) {
  sandbox_.policy.mutable_caps()->set_cpu_permille_max(1500);
  const v1::Order order = BurnCpu(sandbox_, 1500);
  Start(order);
  const std::vector<int> pids = sandbox_.RunningDecoys();
  ASSERT_THAT(pids, SizeIs(1));
  // It says that it runs just before it starts its threads; both are there once it has used some
  // of the processor.
  while (IsAlive({pids[0], LookAtProcess(pids[0]).value_or(ProcessLook()).start_ticks}) &&
         CpuTicks(pids[0]) < 3) {
  }
  EXPECT_THAT(NamesIn(absl::StrCat("/proc/", pids[0], "/task")), SizeIs(2));
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(sandbox_.Decoys(), IsEmpty());
}

TEST_F(CatalogueTest, CpuBurnThatEndedByItselfIsNobodysDoing) {
  const v1::Order order = BurnCpu(sandbox_, 10, 1);
  Start(order);
  EXPECT_THAT(sandbox_.Decoys(), IsEmpty());  // waited for
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
}

TEST_F(CatalogueTest, CpuBurnThatTheTeamEndedIsSuperseded) {
  const v1::Order order = BurnCpu(sandbox_);
  Start(order);
  sandbox_.KillDecoys();
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
}

TEST_F(CatalogueTest, CpuBurnIsRefusedAboveTheOwnersCap) {
  EXPECT_THAT(player_->Prepare(BurnCpu(sandbox_, 101)),
              StatusIs(kPermissionDenied, HasSubstr("cap of 100")));
  EXPECT_THAT(player_->Prepare(BurnCpu(sandbox_, 4001, 0)),
              StatusIs(kInvalidArgument, ::testing::AllOf(HasSubstr("4001"), HasSubstr("lasts"))));
}

// ---- data.corrupt ------------------------------------------------------------------------------

TEST_F(CatalogueTest, DataCorruptFalsifiesItsShareOfTheRows) {
  std::string good;
  player_ = sandbox_.Player([&](absl::string_view point) {
    if (point == "change.1.before") good = Sandbox::Read(sandbox_.Path("docs/HoSo_MotCua.csv"));
  });
  Start(CorruptData(sandbox_, v1::DATA_KIND_CSV, 100));
  const std::string bad = Sandbox::Read(sandbox_.Path("docs/HoSo_MotCua.csv"));
  const std::vector<std::string> before = absl::StrSplit(good, '\n');
  const std::vector<std::string> after = absl::StrSplit(bad, '\n');
  ASSERT_EQ(before.size(), 102u);
  ASSERT_EQ(after.size(), 102u);
  int changed = 0;
  for (size_t i = 0; i < after.size(); ++i) {
    if (before[i] == after[i]) continue;
    ++changed;
    EXPECT_THAT(before[i], Not(HasSubstr("Đã hủy")));
    EXPECT_THAT(after[i], HasSubstr("Đã hủy"));
  }
  EXPECT_EQ(changed, 30);
}

// The rows of a query, by SQLite itself.
std::vector<std::string> Query(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  std::vector<std::string> rows;
  const auto take = [](void* to, int count, char** values, char**) {
    std::vector<std::string> row;
    for (int i = 0; i < count; ++i) row.push_back(values[i] == nullptr ? "NULL" : values[i]);
    static_cast<std::vector<std::string>*>(to)->push_back(absl::StrJoin(row, "|"));
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, sql, take, &rows, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
  return rows;
}

TEST_F(CatalogueTest, DataCorruptDatabaseIsOneThatSqliteReads) {
  // One leaf; a few; as many as there may be.
  for (const int rows : {10, 200, 10'000}) {
    SCOPED_TRACE(rows);
    const v1::Order order = CorruptData(sandbox_, v1::DATA_KIND_SQLITE, rows);
    player_ = sandbox_.Player();
    Start(order);
    const std::string path = sandbox_.Path("docs/HoSo_MotCua.db");
    EXPECT_THAT(Query(path, "PRAGMA integrity_check"), ::testing::ElementsAre("ok"));
    EXPECT_THAT(Query(path, "SELECT count(*), min(id), max(id) FROM ho_so"),
                ::testing::ElementsAre(absl::StrCat(rows, "|1|", rows)));
    EXPECT_THAT(Query(path,
                      "SELECT count(*) FROM ho_so WHERE trang_thai = 'Đã hủy' AND "
                      "ngay_sinh > ngay_nop"),
                ::testing::ElementsAre(absl::StrCat(rows * 3 / 10)));
    ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
    player_->Forget(order.id());
    ExpectAsBefore();
  }
}

TEST(SqliteFile, RowsOfTheGreatestSizeFit) {
  const std::vector<std::vector<std::string>> rows(kSqliteRowsMax,
                                                   {std::string(kSqliteRowBytesMax - 1, 'x'), "y"});
  const std::string path = ::testing::TempDir() + "drill-greatest.db";
  std::ofstream(path, std::ios::binary) << SqliteFile("t", {"a", "b"}, rows);
  EXPECT_THAT(Query(path, "PRAGMA integrity_check"), ::testing::ElementsAre("ok"));
  EXPECT_THAT(Query(path, "SELECT count(*), sum(length(a)) FROM t WHERE b = 'y'"),
              ::testing::ElementsAre(
                  absl::StrCat(kSqliteRowsMax, "|", kSqliteRowsMax * (kSqliteRowBytesMax - 1))));
  unlink(path.c_str());
}

// ---- ground of its own -------------------------------------------------------------------------

Guard GuardWith(const v1::Policy& policy, const char* kind) {
  auto guard = Guard::Make(policy, ActionNames(), {});
  EXPECT_OK(guard);
  for (const ActionKind& known : ActionKinds()) {
    if (known.name == kind && known.own_ground) guard->Grant(*known.own_ground);
  }
  return *std::move(guard);
}

TEST(OwnGround, OpensOneNewFileToOneKind) {
  v1::Policy policy;
  policy.add_units(kUnit);
  const std::string unit = absl::StrCat("/etc/systemd/system/", kUnit);
  EXPECT_OK(GuardWith(policy, "persistence.systemd").ResolveNew(unit));
  EXPECT_OK(GuardWith(policy, "persistence.cron").ResolveNew("/etc/cron.d/sysupdate"));
  // No other kind.
  for (const char* kind : {"web.shell", "malware.eicar", "disk.fill", "persistence.cron"}) {
    EXPECT_THAT(GuardWith(policy, kind).ResolveNew(unit), StatusIs(kPermissionDenied)) << kind;
    EXPECT_THAT(GuardWith(policy, kind).OpenSpot(unit), StatusIs(kPermissionDenied)) << kind;
  }
  // Nor the kinds that replace, append or clear.
  const Guard guard = GuardWith(policy, "persistence.systemd");
  EXPECT_THAT(guard.ResolveFile(unit), StatusIs(kPermissionDenied));
  EXPECT_THAT(guard.ResolveDirectory("/etc/systemd/system"), StatusIs(kPermissionDenied));
}

TEST(OwnGround, NoWayAroundItsNamesAndDirectories) {
  Sandbox sandbox;
  sandbox.policy.add_units(kUnit);
  sandbox.policy.add_allow("/etc");  // even so
  ASSERT_EQ(symlink("/etc/systemd/system", sandbox.Path("docs/units").c_str()), 0);
  const Guard guard = GuardWith(sandbox.policy, "persistence.systemd");
  for (const std::string& path :
       {std::string("/etc/systemd/system/ssh.service"),
        absl::StrCat("/etc/systemd/system/", kUnit, ".d/x.conf"),
        absl::StrCat("/etc/systemd/system/../system/", kUnit),
        absl::StrCat("/etc/systemd//system/", kUnit), absl::StrCat("/etc/systemd/user/", kUnit),
        absl::StrCat("/usr/lib/systemd/system/", kUnit),
        absl::StrCat("/lib/systemd/system/", kUnit), absl::StrCat("@docs/units/", kUnit),
        sandbox.Path(absl::StrCat("docs/units/", kUnit)), std::string("/etc/systemd/system")}) {
    EXPECT_FALSE(guard.ResolveNew(path).ok()) << path;
    EXPECT_FALSE(guard.OpenSpot(path).ok()) << path;
  }
  EXPECT_FALSE(GuardWith(sandbox.policy, "persistence.cron").ResolveNew("/etc/sudoers.d/x").ok());
}

TEST(OwnGround, TheOwnersNeverStillHolds) {
  v1::Policy policy;
  policy.add_never("/etc/cron.d");
  const Guard guard = GuardWith(policy, "persistence.cron");
  EXPECT_THAT(guard.ResolveNew("/etc/cron.d/sysupdate"), StatusIs(kPermissionDenied));
  EXPECT_THAT(guard.OpenSpot("/etc/cron.d/sysupdate"), StatusIs(kPermissionDenied));
}

TEST(OwnGround, RootsKeysOpenOnlyToAnOwnerWhoNamesThatFile) {
  constexpr absl::string_view kKeys = "/root/.ssh/authorized_keys";
  for (const char* allow : {"/root", "/root/.ssh", "/root/.ssh/authorized_keys2"}) {
    v1::Policy policy;
    policy.add_allow(allow);
    EXPECT_THAT(GuardWith(policy, "persistence.ssh_key").ResolveNew(kKeys), Not(StatusIs(kOk)));
    EXPECT_FALSE(GuardWith(policy, "persistence.ssh_key").IsOnGround(std::string(kKeys)));
  }
  v1::Policy policy;
  policy.add_allow(std::string(kKeys));
  EXPECT_TRUE(GuardWith(policy, "persistence.ssh_key").IsOnGround(std::string(kKeys)));
  EXPECT_FALSE(GuardWith(policy, "web.shell").IsOnGround(std::string(kKeys)));
  EXPECT_FALSE(GuardWith(policy, "persistence.ssh_key").IsOnGround("/root/.ssh/config"));
}

TEST_F(CatalogueTest, UnitsMustBeListedAndBeNobodyElses) {
  EXPECT_THAT(player_->Prepare(AddUnit(sandbox_, "other.service")),
              StatusIs(kPermissionDenied, HasSubstr("does not list the unit")));
  EXPECT_THAT(player_->Prepare(AddUnit(sandbox_, "x.timer")), StatusIs(kInvalidArgument));
  // A unit that the owner lists so that it may be stopped must not be stood in for.
  std::string real;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/systemd/system")) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, ".service") && IsUnitName(name)) real = name;
  }
  if (real.empty()) GTEST_SKIP() << "this machine has no units";
  sandbox_.policy.add_units(real);
  EXPECT_THAT(player_->Prepare(AddUnit(sandbox_, real)),
              StatusIs(kFailedPrecondition, HasSubstr("is a unit of this host")));
}

// Runs in a mount namespace of its own, where these directories are empty and nobody else's.
// 77: not permitted here.
int InOwnMounts(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    const bool root = geteuid() == 0;
    bool fine = unshare(root ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) == 0 &&
                mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    for (const char* directory : {"/etc/cron.d", "/etc/systemd/system", "/root"}) {
      fine = fine && mount("tmpfs", directory, "tmpfs", 0, "size=256m") == 0;
    }
    if (!fine) _exit(77);
    body();
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

TEST_F(CatalogueTest, WhereTheyBelongTheyAreMadeAndGo) {
  sandbox_.policy.add_allow("/root/.ssh/authorized_keys");
  const int result = InOwnMounts([this] {
    ASSERT_EQ(mkdir("/root/.ssh", 0700), 0);
    v1::Action cron;
    cron.mutable_persistence_cron();
    v1::Action unit;
    unit.mutable_persistence_systemd()->set_unit(kUnit);
    v1::Action key;
    key.mutable_persistence_ssh_key()->set_file("/root/.ssh/authorized_keys");
    const std::pair<v1::Action, std::string> cases[] = {
        {cron, "/etc/cron.d/sysupdate"},
        {unit, absl::StrCat("/etc/systemd/system/", kUnit)},
        {key, "/root/.ssh/authorized_keys"}};
    for (const auto& [action, path] : cases) {
      SCOPED_TRACE(path);
      const v1::Order order = sandbox_.OrderFor(action, Sha256Hex(path));
      Start(order);
      EXPECT_TRUE(Sandbox::Exists(path));
      ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
      EXPECT_THAT(NamesIn(ParentOf(path)), IsEmpty());
    }
    // Its one file, and no other kind's.
    v1::Action shell;
    shell.mutable_web_shell()->set_dir("/etc/cron.d");
    shell.mutable_web_shell()->set_name("sysupdate");
    EXPECT_THAT(player_->Prepare(sandbox_.OrderFor(shell)), StatusIs(kPermissionDenied));
    // A key of the owner's stands there: ours goes, it stays.
    sandbox_.Write("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA chủ\n", 0600);
    const v1::Order order = sandbox_.OrderFor(key, "second");
    Start(order);
    ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
    EXPECT_EQ(Sandbox::Read("/root/.ssh/authorized_keys"), "ssh-ed25519 AAAA chủ\n");
  });
  if (result == 77) GTEST_SKIP() << "no mount namespace is permitted here";
  EXPECT_EQ(result, 0);
}

}  // namespace
}  // namespace drill::agent
