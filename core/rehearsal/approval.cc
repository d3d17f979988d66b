#include "core/rehearsal/approval.h"

#include "common/base/check.h"
#include "common/base/digest.h"
#include "core/exercise/scope.h"

namespace drill::rehearsal {

v1::Command ApprovalFor(const Exercise& e, const State& state, int64_t not_before_us,
                        int64_t not_after_us, const Owners& owners) {
  v1::Command command;
  command.mutable_approve_exercise()->set_exercise(e.id());
  v1::ExerciseApproved* approval = command.mutable_approve_exercise()->mutable_approval();
  v1::RulesOfEngagement* roe = approval->mutable_roe();
  for (v1::Text* text : {roe->mutable_objectives(), roe->mutable_participants(),
                         roe->mutable_tools(), roe->mutable_depth(), roe->mutable_duration()}) {
    text->set_vi("có");
  }
  v1::UpstreamNotice* notice = approval->add_notices();
  notice->mutable_recipient()->set_vi("SOC");
  notice->set_acknowledged(true);
  for (const v1::SystemCast& cast : e.created.systems()) {
    const absl::StatusOr<v1::Scope> scope =
        BuildScope(e, cast.system(), not_before_us, not_after_us, {});
    DRILL_CHECK(scope.ok());
    if (scope->entries().empty() && scope->aimed_here().empty()) continue;
    v1::SignedScope* signed_scope = approval->add_scopes();
    signed_scope->set_scope(scope->SerializeAsString());
    const auto needed =
        static_cast<size_t>(SignaturesRequired(state.reg.systems.at(cast.system())));
    for (size_t key = 0; key < needed; ++key) {
      v1::Signature* signature = signed_scope->add_signatures();
      std::string key_id;
      DRILL_CHECK(PublicKeyId(owners.public_pem.at(key), &key_id).ok());
      signature->set_key_sha256(key_id);
      signature->set_der(owners.sign(key, signed_scope->scope()));
    }
  }
  return command;
}

}  // namespace drill::rehearsal
