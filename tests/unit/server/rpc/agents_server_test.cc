#include <grpc/grpc_security_constants.h>

#include "absl/strings/str_cat.h"
#include "common/keys/certificate.h"
#include "common/os/random.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "drill/v1/agent.grpc.pb.h"
#include "tests/support/status.h"
#include "tests/unit/server/rpc/rpc_fixture.h"

namespace drill::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Stream = grpc::ClientReaderWriter<v1::AgentFrame, v1::ControllerFrame>;

v1::AgentFrame Heartbeat(uint64_t number) {
  v1::AgentFrame frame;
  frame.mutable_heartbeat()->set_number(number);
  return frame;
}

std::shared_ptr<const v1::ControllerFrame> Ack(uint64_t number) {
  auto frame = std::make_shared<v1::ControllerFrame>();
  frame->mutable_heartbeat_ack()->set_number(number);
  return frame;
}

std::shared_ptr<const v1::ControllerFrame> Desired(uint64_t generation) {
  auto frame = std::make_shared<v1::ControllerFrame>();
  frame->mutable_desired()->set_generation(generation);
  // Enough for the transport's windows to fill, so that some stay unsent.
  frame->mutable_desired()->add_orders()->set_action(std::string(16 << 10, 'x'));
  return frame;
}

// One agent: its channel and, after Connect(), its stream.
struct Agent {
  explicit Agent(std::shared_ptr<grpc::Channel> channel)
      : stub(v1::AgentLink::NewStub(std::move(channel))) {}

  std::unique_ptr<v1::AgentLink::Stub> stub;
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<Stream> stream;

  Stream& Connect(std::unique_ptr<grpc::ClientContext> with) {
    context = std::move(with);
    stream = stub->Connect(context.get());
    return *stream;
  }
  // Reads until the stream ends, and why it did.
  absl::Status End() {
    v1::ControllerFrame frame;
    while (stream->Read(&frame)) {
    }
    return FromGrpc(stream->Finish());
  }
};

class AgentsServerTest : public RpcFixture {
 protected:
  FakeBackend::Session& Connected(size_t count = 1) {
    EXPECT_TRUE(backend_.WaitFor([&] { return backend_.sessions.size() == count; }));
    return backend_.sessions.rbegin()->second;
  }
  absl::Status RefusalOf(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    Agent agent(Channel(AgentsTarget(), credentials));
    agent.Connect(Context());
    return agent.End();
  }

  const TlsIdentity identity_ = ca_->Agent("web-1");
  Agent agent_{AgentChannel(identity_)};
};

TEST_F(AgentsServerTest, ASessionKnowsItsHostAndKeyFromTheCertificate) {
  agent_.Connect(Context());
  const AgentPeer& peer = Connected().peer;
  EXPECT_EQ(peer.host, "web-1");
  EXPECT_EQ(peer.key_sha256, *KeyIdOfCertificatePem(identity_.chain_pem));
  EXPECT_THAT(peer.address, StartsWith("ipv4:127.0.0.1:"));
}

TEST_F(AgentsServerTest, FramesGoBothWaysInOrderStampedWithEngineTime) {
  backend_.on_frame = [](AgentSink& sink, const v1::AgentFrame& frame) {
    EXPECT_TRUE(sink.Push(Ack(frame.heartbeat().number())));
  };
  Stream& stream = agent_.Connect(Context());
  for (uint64_t i = 1; i <= 50; ++i) ASSERT_TRUE(stream.Write(Heartbeat(i)));
  v1::ControllerFrame frame;
  for (uint64_t i = 1; i <= 50; ++i) {
    ASSERT_TRUE(stream.Read(&frame));
    EXPECT_EQ(frame.heartbeat_ack().number(), i);
  }
  stream.WritesDone();
  EXPECT_OK(agent_.End());
  FakeBackend::Session& session = backend_.OnlySession();
  EXPECT_TRUE(backend_.WaitFor([&] { return session.gone == 1; }));
  EXPECT_EQ(session.frames.size(), 50u);
  EXPECT_EQ(session.received_us, std::vector<int64_t>(50, kEngineNowUs));
}

TEST_F(AgentsServerTest, TheControllerMaySpeakFirst) {
  Stream& stream = agent_.Connect(Context());
  EXPECT_TRUE(Connected().sink->Push(Ack(1)));
  v1::ControllerFrame frame;
  ASSERT_TRUE(stream.Read(&frame));
  EXPECT_EQ(frame.heartbeat_ack().number(), 1u);
}

TEST_F(AgentsServerTest, OnlyHoldersOfAnAgentsCertificateOfOurCaGetIn) {
  constexpr auto kOut = absl::StatusCode::kUnavailable;
  const std::string ca = (*ca_)->CaPem();
  const TlsIdentity stranger = other_ca_->Agent("web-1");
  const TlsIdentity server = *(*ca_)->IssueServer({});
  EXPECT_THAT(RefusalOf(ClientTls(ca)), StatusIs(kOut));
  EXPECT_THAT(RefusalOf(ClientTls(ca, stranger.key_pem, stranger.chain_pem)), StatusIs(kOut));
  EXPECT_THAT(RefusalOf(ClientTls(ca, server.key_pem, server.chain_pem)), StatusIs(kOut));
  EXPECT_THAT(backend_.sessions, IsEmpty());
}

TEST_F(AgentsServerTest, AnAgentDoesNotTalkToAnotherController) {
  EXPECT_THAT(RefusalOf(ClientTls((*other_ca_)->CaPem(), identity_.key_pem, identity_.chain_pem)),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(backend_.sessions, IsEmpty());
}

TEST_F(AgentsServerTest, PeoplesServicesAreNotOnThisPort) {
  const auto enrolment = v1::Enrolment::NewStub(AgentChannel(identity_));
  v1::EnrolResponse response;
  EXPECT_THAT(FromGrpc(enrolment->Enrol(Context().get(), {}, &response)),
              StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(AgentsServerTest, AReplacedCertificateIsRefusedByTheBackendAndTold) {
  backend_.on_agent = absl::PermissionDeniedError("certificate replaced");
  agent_.Connect(Context());
  EXPECT_THAT(agent_.End(),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("certificate replaced")));
  server_->Shutdown(absl::ZeroDuration());
  EXPECT_THAT(backend_.sessions, IsEmpty());  // and no AgentGone: the fake would throw
}

TEST_F(AgentsServerTest, ASessionIsClosedWhenTheEngineSaysSo) {
  agent_.Connect(Context());
  FakeBackend::Session& session = Connected();
  session.sink->Close(absl::AbortedError("a newer session took over"));
  EXPECT_FALSE(session.sink->Push(Ack(1)));
  EXPECT_THAT(agent_.End(), StatusIs(absl::StatusCode::kAborted, HasSubstr("newer session")));
  EXPECT_TRUE(backend_.WaitFor([&] { return session.gone == 1; }));
}

TEST_F(AgentsServerTest, AFrameThatTheEngineCannotTakeEndsTheSession) {
  backend_.takes_frames = false;
  Stream& stream = agent_.Connect(Context());
  stream.Write(Heartbeat(1));
  EXPECT_THAT(agent_.End(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(backend_.WaitFor([&] { return backend_.OnlySession().gone == 1; }));
}

TEST_F(AgentsServerTest, AFrameAboveTheLimitEndsTheSession) {
  Stream& stream = agent_.Connect(Context());
  v1::AgentFrame frame;
  frame.mutable_hello()->set_outbox_id(std::string(kAgentFrameBytesMax, 'x'));
  stream.Write(frame);
  EXPECT_THAT(agent_.End(), StatusIs(absl::StatusCode::kResourceExhausted));
  FakeBackend::Session& session = Connected();
  EXPECT_TRUE(backend_.WaitFor([&] { return session.gone == 1; }));
  EXPECT_THAT(session.frames, IsEmpty());
}

TEST_F(AgentsServerTest, AnAgentThatVanishesIsGoneOnce) {
  agent_.Connect(Context());
  FakeBackend::Session& session = Connected();
  agent_.context->TryCancel();
  EXPECT_TRUE(backend_.WaitFor([&] { return session.gone == 1; }));
  EXPECT_FALSE(session.sink->Push(Ack(1)));
  EXPECT_EQ(server_->open_streams(), 0u);
}

TEST_F(AgentsServerTest, DesiredSetsNeverOverflowAndTheLatestArrives) {
  constexpr uint64_t kSets = 20 * kAgentQueueMessages;
  Stream& stream = agent_.Connect(Context());
  FakeBackend::Session& session = Connected();
  for (uint64_t i = 1; i <= kSets; ++i) ASSERT_TRUE(session.sink->Push(Desired(i)));
  session.sink->Close(absl::OkStatus());
  v1::ControllerFrame frame;
  uint64_t last = 0;
  uint64_t read = 0;
  for (; stream.Read(&frame); ++read) {
    EXPECT_GT(frame.desired().generation(), last);
    last = frame.desired().generation();
  }
  EXPECT_EQ(last, kSets);
  EXPECT_LT(read, kSets) << "none was replaced: the test proves nothing";
}

TEST_F(AgentsServerTest, AnAgentThatDoesNotReadIsClosed) {
  agent_.Connect(Context());
  FakeBackend::Session& session = Connected();
  auto large = std::make_shared<v1::ControllerFrame>();
  large->mutable_dry_run()->add_orders()->set_action(std::string(256 << 10, 'x'));
  size_t taken = 0;
  while (taken < 2 * kAgentQueueMessages && session.sink->Push(large)) ++taken;
  EXPECT_LE(taken, 2 * kAgentQueueBytes / (256 << 10));
  EXPECT_THAT(agent_.End(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(backend_.WaitFor([&] { return session.gone == 1; }));
}

TEST_F(AgentsServerTest, AResumedTlsSessionIsStillThisAgent) {
  const TlsSessionCache sessions;
  for (size_t round = 1; round <= 2; ++round) {
    Agent agent(AgentChannel(identity_, &sessions));
    Stream& stream = agent.Connect(Context());
    FakeBackend::Session& session = Connected(round);
    EXPECT_EQ(session.peer.host, "web-1");
    EXPECT_EQ(session.peer.key_sha256, *KeyIdOfCertificatePem(identity_.chain_pem));
    // The session ticket comes with the first data.
    session.sink->Push(Ack(1));
    v1::ControllerFrame frame;
    ASSERT_TRUE(stream.Read(&frame));
    const auto reused =
        agent.context->auth_context()->FindPropertyValues(GRPC_SSL_SESSION_REUSED_PROPERTY);
    ASSERT_EQ(reused.size(), 1u);
    EXPECT_EQ(reused[0], round == 1 ? "false" : "true");
    stream.WritesDone();
    EXPECT_OK(agent.End());
  }
}

TEST_F(AgentsServerTest, AShutdownTellsEveryAgentAndEndsEverySession) {
  std::vector<std::unique_ptr<Agent>> agents;
  for (int i = 0; i < 5; ++i) {
    agents.push_back(std::make_unique<Agent>(AgentChannel(ca_->Agent(absl::StrCat("host-", i)))));
    agents.back()->Connect(Context());
  }
  Connected(5);
  server_->Shutdown(absl::Seconds(30));  // far from waited out: sessions are closed first
  for (const auto& agent : agents) {
    EXPECT_THAT(agent->End(), StatusIs(absl::StatusCode::kUnavailable));
  }
  server_.reset();
  for (const auto& [id, session] : backend_.sessions) {
    EXPECT_EQ(session.gone, 1);
    EXPECT_FALSE(session.sink->Push(Ack(1)));
  }
}

}  // namespace
}  // namespace drill::testing
