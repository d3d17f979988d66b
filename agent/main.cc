#include <cstdio>
#include <grpcpp/grpcpp.h>
#include "common/rpc/credentials.h"
#include "common/rpc/channel.h"
#include "drill/v1/agent.grpc.pb.h"
#include "agent/engine.h"
#include "common/yaml/load.h"
#include "common/os/file.h"
int main(int argc, char** argv) {
  drill::agent::AgentEngine engine({});
  drill::v1::AgentFrame f;
  (void)drill::yaml::Load("", "", &f);
  auto ch = grpc::CreateCustomChannel(argc > 1 ? argv[1] : "127.0.0.1:1", drill::PinnedClientTls(std::string(32, 'x')), drill::ClientArguments(1<<20));
  auto stub = drill::v1::AgentLink::NewStub(ch);
  grpc::ClientContext c;
  auto s = stub->Connect(&c);
  s->Read(nullptr);
  auto st = s->Finish();
  std::printf("%s %zu\n", st.error_message().c_str(), engine.TakeEffects().size());
}
