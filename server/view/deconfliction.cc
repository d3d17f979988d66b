// What the drill made on hosts, so that a SOC can tell drill from incident.

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "core/exercise/mark.h"
#include "server/view/queries.h"
#include "server/view/visible.h"

namespace drill {
namespace {

constexpr int kEntriesMax = 100'000;
// Below the limit of one answer (common/rpc/limits.h).
constexpr size_t kEntryBytesMax = 48 << 20;

absl::Status Denied() {
  return absl::PermissionDeniedError(
      "only administrators, and the exercise's director, controllers and owners, may ask what the "
      "drill made");
}

// Not to a team member, whatever else it is: the answer would be the solution.
bool May(const Query& q, const Exercise& e) {
  if (!e.TeamOf(q.person).empty()) return false;
  return q.state.reg.HasRole(q.person, v1::ROLE_ADMIN) || e.HasPost(q.person, v1::ROLE_DIRECTOR) ||
         e.HasPost(q.person, v1::ROLE_CONTROLLER) || e.HasPost(q.person, v1::ROLE_OWNER);
}

// The exercises that are asked about.
absl::StatusOr<std::vector<const Exercise*>> Chosen(const Query& q, const std::string& id) {
  if (!id.empty()) {
    const Exercise* e = q.state.FindExercise(id);
    if (e == nullptr || SightOf(q.state, *e, q.person) == Sight::kNone) {
      return absl::NotFoundError(absl::StrCat("no exercise '", id, "' for you here"));
    }
    if (!May(q, *e)) return Denied();
    return std::vector<const Exercise*>{e};
  }
  std::vector<const Exercise*> out;
  bool plays = false;
  for (const auto& [key, exercise] : q.state.exercises) {
    plays = plays || (exercise->InPlay() && !exercise->TeamOf(q.person).empty());
    if (May(q, *exercise)) out.push_back(exercise.get());
  }
  // "Not ours" must not be said by leaving out what the person may not see.
  if (plays || (out.empty() && !q.state.reg.HasRole(q.person, v1::ROLE_ADMIN))) return Denied();
  return out;
}

// An address is also asked for without its port.
bool SameAddress(const v1::Artefact& artefact, const std::string& value) {
  if (artefact.kind() != v1::ARTEFACT_KIND_ADDRESS) return false;
  absl::string_view host = artefact.value();
  const size_t colon = host.rfind(':');
  if (colon == absl::string_view::npos) return false;
  host = host.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host == value;
}

class Collector {
 public:
  Collector(const Exercise& e, const std::string& value, v1::Deconfliction* out)
      : e_(e), value_(value), out_(out) {}

  void Run() {
    for (size_t i = 0; i < e_.injects.size() && !out_->truncated(); ++i) {
      const InjectState& inject = e_.injects[i];
      for (size_t p = 0; p < inject.orders.size(); ++p) {
        const int host = inject.hosts[p];
        const auto first = e_.past_attempts.lower_bound({static_cast<int>(i), host, 0});
        for (auto past = first; past != e_.past_attempts.end(); ++past) {
          if (std::get<0>(past->first) != static_cast<int>(i) || std::get<1>(past->first) != host) {
            break;
          }
          AddOrder(static_cast<int>(i), host, past->second);
        }
        AddOrder(static_cast<int>(i), host, inject.orders[p]);
      }
      for (const auto& [host, manual] : inject.manual) AddManual(static_cast<int>(i), host, manual);
    }
  }

 private:
  void AddOrder(int inject, int host, const OrderState& order) {
    // Never begun, as far as is known; an interrupted one was found on the host afterwards.
    if (order.started_us == 0 && order.stage != OrderState::Stage::kInterrupted) return;
    v1::DeconflictionEntry entry;
    SetId(inject, host, order.attempt, &entry);
    entry.set_mark(OrderMark(entry.order()));
    entry.set_started_us(order.started_us);
    entry.set_undone_us(order.undone_us);
    entry.set_cleanup(order.cleanup);
    AddTraces(inject, host, order.attempt, entry);
  }

  void AddManual(int inject, int host, const ManualState& manual) {
    v1::DeconflictionEntry entry;
    SetId(inject, host, 0, &entry);
    entry.set_started_us(manual.played.at_us());
    AddTraces(inject, host, 0, entry);
  }

  void SetId(int inject, int host, int attempt, v1::DeconflictionEntry* entry) const {
    entry->mutable_order()->set_exercise(e_.id());
    entry->mutable_order()->set_inject(e_.injects[static_cast<size_t>(inject)].inject.id());
    entry->mutable_order()->set_host(e_.hosts[static_cast<size_t>(host)].host.id());
    entry->mutable_order()->set_attempt(attempt);
  }

  // One entry a trace; an order that told of none stands for itself.
  void AddTraces(int inject, int host, int attempt, const v1::DeconflictionEntry& entry) {
    const auto traces = e_.traces.find({inject, host});
    const auto attempts = e_.trace_attempts.find({inject, host});
    bool any = false;
    for (size_t i = 0; traces != e_.traces.end() && i < traces->second.size(); ++i) {
      if (attempts->second[i] != attempt) continue;
      any = true;
      Add(entry, &traces->second[i]);
    }
    if (!any) Add(entry, nullptr);
  }

  void Add(const v1::DeconflictionEntry& entry, const v1::Trace* trace) {
    if (!value_.empty() && !Asked(entry, trace)) return;
    if (out_->entries_size() >= kEntriesMax || bytes_ > kEntryBytesMax) {
      out_->set_truncated(true);
      return;
    }
    v1::DeconflictionEntry* added = out_->add_entries();
    *added = entry;
    if (trace != nullptr) *added->mutable_trace() = *trace;
    bytes_ += added->ByteSizeLong();
  }

  bool Asked(const v1::DeconflictionEntry& entry, const v1::Trace* trace) const {
    if (entry.mark() == value_ && !value_.empty()) return true;
    if (trace == nullptr) return false;
    if (trace->artefact().value() == value_ || SameAddress(trace->artefact(), value_)) return true;
    return !trace->sha256().empty() && Hex(trace->sha256()) == absl::AsciiStrToLower(value_);
  }

  const Exercise& e_;
  const std::string& value_;
  v1::Deconfliction* const out_;
  size_t bytes_ = 0;
};

}  // namespace

absl::StatusOr<v1::Deconfliction> ReadDeconfliction(const Query& q,
                                                    const v1::GetDeconflictionRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<const Exercise*> exercises, Chosen(q, request.exercise()));
  v1::Deconfliction out;
  for (const Exercise* e : exercises) Collector(*e, request.value(), &out).Run();
  return out;
}

}  // namespace drill
