// exercise judge, rate, finalise, accept-residue, close.
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/judging_text.h"
#include "cli/session.h"
#include "common/base/status.h"

namespace drill::cli {
namespace {

void AddRate(Command& exercise) {
  Command& command = exercise.Sub("rate");
  v1::RateElement* rate = command.Submits()->mutable_rate_element();
  v1::ElementRated* rating = rate->mutable_rating();
  command.Arg("EXERCISE", Into(rate->mutable_exercise()))
      .Opt("--system", "SYSTEM", Into(rating->mutable_system()))
      .Opt("--objective", "OBJECTIVE", Into(rating->mutable_objective()))
      .Opt("--element", "ELEMENT",
           OneOf({{"process", v1::ELEMENT_PROCESS},
                  {"technology", v1::ELEMENT_TECHNOLOGY},
                  {"people", v1::ELEMENT_PEOPLE}},
                 [rating](int value) { rating->set_element(static_cast<v1::Element>(value)); }),
           Need::kOne)
      .Opt("--rating", "P|S|M|U",
           OneOf(
               {{"P", v1::RATING_P}, {"S", v1::RATING_S}, {"M", v1::RATING_M}, {"U", v1::RATING_U}},
               [rating](int value) { rating->set_rating(static_cast<v1::Rating>(value)); }),
           Need::kOne)
      .Opt("--note", "TEXT", Into(rating->mutable_note()))
      .Check([rating](Language language, std::vector<std::string>* faults) {
        if (rating->system().empty() == rating->objective().empty()) {
          faults->push_back(std::string(JudgingText(language, JudgeMsg::kUsageRate)));
        }
      });
}

struct ResidueOptions {
  v1::ResidueAcceptance acceptance;
  std::vector<std::string> keys;
};

// The owner signs the very bytes that are sent.
absl::Status SignAcceptance(const ResidueOptions& o, v1::Command* request) {
  v1::AcceptResidue* accept = request->mutable_accept_residue();
  v1::ResidueAccepted* accepted = accept->mutable_acceptance();
  accept->set_exercise(o.acceptance.exercise());
  accepted->set_inject(o.acceptance.inject());
  accepted->set_host(o.acceptance.host());
  accepted->set_acceptance(o.acceptance.SerializeAsString());
  for (const std::string& key : o.keys) {
    ASSIGN_OR_RETURN(*accepted->add_signatures(), SignWithKeyFile(key, accepted->acceptance()));
  }
  return absl::OkStatus();
}

void AddAcceptResidue(Command& exercise) {
  Command& command = exercise.Sub("accept-residue");
  auto o = std::make_shared<ResidueOptions>();
  command.Submits()->mutable_accept_residue();
  command.Arg("EXERCISE", Into(o->acceptance.mutable_exercise()))
      .Opt("--inject", "INJECT", Into(o->acceptance.mutable_inject()), Need::kOne)
      .Opt("--host", "HOST", Into(o->acceptance.mutable_host()), Need::kOne)
      .Opt("--key", "FILE", Into(&o->keys), Need::kMany)
      .Opt("--note", "TEXT", Into(o->acceptance.mutable_note()), Need::kOne)
      .Before([o](Session&, v1::Command* request) { return SignAcceptance(*o, request); });
}

}  // namespace

void AddClosing(Command& exercise) {
  Command& judge = exercise.Sub("judge");
  judge.Arg("EXERCISE", Into(judge.Submits()->mutable_open_judging()->mutable_exercise()));
  AddRate(exercise);
  Command& finalise = exercise.Sub("finalise");
  finalise.Arg("EXERCISE", Into(finalise.Submits()->mutable_finalise_score()->mutable_exercise()));
  AddAcceptResidue(exercise);
  Command& close = exercise.Sub("close");
  v1::CloseExercise* closed = close.Submits()->mutable_close_exercise();
  close.Arg("EXERCISE", Into(closed->mutable_exercise()))
      .Opt("--note", "TEXT", Into(closed->mutable_note()));
}

}  // namespace drill::cli
