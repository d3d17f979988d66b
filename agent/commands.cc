#include "agent/commands.h"

#include <signal.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/app.h"
#include "agent/app_config.h"
#include "agent/enrol.h"
#include "agent/kill_point.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
// Default of a flag that takes no value.
constexpr char kNo[] = "no";
constexpr char kDefaultDirectory[] = "/var/lib/drill-agent";

constexpr char kUsage[] =
    R"(drill-agent: plays the simulated incidents of a drill on this host, within policy.yaml

  drill-agent enrol --token TOKEN [--dir DIR] [--controller HOST:PORT] [--agents HOST:PORT]
      makes this host an agent of the controller that gave the token
  drill-agent run [--dir DIR]
      connects and plays; SIGTERM, SIGINT or a file DIR/STOP undo everything and end it
  drill-agent stop [--dir DIR]
      undoes everything on this host now, with or without a running agent or controller, and keeps
      the agent from starting until DIR/STOP is removed
  drill-agent status [--dir DIR]
      who this is, whether it is connected, what of a drill is on this host
  drill-agent policy check [--scenario FILE] [--dir DIR]
      faults of policy.yaml, whether its probes answer well now, and what of a scenario this host
      would refuse; asks no controller, changes nothing
  drill-agent policy allow --from SCENARIO [--dir DIR] [--yes]
      shows each command that a scenario's exec.atomic would run and asks whether this host may run
      it; --yes answers for all
  drill-agent recover [--dir DIR]
      finishes what a crash or a reboot cut off; the systemd unit runs it before `run`
  drill-agent install [--dir DIR] [--root PREFIX]
      copies this program to /usr/local/sbin and writes a systemd unit that fits DIR/policy.yaml
  drill-agent uninstall [--dir DIR] [--root PREFIX]
      undoes everything and removes all of it
  drill-agent version

  --dir DIR             the agent's private directory; default /var/lib/drill-agent
  --token TOKEN         from 'drillctl agent token'; - reads it from standard input
  --controller, --agents  addresses to use instead of the token's
  --root PREFIX         install below this directory instead of /
)";

// --name VALUE or --name=VALUE. InvalidArgument: all that is not understood.
absl::Status ParseFlags(int argc, char** argv, int first, Flags* flags) {
  std::string faults;
  for (int i = first; i < argc; ++i) {
    const absl::string_view word = argv[i];
    const size_t equals = word.find('=');
    const std::string name(word.substr(0, equals));
    const auto flag = flags->find(name);
    if (flag == flags->end()) {
      absl::StrAppend(&faults, "  ", word, " is not understood here\n");
    } else if (flag->second == kNo && equals == absl::string_view::npos) {
      flag->second = "yes";
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
  ASSIGN_OR_RETURN(const std::unique_ptr<App> app,
                   App::Open(flags["--dir"], KillPointOfThisProgram()));
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

struct Command {
  absl::string_view name;
  absl::Status (*run)(Flags& flags);
  Flags flags;  // with their defaults
};

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = {
      {"enrol",
       RunEnrol,
       {{"--dir", kDefaultDirectory}, {"--token", ""}, {"--controller", ""}, {"--agents", ""}}},
      {"run", RunAgent, {{"--dir", kDefaultDirectory}}},
      {"stop", StopCommand, {{"--dir", kDefaultDirectory}}},
      {"status", RunStatus, {{"--dir", kDefaultDirectory}}},
      {"policy check", CheckPolicyCommand, {{"--dir", kDefaultDirectory}, {"--scenario", ""}}},
      {"policy allow",
       AllowPolicyCommand,
       {{"--dir", kDefaultDirectory}, {"--from", ""}, {"--yes", kNo}}},
      {"recover", RecoverCommand, {{"--dir", kDefaultDirectory}}},
      {"install", InstallCommand, {{"--dir", kDefaultDirectory}, {"--root", ""}}},
      {"uninstall", UninstallCommand, {{"--dir", kDefaultDirectory}, {"--root", ""}}},
      {"version", RunVersion, {}},
  };
  return commands;
}

}  // namespace

int RunCommand(int argc, char** argv) {
  std::string name = argc < 2 ? "" : argv[1];
  int first = 2;
  if (name == "policy" && argc > 2) absl::StrAppend(&name, " ", argv[first++]);
  if (name == "enroll") name = "enrol";
  if (name == "--version") name = "version";
  for (const Command& command : Commands()) {
    if (command.name != name) continue;
    Flags flags = command.flags;
    if (const absl::Status status = ParseFlags(argc, argv, first, &flags); !status.ok()) {
      std::fprintf(stderr, "drill-agent %s:\n%s\n", name.c_str(),
                   std::string(status.message()).c_str());
      return kExitUsage;
    }
    if (const absl::Status status = command.run(flags); !status.ok()) {
      std::fprintf(stderr, "drill-agent %s: %s\n", name.c_str(),
                   std::string(status.message()).c_str());
      return kExitFailed;
    }
    return 0;
  }
  const bool asked = name == "help" || name == "--help" || name == "-h";
  std::fputs(kUsage, asked ? stdout : stderr);
  return asked ? 0 : kExitUsage;
}

}  // namespace drill::agent
