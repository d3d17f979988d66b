#include "core/scenario/unfold.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace drill {
namespace {

void SetMicros(google::protobuf::Duration* duration, int64_t us) {
  duration->set_seconds(us / 1'000'000);
  duration->set_nanos(static_cast<int32_t>(us % 1'000'000 * 1000));
}

}  // namespace

int64_t Micros(const google::protobuf::Duration& duration) {
  return duration.seconds() * 1'000'000 + duration.nanos() / 1000;
}

std::vector<Unfolded> UnfoldInject(const v1::Inject& inject) {
  std::vector<Unfolded> out;
  const int times = inject.has_repeat() ? std::max(1, inject.repeat().times()) : 1;
  const int64_t every = Micros(inject.repeat().every());
  for (int n = 0; n < times; ++n) {
    Unfolded copy{inject, inject.id()};
    copy.inject.clear_repeat();
    if (n > 0) {
      copy.inject.set_id(absl::StrCat(inject.id(), "#", n + 1));
      if (inject.has_at()) {
        SetMicros(copy.inject.mutable_at(), Micros(inject.at()) + n * every);
      } else if (inject.has_after()) {
        SetMicros(copy.inject.mutable_after()->mutable_delay(),
                  Micros(inject.after().delay()) + n * every);
      }
    }
    out.push_back(std::move(copy));
  }
  return out;
}

std::vector<Unfolded> Unfold(const v1::Scenario& scenario) {
  std::vector<Unfolded> out;
  for (const v1::Inject& inject : scenario.injects()) {
    for (Unfolded& copy : UnfoldInject(inject)) out.push_back(std::move(copy));
  }
  return out;
}

bool Selects(const v1::Selector& selector, absl::string_view part, const v1::Host& host) {
  if (selector.system() != part) return false;
  if (selector.has_role() && selector.role() != host.role()) return false;
  return std::all_of(
      selector.labels().begin(), selector.labels().end(), [&](const std::string& label) {
        return std::find(host.labels().begin(), host.labels().end(), label) != host.labels().end();
      });
}

absl::string_view KindName(const v1::Inject& inject) {
  switch (inject.kind_case()) {
    case v1::Inject::kAction:
      return "action";
    case v1::Inject::kManual:
      return "manual";
    case v1::Inject::kMessage:
      return "message";
    case v1::Inject::kQuestion:
      return "question";
    case v1::Inject::kCue:
      return "cue";
    case v1::Inject::KIND_NOT_SET:
      return "";
  }
  return "";
}

}  // namespace drill
