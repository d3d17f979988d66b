// drilld: the controller. Flags → options → App; everything else is in server/app.

#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "absl/synchronization/mutex.h"
#include "server/app/app.h"

namespace {

constexpr int kRefused = 2;  // start-up errors

void SetUpLog() {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("drilld"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  spdlog::flush_on(spdlog::level::info);
}

// Blocks SIGTERM and SIGINT in every thread, so that main can wait for them.
sigset_t BlockStopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return set;
}

}  // namespace

int main(int argc, char** argv) {
  // Debian's Abseil looks for lock cycles at every lock that gRPC takes: a debugging aid that costs
  // a twentieth of the CPU.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  drill::AppOptions options;
  options.version = DRILL_VERSION;
  CLI::App cli{"drilld: the Cyberdrill controller"};
  cli.set_version_flag("--version", options.version);
  cli.add_option("--data", options.data_dir, "data folder; made on the first start")->required();
  cli.add_option("--listen", options.people_address, "HOST:PORT for people; port 0: any")
      ->capture_default_str();
  cli.add_option("--agents", options.agents_address, "HOST:PORT for agents; port 0: any")
      ->capture_default_str();
  cli.add_option("--advertise", options.advertise_people,
                 "HOST:PORT that people and enrolments dial");
  cli.add_option("--advertise-agents", options.advertise_agents, "HOST:PORT that agents dial");
  cli.add_option("--https", options.https_address,
                 "ADDRESS:PORT of HTTPS for browsers and curl; port 0: any; not given: closed");
  cli.add_option("--sink-http", options.sink_http,
                 "ADDRESS:PORT of the drill's sink for HTTP; port 0: any; not given: closed");
  cli.add_option("--sink-https", options.sink_https, "the same for HTTPS");
  cli.add_option("--sink-tcp", options.sink_tcp, "the same for raw TCP");
  cli.add_option("--sink-dns", options.sink_dns, "the same for DNS over UDP");
  cli.add_option("--sink-zone", options.sink_zone, "DNS zone of the sink")->capture_default_str();
  cli.add_option("--obligations", options.obligations_dir, "folder of obligation packs");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : kRefused;
  }
  SetUpLog();
  const sigset_t stop_signals = BlockStopSignals();
  auto app = drill::App::Start(options);
  if (!app.ok()) {
    std::fprintf(stderr, "drilld: %s\n", std::string(app.status().message()).c_str());
    return kRefused;
  }
  int signal_number = 0;
  sigwait(&stop_signals, &signal_number);
  spdlog::info("signal {}: stopping", signal_number);
  app->reset();
  spdlog::info("stopped");
  return 0;
}
