// Claims of teams that the agent on the host has looked at.

#include <algorithm>

#include "core/exercise/decide_internal.h"
#include "core/exercise/effect.h"

namespace drill::decide {
namespace {

constexpr int kTracesMax = 32;
constexpr size_t kWhyBytesMax = 512;
constexpr size_t kValueBytesMax = 4096;

// No longer, and no stranger, than exercise.proto allows.
v1::EffectReport Bounded(v1::EffectReport report) {
  if (report.traces_size() > kTracesMax) {
    report.mutable_traces()->DeleteSubrange(kTracesMax, report.traces_size() - kTracesMax);
  }
  for (v1::TraceState& trace : *report.mutable_traces()) {
    CutText(kWhyBytesMax, trace.mutable_why());
    CutText(kValueBytesMax, trace.mutable_artefact()->mutable_value());
  }
  report.set_traces_total(std::max(report.traces_total(), report.traces_size()));
  return report;
}

// What our own undo took away is nobody's work, so it proves and refutes nothing.
v1::EffectVerdict VerdictOf(const v1::EffectReport& report, bool isolated) {
  const EffectCount count = CountEffect(report);
  if (report.undone() || count.told == 0) return v1::EFFECT_VERDICT_UNKNOWN;
  if (count.standing == 0) return v1::EFFECT_VERDICT_CONFIRMED;
  if (isolated) return v1::EFFECT_VERDICT_UNKNOWN;
  return count.standing == count.told ? v1::EFFECT_VERDICT_FALSE : v1::EFFECT_VERDICT_PARTIAL;
}

}  // namespace

void Effect(Context& c, const std::string& host, const v1::OutboxEntry& entry,
            const std::string& outbox_id) {
  const v1::OrderId& id = entry.effect().order();
  const Exercise* e = c.state.FindExercise(id.exercise());
  // An agent speaks for its own host, about what it was asked, once.
  if (e == nullptr || id.host() != host || e->phase == v1::PHASE_CLOSED) return;
  const int on = e->FindHost(host);
  const int claim = e->FindObservation(entry.effect().check());
  const int inject = e->FindInject(id.inject());
  const auto asked = e->effects.find({claim, inject, on});
  if (asked == e->effects.end() || asked->second.record != 0) return;
  const bool isolated =
      asked->second.verdict == v1::EFFECT_VERDICT_UNKNOWN &&
      e->observations[static_cast<size_t>(claim)].made.kind() == v1::OBSERVATION_KIND_CONTAINMENT;
  v1::EffectChecked* checked = c.Emit(e->id())->mutable_effect_checked();
  *checked->mutable_report() = Bounded(entry.effect());
  checked->set_verdict(VerdictOf(checked->report(), isolated));
  checked->set_outbox_seq(entry.seq());
  checked->set_outbox_id(outbox_id);
}

}  // namespace drill::decide
