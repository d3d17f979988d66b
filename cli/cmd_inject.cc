// inject hold, release, skip, fire, move, add, attest.
#include "cli/artefact_options.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/session.h"

namespace drill::cli {
namespace {

void AddHold(Command& inject) {
  for (const bool held : {true, false}) {
    Command& command = inject.Sub(held ? "hold" : "release");
    v1::HoldInject* hold = command.Submits()->mutable_hold_inject();
    hold->set_held(held);
    command.Arg("EXERCISE", Into(hold->mutable_exercise()))
        .Arg("INJECT", Into(hold->mutable_inject()))
        .Opt("--note", "TEXT", Into(hold->mutable_note()));
  }
}

void AddAttest(Command& inject) {
  Command& command = inject.Sub("attest");
  v1::AttestManual* attest = command.Submits()->mutable_attest_manual();
  v1::ManualPlayed* played = attest->mutable_played();
  command.Arg("EXERCISE", Into(attest->mutable_exercise()))
      .Arg("INJECT", Into(played->mutable_inject()))
      .Opt("--host", "HOST", Into(played->mutable_host()), Need::kOne)
      .Opt("--at", "TIME", Moment([played](int64_t us) { played->set_at_us(us); }), Need::kOne)
      .Opt("--error", "DURATION", Span([played](int64_t us) { played->set_error_us(us); }))
      .Opt("--played-by", "PERSON", Into(played->mutable_played_by()), Need::kOne)
      .Opt("--witnessed-by", "PERSON", Into(played->mutable_witnessed_by()), Need::kOne)
      .Opt("--note", "TEXT", Into(played->mutable_note()))
      .Check([played](Language language, std::vector<std::string>* faults) {
        if (played->played_by() == played->witnessed_by()) {
          faults->push_back(Say(language, Msg::kUsageSameWitness));
        }
      });
  AddArtefactOptions(command, played->mutable_artefacts());
}

}  // namespace

void AddInject(Command& root) {
  Command& inject = root.Sub("inject");
  AddHold(inject);
  Command& skip = inject.Sub("skip");
  v1::SkipInject* skipped = skip.Submits()->mutable_skip_inject();
  skip.Arg("EXERCISE", Into(skipped->mutable_exercise()))
      .Arg("INJECT", Into(skipped->mutable_inject()))
      .Opt("--note", "TEXT", Into(skipped->mutable_note()));
  Command& fire = inject.Sub("fire");
  v1::FireInject* fired = fire.Submits()->mutable_fire_inject();
  fire.Arg("EXERCISE", Into(fired->mutable_exercise()))
      .Arg("INJECT", Into(fired->mutable_inject()))
      .Flag("--together", [fired] { fired->set_together(true); });
  Command& move = inject.Sub("move");
  v1::MoveInject* moved = move.Submits()->mutable_move_inject();
  move.Arg("EXERCISE", Into(moved->mutable_exercise()))
      .Arg("INJECT", Into(moved->mutable_inject()))
      .Arg("EX_TIME", ExerciseTime([moved](int64_t us) { moved->set_planned_ex_us(us); }));
  Command& add = inject.Sub("add");
  auto file = std::make_shared<std::string>();
  add.Arg("EXERCISE", Into(add.Submits()->mutable_add_inject()->mutable_exercise()))
      .Arg("FILE", Into(file.get()))
      .Before([file](Session&, v1::Command* request) {
        return LoadYaml(*file, request->mutable_add_inject()->mutable_inject());
      });
  AddAttest(inject);
}

}  // namespace drill::cli
