// key new, scope show, scope sign: what an owner does without a controller.
#include <gmock/gmock.h>

#include "common/base/digest.h"
#include "common/keys/keys.h"
#include "tests/support/status.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::drill::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kScenario[] = R"(
id: ransomware
injects:
  - id: ransom
    title: Mã hóa tệp
    action:
      files.encrypt:
        dir: "@docs"
        count: 20
  - id: note
    title: Thông điệp
)";

class ScopeFiles : public ::testing::Test {
 protected:
  ScopeFiles() {
    scope_.set_exercise("dt-1");
    scope_.set_system("cong");
    scope_.add_hosts("db-1");
    scope_.set_not_before_us(kNowUs);
    scope_.set_not_after_us(kNowUs + 1);
    scope_.set_orders_per_host_max(3);
    scope_.mutable_decision()->set_number("12/QĐ-UBND");
    v1::Action action;
    action.mutable_files_encrypt()->set_dir("@docs");
    action.mutable_files_encrypt()->set_count(20);
    v1::ScopeEntry* entry = scope_.add_entries();
    entry->set_inject("ransom");
    entry->set_action_sha256(Sha256(action.SerializeAsString()));
    scenario_ = dir_.Write("scenario.yaml", kScenario);
  }

  std::string WriteScope(const std::string& name = "x.scope") {
    v1::SignedScope file;
    file.set_scope(scope_.SerializeAsString());
    return dir_.Write(name, file.SerializeAsString());
  }

  std::string NewKey(const std::string& name) {
    EXPECT_EQ(run_({"key", "new", "--out", dir_ / name}).exit, 0);
    return dir_ / name;
  }

  v1::SignedScope ReadBack(const std::string& path) {
    v1::SignedScope file;
    EXPECT_TRUE(file.ParseFromString(*os::ReadFile(path)));
    return file;
  }

  TempDir dir_;
  CliRunner run_;
  v1::Scope scope_;
  std::string scenario_;
};

TEST_F(ScopeFiles, ANewKeyIsPrivateAndItsPublicHalfIsPrinted) {
  const CliRunner::Result result = run_({"key", "new", "--out", dir_ / "owner.key"});
  EXPECT_EQ(result.exit, 0);
  const std::string key = *os::ReadFile(dir_ / "owner.key");
  EXPECT_EQ(result.out, *PublicPem(key));
  EXPECT_EQ(std::filesystem::status(dir_ / "owner.key").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(ScopeFiles, AKeyIsNeverOverwritten) {
  const std::string key = NewKey("owner.key");
  const std::string before = *os::ReadFile(key);
  const CliRunner::Result result = run_({"key", "new", "--out", key});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("will not be overwritten"));
  EXPECT_EQ(*os::ReadFile(key), before);
}

TEST_F(ScopeFiles, TheOwnerSeesHostsWindowDecisionAndActions) {
  const CliRunner::Result result = run_({"scope", "show", WriteScope(), "--scenario", scenario_});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("db-1"), HasSubstr("2026-11-22 10:00:00.000 +07:00"),
                    HasSubstr("12/QĐ-UBND"), HasSubstr("Mã hóa tệp"), HasSubstr("count: 20"),
                    HasSubstr(Hex(scope_.entries(0).action_sha256()))));
}

TEST_F(ScopeFiles, AnActionThatIsNotTheScenariosIsShownAndRefused) {
  scope_.mutable_entries(0)->set_action_sha256(std::string(32, 'x'));
  const std::string path = WriteScope();
  const CliRunner::Result result =
      run_({"scope", "sign", path, "--key", NewKey("k"), "--scenario", scenario_});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.out, HasSubstr("THE DIGEST IS NOT THAT"));
  EXPECT_THAT(result.err, HasSubstr("do not sign"));
  EXPECT_EQ(ReadBack(path).signatures_size(), 0);
}

TEST_F(ScopeFiles, AnInjectThatTheScenarioLacksIsRefusedToo) {
  scope_.mutable_entries(0)->set_inject("note");
  EXPECT_EQ(run_({"scope", "show", WriteScope(), "--scenario", scenario_}).exit, 1);
}

TEST_F(ScopeFiles, WithoutAScenarioItSaysThatOnlyDigestsAreShown) {
  const CliRunner::Result result = run_({"scope", "show", WriteScope()});
  EXPECT_EQ(result.exit, 0);
  EXPECT_THAT(result.out, HasSubstr("only each action's digest"));
}

TEST_F(ScopeFiles, ASignatureFitsTheBytesOfTheScopeAndNamesItsKey) {
  const std::string path = WriteScope();
  const std::string key = NewKey("k");
  ASSERT_EQ(run_({"scope", "sign", path, "--key", key}).exit, 0);
  const v1::SignedScope file = ReadBack(path);
  ASSERT_EQ(file.signatures_size(), 1);
  EXPECT_EQ(file.scope(), scope_.SerializeAsString());
  const std::string pem = *PublicPem(*os::ReadFile(key));
  EXPECT_OK(VerifySignature(pem, file.scope(), file.signatures(0).der()));
  std::string id;
  ASSERT_OK(PublicKeyId(pem, &id));
  EXPECT_EQ(file.signatures(0).key_sha256(), id);
}

TEST_F(ScopeFiles, ASecondSignatureNeedsAnotherKey) {
  const std::string path = WriteScope();
  const std::string key = NewKey("k");
  ASSERT_EQ(run_({"scope", "sign", path, "--key", key}).exit, 0);
  EXPECT_EQ(run_({"scope", "sign", path, "--key", key}).exit, 1);
  EXPECT_EQ(ReadBack(path).signatures_size(), 1);
  ASSERT_EQ(run_({"scope", "sign", path, "--key", NewKey("k2"), "--out", dir_ / "both"}).exit, 0);
  EXPECT_EQ(ReadBack(path).signatures_size(), 1);
  EXPECT_EQ(ReadBack(dir_ / "both").signatures_size(), 2);
}

TEST_F(ScopeFiles, WhatIsNoScopeIsNotSigned) {
  const std::string key = NewKey("k");
  const std::string path = dir_.Write("junk", "not a scope");
  const CliRunner::Result result = run_({"scope", "sign", path, "--key", key});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr(path));
  EXPECT_EQ(*os::ReadFile(path), "not a scope");
}

TEST_F(ScopeFiles, AScopeOfANewerVersionCannotBeShownAndSoNotSigned) {
  v1::SignedScope file;
  // Field 99, which this version does not have, a varint.
  file.set_scope(scope_.SerializeAsString() + "\x98\x06\x01");
  const std::string path = dir_.Write("newer", file.SerializeAsString());
  const CliRunner::Result result = run_({"scope", "sign", path, "--key", NewKey("k")});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot show"));
}

}  // namespace
}  // namespace drill::cli
