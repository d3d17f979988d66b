// drill-agent: what runs on a host of a drill. One static file; see Usage() for its commands.

#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/actions/decoy_main.h"
#include "agent/app.h"
#include "agent/app_config.h"
#include "agent/enrol.h"
#include "agent/task.h"
#include "common/base/check.h"
#include "common/base/status.h"
#include "common/os/log.h"

namespace drill::agent {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr char kDefaultDirectory[] = "/var/lib/drill-agent";

constexpr char kUsage[] =
    R"(drill-agent: plays the simulated incidents of a drill on this host, within policy.yaml

  drill-agent enrol --token TOKEN [--dir DIR] [--controller HOST:PORT] [--agents HOST:PORT]
      makes this host an agent of the controller that gave the token
  drill-agent run [--dir DIR]
      connects and plays; SIGTERM, SIGINT or a file DIR/STOP undo everything and end it
  drill-agent status [--dir DIR]
      who this is, whether it is connected, what of a drill is on this host
  drill-agent version

  --dir DIR             the agent's private directory; default /var/lib/drill-agent
  --token TOKEN         from 'drillctl agent token'; - reads it from standard input
  --controller, --agents  addresses to use instead of the token's
)";

using Flags = std::map<std::string, std::string>;

// --name VALUE or --name=VALUE. InvalidArgument: all that is not understood.
absl::Status ParseFlags(int argc, char** argv, Flags* flags) {
  std::string faults;
  for (int i = 2; i < argc; ++i) {
    const absl::string_view word = argv[i];
    const size_t equals = word.find('=');
    const std::string name(word.substr(0, equals));
    const auto flag = flags->find(name);
    if (flag == flags->end()) {
      absl::StrAppend(&faults, "  ", word, " is not understood here\n");
    } else if (equals != absl::string_view::npos) {
      flag->second = std::string(word.substr(equals + 1));
    } else if (i + 1 == argc) {
      absl::StrAppend(&faults, "  ", word, " needs a value\n");
    } else {
      flag->second = argv[++i];
    }
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(faults, "see 'drill-agent --help'"));
}

// The first line of standard input: a token on the command line is seen by everyone on the host.
std::string ReadLine() {
  std::string line;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) {
    line += static_cast<char>(c);
  }
  return line;
}

absl::Status RunEnrol(Flags& flags) {
  EnrolOptions options;
  options.token = flags["--token"] == "-" ? ReadLine() : flags["--token"];
  options.directory = flags["--dir"];
  options.controller = flags["--controller"];
  options.agent_address = flags["--agents"];
  ASSIGN_OR_RETURN(const std::string host, Enrol(options));
  std::printf(
      "enrolled as host %s in %s\n"
      "The policy allows nothing yet: edit %s/policy.yaml, then run: drill-agent run --dir %s\n",
      host.c_str(), options.directory.c_str(), options.directory.c_str(),
      options.directory.c_str());
  return absl::OkStatus();
}

App* running = nullptr;
void OnSignal(int) { running->RequestStop(); }

absl::Status RunAgent(Flags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<App> app, App::Open(flags["--dir"]));
  running = app.get();
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  const absl::Status status = app->Run();
  // A second signal ends the process the system's way.
  action.sa_handler = SIG_DFL;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  return status;
}

absl::Status RunStatus(Flags& flags) {
  ASSIGN_OR_RETURN(const std::string text, DescribeAgent(AgentDirectory(flags["--dir"])));
  std::fputs(text.c_str(), stdout);
  return absl::OkStatus();
}

absl::Status RunVersion(Flags&) {
  std::puts("drill-agent " DRILL_VERSION);
  return absl::OkStatus();
}

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

int Main(int argc, char** argv) {
  const absl::string_view command = argc < 2 ? "" : argv[1];
  absl::Status (*run)(Flags&) = nullptr;
  Flags flags;
  if (command == "enrol" || command == "enroll") {
    run = RunEnrol;
    flags = {{"--dir", kDefaultDirectory}, {"--token", ""}, {"--controller", ""}, {"--agents", ""}};
  } else if (command == "run") {
    run = RunAgent;
    flags = {{"--dir", kDefaultDirectory}};
  } else if (command == "status") {
    run = RunStatus;
    flags = {{"--dir", kDefaultDirectory}};
  } else if (command == "version" || command == "--version") {
    run = RunVersion;
  } else {
    const bool asked = command == "help" || command == "--help" || command == "-h";
    std::fputs(kUsage, asked ? stdout : stderr);
    return asked ? 0 : kExitUsage;
  }
  if (const absl::Status status = ParseFlags(argc, argv, &flags); !status.ok()) {
    std::fprintf(stderr, "drill-agent %s:\n%s\n", argv[1], std::string(status.message()).c_str());
    return kExitUsage;
  }
  PrepareProcess();
  if (const absl::Status status = run(flags); !status.ok()) {
    std::fprintf(stderr, "drill-agent %s: %s\n", argv[1], std::string(status.message()).c_str());
    return kExitFailed;
  }
  return 0;
}

}  // namespace
}  // namespace drill::agent

int main(int argc, char** argv) {
  if (drill::agent::IsAskpass()) return drill::agent::AskpassMain();
  if (drill::agent::IsDecoy(argc, argv)) return drill::agent::DecoyMain(argc, argv);
  return drill::agent::Main(argc, argv);
}
