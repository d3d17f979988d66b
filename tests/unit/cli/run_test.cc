// drillctl in-process against service Drill on real TLS.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "common/base/digest.h"
#include "common/keys/keys.h"
#include "common/keys/token.h"
#include "common/os/file.h"
#include "common/yaml/dump.h"
#include "common/yaml/load.h"
#include "drill/v1/agent.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "tests/support/fake_drill.h"
#include "tests/support/status.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::drill::testing::FakeDrill;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class RunTest : public ::testing::Test {
 protected:
  RunTest() : drill_(pki_.path()) {
    context_ = drill_.context();
    run_.variables["DRILLCTL_CONTEXT"] = dir_.Write("context.yaml", yaml::Dump(context_));
    drill_.submit_response.set_seq(7);
  }

  template <typename Message>
  static Message Parse(const std::string& text) {
    Message message;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
    return message;
  }

  // An event with its cursor.
  static v1::WatchEvent Event(uint64_t cursor, const std::string& record) {
    v1::WatchEvent event;
    event.set_cursor(cursor);
    event.set_ex_us(-1);
    if (record.empty()) {
      event.set_caught_up(true);
    } else {
      *event.mutable_record() = Parse<v1::Record>(record);
      event.mutable_record()->set_time_us(kNowUs);
    }
    return event;
  }

  TempDir pki_;
  TempDir dir_;
  FakeDrill drill_;
  v1::Context context_;
  CliRunner run_;
};

// ---- calls, retries, failures ------------------------------------------------------------------

TEST_F(RunTest, ASubmitReachesTheControllerWithARandomRequestIdAndTheLanguage) {
  const CliRunner::Result result = run_({"exercise", "pause", "x"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_EQ(result.out, "Done: exercise pause (record 7)\n");
  ASSERT_THAT(drill_.submitted(), SizeIs(1));
  EXPECT_THAT(drill_.submitted()[0].request_id(), SizeIs(32));
  EXPECT_EQ(drill_.submitted()[0].command().pause_exercise().exercise(), "x");
  EXPECT_EQ(drill_.language(), "en");
  EXPECT_EQ(run_({"exercise", "pause", "x", "--lang", "vi"}).out,
            "Đã xong: exercise pause (bản ghi 7)\n");
  EXPECT_EQ(drill_.language(), "vi");
  EXPECT_NE(drill_.submitted()[0].request_id(), drill_.submitted()[1].request_id());
}

TEST_F(RunTest, NotesOfTheControllerAreShownInThePersonsLanguage) {
  drill_.submit_response.set_id("soc-4");
  drill_.submit_response.add_notes()->set_vi("chưa khớp");
  const CliRunner::Result result =
      run_({"report", "answer", "x", "q", "--choice", "a", "--lang", "vi"});
  EXPECT_THAT(result.out, AllOf(HasSubstr("soc-4"), HasSubstr("\n  chưa khớp\n")));
}

TEST_F(RunTest, UnavailableIsRepeatedAsIsWithGrowingPauses) {
  drill_.Fail(grpc::StatusCode::UNAVAILABLE, "starting", 3);
  EXPECT_EQ(run_({"exercise", "start", "x"}).exit, 0);
  ASSERT_THAT(drill_.submitted(), SizeIs(4));
  for (const v1::SubmitRequest& request : drill_.submitted()) {
    EXPECT_EQ(request.SerializeAsString(), drill_.submitted()[0].SerializeAsString());
  }
  EXPECT_THAT(run_.slept_us, ElementsAre(100'000, 200'000, 400'000));
}

TEST_F(RunTest, ItGivesUpAfterAFewTimesAndSaysHowToRepeatSafely) {
  drill_.Fail(grpc::StatusCode::UNAVAILABLE, "disk is away", 100);
  const CliRunner::Result result = run_({"exercise", "start", "x", "--request-id", "my-request"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(drill_.submitted(), SizeIs(Client::kAttemptsMax));
  EXPECT_EQ(drill_.submitted()[0].request_id(), "my-request");
  EXPECT_THAT(result.err, AllOf(StartsWith("drillctl: exercise start: no answer from 127.0.0.1:"),
                                HasSubstr("disk is away"), HasSubstr("--request-id my-request")));
}

TEST_F(RunTest, ARefusalIsNotRepeated) {
  drill_.Fail(grpc::StatusCode::FAILED_PRECONDITION, "exercise 'x' is draft, not ready");
  const CliRunner::Result result = run_({"exercise", "start", "x"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(drill_.submitted(), SizeIs(1));
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            absl::StrCat("drillctl: exercise start: refused by ", context_.address(),
                         ": exercise 'x' is draft, not ready; first do what it names; «drillctl "
                         "exercise show» tells the phase\n"));
}

TEST_F(RunTest, AFailureSpeaksThePersonsLanguage) {
  drill_.Fail(grpc::StatusCode::PERMISSION_DENIED, "chỉ dành cho giám khảo");
  EXPECT_THAT(run_({"exercise", "judge", "x", "--lang", "vi"}).err,
              AllOf(HasSubstr("từ chối: chỉ dành cho giám khảo"), HasSubstr("hãy nhờ người")));
}

TEST_F(RunTest, EveryCallHasADeadline) {
  drill_.Hang();
  const CliRunner::Result result = run_({"whoami", "--timeout", "300ms"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("no answer from"), HasSubstr("--timeout")));
}

// A controller that is so busy that it has not begun to shake hands: the system has taken the
// connection, nobody answers on it.
TEST_F(RunTest, ASlowHandshakeIsWaitedForNotBegunAgain) {
  const os::Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener.get(), 64), 0);
  ASSERT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  v1::Context busy = context_;
  busy.set_address(absl::StrCat("127.0.0.1:", ntohs(address.sin_port)));
  run_.variables["DRILLCTL_CONTEXT"] = dir_.Write("busy.yaml", yaml::Dump(busy));

  const CliRunner::Result result = run_({"whoami", "--timeout", "1s"});
  EXPECT_EQ(result.exit, 1);
  // The person's own patience ended it, not an attempt to connect that was given up.
  EXPECT_THAT(result.err, AllOf(HasSubstr("no answer from"), HasSubstr("--timeout")));
  int connections = 0;
  while (os::Fd(accept(listener.get(), nullptr, nullptr))) ++connections;
  EXPECT_EQ(connections, 1);
}

TEST_F(RunTest, AnotherTokenIsRefused) {
  context_.set_token(TokenText(std::string(32, 'x')));
  const std::string path = dir_.Write("other.yaml", yaml::Dump(context_));
  const CliRunner::Result result = run_({"whoami", "--context", path});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("no such token; ask an administrator"));
}

TEST_F(RunTest, AServerOfAnotherCaGetsNoToken) {
  TempDir other_pki;
  const FakeDrill other(other_pki.path());
  context_.set_ca_pem(other.context().ca_pem());
  const std::string path = dir_.Write("other.yaml", yaml::Dump(context_));
  const CliRunner::Result result = run_({"exercise", "start", "x", "--context", path});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("no answer from"));
  EXPECT_THAT(drill_.submitted(), IsEmpty());
}

// ---- context file ------------------------------------------------------------------------------

TEST_F(RunTest, AContextThatOthersMayReadIsRefused) {
  const std::string path = dir_.Write("open.yaml", yaml::Dump(context_), 0644);
  const CliRunner::Result result = run_({"whoami", "--context", path});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr(absl::StrCat("chmod 600 ", path)));
}

TEST_F(RunTest, AMissingContextIsNamed) {
  run_.variables.erase("DRILLCTL_CONTEXT");
  run_.variables["HOME"] = dir_.path();
  const CliRunner::Result result = run_({"whoami"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr(dir_ / ".config/cyberdrill/context.yaml"),
                                HasSubstr("--context or DRILLCTL_CONTEXT")));
}

TEST_F(RunTest, WhatAContextLacksIsNamedAtOnce) {
  const CliRunner::Result result =
      run_({"whoami", "--context", dir_.Write("c.yaml", "address: \"localhost:1\"\n")});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("c.yaml: missing: ca_pem, token"));
}

TEST_F(RunTest, TheContextsLanguageCountsUnlessAnotherIsAsked) {
  context_.set_language("vi");
  run_.variables["DRILLCTL_CONTEXT"] = dir_.Write("vi.yaml", yaml::Dump(context_));
  EXPECT_THAT(run_({"exercise", "stop", "x"}).out, HasSubstr("Đã xong"));
  EXPECT_THAT(run_({"exercise", "stop", "x", "--lang", "en"}).out, HasSubstr("Done"));
}

// ---- tokens ------------------------------------------------------------------------------------

TEST_F(RunTest, OnlyTheHashOfATokenLeavesTheClient) {
  drill_.submit_response.set_id("t-1");
  const CliRunner::Result result = run_({"person", "token", "an", "--valid", "90d"});
  ASSERT_EQ(result.exit, 0) << result.err;
  const std::string token = result.out.substr(0, result.out.size() - 1);
  EXPECT_THAT(token, AllOf(StartsWith("drl_"), SizeIs(47)));
  const v1::IssueToken issued = drill_.submitted()[0].command().issue_token();
  EXPECT_EQ(issued.sha256(), *TokenSha256(token));
  EXPECT_THAT(drill_.submitted()[0].SerializeAsString(), Not(HasSubstr(token)));
  EXPECT_EQ(issued.valid_us(), int64_t{90} * 86'400 * 1'000'000);
  EXPECT_THAT(result.err, HasSubstr("t-1"));
}

TEST_F(RunTest, ATokenCanBeWrittenAsThePersonsContextFile) {
  const std::string path = dir_ / "an.yaml";
  const CliRunner::Result result = run_({"person", "token", "an", "--out", path});
  ASSERT_EQ(result.exit, 0) << result.err;
  v1::Context context;
  ASSERT_OK(yaml::Load(*os::ReadFile(path), path, &context));
  EXPECT_EQ(context.address(), context_.address());
  EXPECT_EQ(context.ca_pem(), context_.ca_pem());
  EXPECT_EQ(drill_.submitted()[0].command().issue_token().sha256(), *TokenSha256(context.token()));
  EXPECT_THAT(result.out, Not(HasSubstr(context.token())));
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(RunTest, NoTokenIsIssuedThatCouldNotBeWritten) {
  const std::string path = dir_.Write("an.yaml", "mine");
  EXPECT_EQ(run_({"person", "token", "an", "--out", path}).exit, 1);
  EXPECT_THAT(drill_.submitted(), IsEmpty());
  EXPECT_EQ(*os::ReadFile(path), "mine");
}

TEST_F(RunTest, AnEnrolmentTokenHoldsTheSecretAndTheOffer) {
  *drill_.submit_response.mutable_enrolment() = Parse<v1::EnrolmentOffer>(
      "ca_sha256: 'c' people_address: 'p:1' agent_address: 'a:2' owner_keys_pem: 'k' "
      "signatures_required: 1");
  const CliRunner::Result result = run_({"agent", "token", "db-1", "--valid", "2h"});
  ASSERT_EQ(result.exit, 0) << result.err;
  std::string bytes;
  ASSERT_OK(Base64UrlDecode(result.out.substr(0, result.out.size() - 1), &bytes));
  v1::EnrolmentToken token;
  ASSERT_TRUE(token.ParseFromString(bytes));
  EXPECT_THAT(token.secret(), SizeIs(32));
  EXPECT_EQ(Sha256(token.secret()),
            drill_.submitted()[0].command().issue_enrolment().secret_sha256());
  EXPECT_EQ(token.agent_address(), "a:2");
  EXPECT_EQ(token.people_address(), "p:1");
  EXPECT_THAT(token.owner_keys_pem(), ElementsAre("k"));
  EXPECT_EQ(token.signatures_required(), 1);
}

// ---- files -------------------------------------------------------------------------------------

TEST_F(RunTest, ARegisterFileIsReadHereWithEveryFaultInItsPlace) {
  const std::string bad = dir_.Write("bad.yaml", "hosts:\n  - id: a\n    sistem: b\n    roll: c\n");
  const CliRunner::Result result = run_({"register", "apply", bad});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("bad.yaml:3:5:"), HasSubstr("bad.yaml:4:5:")));
  EXPECT_THAT(drill_.submitted(), IsEmpty());
}

TEST_F(RunTest, ADryRunComparesAndSendsNothing) {
  drill_.reg = Parse<v1::Register>(R"(
      organisations { id: "o" name { vi: "O" } } organisations { id: "p" name { vi: "P" } })");
  const std::string path = dir_.Write("r.yaml",
                                      "organisations:\n"
                                      "  - {id: o, name: {vi: O}}\n"
                                      "  - {id: p, name: {vi: Khác}}\n"
                                      "  - {id: q, name: {vi: Q}}\n");
  const CliRunner::Result result = run_({"register", "apply", path, "--dry-run"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("would add 1, change 1, leave 1"));
  EXPECT_THAT(drill_.submitted(), IsEmpty());
}

TEST_F(RunTest, ADryRunFindsWhatTheControllerWouldRefuse) {
  const std::string path = dir_.Write("r.yaml", "hosts:\n  - {id: h, system: nowhere}\n");
  const CliRunner::Result result = run_({"register", "apply", path, "--dry-run"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("nowhere"));
}

TEST_F(RunTest, AnExportCanBeAppliedAgain) {
  drill_.reg = Parse<v1::Register>(R"(organisations { id: "o" name { vi: "Sở" en: "Dept" } })");
  const CliRunner::Result result = run_({"register", "export"});
  v1::Register back;
  ASSERT_OK(yaml::Load(result.out, "export", &back));
  EXPECT_EQ(back.SerializeAsString(), drill_.reg.SerializeAsString());
}

TEST_F(RunTest, AnApprovalCarriesTheSignedBytesAsTheyAre) {
  v1::SignedScope scope;
  scope.set_scope(Parse<v1::Scope>("exercise: 'x' system: 's'").SerializeAsString());
  scope.add_signatures()->set_der("d");
  const std::string scope_path = dir_.Write("s.scope", scope.SerializeAsString());
  const std::string roe = dir_.Write("roe.yaml",
                                     "roe:\n  objectives: {vi: Mục tiêu}\n"
                                     "decision: {number: 1/QĐ, date: 2026-11-20}\n"
                                     "teams_unaware_attested: true\n");
  const CliRunner::Result result =
      run_({"exercise", "approve", "x", "--roe", roe, "--scope", scope_path});
  ASSERT_EQ(result.exit, 0) << result.err;
  const v1::ApproveExercise sent = drill_.submitted()[0].command().approve_exercise();
  EXPECT_EQ(sent.exercise(), "x");
  EXPECT_EQ(sent.approval().roe().objectives().vi(), "Mục tiêu");
  EXPECT_TRUE(sent.approval().teams_unaware_attested());
  ASSERT_EQ(sent.approval().scopes_size(), 1);
  EXPECT_EQ(sent.approval().scopes(0).SerializeAsString(), scope.SerializeAsString());
}

TEST_F(RunTest, ABadScenarioIsNotSent) {
  const std::string path = dir_.Write("bad.yaml", "id: Not An Id\n");
  const CliRunner::Result result = run_({"scenario", "add", path});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("bad.yaml:1:5: error"));
  EXPECT_THAT(drill_.submitted(), IsEmpty());
  EXPECT_EQ(run_({"scenario", "lint", path}).exit, 1);
}

TEST_F(RunTest, TheOwnersAcceptanceIsSignedOverTheBytesSent) {
  ASSERT_EQ(run_({"key", "new", "--out", dir_ / "k"}).exit, 0);
  ASSERT_EQ(run_({"exercise", "accept-residue", "x", "--inject", "i", "--host", "h", "--key",
                  dir_ / "k", "--note", "log lines stay"})
                .exit,
            0);
  const v1::ResidueAccepted sent = drill_.submitted()[0].command().accept_residue().acceptance();
  v1::ResidueAcceptance acceptance;
  ASSERT_TRUE(acceptance.ParseFromString(sent.acceptance()));
  EXPECT_EQ(acceptance.exercise(), "x");
  EXPECT_EQ(acceptance.note(), "log lines stay");
  const std::string pem = *PublicPem(*os::ReadFile(dir_ / "k"));
  EXPECT_OK(VerifySignature(pem, sent.acceptance(), sent.signatures(0).der()));
}

TEST_F(RunTest, ARequestLargerThanTheControllerTakesIsNotSent) {
  std::string text = "organisations:\n";
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&text, "  - {id: o", i, ", name: {vi: ", std::string(5000, 'x'), "}}\n");
  }
  const CliRunner::Result result = run_({"register", "apply", dir_.Write("big.yaml", text)});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("split the file"));
  EXPECT_THAT(drill_.submitted(), IsEmpty());
}

// ---- scope, check ------------------------------------------------------------------------------

TEST_F(RunTest, AScopeIsCheckedAgainstTheExercisesOwnScenarioAndWritten) {
  const v1::Record created = Parse<v1::Record>(R"(exercise_created { scenario { injects {
      id: "i" title { en: "Encrypt" } action { files_encrypt { count: 3 } } } } })");
  v1::Scope scope = Parse<v1::Scope>("exercise: 'x' system: 's' hosts: 'h'");
  v1::ScopeEntry* entry = scope.add_entries();
  entry->set_inject("i");
  entry->set_action_sha256(
      Sha256(created.exercise_created().scenario().injects(0).action().SerializeAsString()));
  drill_.scope.set_scope(scope.SerializeAsString());
  v1::WatchEvent event;
  *event.mutable_record() = created;
  drill_.watches = {{{event, Event(2, "")}, grpc::Status::OK}};
  const CliRunner::Result result =
      run_({"exercise", "scope", "x", "--system", "s", "--decision-number", "1/QĐ",
            "--decision-date", "2026-11-20", "--out", dir_ / "s"});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("Encrypt"), HasSubstr("count: 3")));
  v1::SignedScope file;
  ASSERT_TRUE(file.ParseFromString(*os::ReadFile(dir_ / "s")));
  EXPECT_EQ(file.scope(), scope.SerializeAsString());
  EXPECT_EQ(file.signatures_size(), 0);
}

class CheckTest : public RunTest {
 protected:
  CheckTest() {
    v1::ExerciseView view = Parse<v1::ExerciseView>(R"(
        summary { phase: PHASE_APPROVED }
        hosts { host: "a" checked: true } hosts { host: "b" } hosts { host: "idle" })");
    drill_.views = {view};
    const std::string created = R"(exercise_created {
        scenario { injects { id: "i" action { web_deface {} } targets { system: "p" role: "web" } } }
        systems { part: "p" hosts { id: "a" role: "web" } hosts { id: "b" role: "web" }
                  hosts { id: "idle" role: "db" } } })";
    drill_.watches = {{{Event(4, created), Event(5, "host_checked { host: 'a' }"), Event(6, "")},
                       grpc::Status::OK}};
  }
};

TEST_F(CheckTest, WaitsForEveryAgentAndTellsThatItIsReady) {
  drill_.views[0].mutable_summary()->set_phase(v1::PHASE_READY);
  drill_.watches.push_back({{Event(7, "host_checked { host: 'b' }"),
                             Event(8, "host_checked { host: 'a' }"), Event(9, "exercise_ready {}")},
                            grpc::Status::OK});
  const CliRunner::Result result = run_({"exercise", "check", "x"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("a: ready"), HasSubstr("x: ready to start")));
  ASSERT_THAT(drill_.watched(), SizeIs(2));
  EXPECT_EQ(drill_.watched()[1].cursor(), 6u) << "what was answered before does not count";
}

TEST_F(CheckTest, FindingsArePrintedAndFail) {
  v1::HostRow* b = drill_.views[0].mutable_hosts(1);
  b->set_checked(true);
  *b->add_findings() = Parse<v1::CheckFinding>("inject: 'i' why: 'policy refuses files.encrypt'");
  drill_.views[0].add_missing()->set_en("host b cannot play i");
  drill_.watches.push_back(
      {{Event(7, "host_checked { host: 'a' }"), Event(8, "host_checked { host: 'b' }")},
       grpc::Status::OK});
  const CliRunner::Result result = run_({"exercise", "check", "x"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.out, AllOf(HasSubstr("b, i: policy refuses files.encrypt"),
                                HasSubstr("host b cannot play i")));
  EXPECT_THAT(result.err, HasSubstr("not ready"));
}

TEST_F(CheckTest, AHostThatSaysNothingIsNamed) {
  drill_.watches.push_back({{Event(7, "host_checked { host: 'a' }")}, grpc::Status::OK});
  const CliRunner::Result result = run_({"exercise", "check", "x"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.out, AllOf(HasSubstr("a: ready"), HasSubstr("b: no answer")));
}

TEST_F(CheckTest, WhatWasReadyAndNoLongerIsFails) {
  drill_.views[0].mutable_summary()->set_phase(v1::PHASE_READY);
  drill_.watches.push_back(
      {{Event(7, "host_checked { host: 'a' }"),
        Event(8, "host_checked { host: 'b' findings { why: 'its agent is not connected' } }")},
       grpc::Status::OK});
  EXPECT_EQ(run_({"exercise", "check", "x"}).exit, 1);
}

// ---- watch -------------------------------------------------------------------------------------

TEST_F(RunTest, AWatchGoesOnAfterABreakFromWhereItWas) {
  drill_.watches = {
      {{Event(1, "exercise_created {}"), Event(2, "exercise_approved {}")},
       {grpc::StatusCode::ABORTED, "too slow"}},
      {{Event(3, "exercise_ready {}"), Event(4, "")}, {grpc::StatusCode::UNAVAILABLE, "restart"}},
      {{Event(5, "exercise_ended {}")}, grpc::Status::OK}};
  const CliRunner::Result result = run_({"exercise", "watch", "x", "--until", "ended"});
  EXPECT_EQ(result.exit, 0) << result.err;
  ASSERT_THAT(drill_.watched(), SizeIs(3));
  EXPECT_EQ(drill_.watched()[1].cursor(), 2u);
  EXPECT_EQ(drill_.watched()[2].cursor(), 4u);
  EXPECT_THAT(result.out, AllOf(HasSubstr("Created from scenario"), HasSubstr("ENDED at")));
  EXPECT_THAT(result.err, HasSubstr("connecting again"));
}

TEST_F(RunTest, HistoryIsReadWholeBeforeItIsJudged) {
  drill_.watches = {{{Event(1, "exercise_started {}"), Event(2, "exercise_ended {}"),
                      Event(3, "judging_opened {}"), Event(4, "")},
                     grpc::Status::OK}};
  const CliRunner::Result result = run_({"exercise", "watch", "x", "--until", "ended"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Judging opened"));
}

TEST_F(RunTest, WhatWillNeverComeEndsTheWatchWithAFailure) {
  drill_.watches = {
      {{Event(1, "exercise_ended { aborted: true }"), Event(2, "")}, grpc::Status::OK}};
  const CliRunner::Result result = run_({"exercise", "watch", "x", "--until", "ended"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("it is aborted and will not come to «ended»"));
}

TEST_F(RunTest, AWatchOfAClosedExerciseEndsByItself) {
  drill_.watches = {{{Event(1, "exercise_ended {}"), Event(2, "exercise_closed {}"), Event(3, "")},
                     grpc::Status::OK}};
  const CliRunner::Result result = run_({"exercise", "watch", "x"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(drill_.watched(), SizeIs(1));
}

TEST_F(RunTest, AWatchInJsonIsOneObjectALine) {
  drill_.watches = {{{Event(1, "exercise_ready {}"), Event(2, "")}, grpc::Status::OK}};
  const CliRunner::Result result = run_({"exercise", "watch", "x", "--json"});
  EXPECT_EQ(result.exit, 0) << result.err;
  std::istringstream lines(result.out);
  std::string line;
  std::vector<uint64_t> cursors;
  while (std::getline(lines, line)) {
    v1::WatchEvent event;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &event).ok()) << line;
    cursors.push_back(event.cursor());
  }
  EXPECT_THAT(cursors, ElementsAre(1, 2));
}

TEST_F(RunTest, OnATerminalTheStatusLineIsDrawnAndErased) {
  run_.terminal = true;
  run_.variables["NO_COLOR"] = "1";
  drill_.watches = {
      {{Event(1, "exercise_created {}"), Event(2, ""), Event(3, "exercise_closed {}")},
       grpc::Status::OK}};
  const CliRunner::Result result = run_({"exercise", "watch", "x", "--until", "closed"});
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("\r\x1b[K"), HasSubstr("draft"), Not(HasSubstr("\x1b[1m"))));
}

// ---- answers -----------------------------------------------------------------------------------

TEST_F(RunTest, JsonIsTheMessageItself) {
  drill_.identity = Parse<v1::Identity>("person { id: 'an' roles: ROLE_DIRECTOR }");
  const CliRunner::Result result = run_({"whoami", "--json"});
  v1::Identity back;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(result.out, &back).ok()) << result.out;
  EXPECT_EQ(back.person().id(), "an");
}

TEST_F(RunTest, AnExplainedScoreShowsArithmeticAndRecords) {
  drill_.score = Parse<v1::Scorecard>(R"t(
      exercise: "x" phase: PHASE_FINAL score_mp: 85000 earned_mp: 1700 possible_mp: 2000
      lines { inject: "ransom" kind: EXPECTATION_KIND_DETECT team: "soc" state: LINE_STATE_MET
              weight_mp: 2000 earned_mp: 1700 because: "2000 × 1.000 × (0 + 1 × 0.850)"
              hosts {
host:
  "db-1" state
      : LINE_STATE_MET
            from_us : 1795316400000000 done_us : 1795316420000000 error_us : 3000 timeliness_permille : 850 quality_permille : 1000 observation
      : "soc-1" records : 12 records : 31 } })t");
  const std::string brief = run_({"score", "x"}).out;
  EXPECT_THAT(brief,
              AllOf(HasSubstr("FINAL SCORE"), HasSubstr("85.000 / 100"), Not(HasSubstr("0.850"))));
  const std::string full = run_({"score", "x", "--explain"}).out;
  EXPECT_THAT(full, AllOf(HasSubstr("= 2000 × 1.000 × (0 + 1 × 0.850)"),
                          HasSubstr("10:00:00.000 → 10:00:20.000 = 20.0 s ± 3 ms"),
                          HasSubstr("records 12, 31"), HasSubstr("soc-1")));
}

TEST_F(RunTest, AReportIsWrittenAsItCame) {
  drill_.document.set_content(std::string("<html>\0é", 9));
  EXPECT_EQ(run_({"aar", "x"}).out, drill_.document.content());
  ASSERT_EQ(run_({"aar", "x", "--out", dir_ / "aar.html"}).exit, 0);
  EXPECT_EQ(*os::ReadFile(dir_ / "aar.html"), drill_.document.content());
}

TEST_F(RunTest, AScoreIsWrittenForOthers) {
  drill_.score = Parse<v1::Scorecard>(
      "exercise: 'x' lines { inject: 'a' kind: EXPECTATION_KIND_DETECT techniques: 'T1486' "
      "hosts { host: 'web-1' state: LINE_STATE_UNMET } }");
  EXPECT_THAT(run_({"score", "x", "--format", "csv"}).out, HasSubstr("x,a,0,detect,"));
  const CliRunner::Result result =
      run_({"score", "x", "--format", "navigator", "--out", dir_ / "layer.json"});
  EXPECT_EQ(result.exit, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(*os::ReadFile(dir_ / "layer.json"), HasSubstr("\"techniqueID\": \"T1486\""));
}

TEST_F(RunTest, ADamagedJournalFails) {
  drill_.verify = Parse<v1::VerifyReport>("records: 9 heads { stream: 'register' stream_seq: 9 }");
  EXPECT_EQ(run_({"journal", "verify"}).exit, 0);
  FakeDrill bad(TempDir().path());
  bad.verify = drill_.verify;
  bad.verify.add_faults("record 5: hash does not fit");
  const CliRunner::Result result =
      run_({"journal", "verify", "--context", dir_.Write("bad.yaml", yaml::Dump(bad.context()))});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.out, HasSubstr("record 5: hash does not fit"));
}

TEST_F(RunTest, ReadingAMessageTellsTheController) {
  drill_.inbox =
      Parse<v1::Inbox>("items { id: 'm1' title { en: 'Call' } body { en: 'Two\\nlines' } }");
  const CliRunner::Result result = run_({"read", "x", "m1"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Two\nlines"));
  EXPECT_EQ(drill_.submitted()[0].command().read_message().inject(), "m1");
  EXPECT_EQ(run_({"read", "x", "m2"}).exit, 1);
}

TEST_F(RunTest, StartWaitsForTheClock) {
  drill_.views = {Parse<v1::ExerciseView>("summary { phase: PHASE_RUNNING clock_ex_us: -400000 }"),
                  Parse<v1::ExerciseView>("summary { phase: PHASE_RUNNING clock_ex_us: 5 }")};
  const CliRunner::Result result = run_({"exercise", "start", "x", "--wait"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(run_.slept_us, ElementsAre(400'000));
}

TEST_F(RunTest, StartFailsWhenThePhaseTurns) {
  drill_.views = {Parse<v1::ExerciseView>("summary { phase: PHASE_ABORTED }")};
  EXPECT_EQ(run_({"exercise", "start", "x", "--wait"}).exit, 1);
}

}  // namespace
}  // namespace drill::cli
