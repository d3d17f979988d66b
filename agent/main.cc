// drill-agent: what runs on a host of a drill. One static file; agent/commands.cc has its commands.

#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>

#include "agent/actions/decoy_main.h"
#include "agent/commands.h"
#include "agent/task.h"
#include "common/base/check.h"

namespace drill::agent {
namespace {

// What a static program must settle before any library starts.
void PrepareProcess() {
  // Neither OpenSSL's configuration file nor what it might load.
  DRILL_CHECK(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1);
  // c-ares resolves names; getaddrinfo() would load NSS, which a static program cannot.
  setenv("GRPC_DNS_RESOLVER", "ares", 1);
  // The link says itself what went wrong, and gRPC's log would read tzdata.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  signal(SIGPIPE, SIG_IGN);
}

}  // namespace
}  // namespace drill::agent

int main(int argc, char** argv) {
  if (drill::agent::IsAskpass()) return drill::agent::AskpassMain();
  if (drill::agent::IsDecoy(argc, argv)) return drill::agent::DecoyMain(argc, argv);
  drill::agent::PrepareProcess();
  return drill::agent::RunCommand(argc, argv);
}
