#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/probes/checks.h"
#include "agent/probes/probe.h"
#include "agent/probes/watcher.h"
#include "agent/process.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/yaml/load.h"
#include "tests/support/status.h"

namespace drill::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::function<bool()> kNever = [] { return false; };

v1::Policy PolicyOf(const std::string& text) {
  v1::Policy policy;
  EXPECT_OK(yaml::Load(text, "policy.yaml", &policy));
  return policy;
}

absl::Status Ask(const std::string& probe) {
  return RunProbe(PolicyOf("probes: [" + probe + "]").probes(0), kNever);
}

// Answers each connection with the same bytes, or never.
class Answerer {
 public:
  explicit Answerer(std::optional<std::string> answer) : answer_(std::move(answer)) {
    fd_ = os::Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_.get(), 8), 0);
    EXPECT_EQ(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    if (answer_) thread_ = std::thread([this] { Serve(); });
  }
  ~Answerer() {
    shutdown(fd_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }
  std::string Url() const { return absl::StrCat("http://127.0.0.1:", port_, "/health"); }

 private:
  void Serve() {
    for (;;) {
      const os::Fd peer(accept(fd_.get(), nullptr, nullptr));
      if (!peer) return;
      char request[4096];
      if (read(peer.get(), request, sizeof request) <= 0) continue;
      EXPECT_OK(os::WriteAll(peer.get(), *answer_, "peer"));
    }
  }
  const std::optional<std::string> answer_;
  os::Fd fd_;
  int port_ = 0;
  std::thread thread_;
};

TEST(ProbeTest, AUrlAnswersWellWithTwoOrThreeHundred) {
  for (const char* line : {"200 OK", "204 No Content", "302 Found"}) {
    Answerer web(absl::StrCat("HTTP/1.1 ", line, "\r\n\r\n"));
    EXPECT_OK(Ask("{url: \"" + web.Url() + "\"}")) << line;
  }
  Answerer broken("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  EXPECT_THAT(Ask("{url: \"" + broken.Url() + "\"}").message(), HasSubstr("HTTP status 503"));
}

TEST(ProbeTest, AUrlThatIsSilentOrClosedFails) {
  Answerer silent(std::nullopt);
  EXPECT_THAT(Ask("{url: \"" + silent.Url() + "\", timeout: 1s}").message(),
              HasSubstr("no answer in time"));
  std::string closed;
  {
    Answerer gone(std::nullopt);
    closed = gone.Url();
  }
  EXPECT_THAT(Ask("{url: \"" + closed + "\"}").message(), HasSubstr("refused"));
}

TEST(ProbeTest, ACommandRunsWithoutAShellInACleanEnvironment) {
  setenv("DRILL_SECRET", "x", 1);
  EXPECT_OK(Ask("{command: [/bin/true]}"));
  EXPECT_THAT(Ask("{command: [/bin/false]}").message(), HasSubstr("exit code 1"));
  // Neither a variable nor a redirection means anything.
  EXPECT_OK(Ask("{command: [/usr/bin/test, \"$HOME > x\", \"=\", \"$HOME > x\"]}"));
  EXPECT_FALSE(Ask("{command: [/usr/bin/printenv, DRILL_SECRET]}").ok());
  EXPECT_THAT(Ask("{command: [/nonexistent]}").message(), HasSubstr("/nonexistent"));
}

TEST(ProbeTest, ACommandThatHangsIsEndedWithAllThatItStarted) {
  const std::string mark = absl::StrCat(::testing::TempDir(), "probe-", getpid());
  const absl::Status status = Ask(absl::StrCat(
      "{timeout: 1s, command: [/bin/sh, -c, \"sleep 600 & echo $! > ", mark, "; wait\"]}"));
  EXPECT_THAT(status.message(), HasSubstr("did not answer in time"));
  int child = 0;
  std::ifstream(mark) >> child;
  ASSERT_GT(child, 0);
  EXPECT_FALSE(LookAtProcess(child).has_value());
  std::filesystem::remove(mark);
}

TEST(ProbeTest, UrlsAreReadWhole) {
  EXPECT_EQ(ParseProbeUrl("http://192.0.2.1")->path, "/");
  EXPECT_EQ(ParseProbeUrl("http://[2001:db8::1]:8080/a?b")->port, 8080);
  EXPECT_EQ(ParseProbeUrl("http://[2001:db8::1]:8080/a?b")->path, "/a?b");
  for (const char* bad :
       {"https://192.0.2.1/", "http://portal.example/", "http://192.0.2.1:0/", "http://[::1/",
        "http://192.0.2.1:80x/", "http://192.0.2.1/a b", "http://192.0.2.1/\r\nX: y", ""}) {
    EXPECT_FALSE(ParseProbeUrl(bad).ok()) << bad;
  }
}

TEST(ChecksTest, LoadAndDiskAreLookedAtWhereTheOwnerSetsALimit) {
  const std::string load = absl::StrCat(::testing::TempDir(), "load-", getpid());
  EXPECT_THAT(ChecksOf(PolicyOf("actions: []"), "/tmp", load), IsEmpty());

  const v1::Policy policy = PolicyOf("caps: {load_permille_max: 1500, free_bytes_min: 2}");
  const auto checks = ChecksOf(policy, "/tmp", load);
  ASSERT_EQ(checks.size(), 2u);
  const double processors = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  std::ofstream(load) << processors * 1.4 << " 9.00 9.00 1/99 1234\n";
  EXPECT_TRUE(checks[0].look(kNever).good);
  std::ofstream(load) << processors * 1.6 << " 0.00 0.00 1/99 1234\n";
  EXPECT_FALSE(checks[0].look(kNever).good);
  std::ofstream(load) << "?";
  EXPECT_FALSE(checks[0].look(kNever).good);
  EXPECT_TRUE(checks[1].look(kNever).good);
  std::filesystem::remove(load);

  const v1::Policy full = PolicyOf("caps: {free_bytes_min: 1125899906842624}");
  const Reading reading = ChecksOf(full, "/tmp", load).at(0).look(kNever);
  EXPECT_FALSE(reading.good);
  EXPECT_EQ(reading.check, "disk of /tmp");
}

// Keeps what it is told.
class Told : public WatcherEvents {
 public:
  void OnChecks(std::vector<std::string> names) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    names_.push_back(std::move(names));
    changed_.notify_all();
  }
  void OnReading(Reading reading) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    readings_.push_back(std::move(reading));
    changed_.notify_all();
  }
  std::vector<std::vector<std::string>> names() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return names_;
  }
  bool AwaitReadings(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60),
                             [&] { return readings_.size() >= count; });
  }
  std::vector<Reading> readings() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return readings_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<std::string>> names_;
  std::vector<Reading> readings_;
};

TEST(WatcherTest, ChecksAreKnownAtOnceAndAskedAgainAndAgain) {
  Told told;
  const auto policy = []() -> absl::StatusOr<LoadedPolicy> {
    return LoadedPolicy{PolicyOf("probes: [{command: [/bin/false], every: 1s}]"), "1"};
  };
  Watcher watcher(policy, "/tmp", &told);
  EXPECT_THAT(told.names(), ElementsAre(ElementsAre("command /bin/false")));
  ASSERT_TRUE(told.AwaitReadings(2));
  for (const Reading& reading : told.readings()) {
    EXPECT_EQ(reading.check, "command /bin/false");
    EXPECT_FALSE(reading.good);
  }
}

TEST(WatcherTest, EndsACommandThatHangs) {
  Told told;
  const auto policy = []() -> absl::StatusOr<LoadedPolicy> {
    return LoadedPolicy{
        PolicyOf(
            "probes: [{command: [/bin/true]}, {command: [/bin/sleep, \"600\"], timeout: 30s}]"),
        "1"};
  };
  const int64_t before = os::MonotonicMicros();
  {
    Watcher watcher(policy, "/tmp", &told);
    ASSERT_TRUE(told.AwaitReadings(1));  // the second is asked now
  }
  EXPECT_LT(os::MonotonicMicros() - before, 20'000'000);
  EXPECT_EQ(told.readings().size(), 1u);
}

TEST(WatcherTest, WithoutASoundPolicyNothingIsAsked) {
  Told told;
  const auto policy = []() -> absl::StatusOr<LoadedPolicy> {
    return LoadedPolicy{PolicyOf("probes: [{command: [true]}]"), "1"};
  };
  Watcher watcher(policy, "/tmp", &told);
  EXPECT_THAT(told.names(), IsEmpty());
}

}  // namespace
}  // namespace drill::agent
