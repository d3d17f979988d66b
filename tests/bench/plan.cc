#include "tests/bench/plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/keys.h"
#include "common/os/random.h"
#include "core/exercise/scope.h"
#include "core/scoring/score.h"

namespace drill::bench {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kPlannedAtSeconds = 2;
constexpr int64_t kDurationSeconds = 7200;

v1::Text Words(const std::string& text) {
  v1::Text out;
  out.set_vi(text);
  out.set_en(text);
  return out;
}

}  // namespace

Plan Plan::Make(int hosts, int hosts_per_system) {
  Plan plan;
  plan.hosts = hosts;
  plan.hosts_per_system = hosts_per_system;
  plan.owner_key = GenerateKey();
  plan.owner_public = *PublicPem(plan.owner_key);
  return plan;
}

std::string Plan::HostId(int host) const { return absl::StrCat("h", host); }
std::string Plan::SystemId(int system) const { return absl::StrCat("s", system); }

v1::Command Plan::Register() const {
  v1::Command command;
  v1::Register* reg = command.mutable_apply_register();
  reg->add_organisations()->set_id("org");
  for (int i = 0; i < systems(); ++i) {
    v1::System* system = reg->add_systems();
    system->set_id(SystemId(i));
    system->set_owner("org");
    system->set_level(3);
    system->add_owner_keys(owner_public);
  }
  for (int i = 0; i < hosts; ++i) {
    v1::Host* host = reg->add_hosts();
    host->set_id(HostId(i));
    host->set_system(SystemId(i / hosts_per_system));
    if (agentless) host->set_agentless(true);
  }
  for (const auto& [id, role] :
       {std::pair(kDirector, v1::ROLE_DIRECTOR), {kResponder, v1::ROLE_RESPONDER}}) {
    v1::Person* person = reg->add_people();
    person->set_id(id);
    person->add_roles(role);
  }
  v1::Team* team = reg->add_teams();
  team->set_id("soc");
  team->set_kind(v1::TEAM_KIND_RESPONSE);
  team->add_members(kResponder);
  return command;
}

v1::Command Plan::Scenario() const {
  v1::Command command;
  v1::Scenario* s = command.mutable_add_scenario()->mutable_scenario();
  s->set_id("s");
  *s->mutable_title() = Words("bench");
  s->set_type(v1::EXERCISE_TYPE_LIVE);
  s->mutable_duration()->set_seconds(kDurationSeconds);
  for (int i = 0; i < systems(); ++i) {
    v1::SystemPart* part = s->mutable_cast()->add_systems();
    part->set_id(SystemId(i));
    *part->mutable_title() = Words("system");
  }
  v1::TeamPart* team = s->mutable_cast()->add_teams();
  team->set_id("soc");
  *team->mutable_title() = Words("soc");
  const auto add = [&](const std::string& id) {
    v1::Inject* inject = s->add_injects();
    inject->set_id(id);
    *inject->mutable_title() = Words(id);
    if (agentless) {
      *inject->mutable_manual()->mutable_instructions() = Words("by hand");
      v1::Artefact* artefact = inject->mutable_manual()->add_artefacts();
      artefact->set_kind(v1::ARTEFACT_KIND_PATH);
      artefact->set_value("/srv/played");
    } else {
      inject->mutable_action()->mutable_process_run_decoy();
    }
    for (int i = 0; i < systems(); ++i) inject->add_targets()->set_system(SystemId(i));
    v1::Expectation* expect = inject->add_expect();
    expect->set_kind(v1::EXPECTATION_KIND_DETECT);
    expect->set_team("soc");
    expect->mutable_target()->set_seconds(10);
    expect->mutable_limit()->set_seconds(30);
    return inject;
  };
  add(kPlanned)->mutable_at()->set_seconds(kPlannedAtSeconds);
  for (int i = 0; i < actions; ++i) {
    add(absl::StrCat("a", i))->mutable_at()->set_seconds(kDurationSeconds - 60);
  }
  for (int i = 0; i < rounds; ++i) add(absl::StrCat("fire-", i))->set_contingency(true);
  return command;
}

v1::Command Plan::Create() const {
  v1::Command command;
  v1::CreateExercise* create = command.mutable_create_exercise();
  create->set_exercise(kExercise);
  create->set_scenario("s");
  for (int i = 0; i < systems(); ++i) {
    v1::CastChoice* choice = create->add_systems();
    choice->set_part(SystemId(i));
    choice->set_id(SystemId(i));
  }
  v1::CastChoice* team = create->add_teams();
  team->set_part("soc");
  team->set_id("soc");
  return command;
}

absl::StatusOr<v1::Command> Plan::Approve(const Exercise& exercise, int64_t now_us) const {
  v1::Command command;
  command.mutable_approve_exercise()->set_exercise(kExercise);
  v1::ExerciseApproved* approval = command.mutable_approve_exercise()->mutable_approval();
  v1::RulesOfEngagement* roe = approval->mutable_roe();
  for (v1::Text* text : {roe->mutable_objectives(), roe->mutable_participants(),
                         roe->mutable_tools(), roe->mutable_depth(), roe->mutable_duration()}) {
    *text = Words("bench");
  }
  v1::UpstreamNotice* notice = approval->add_notices();
  *notice->mutable_recipient() = Words("SOC");
  notice->set_acknowledged(true);
  for (int i = 0; i < systems() && !agentless; ++i) {
    ASSIGN_OR_RETURN(v1::Scope scope, BuildScope(exercise, SystemId(i), now_us - kSecondUs,
                                                 now_us + 4 * kDurationSeconds * kSecondUs, {}));
    v1::SignedScope* signed_scope = approval->add_scopes();
    signed_scope->set_scope(scope.SerializeAsString());
    std::string key_id;
    RETURN_IF_ERROR(PublicKeyId(owner_public, &key_id));
    v1::Signature* signature = signed_scope->add_signatures();
    signature->set_key_sha256(key_id);
    ASSIGN_OR_RETURN(*signature->mutable_der(), SignBytes(owner_key, signed_scope->scope()));
  }
  return command;
}

absl::StatusOr<std::unique_ptr<LocalController>> LocalController::Start(
    const std::string& data_dir) {
  auto out = std::make_unique<LocalController>();
  ASSIGN_OR_RETURN(out->journal_, SqliteJournal::Open(data_dir));
  out->view_ = std::make_unique<View>(out->journal_.get());
  LoopOptions options;
  options.version = "bench";
  options.score = &Score;
  out->loop_ = std::make_unique<Loop>(options, out->journal_.get(), out->view_.get(), &out->clock_);
  RETURN_IF_ERROR(out->loop_->Start());
  return out;
}

absl::StatusOr<v1::SubmitResponse> LocalController::Submit(const std::string& person,
                                                           v1::Command command) {
  std::promise<absl::StatusOr<v1::SubmitResponse>> promise;
  loop_->Submit({person, os::RandomId(), std::move(command)},
                [&](absl::StatusOr<v1::SubmitResponse> r) { promise.set_value(std::move(r)); });
  return promise.get_future().get();
}

absl::Status LocalController::Prepare(const Plan& plan) {
  std::promise<absl::Status> booted;
  loop_->Boot(Bootstrap{Sha256(os::RandomBytes(32))},
              [&](absl::Status status) { booted.set_value(std::move(status)); });
  RETURN_IF_ERROR(booted.get_future().get());
  RETURN_IF_ERROR(Submit("admin", plan.Register()).status());
  RETURN_IF_ERROR(Submit(kDirector, plan.Scenario()).status());
  RETURN_IF_ERROR(Submit(kDirector, plan.Create()).status());
  return Approve(plan);
}

absl::Status LocalController::Approve(const Plan& plan) {
  std::promise<absl::StatusOr<v1::Command>> promise;
  const bool posted = loop_->Read([&](const Engine& engine, int64_t now_us) {
    promise.set_value(plan.Approve(*engine.state().FindExercise(kExercise), now_us));
  });
  DRILL_CHECK(posted);
  ASSIGN_OR_RETURN(v1::Command approve, promise.get_future().get());
  return Submit(kDirector, std::move(approve)).status();
}

}  // namespace drill::bench
