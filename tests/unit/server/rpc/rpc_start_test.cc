#include "common/keys/keys.h"
#include "common/rpc/channel.h"
#include "tests/support/status.h"
#include "tests/unit/server/rpc/rpc_fixture.h"

namespace drill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class RpcStartTest : public RpcFixture {
 protected:
  absl::Status Start(const RpcServerOptions& options) {
    return RpcServer::Start(options, &backend_).status();
  }
};

TEST_F(RpcStartTest, APortInUseIsNamed) {
  for (auto address : {&RpcServerOptions::people_address, &RpcServerOptions::agents_address}) {
    RpcServerOptions options = Options();
    options.*address = PeopleTarget();
    EXPECT_THAT(Start(options),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr(PeopleTarget()),
                               HasSubstr("address already in use: another drilld?"))));
  }
}

TEST_F(RpcStartTest, AFailedStartLeavesNoPortOpen) {
  // Agents' port free, people's taken: the agents' must be given back.
  server_.reset();
  StartServer();
  const std::string agents = AgentsTarget();
  const std::string people = PeopleTarget();
  server_.reset();
  RpcServerOptions first = Options();
  first.people_address = people;
  const auto holder = RpcServer::Start(first, &backend_);
  ASSERT_OK(holder);
  RpcServerOptions second = Options();
  second.agents_address = agents;
  second.people_address = people;
  EXPECT_THAT(Start(second), StatusIs(absl::StatusCode::kFailedPrecondition));
  second.people_address = "127.0.0.1:0";
  EXPECT_OK(Start(second));
}

TEST_F(RpcStartTest, AnAddressOfAnotherMachineIsNamed) {
  RpcServerOptions options = Options();
  options.people_address = "192.0.2.1:0";  // reserved for documentation
  EXPECT_THAT(Start(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                       AllOf(HasSubstr("people"), HasSubstr("192.0.2.1:0"))));
}

TEST_F(RpcStartTest, WhatIsNoAddressIsNamed) {
  RpcServerOptions options = Options();
  options.agents_address = "7444";
  EXPECT_THAT(Start(options), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("7444")));
  options = Options();
  options.advertised_agents_address = "drill.example";
  EXPECT_THAT(Start(options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("drill.example")));
}

TEST_F(RpcStartTest, AKeyThatIsNotTheCertificatesIsToldBeforeAnythingListens) {
  RpcServerOptions options = Options();
  options.server_key_pem = GenerateKey();
  EXPECT_THAT(Start(options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("server certificate")));
}

TEST_F(RpcStartTest, OffersNameTheAdvertisedAddress) {
  RpcServerOptions options = Options();
  options.people_address = "0.0.0.0:0";
  options.advertised_agents_address = "drill.example.gov.vn:7444";
  const auto server = RpcServer::Start(options, &backend_);
  ASSERT_OK(server);
  EXPECT_EQ((*server)->agents_address(), "drill.example.gov.vn:7444");
  const auto people = ParseHostPort((*server)->people_address());
  ASSERT_OK(people);
  EXPECT_NE(people->host, "0.0.0.0");
  EXPECT_EQ(people->port, (*server)->people_port());
}

TEST_F(RpcStartTest, AControllerStartsAgainOnThePortsItHad) {
  RpcServerOptions options = Options();
  options.people_address = PeopleTarget();
  options.agents_address = AgentsTarget();
  server_->Shutdown(absl::ZeroDuration());
  server_.reset();
  const auto again = RpcServer::Start(options, &backend_);
  ASSERT_OK(again);
  EXPECT_EQ(FormatHostPort("127.0.0.1", (*again)->people_port()), options.people_address);
}

}  // namespace
}  // namespace drill::testing
