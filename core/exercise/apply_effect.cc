// Claims checked by the agent.
//
// `effects` has an entry from the match on; its record is 0 until the agent has answered. Till then
// its verdict is unknown where the host left the network meanwhile: isolated by the team, so that
// what stands on it refutes no containment.

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::EffectChecked() {
  const v1::EffectReport& report = r_.effect_checked().report();
  const int claim = e_.FindObservation(report.check());
  if (claim < 0) return Unknown("observation", report.check());
  const int inject = e_.FindInject(report.order().inject());
  if (inject < 0) return Unknown("inject", report.order().inject());
  const int host = e_.FindHost(report.order().host());
  if (host < 0) return Unknown("host", report.order().host());
  e_.effects[{claim, inject, host}] = {report, r_.effect_checked().verdict(), Position()};
  return absl::OkStatus();
}

}  // namespace drill::fold
