#ifndef DRILL_TESTS_UNIT_SERVER_RPC_RPC_FIXTURE_H_
#define DRILL_TESTS_UNIT_SERVER_RPC_RPC_FIXTURE_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/rpc/channel.h"
#include "server/pki/pki.h"
#include "server/rpc/rpc_server.h"
#include "tests/unit/server/rpc/fake_backend.h"

namespace drill::testing {

// A CA in a temporary directory, made once a program.
class TestCa {
 public:
  explicit TestCa(const std::string& name);
  ~TestCa();
  Ca& operator*() { return *ca_; }
  Ca* operator->() { return &*ca_; }
  // A fresh key and its certificate.
  TlsIdentity Agent(const std::string& host);

 private:
  std::string directory_;
  absl::StatusOr<Ca> ca_;
};

// Both servers on free loopback ports, with real TLS, before a FakeBackend.
class RpcFixture : public ::testing::Test {
 protected:
  static constexpr int64_t kEngineNowUs = 1'795'305'600'000'000;

  static void SetUpTestSuite();
  static void TearDownTestSuite();

  RpcFixture();
  ~RpcFixture() override;

  RpcServerOptions Options();
  void StartServer();

  std::string PeopleTarget() const { return FormatHostPort("127.0.0.1", server_->people_port()); }
  std::string AgentsTarget() const { return FormatHostPort("127.0.0.1", server_->agents_port()); }

  std::shared_ptr<grpc::Channel> PeopleChannel();
  std::shared_ptr<grpc::Channel> AgentChannel(const TlsIdentity& identity,
                                              const TlsSessionCache* sessions = nullptr);
  static std::shared_ptr<grpc::Channel> Channel(
      const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
      const TlsSessionCache* sessions = nullptr);

  // A context that ends after half a minute, so that a fault fails the test and does not hang it.
  static std::unique_ptr<grpc::ClientContext> Context();
  // The same with the token of a new person.
  std::unique_ptr<grpc::ClientContext> As(const std::string& person);
  static std::unique_ptr<grpc::ClientContext> WithAuthorization(const std::string& value);

  static TestCa* ca_;
  static TestCa* other_ca_;

  FakeBackend backend_;
  std::unique_ptr<RpcServer> server_;
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_SERVER_RPC_RPC_FIXTURE_H_
