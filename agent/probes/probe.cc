#include "agent/probes/probe.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agent/command/run.h"
#include "agent/policy.h"
#include "agent/task_net.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::agent {
namespace {

constexpr size_t kOutputShownMax = 120;

absl::Status AskUrl(const v1::Probe& probe) {
  ASSIGN_OR_RETURN(const ProbeUrl url, ParseProbeUrl(probe.url()));
  const int64_t deadline = os::MonotonicMicros() + ProbeTimeoutUs(probe);
  ASSIGN_OR_RETURN(Stream stream, Stream::Connect(url.address, url.port, deadline));
  HttpRequest request;
  request.path = url.path;
  request.host = AddressText(url.address, url.port);
  request.user_agent = "drill-agent";
  ASSIGN_OR_RETURN(const int status, Exchange(stream, request, deadline));
  if (status >= 200 && status < 400) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("answered with HTTP status ", status));
}

absl::Status AskCommand(const std::vector<std::string>& words, const v1::Probe& probe,
                        const std::function<bool()>& cancelled) {
  ProgramSpec spec;
  spec.program = words.front();
  spec.arguments.assign(words.begin() + 1, words.end());
  spec.time_limit_us = ProbeTimeoutUs(probe);
  spec.cancelled = cancelled;
  ASSIGN_OR_RETURN(const CommandResult result, RunProgram(spec));
  if (result.exited && result.exit_code == 0 && !result.timed_out) return absl::OkStatus();
  std::string shown;
  for (const char c : result.output.substr(0, kOutputShownMax)) {
    shown += absl::ascii_isprint(static_cast<unsigned char>(c)) ? c : ' ';
  }
  absl::StripAsciiWhitespace(&shown);
  return absl::UnavailableError(
      absl::StrCat(result.timed_out ? "did not answer in time"
                   : result.exited  ? absl::StrCat("exit code ", result.exit_code)
                                    : absl::StrCat("was ended by signal ", result.signal),
                   shown.empty() ? "" : absl::StrCat(": ", shown)));
}

absl::Status AskUnit(const v1::Probe& probe, const std::function<bool()>& cancelled) {
  for (const char* program : {"/usr/bin/systemctl", "/bin/systemctl"}) {
    if (access(program, X_OK) != 0) continue;
    return AskCommand({program, "is-active", "--", probe.unit()}, probe, cancelled);
  }
  return absl::UnavailableError("this host has no systemctl to ask");
}

}  // namespace

absl::StatusOr<ProbeUrl> ParseProbeUrl(const std::string& text) {
  const absl::Status bad = absl::InvalidArgumentError(
      absl::StrCat("url \"", text, "\" is not http://ADDRESS[:PORT]/PATH with an IP address"));
  absl::string_view rest = text;
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (!plain || text.size() > 2000 || !absl::ConsumePrefix(&rest, "http://")) return bad;
  ProbeUrl url;
  const size_t slash = rest.find('/');
  if (slash != absl::string_view::npos) url.path = std::string(rest.substr(slash));
  absl::string_view door = rest.substr(0, slash);
  const bool bracketed = absl::ConsumePrefix(&door, "[");
  const size_t end = door.find(bracketed ? ']' : ':');
  url.address = std::string(door.substr(0, end));
  absl::string_view port = end == absl::string_view::npos ? "" : door.substr(end);
  if (bracketed && !absl::ConsumePrefix(&port, "]")) return bad;
  if (absl::ConsumePrefix(&port, ":")) {
    if (!absl::SimpleAtoi(port, &url.port)) return bad;
  } else if (!port.empty()) {
    return bad;
  }
  if (!IsIpAddress(url.address) || url.port < 1 || url.port > 65'535) return bad;
  return url;
}

std::string ProbeName(const v1::Probe& probe) {
  if (probe.has_url()) return absl::StrCat("url ", probe.url());
  if (probe.has_unit()) return absl::StrCat("unit ", probe.unit());
  return absl::StrCat("command ", absl::StrJoin(probe.command(), " "));
}

int64_t ProbeEveryUs(const v1::Probe& probe) {
  return (probe.has_every() ? probe.every().seconds() : kProbeEverySeconds) * 1'000'000;
}

int64_t ProbeTimeoutUs(const v1::Probe& probe) {
  return (probe.has_timeout() ? probe.timeout().seconds() : kProbeTimeoutSeconds) * 1'000'000;
}

absl::Status RunProbe(const v1::Probe& probe, const std::function<bool()>& cancelled) {
  if (probe.has_url()) return AskUrl(probe);
  if (probe.has_unit()) return AskUnit(probe, cancelled);
  return AskCommand({probe.command().begin(), probe.command().end()}, probe, cancelled);
}

}  // namespace drill::agent
