#include "tests/unit/server/rpc/rpc_fixture.h"

#include <grpcpp/create_channel.h>

#include <chrono>
#include <filesystem>

#include "common/base/digest.h"
#include "common/keys/keys.h"
#include "common/keys/token.h"
#include "common/os/clock.h"
#include "common/os/random.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "tests/support/status.h"

namespace drill::testing {

TestCa* RpcFixture::ca_ = nullptr;
TestCa* RpcFixture::other_ca_ = nullptr;

TestCa::TestCa(const std::string& name)
    : directory_(::testing::TempDir() + name + "-" + os::RandomId()),
      ca_(Ca::OpenOrCreate(directory_)) {
  EXPECT_OK(ca_);
}
TestCa::~TestCa() { std::filesystem::remove_all(directory_); }

TlsIdentity TestCa::Agent(const std::string& host) {
  const std::string key = GenerateKey();
  return {key, *ca_->SignAgent(*MakeCsr(key, host), host)};
}

void RpcFixture::SetUpTestSuite() {
  ca_ = new TestCa("ca");
  other_ca_ = new TestCa("other-ca");
}
void RpcFixture::TearDownTestSuite() {
  delete ca_;
  delete other_ca_;
}

RpcFixture::RpcFixture() { StartServer(); }
RpcFixture::~RpcFixture() = default;

RpcServerOptions RpcFixture::Options() {
  const TlsIdentity identity = *(*ca_)->IssueServer({});
  RpcServerOptions options;
  options.people_address = "127.0.0.1:0";
  options.agents_address = "127.0.0.1:0";
  options.ca_pem = (*ca_)->CaPem();
  options.server_key_pem = identity.key_pem;
  options.server_chain_pem = identity.chain_pem;
  options.engine_clock = [] { return kEngineNowUs; };
  return options;
}

void RpcFixture::StartServer() {
  absl::StatusOr<std::unique_ptr<RpcServer>> server = RpcServer::Start(Options(), &backend_);
  ASSERT_OK(server);
  server_ = *std::move(server);
}

std::shared_ptr<grpc::Channel> RpcFixture::Channel(
    const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const TlsSessionCache* sessions) {
  grpc::ChannelArguments arguments = ClientArguments(kReplyBytesMax, ConnectionSharing::kOwn);
  if (sessions != nullptr) sessions->AddTo(&arguments);
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

std::shared_ptr<grpc::Channel> RpcFixture::PeopleChannel() {
  return Channel(PeopleTarget(), ClientTls((*ca_)->CaPem()));
}

std::shared_ptr<grpc::Channel> RpcFixture::AgentChannel(const TlsIdentity& identity,
                                                        const TlsSessionCache* sessions) {
  return Channel(AgentsTarget(), ClientTls((*ca_)->CaPem(), identity.key_pem, identity.chain_pem),
                 sessions);
}

std::unique_ptr<grpc::ClientContext> RpcFixture::Context() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::time_point(
      std::chrono::microseconds(os::WallMicros()) + std::chrono::seconds(30)));
  return context;
}

std::unique_ptr<grpc::ClientContext> RpcFixture::WithAuthorization(const std::string& value) {
  auto context = Context();
  context->AddMetadata("authorization", value);
  return context;
}

std::unique_ptr<grpc::ClientContext> RpcFixture::As(const std::string& person) {
  const std::string secret = os::RandomBytes(kTokenBytes);
  backend_.persons[Sha256(secret)] = person;
  return WithAuthorization("Bearer " + TokenText(secret));
}

}  // namespace drill::testing
