#include "agent/policy_probes.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "agent/probes/probe.h"

// What the owner's policy says about the health of the host.
namespace drill::agent {
namespace {

constexpr int kProbesMax = 16;
constexpr int kWordsMax = 32;
constexpr size_t kWordBytesMax = 1000;
constexpr int64_t kEverySecondsMax = 3600;
constexpr int64_t kTimeoutSecondsMax = 30;
constexpr int kLoadPermilleMin = 100;
constexpr int kLoadPermilleMax = 100'000;

void CheckCommandWords(const v1::Probe& probe, const std::string& at, FaultList* faults) {
  faults->AddUnless(IsPlainAbsolutePath(probe.command(0)),
                    absl::StrCat(at, ": the program must be an absolute path; there is no shell"));
  faults->AddUnless(probe.command_size() <= kWordsMax,
                    absl::StrCat(at, ": more than ", kWordsMax, " words"));
  for (const std::string& word : probe.command()) {
    faults->AddUnless(
        word.size() <= kWordBytesMax && word.find('\0') == std::string::npos,
        absl::StrCat(at, ": a word is longer than ", kWordBytesMax, " bytes or holds a zero byte"));
  }
}

void CheckProbe(const v1::Probe& probe, const std::string& at, FaultList* faults) {
  const int kinds =
      (probe.has_url() ? 1 : 0) + (probe.has_unit() ? 1 : 0) + (probe.command_size() > 0 ? 1 : 0);
  faults->AddUnless(kinds == 1, absl::StrCat(at, ": exactly one of url, unit, command is needed"));
  if (probe.has_url()) {
    if (const auto url = ParseProbeUrl(probe.url()); !url.ok()) {
      faults->Add(absl::StrCat(at, ": ", url.status().message()));
    }
  }
  if (probe.has_unit()) {
    faults->AddUnless(IsUnitName(probe.unit()),
                      absl::StrCat(at, ": unit \"", probe.unit(),
                                   "\" is no full name of a unit; expected NAME.service, "
                                   "NAME.socket or NAME.timer"));
  }
  if (probe.command_size() > 0) CheckCommandWords(probe, at, faults);
  const auto seconds = [&](absl::string_view name, const google::protobuf::Duration& value,
                           int64_t most) {
    faults->AddUnless(value.nanos() == 0 && value.seconds() >= 1 && value.seconds() <= most,
                      absl::StrCat(at, ": ", name, " is a number of whole seconds, 1 to ", most));
  };
  if (probe.has_every()) seconds("every", probe.every(), kEverySecondsMax);
  if (probe.has_timeout()) seconds("timeout", probe.timeout(), kTimeoutSecondsMax);
}

}  // namespace

void CheckProbes(const v1::Policy& policy, FaultList* faults) {
  faults->AddUnless(
      policy.probes_size() <= kProbesMax,
      absl::StrCat("probes has ", policy.probes_size(), " entries; the limit is ", kProbesMax));
  std::set<std::string> names;
  for (int i = 0; i < policy.probes_size(); ++i) {
    const std::string at = absl::StrCat("probe ", i + 1);
    CheckProbe(policy.probes(i), at, faults);
    faults->AddUnless(names.insert(ProbeName(policy.probes(i))).second,
                      absl::StrCat(at, " (", ProbeName(policy.probes(i)), ") stands there twice"));
  }
  const int load = policy.caps().load_permille_max();
  faults->AddUnless(load == 0 || (load >= kLoadPermilleMin && load <= kLoadPermilleMax),
                    absl::StrCat("caps.load_permille_max is ", load, "; 0, or ", kLoadPermilleMin,
                                 " to ", kLoadPermilleMax, " is allowed"));
}

}  // namespace drill::agent
