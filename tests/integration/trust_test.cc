// Who is let in, and what an owner has to have signed.

#include <google/protobuf/struct.pb.h>
#include <signal.h>

#include <filesystem>

#include "common/os/clock.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

using ::testing::HasSubstr;

class TrustTest : public DrillTest {
 protected:
  std::string Token(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"agent", "token", "app-1", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Output output = As("admin", words);
    google::protobuf::Struct fields;
    EXPECT_TRUE(output.code == 0 && FromJson(output.out, &fields)) << output.err;
    return fields.fields().at("token").string_value();
  }
  Output EnrolWith(const std::string& token, const std::string& directory) {
    return Program("drill-agent", {"enrol", "--token", token, "--dir", Path(directory)});
  }
  // What the agent's owner sees on the host.
  std::string AgentStatus() {
    const Output status = Program("drill-agent", {"status", "--dir", HostPath("app-1", "agent")});
    EXPECT_EQ(status.code, 0) << status.err;
    return status.out;
  }
  bool SaysNotConnected() {
    const std::string status = AgentStatus();
    EXPECT_EQ(status.find("connection:  connected"), std::string::npos) << status;
    return status.find("connection:  not connected: ") != std::string::npos;
  }
  // What the controller's people see.
  void WasNeverSeen(const std::string& host) {
    const auto list = Get<v1::AgentList>("admin", {"agent", "list"});
    for (const v1::AgentStatus& agent : list.agents()) {
      EXPECT_FALSE(agent.connected());
      EXPECT_EQ(agent.last_seen_us(), 0) << host;
    }
  }
  Output ApproveScope() {
    const absl::Status status = Approve();
    return {status.ok() ? 0 : 1, "", std::string(status.message())};
  }
};

TEST_F(TrustTest, EnrolmentTokenServesOnceAndNotForEver) {
  ASSERT_OK(StartController());
  ASSERT_OK(Register());
  const std::string token = Token();
  EXPECT_EQ(EnrolWith(token, "first").code, 0);
  const Output again = EnrolWith(token, "second");
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("token"));
  EXPECT_FALSE(Exists(Path("second/identity")));

  const std::string brief = Token({"--valid", "1s"});
  Output late;
  // Spent by the first try that comes in time: so a fresh one, and one try, after its end.
  const int64_t since = os::MonotonicMicros();
  ASSERT_TRUE(Until([&] { return os::MonotonicMicros() > since + 1'500'000; }));
  late = EnrolWith(brief, "third");
  EXPECT_EQ(late.code, 1);
  EXPECT_THAT(late.err, HasSubstr("expired"));

  const Output garbage = EnrolWith("not-a-token", "fourth");
  EXPECT_EQ(garbage.code, 1);
  EXPECT_THAT(garbage.err, HasSubstr("token"));
}

// Between an agent and a controller that do not know each other, nothing passes, whichever of the
// two is fooled into believing the other.
TEST_F(TrustTest, AgentOfAnotherControllerIsNotLetIn) {
  ASSERT_OK(StartController());
  ASSERT_OK(Register());
  ASSERT_OK(Enrol("app-1"));
  EndController(SIGTERM);
  // Another controller, with another CA, behind the same door.
  std::filesystem::rename(data_, Path("first"));
  std::filesystem::create_directory(data_);
  std::filesystem::remove_all(Path("keys"));
  std::filesystem::create_directory(Path("keys"));
  std::filesystem::remove_all(Path("people"));
  std::filesystem::create_directory(Path("people"));
  ASSERT_OK(StartController());
  ASSERT_OK(Register());
  StartAgent("app-1");
  EXPECT_TRUE(Until([this] { return SaysNotConnected(); })) << AgentStatus();
  WasNeverSeen("app-1");
  EndAgent("app-1", SIGTERM);

  // It believes the new controller now, which still does not believe its certificate.
  std::filesystem::copy_file(data_ + "/pki/ca.crt", HostPath("app-1", "agent/ca.crt"),
                             std::filesystem::copy_options::overwrite_existing);
  StartAgent("app-1");
  EXPECT_TRUE(Until([this] { return SaysNotConnected(); })) << AgentStatus();
  WasNeverSeen("app-1");
  // Its order would be for the host that this controller knows by that name: it has none of it.
  EXPECT_THAT(AgentStatus(), HasSubstr("orders:      none"));
}

TEST_F(TrustTest, ScopeThatNobodyOrAStrangerSignedIsRefused) {
  ASSERT_OK(Prepare());
  ASSERT_OK(Plan());
  const std::string good = Read(Path("scope"));
  // One changed byte: the signature is over another text.
  std::string changed = good;
  const size_t at = changed.find("app-2");
  ASSERT_NE(at, std::string::npos);
  changed[at + 4] = '9';
  Write(Path("scope"), changed);
  const Output tampered = ApproveScope();
  EXPECT_EQ(tampered.code, 1);
  EXPECT_THAT(tampered.err, HasSubstr("0 valid signature"));

  const auto offer = [this](std::vector<std::string> more) {
    std::vector<std::string> words = {"exercise",    "scope",           kExercise,
                                      "--system",    "mot-cua",         "--decision-number",
                                      "15/QĐ-STTTT", "--decision-date", "2026-01-05",
                                      "--out",       Path("scope")};
    words.insert(words.end(), more.begin(), more.end());
    std::filesystem::remove(Path("scope"));
    return As("giam-doc", words);
  };
  ASSERT_EQ(offer({}).code, 0);
  EXPECT_EQ(ApproveScope().code, 1);  // signed by nobody
  ASSERT_EQ(Program("drillctl", {"key", "new", "--out", Path("keys/stranger.key")}).code, 0);
  ASSERT_EQ(SignScope("stranger").code, 0);
  const Output stranger = ApproveScope();
  EXPECT_EQ(stranger.code, 1);
  EXPECT_THAT(stranger.err, HasSubstr("sign"));

  // Its window is over.
  Output over =
      offer({"--from", "2025-01-01T00:00:00+07:00", "--until", "2025-01-02T00:00:00+07:00"});
  if (over.code == 0) {
    ASSERT_EQ(SignScope("owner").code, 0);
    over = ApproveScope();
  }
  EXPECT_EQ(over.code, 1);
  EXPECT_THAT(over.err, HasSubstr("window"));

  Write(Path("scope"), good);
  EXPECT_EQ(ApproveScope().code, 0);  // none of these harmed the good one
}

}  // namespace
}  // namespace drill::testing
