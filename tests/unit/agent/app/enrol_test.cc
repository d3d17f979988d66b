// Enrolment over real TLS: the pinned CA, the one-time token, what is written.

#include "agent/enrol.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/actions/action.h"
#include "agent/app.h"
#include "agent/app_config.h"
#include "agent/policy.h"
#include "common/base/digest.h"
#include "common/keys/certificate.h"
#include "common/os/file.h"
#include "common/yaml/load.h"
#include "tests/support/fake_controller.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::FakeController;
using ::drill::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kHost[] = "web-01";

class EnrolTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::string> EnrolWith(const std::string& token) {
    EnrolOptions options;
    options.token = token;
    options.directory = directory_.path();
    return Enrol(options);
  }
  std::string With(const v1::EnrolmentToken& token) {
    return Base64UrlEncode(token.SerializeAsString());
  }
  static unsigned ModeOf(const std::string& path) {
    struct stat st {};
    EXPECT_EQ(stat(path.c_str(), &st), 0) << path;
    return st.st_mode & 0777;
  }
  bool NothingWritten() { return !Sandbox::Exists(directory_.path()); }

  Sandbox sandbox_{Sandbox::On::kMemory};
  FakeController controller_{sandbox_.AgentPath("controller")};
  const AgentDirectory directory_{sandbox_.AgentPath("new/agent")};
};

TEST_F(EnrolTest, WritesAnIdentityThatFitsTogether) {
  const auto host = EnrolWith(controller_.TokenFor(kHost));
  ASSERT_OK(host);
  EXPECT_EQ(*host, kHost);

  const auto identity = LoadIdentity(directory_);
  ASSERT_OK(identity);
  EXPECT_EQ(identity->settings.host(), kHost);
  EXPECT_EQ(identity->settings.system(), "httt-1");
  EXPECT_EQ(identity->settings.agent_address(), controller_.agent_address());
  EXPECT_EQ(identity->settings.signatures_required(), 1);
  ASSERT_EQ(identity->settings.owner_keys_pem_size(), 1);
  EXPECT_OK(CheckCertificateOfKey(identity->certificate_pem, identity->key_pem));
  EXPECT_EQ(*CertificateCommonName(identity->certificate_pem), kHost);
}

TEST_F(EnrolTest, ADirectoryStaysItsHosts) {
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  EXPECT_THAT(EnrolWith(controller_.TokenFor("db-01")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("belongs to host 'web-01', the token was for 'db-01'")));
  EXPECT_EQ(LoadIdentity(directory_)->settings.host(), kHost);
  EXPECT_OK(EnrolWith(controller_.TokenFor(kHost))) << "the same host may enrol again";
}

TEST_F(EnrolTest, KeepsTheDirectoryToItself) {
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  EXPECT_EQ(ModeOf(directory_.path()), 0700u);
  for (const std::string& file : {directory_.Key(), directory_.Certificate(), directory_.Ca(),
                                  directory_.Settings(), directory_.Policy()}) {
    EXPECT_EQ(ModeOf(file), 0600u) << file;
  }
}

TEST_F(EnrolTest, DefaultPolicyLoadsAndAllowsNothing) {
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  const auto policy = PolicyFromFile(directory_.Policy())();
  ASSERT_OK(policy);
  EXPECT_OK(CheckPolicy(policy->policy, ActionNames()));
  EXPECT_EQ(policy->policy.actions_size(), 0);
  EXPECT_EQ(policy->policy.places_size() + policy->policy.allow_size(), 0);
}

TEST_F(EnrolTest, CommentedExamplesOfTheDefaultPolicyAreRightWhenUncommented) {
  // Prose begins with "# ", an example with '#' and what would stand there.
  std::string text;
  bool example = false;
  for (absl::string_view line : absl::StrSplit(kDefaultPolicy, '\n')) {
    if (line == "actions: []") continue;
    example = !line.empty() && line[0] == '#' && line.size() > 1 &&
              (line[1] != ' ' || (example && absl::StartsWith(line, "#  ")));
    if (example) absl::StrAppend(&text, line.substr(1), "\n");
  }
  v1::Policy policy;
  ASSERT_OK(yaml::Load(text, "examples", &policy)) << text;
  EXPECT_OK(CheckPolicy(policy, ActionNames()));
  EXPECT_EQ(policy.actions_size(), static_cast<int>(ActionNames().size()));
  EXPECT_GT(policy.places_size(), 0);
  EXPECT_TRUE(policy.has_caps());
}

TEST_F(EnrolTest, LeavesTheOwnersPolicyAlone) {
  ASSERT_OK(os::MakeDirectories(directory_.path()));
  ASSERT_OK(os::WriteFileDurably(directory_.Policy(), "actions: [log.append]\n"));
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  EXPECT_EQ(Sandbox::Read(directory_.Policy()), "actions: [log.append]\n");
}

TEST_F(EnrolTest, ShowsTheControllersWordsForAnExpiredToken) {
  EXPECT_THAT(EnrolWith(controller_.TokenFor(kHost, FakeController::Offer::kExpired)),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("token expired at 09:00")));
  EXPECT_TRUE(NothingWritten());
}

TEST_F(EnrolTest, TokenWorksOnce) {
  const std::string token = controller_.TokenFor(kHost);
  ASSERT_OK(EnrolWith(token));
  const std::string key = Sandbox::Read(directory_.Key());
  EXPECT_THAT(EnrolWith(token),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("token already used")));
  EXPECT_EQ(Sandbox::Read(directory_.Key()), key);
}

TEST_F(EnrolTest, AnotherEnrolmentReplacesTheKey) {
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  const std::string key = Sandbox::Read(directory_.Key());
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  EXPECT_NE(Sandbox::Read(directory_.Key()), key);
  EXPECT_OK(LoadIdentity(directory_));
}

TEST_F(EnrolTest, SendsNothingToAServerOfAnotherCa) {
  FakeController other(sandbox_.AgentPath("other"));
  v1::EnrolmentToken token = controller_.TokenMessageFor(kHost);
  token.set_people_address(other.people_address());
  EXPECT_THAT(EnrolWith(With(token)), StatusIs(absl::StatusCode::kPermissionDenied,
                                               HasSubstr("does not hold the CA with SHA-256")));
  EXPECT_TRUE(NothingWritten());
  // The token is still good: nobody saw it.
  EXPECT_OK(EnrolWith(With([&] {
    token.set_people_address(controller_.people_address());
    return token;
  }())));
}

TEST_F(EnrolTest, ControllerFlagReplacesTheTokensAddress) {
  v1::EnrolmentToken token = controller_.TokenMessageFor(kHost);
  token.set_people_address("127.0.0.1:1");
  EnrolOptions options;
  options.token = With(token);
  options.directory = directory_.path();
  options.controller = controller_.people_address();
  options.agent_address = "10.1.2.3:7444";
  ASSERT_OK(Enrol(options));
  EXPECT_EQ(LoadIdentity(directory_)->settings.agent_address(), "10.1.2.3:7444");
}

TEST_F(EnrolTest, SaysWhenNobodyAnswers) {
  v1::EnrolmentToken token = controller_.TokenMessageFor(kHost);
  token.set_people_address("127.0.0.1:1");
  EXPECT_THAT(EnrolWith(With(token)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("127.0.0.1:1")));
  EXPECT_TRUE(NothingWritten());
}

TEST_F(EnrolTest, RefusesWhatIsNoWholeToken) {
  const std::string token = controller_.TokenFor(kHost);
  for (const std::string& bad : {std::string(), std::string("hello world"),
                                 token.substr(0, token.size() / 2), With(v1::EnrolmentToken())}) {
    EXPECT_THAT(EnrolWith(bad), StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
  }
  EXPECT_EQ(controller_.enrolled(), 0);
}

TEST_F(EnrolTest, DoesNotUseUpATokenForADirectoryThatCannotBeWritten) {
  sandbox_.Write(sandbox_.Path("file"), "x");
  EnrolOptions options;
  options.token = controller_.TokenFor(kHost);
  options.directory = sandbox_.Path("file/agent");
  EXPECT_FALSE(Enrol(options).ok());
  EXPECT_EQ(controller_.enrolled(), 0);
}

TEST_F(EnrolTest, RefusesWhileAnAgentRuns) {
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  const auto lock = os::FileLock::Take(directory_.Lock());
  ASSERT_OK(lock);
  EXPECT_THAT(EnrolWith(controller_.TokenFor(kHost)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(controller_.enrolled(), 1);
}

TEST_F(EnrolTest, RunRefusesAKeyThatOthersMayRead) {
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  ASSERT_EQ(chmod(directory_.Key().c_str(), 0640), 0);
  EXPECT_THAT(App::Open(directory_.path()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("chmod 600")));
}

TEST_F(EnrolTest, RunSaysHowToEnrol) {
  EXPECT_THAT(App::Open(directory_.path()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("drill-agent enrol")));
}

TEST_F(EnrolTest, RunNoticesAnEnrolmentThatWasCutOff) {
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  const std::string certificate = Sandbox::Read(directory_.Certificate());
  ASSERT_OK(EnrolWith(controller_.TokenFor(kHost)));
  ASSERT_OK(os::WriteFileDurably(directory_.Certificate(), certificate));
  EXPECT_THAT(App::Open(directory_.path()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("enrol again")));
}

}  // namespace
}  // namespace drill::agent
