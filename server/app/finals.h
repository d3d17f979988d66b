#ifndef DRILL_SERVER_APP_FINALS_H_
#define DRILL_SERVER_APP_FINALS_H_

#include <string>
#include <utility>
#include <vector>

#include "drill/v1/api.pb.h"
#include "server/app/workers.h"
#include "server/journal/journal.h"
#include "server/loop/loop.h"
#include "server/pki/pki.h"

namespace drill {

// A frozen score and the controller's signature over it.
struct FinalOf {
  v1::ScoreFinalised score;
  v1::FinalSigned signature;
};

// What an offline check needs, from the journal as stored. DataLoss: the record is not there.
absl::StatusOr<v1::FinalProof> MakeFinalProof(Journal* journal, const std::string& exercise,
                                              const FinalOf& final_score, const Ca& ca);

// Adds a fault for each signature that does not hold.
void VerifyFinals(Journal* journal, const std::vector<std::pair<std::string, FinalOf>>& finals,
                  const Ca& ca, v1::VerifyReport* report);

// Signs a final once it is durable: on a worker, with the controller's own key; the signature comes
// back into the loop as an input. Thread-safe; what it points to must outlive it.
class FinalSigner {
 public:
  FinalSigner(Journal* journal, Loop* loop, Workers* workers, TlsIdentity identity)
      : journal_(journal), loop_(loop), workers_(workers), identity_(std::move(identity)) {}

  // `stream_seq`: of the exercise's score_finalised record.
  void Sign(const std::string& exercise, uint64_t stream_seq) const;
  // Those that a controller before this one left unsigned.
  void SignAllUnsigned() const;

 private:
  Journal* const journal_;
  Loop* const loop_;
  Workers* const workers_;
  const TlsIdentity identity_;
};

}  // namespace drill

#endif  // DRILL_SERVER_APP_FINALS_H_
