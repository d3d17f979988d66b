#include "server/app/finals.h"

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/keys/final_proof.h"

namespace drill {
namespace {

absl::StatusOr<StoredRecord> ReadOne(Journal* journal, const std::string& exercise,
                                     uint64_t stream_seq) {
  ASSIGN_OR_RETURN(std::vector<StoredRecord> records,
                   journal->NewReader()->ReadStream(exercise, stream_seq, 1));
  if (records.size() != 1) {
    return absl::DataLossError(
        absl::StrCat("record ", stream_seq, " of '", exercise, "' is not in the journal"));
  }
  return std::move(records[0]);
}

}  // namespace

absl::StatusOr<v1::FinalProof> MakeFinalProof(Journal* journal, const std::string& exercise,
                                              const FinalOf& final_score, const Ca& ca) {
  ASSIGN_OR_RETURN(StoredRecord record,
                   ReadOne(journal, exercise, final_score.score.head_stream_seq() + 1));
  v1::FinalProof proof;
  proof.set_record(std::move(record.payload));
  proof.set_previous_hash(final_score.score.head_hash());
  *proof.mutable_signed_() = final_score.signature;
  proof.set_ca_pem(ca.CaPem());
  return proof;
}

void VerifyFinals(Journal* journal, const std::vector<std::pair<std::string, FinalOf>>& finals,
                  const Ca& ca, v1::VerifyReport* report) {
  for (const auto& [exercise, final_score] : finals) {
    const auto checked = [&, &exercise = exercise, &of = final_score]() -> absl::Status {
      ASSIGN_OR_RETURN(const v1::FinalProof proof, MakeFinalProof(journal, exercise, of, ca));
      return CheckFinalProof(proof, ca.CaSha256()).status();
    }();
    if (checked.ok()) continue;
    report->add_faults(absl::StrCat(
        exercise, ": the signature of its final does not hold: ", std::string(checked.message())));
  }
}

void FinalSigner::Sign(const std::string& exercise, uint64_t stream_seq) const {
  auto work = [this, exercise, stream_seq] {
    absl::StatusOr<StoredRecord> record = ReadOne(journal_, exercise, stream_seq);
    absl::StatusOr<v1::FinalSigned> signature =
        record.ok()
            ? SignFinal(record->payload, record->hash, identity_.key_pem, identity_.chain_pem)
            : absl::StatusOr<v1::FinalSigned>(record.status());
    if (!signature.ok()) {
      spdlog::error("the final of {} is not signed: {}; the next start tries again", exercise,
                    std::string(signature.status().message()));
      return;
    }
    loop_->Signed({exercise, *std::move(signature)});
  };
  // The next start finds it unsigned.
  if (!workers_->Post(std::move(work)))
    spdlog::warn("the final of {} waits to be signed", exercise);
}

void FinalSigner::SignAllUnsigned() const {
  (void)loop_->Read([this](const Engine& engine, int64_t) {
    for (const auto& [id, e] : engine.state().exercises) {
      if (e->final_score.scorecard().empty() || !e->final_signed.statement().empty()) continue;
      Sign(id, e->final_score.head_stream_seq() + 1);
    }
  });
}

}  // namespace drill
