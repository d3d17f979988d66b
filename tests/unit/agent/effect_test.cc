// What the agent finds of an order when a team says that it has dealt with it: each kind of trace
// standing, gone and changed; and that looking changes nothing.

#include "core/exercise/effect.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/support/fake_sink.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"
#include "tests/unit/agent/catalogue_orders.h"

namespace drill::agent {
namespace {

class EffectTest : public ActionTest {
 protected:
  EffectTest() { AllowCatalogue(&sandbox_); }

  v1::EffectReport Look(const v1::Order& order) {
    const auto there = sandbox_.Manifest();
    const v1::EffectReport report = player_->Look(order.id());
    EXPECT_EQ(sandbox_.Manifest(), there) << "looking changed the host";
    EXPECT_GT(report.at_us(), 0);
    return report;
  }
  // "2 of 3": traces that stand, of those that can be told.
  std::string Standing(const v1::Order& order) {
    const v1::EffectReport report = Look(order);
    if (report.undone()) return "undone";
    const EffectCount count = CountEffect(report);
    return absl::StrCat(count.standing, " of ", count.told);
  }
  v1::TraceFate FateOf(const v1::Order& order, const std::string& value) {
    const v1::EffectReport report = Look(order);
    for (const v1::TraceState& trace : report.traces()) {
      if (trace.artefact().value() == value) return trace.fate();
    }
    ADD_FAILURE() << value << " is not told";
    return v1::TRACE_FATE_UNSPECIFIED;
  }
  std::string folder() const { return sandbox_.Path("docs/HoSo_LuuTru"); }
};

TEST_F(EffectTest, OfEncryptedDocumentsEachIsTold) {
  const v1::Order order = sandbox_.Encrypt(3);
  Start(order);
  EXPECT_EQ(Standing(order), "4 of 4");
  const std::vector<std::string> names = NamesIn(folder());
  unlink((folder() + "/" + names[0]).c_str());
  sandbox_.Write(folder() + "/" + names[1], "khôi phục từ bản sao lưu");
  EXPECT_EQ(Standing(order), "2 of 4");
  EXPECT_EQ(FateOf(order, folder() + "/" + names[0]), v1::TRACE_FATE_GONE);
  EXPECT_EQ(FateOf(order, folder() + "/" + names[1]), v1::TRACE_FATE_CHANGED);
  EXPECT_EQ(FateOf(order, folder() + "/" + names[2]), v1::TRACE_FATE_STANDING);
  std::filesystem::remove_all(folder());
  EXPECT_EQ(Standing(order), "0 of 4");
}

TEST_F(EffectTest, OfManyASampleInProportionIsTold) {
  const v1::Order order = sandbox_.Encrypt(50);
  Start(order);
  const std::vector<std::string> names = NamesIn(folder());
  for (size_t i = 0; i < 48; ++i) unlink((folder() + "/" + names[i]).c_str());
  const v1::EffectReport report = Look(order);
  EXPECT_EQ(report.traces_total(), 51);
  EXPECT_LE(report.traces_size(), 32);
  const EffectCount count = CountEffect(report);
  EXPECT_EQ(count.standing, 2);  // 3 of 51
  EXPECT_EQ(count.told, 31);
  EXPECT_EQ(report.traces(0).fate(), v1::TRACE_FATE_STANDING);
  // Were it one alone, it would be told nevertheless.
  for (size_t i = 48; i < 50; ++i) unlink((folder() + "/" + names[i]).c_str());
  EXPECT_EQ(CountEffect(Look(order)).standing, 1);
}

TEST_F(EffectTest, APageIsBackOrSomebodyElsesOrGone) {
  const std::string page = Sandbox::Read(sandbox_.page());
  const v1::Order order = sandbox_.Deface();
  Start(order);
  EXPECT_EQ(FateOf(order, sandbox_.page()), v1::TRACE_FATE_STANDING);
  const std::string defaced = Sandbox::Read(sandbox_.page());
  sandbox_.Write(sandbox_.page(), page);
  EXPECT_EQ(FateOf(order, sandbox_.page()), v1::TRACE_FATE_CHANGED);
  sandbox_.Write(sandbox_.page(), "bảo trì");
  EXPECT_EQ(FateOf(order, sandbox_.page()), v1::TRACE_FATE_CHANGED);
  sandbox_.Write(sandbox_.page(), defaced);
  EXPECT_EQ(FateOf(order, sandbox_.page()), v1::TRACE_FATE_STANDING);
  unlink(sandbox_.page().c_str());
  EXPECT_EQ(FateOf(order, sandbox_.page()), v1::TRACE_FATE_GONE);
}

TEST_F(EffectTest, AProcessRunsIsStoppedOrEnded) {
  const v1::Order order = sandbox_.RunDecoy();
  Start(order);
  ASSERT_FALSE(sandbox_.RunningDecoys().empty());
  EXPECT_EQ(FateOf(order, sandbox_.decoy_name()), v1::TRACE_FATE_STANDING);
  // By us, in a pause.
  player_->Freeze(true);
  EXPECT_EQ(FateOf(order, sandbox_.decoy_name()), v1::TRACE_FATE_STANDING);
  player_->Freeze(false);
  sandbox_.StopDecoys();
  EXPECT_EQ(FateOf(order, sandbox_.decoy_name()), v1::TRACE_FATE_CHANGED);
  sandbox_.KillDecoys();
  EXPECT_EQ(FateOf(order, sandbox_.decoy_name()), v1::TRACE_FATE_GONE);
}

TEST_F(EffectTest, APortIsOpenUntilWhatListensIsEnded) {
  sandbox_.policy.add_ports(::drill::testing::FreePort());
  const v1::Order order = sandbox_.Listen();
  Start(order);
  EXPECT_EQ(Standing(order), "1 of 1");
  sandbox_.KillDecoys();
  EXPECT_EQ(Standing(order), "0 of 1");
}

TEST_F(EffectTest, ALineInALogCannotBeTold) {
  const v1::Order order = sandbox_.AppendLog();
  Start(order);
  EXPECT_EQ(FateOf(order, sandbox_.log_file()), v1::TRACE_FATE_UNKNOWN);
  EXPECT_EQ(Standing(order), "0 of 0");
}

TEST_F(EffectTest, AFileOfPersistenceIsRemovedOrNot) {
  const v1::Order order = AddCron(sandbox_);
  Start(order);
  const std::string cron = sandbox_.Path("docs/sysupdate");
  EXPECT_EQ(FateOf(order, cron), v1::TRACE_FATE_STANDING);
  unlink(cron.c_str());
  EXPECT_EQ(FateOf(order, cron), v1::TRACE_FATE_GONE);
}

TEST_F(EffectTest, AKeyIsTakenOutOfAFileThatOthersEdit) {
  sandbox_.Write(KeysPath(sandbox_), "ssh-ed25519 AAAA an@qtht\n", 0600);
  const v1::Order order = AddKey(sandbox_);
  Start(order);
  EXPECT_EQ(FateOf(order, KeysPath(sandbox_)), v1::TRACE_FATE_STANDING);
  sandbox_.Write(KeysPath(sandbox_), Sandbox::Read(KeysPath(sandbox_)) + "ssh-rsa BBBB binh\n",
                 0600);
  EXPECT_EQ(FateOf(order, KeysPath(sandbox_)), v1::TRACE_FATE_STANDING);
  sandbox_.Write(KeysPath(sandbox_), "ssh-ed25519 AAAA an@qtht\nssh-rsa BBBB binh\n", 0600);
  EXPECT_EQ(FateOf(order, KeysPath(sandbox_)), v1::TRACE_FATE_GONE);
}

TEST_F(EffectTest, ASettingIsPutBackOrNot) {
  sandbox_.Write(ConfigPath(sandbox_), kConfig);
  const v1::Order order = ChangeConfig(sandbox_);
  Start(order);
  EXPECT_EQ(Standing(order), "1 of 1");
  sandbox_.Write(ConfigPath(sandbox_), kConfig);
  EXPECT_EQ(Standing(order), "0 of 1");
}

TEST_F(EffectTest, ALargeFileStandsUntilItIsRemovedOrWrittenOver) {
  const v1::Order order = FillDisk(sandbox_);
  const Outcome outcome = Start(order);
  const std::string path = outcome.traces.at(0).artefact().value();
  EXPECT_EQ(FateOf(order, path), v1::TRACE_FATE_STANDING);
  sandbox_.Write(path, "khác");
  EXPECT_EQ(FateOf(order, path), v1::TRACE_FATE_CHANGED);
  unlink(path.c_str());
  EXPECT_EQ(FateOf(order, path), v1::TRACE_FATE_GONE);
}

TEST_F(EffectTest, AClearedLogIsPutBackOrNot) {
  const std::string log = Sandbox::Read(sandbox_.log_file());
  ASSERT_FALSE(log.empty());
  const v1::Order order = ClearLog(sandbox_);
  Start(order);
  EXPECT_EQ(FateOf(order, sandbox_.log_file()), v1::TRACE_FATE_STANDING);
  sandbox_.Write(sandbox_.log_file(), log + "since\n");
  EXPECT_EQ(FateOf(order, sandbox_.log_file()), v1::TRACE_FATE_CHANGED);
}

TEST_F(EffectTest, OurOwnUndoIsNobodysWork) {
  const v1::Order order = sandbox_.Deface();
  EXPECT_EQ(Standing(order), "undone");  // never made
  Start(order);
  Undo(order);
  EXPECT_EQ(Standing(order), "undone");
  ExpectAsBefore();
}

TEST_F(EffectTest, LookingTakesNothingFromTheUndo) {
  const v1::Order order = sandbox_.Encrypt(3);
  Start(order);
  unlink((folder() + "/" + NamesIn(folder())[0]).c_str());
  Look(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  ExpectAsBefore();
}

TEST_F(EffectTest, AnAgentThatWasStartedAnewStillKnowsWhatItMade) {
  const v1::Order order = sandbox_.Encrypt(3);
  Start(order);
  player_ = sandbox_.Player();
  ASSERT_EQ(player_->Recover().size(), 1u);
  EXPECT_EQ(Standing(order), "4 of 4");
  unlink((folder() + "/" + NamesIn(folder())[0]).c_str());
  EXPECT_EQ(Standing(order), "3 of 4");
}

}  // namespace
}  // namespace drill::agent
