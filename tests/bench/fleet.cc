// A fleet of simulated agents on the real controller: a planned inject, `fire now`, what an agent
// costs; then the same fan-out over bare streams.

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/keys/keys.h"
#include "common/keys/token.h"
#include "common/os/clock.h"
#include "common/os/random.h"
#include "common/rpc/channel.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "drill/v1/api.grpc.pb.h"
#include "server/pki/pki.h"
#include "tests/bench/agents.h"
#include "tests/bench/child.h"
#include "tests/bench/plan.h"
#include "tests/bench/report.h"

namespace drill::bench {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
// Nothing is waited for longer.
constexpr int64_t kWaitUs = 300 * kSecondUs;
constexpr int64_t kIdleUs = 3 * kSecondUs;
constexpr int kTimerSamples = 200;

// The director's calls.
class Director {
 public:
  Director(const std::string& address, const std::string& ca_pem, const std::string& token)
      : authorization_("Bearer " + token),
        stub_(v1::Drill::NewStub(grpc::CreateCustomChannel(address, ClientTls(ca_pem),
                                                           ClientArguments(kReplyBytesMax)))) {}

  absl::Status Submit(const v1::Command& command) {
    v1::SubmitRequest request;
    request.set_request_id(os::RandomId());
    *request.mutable_command() = command;
    v1::SubmitResponse response;
    grpc::ClientContext context;
    Prepare(&context);
    return FromGrpc(stub_->Submit(&context, request, &response));
  }
  absl::StatusOr<v1::ExerciseView> Exercise() {
    v1::GetExerciseRequest request;
    request.set_exercise(kExercise);
    v1::ExerciseView view;
    grpc::ClientContext context;
    Prepare(&context);
    RETURN_IF_ERROR(FromGrpc(stub_->GetExercise(&context, request, &view)));
    return view;
  }

 private:
  void Prepare(grpc::ClientContext* context) {
    context->AddMetadata("authorization", authorization_);
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  }
  const std::string authorization_;
  const std::unique_ptr<v1::Drill::Stub> stub_;
};

struct Seed {
  Plan plan;
  std::string ca_pem;
  std::string token;
  std::vector<AgentIdentity> agents;
};

// Enrols every agent through the loop, many in one transaction.
absl::Status Enrol(LocalController* controller, const Ca& ca, Seed* seed) {
  std::vector<std::future<absl::Status>> answers;
  for (int i = 0; i < seed->plan.hosts; ++i) {
    AgentIdentity agent{seed->plan.HostId(i), GenerateKey(), ""};
    ASSIGN_OR_RETURN(std::string csr, MakeCsr(agent.key_pem, agent.host));
    ASSIGN_OR_RETURN(agent.certificate_pem, ca.SignAgent(csr, agent.host));
    ASSIGN_OR_RETURN(std::string key_id, KeyIdOfCertificatePem(agent.certificate_pem));
    const std::string secret = Sha256(os::RandomBytes(32));
    v1::Command issue;
    issue.mutable_issue_enrolment()->set_host(agent.host);
    issue.mutable_issue_enrolment()->set_secret_sha256(secret);
    auto done = std::make_shared<std::promise<absl::Status>>();
    answers.push_back(done->get_future());
    controller->loop().Submit({"admin", os::RandomId(), issue},
                              [](const absl::StatusOr<v1::SubmitResponse>&) {});
    controller->loop().Enrol({secret, key_id}, [done](const absl::StatusOr<v1::EnrolResponse>& r) {
      done->set_value(r.status());
    });
    seed->agents.push_back(std::move(agent));
    // The lane holds 10,000.
    if (answers.size() % 1000 == 0) answers.back().wait();
  }
  for (auto& answer : answers) RETURN_IF_ERROR(answer.get());
  return absl::OkStatus();
}

// A data folder with the approved exercise, the agents' certificates and the director's token.
absl::StatusOr<Seed> MakeSeed(const std::string& dir, int agents, int rounds, int per_system) {
  Seed seed;
  seed.plan = Plan::Make(agents, per_system);
  seed.plan.rounds = rounds;
  ASSIGN_OR_RETURN(Ca ca, Ca::OpenOrCreate(dir));
  seed.ca_pem = ca.CaPem();
  ASSIGN_OR_RETURN(auto controller, LocalController::Start(dir));
  RETURN_IF_ERROR(controller->Prepare(seed.plan));
  const std::string secret = os::RandomBytes(kTokenBytes);
  seed.token = TokenText(secret);
  v1::Command token;
  token.mutable_issue_token()->set_person(kDirector);
  token.mutable_issue_token()->set_sha256(Sha256(secret));
  RETURN_IF_ERROR(controller->Submit("admin", token).status());
  RETURN_IF_ERROR(Enrol(controller.get(), ca, &seed));
  return seed;
}

absl::Status Late(const std::string& what) {
  return absl::DeadlineExceededError(absl::StrCat("gave up waiting: ", what));
}

absl::Status UntilReady(Director* director) {
  for (const int64_t until = os::MonotonicMicros() + kWaitUs; os::MonotonicMicros() < until;
       os::SleepMicros(200'000)) {
    ASSIGN_OR_RETURN(v1::ExerciseView view, director->Exercise());
    if (view.summary().phase() == v1::PHASE_READY) return absl::OkStatus();
  }
  return Late("the exercise to become ready");
}

v1::Command Fire(int round) {
  v1::Command command;
  command.mutable_fire_inject()->set_exercise(kExercise);
  command.mutable_fire_inject()->set_inject(absl::StrCat("fire-", round));
  return command;
}

std::vector<int64_t> Since(std::vector<int64_t> times, int64_t from) {
  for (int64_t& time : times) time -= from;
  return times;
}

struct FanOut {
  std::vector<int64_t> first_us;  // of each round
  std::vector<int64_t> last_us;
  std::vector<int64_t> all_us;
  std::vector<int64_t> beats_us;     // round trips
  double idle_cpu_us_per_agent = 0;  // of the server, a second of heartbeats
  double cpu_us_per_agent = 0;       // of the server, a round
  double connect_cpu_us_per_agent = 0;
  double connect_s = 0;
  double bytes_per_agent = 0;  // resident
  int64_t frame_bytes = 0;

  void Add(const std::vector<int64_t>& round) {
    const auto [first, last] = std::minmax_element(round.begin(), round.end());
    first_us.push_back(*first);
    last_us.push_back(*last);
    all_us.insert(all_us.end(), round.begin(), round.end());
  }
  void Print(const std::string& who, Report* report) const {
    report->Figure(absl::StrCat(who, ": connect all"), connect_s, "s");
    report->Figure(absl::StrCat(who, ": server CPU to connect, an agent"), connect_cpu_us_per_agent,
                   "us");
    report->Figure(absl::StrCat(who, ": server memory an agent"), bytes_per_agent / 1000, "kB");
    report->Figures(absl::StrCat(who, ": fan-out, receipt"), Quantiles::Of(all_us), "us");
    report->Figures(absl::StrCat(who, ": fan-out, last receipt of a round"), Quantiles::Of(last_us),
                    "us");
    report->Figures(absl::StrCat(who, ": fan-out, first receipt of a round"),
                    Quantiles::Of(first_us), "us");
    report->Figure(absl::StrCat(who, ": server CPU a fan-out, an agent"), cpu_us_per_agent, "us");
    report->Figures(absl::StrCat(who, ": heartbeat round trip"), Quantiles::Of(beats_us), "us");
    report->Figure(absl::StrCat(who, ": server CPU of heartbeats, an agent a second"),
                   idle_cpu_us_per_agent, "us");
  }
};

absl::Status ConnectAll(Agents* agents, int count, pid_t server, FanOut* out) {
  const int64_t cpu = CpuMicros(server);
  const int64_t resident = ResidentBytes(server);
  const int64_t from = os::BootMicros();
  agents->Connect();
  if (!agents->tally().Wait("welcome", static_cast<size_t>(count), kWaitUs)) {
    return Late("all agents to connect");
  }
  const std::vector<int64_t> times = agents->tally().Times("welcome");
  out->connect_s = static_cast<double>(*std::max_element(times.begin(), times.end()) - from) / 1e6;
  os::SleepMicros(2 * kSecondUs);  // heartbeats: clocks are measured, memory has come to rest
  out->connect_cpu_us_per_agent = static_cast<double>(CpuMicros(server) - cpu) / count;
  out->bytes_per_agent = static_cast<double>(ResidentBytes(server) - resident) / count;
  return absl::OkStatus();
}

// How late this machine wakes a thread that waits for a moment: the floor of a planned start.
std::vector<int64_t> TimerLateness() {
  Timers timers;
  Tally tally;
  int key = 0;
  for (size_t i = 0; i < kTimerSamples; ++i) {
    const int64_t at = os::BootMicros() + 5'000;
    timers.Schedule(&key, at, [&tally, at] { tally.Add("late", os::BootMicros() - at); });
    if (!tally.Wait("late", i + 1, kSecondUs)) break;
  }
  return tally.Times("late");
}

absl::Status PlannedInject(Director* director, Agents* agents, int count, Report* report) {
  v1::Command start;
  start.mutable_start_exercise()->set_exercise(kExercise);
  const int64_t from = os::BootMicros();
  RETURN_IF_ERROR(director->Submit(start));
  Tally& tally = agents->tally();
  const auto n = static_cast<size_t>(count);
  if (!tally.Wait(absl::StrCat("received ", kPlanned), n, kWaitUs)) return Late("arming");
  report->Figures("planned: armed everywhere since StartEx was asked",
                  Quantiles::Of(Since(tally.Times(absl::StrCat("received ", kPlanned)), from)),
                  "us");
  if (!tally.Wait(absl::StrCat("started ", kPlanned), n, kWaitUs)) return Late("planned starts");
  // On one machine every agent's BOOTTIME is the controller's; the median agent tells the offset.
  const int64_t planned_boot = agents->planned_us(kPlanned) - agents->ClockOffsetUs();
  std::vector<int64_t> late = Since(tally.Times(absl::StrCat("started ", kPlanned)), planned_boot);
  for (int64_t& us : late) us = std::abs(us);
  const Quantiles lateness = Quantiles::Of(late);
  const Quantiles floor = Quantiles::Of(TimerLateness());
  report->Figures("planned: |host start - planned|", lateness, "us");
  report->Figures("planned: clock of an agent off the median",
                  Quantiles::Of(agents->ClockErrorsUs()), "us");
  report->Figures("floor: a timer of this machine is late by", floor, "us");
  report->Ratio("planned start p99 / timer p99", static_cast<double>(lateness.p99),
                static_cast<double>(floor.p99));
  return absl::OkStatus();
}

absl::Status FireNow(Director* director, Agents* agents, int count, int rounds, pid_t server,
                     FanOut* out) {
  Tally& tally = agents->tally();
  const auto n = static_cast<size_t>(count);
  int64_t cpu = 0;
  for (int round = 0; round < rounds; ++round) {
    os::SleepMicros(kSecondUs);
    const std::string received = absl::StrCat("received fire-", round);
    const int64_t cpu_before = CpuMicros(server);
    const int64_t from = os::BootMicros();
    RETURN_IF_ERROR(director->Submit(Fire(round)));
    if (!tally.Wait(received, n, kWaitUs)) return Late("fire now");
    if (!tally.Wait(absl::StrCat("started fire-", round), n, kWaitUs)) return Late("direct starts");
    const std::vector<int64_t> all = Since(tally.Times(received), from);
    out->Add(all);
    os::SleepMicros(kSecondUs);  // what the agents say of it is taken in
    cpu += CpuMicros(server) - cpu_before;
  }
  out->frame_bytes = agents->desired_bytes();
  out->cpu_us_per_agent = static_cast<double>(cpu) / rounds / count;
  return absl::OkStatus();
}

// Heartbeats alone, once what came before has settled.
void Idle(Agents* agents, int count, pid_t server, FanOut* out) {
  os::SleepMicros(kSecondUs);
  agents->tally().Clear("beat");
  const int64_t cpu = CpuMicros(server);
  os::SleepMicros(kIdleUs);
  out->idle_cpu_us_per_agent = static_cast<double>(CpuMicros(server) - cpu) * kSecondUs /
                               static_cast<double>(kIdleUs) / count;
  out->beats_us = agents->tally().Times("beat");
}

// Stop: until every order of every agent is undone, and until the controller knows it of all. Gives
// the last undo since it was asked for.
absl::StatusOr<int64_t> Stop(Director* director, Agents* agents, int orders, Report* report) {
  v1::Command command;
  command.mutable_stop_exercise()->set_exercise(kExercise);
  const int64_t from = os::BootMicros();
  RETURN_IF_ERROR(director->Submit(command));
  if (!agents->tally().Wait("undone", static_cast<size_t>(orders), kWaitUs)) {
    return Late("undo everywhere");
  }
  const Quantiles undone = Quantiles::Of(Since(agents->tally().Times("undone"), from));
  report->Figures("stop: undone since asked", undone, "us");
  for (const int64_t until = from + kWaitUs; os::BootMicros() < until; os::SleepMicros(10'000)) {
    ASSIGN_OR_RETURN(const v1::ExerciseView view, director->Exercise());
    int64_t waiting = 0;
    for (const v1::HostRow& host : view.hosts()) waiting += host.cleanup_waiting();
    if (waiting > 0) continue;
    report->Figure("stop: confirmed by all, as the controller shows it",
                   static_cast<double>(os::BootMicros() - from) / 1e6, "s");
    return undone.max;
  }
  return Late("confirmation by all");
}

absl::StatusOr<FanOut> Bare(const Seed& seed, const std::string& dir, int rounds,
                            int64_t frame_bytes) {
  FanOut out;
  const int count = seed.plan.hosts;
  ASSIGN_OR_RETURN(auto server,
                   Child::Start({ProgramFolder() + "/drill-bench", "bare-server", "--data", dir},
                                dir + "/bare.log"));
  ASSIGN_OR_RETURN(std::string port, server->Hear());
  const int64_t heartbeat_us = std::max<int64_t>(kSecondUs, int64_t{count} * kSecondUs / 2000);
  Agents agents({"127.0.0.1:" + port, seed.ca_pem, seed.plan.owner_public, true, heartbeat_us},
                seed.agents);
  RETURN_IF_ERROR(ConnectAll(&agents, count, server->pid(), &out));
  int64_t cpu = 0;
  for (int round = 0; round < rounds; ++round) {
    os::SleepMicros(kSecondUs);
    agents.tally().Clear("frame");
    const int64_t cpu_before = CpuMicros(server->pid());
    const int64_t from = os::BootMicros();
    RETURN_IF_ERROR(server->Say(absl::StrCat(frame_bytes)));
    if (!agents.tally().Wait("frame", static_cast<size_t>(count), kWaitUs)) return Late("bare");
    const std::vector<int64_t> all = Since(agents.tally().Times("frame"), from);
    out.Add(all);
    ASSIGN_OR_RETURN(std::string pushed, server->Hear());
    os::SleepMicros(kSecondUs);
    cpu += CpuMicros(server->pid()) - cpu_before;
  }
  out.cpu_us_per_agent = static_cast<double>(cpu) / rounds / count;
  Idle(&agents, count, server->pid(), &out);
  return out;
}

}  // namespace

absl::Status RunFleet(const Arguments& arguments, const std::string& title, int agents_default) {
  Report report(title);
  const Scratch scratch(arguments.Text("dir", ""));
  const int count = static_cast<int>(arguments.Number("agents", agents_default, 10'000));
  const int rounds = static_cast<int>(arguments.Number("rounds", 5, 50));
  const int per_system = static_cast<int>(arguments.Number("per-system", 50, 10'000));
  const std::string dir = scratch.path() + "/data";
  ASSIGN_OR_RETURN(Seed seed, MakeSeed(dir, count, rounds, per_system));
  FanOut product;
  int64_t last_undone_us = 0;
  report.Figure("agents", count, "");
  {
    ASSIGN_OR_RETURN(Controller controller, Controller::Start(arguments, dir));
    const pid_t server = controller.process->pid();
    Agents agents({controller.endpoint.agents(), seed.ca_pem, seed.plan.owner_public}, seed.agents);
    RETURN_IF_ERROR(ConnectAll(&agents, count, server, &product));
    Director director(controller.endpoint.people(), seed.ca_pem, seed.token);
    v1::Command check;
    check.mutable_check_exercise()->set_exercise(kExercise);
    const int64_t from = os::MonotonicMicros();
    RETURN_IF_ERROR(director.Submit(check));
    RETURN_IF_ERROR(UntilReady(&director));
    report.Figure("dry run of all until ready",
                  static_cast<double>(os::MonotonicMicros() - from) / 1e6, "s");
    RETURN_IF_ERROR(PlannedInject(&director, &agents, count, &report));
    RETURN_IF_ERROR(FireNow(&director, &agents, count, rounds, server, &product));
    Idle(&agents, count, server, &product);
    ASSIGN_OR_RETURN(last_undone_us, Stop(&director, &agents, count * (rounds + 1), &report));
  }
  ASSIGN_OR_RETURN(FanOut bare, Bare(seed, dir, rounds, product.frame_bytes));
  report.Figure("bytes of a desired set", static_cast<double>(product.frame_bytes), "B");
  product.Print("controller", &report);
  bare.Print("bare gRPC", &report);
  const auto ratio = [&](const std::string& name, const std::vector<int64_t> FanOut::*times) {
    report.Ratio(name, static_cast<double>(Quantiles::Of(product.*times).p50),
                 static_cast<double>(Quantiles::Of(bare.*times).p50));
  };
  ratio("fire now, last receipt / bare (budget 1.2)", &FanOut::last_us);
  ratio("fire now, first receipt / bare", &FanOut::first_us);
  report.Ratio("stop, last undo / bare last receipt", static_cast<double>(last_undone_us),
               static_cast<double>(Quantiles::Of(bare.last_us).p50));
  ratio("heartbeat round trip / bare", &FanOut::beats_us);
  report.Ratio("CPU of a fan-out / bare", product.cpu_us_per_agent, bare.cpu_us_per_agent);
  report.Ratio("CPU of heartbeats / bare", product.idle_cpu_us_per_agent,
               bare.idle_cpu_us_per_agent);
  report.Ratio("memory an agent / bare (budget 1.2)", product.bytes_per_agent,
               bare.bytes_per_agent);
  report.Ratio("CPU to connect / bare (budget 1.05)", product.connect_cpu_us_per_agent,
               bare.connect_cpu_us_per_agent);
  report.Print(arguments.Has("json"));
  return absl::OkStatus();
}

}  // namespace drill::bench
