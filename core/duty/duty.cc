#include "core/duty/duty.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "core/duty/day.h"
#include "core/duty/phrases.h"
#include "core/duty/qualify.h"

namespace drill {
namespace {

using duty::DrillFacts;
using duty::Verdict;

constexpr int kLevelOfTwoSignatures = 4;

// Obligations in force in the year that state one and the same duty, in the order given.
struct Duty {
  std::vector<const v1::Obligation*> stated_by;
  absl::btree_set<int32_t> levels;
  bool from_inside_year = false;  // nothing stated it on the first day of the year

  const v1::Obligation& first() const { return *stated_by.front(); }
};

bool InForce(const v1::Obligation& obligation, int year) {
  const bool begun =
      IsAbsent(obligation.effective_from()) || obligation.effective_from().year() <= year;
  return begun && (IsAbsent(obligation.effective_to()) || obligation.effective_to().year() >= year);
}

// A day of the year other than its first: what begins then does not bind the whole year.
bool InsideYear(const v1::Date& date, int year) {
  return date.year() == year && !(date.month() == 1 && date.day() == 1);
}

std::vector<Duty> DutiesInForce(const v1::Obligations& obligations, int year) {
  std::vector<Duty> duties;
  for (const v1::Obligation& obligation : obligations.obligations()) {
    if (!InForce(obligation, year)) continue;
    const absl::btree_set<int32_t> levels(obligation.levels().begin(), obligation.levels().end());
    auto same = std::find_if(duties.begin(), duties.end(), [&](const Duty& duty) {
      return duty.first().rule() == obligation.rule() &&
             duty.first().evidence() == obligation.evidence() && duty.levels == levels;
    });
    if (same == duties.end()) {
      duties.push_back({{}, levels, true});
      same = std::prev(duties.end());
    }
    same->stated_by.push_back(&obligation);
    same->from_inside_year =
        same->from_inside_year && InsideYear(obligation.effective_from(), year);
  }
  return duties;
}

// The exercises of the year, by system, and what each proves.
class Drills {
 public:
  Drills(const State& state, int year, int64_t now_us) : year_(year), now_us_(now_us) {
    for (const auto& [id, exercise] : state.exercises) {
      absl::btree_set<std::string> systems;
      for (const v1::SystemCast& cast : exercise->created.systems()) systems.insert(cast.system());
      for (const std::string& system : systems) by_system_[system].push_back(exercise.get());
    }
  }

  // Started and not aborted, and ending (or running now) in the year: may count.
  std::vector<const DrillFacts*> HeldOn(const std::string& system) {
    std::vector<const DrillFacts*> out;
    for (const Exercise* exercise : On(system)) {
      if (exercise->start_us == 0 || exercise->aborted) continue;
      if (YearOf(exercise->Over() ? exercise->end_us : now_us_) != year_) continue;
      out.push_back(&FactsOf(*exercise));
    }
    return out;
  }

  void List(const std::string& system, v1::DutyRow* row) const {
    for (const Exercise* exercise : On(system)) {
      if (exercise->start_us != 0 && YearOf(exercise->start_us) == year_) {
        row->add_started(exercise->id());
      }
      if (exercise->aborted && YearOf(exercise->end_us) == year_) row->add_aborted(exercise->id());
    }
  }

 private:
  static int64_t YearOf(int64_t time_us) { return DayInVietNam(time_us).year(); }
  const std::vector<const Exercise*>& On(const std::string& system) const {
    auto it = by_system_.find(system);
    return it == by_system_.end() ? none_ : it->second;
  }
  const DrillFacts& FactsOf(const Exercise& exercise) {
    std::unique_ptr<DrillFacts>& facts = facts_[exercise.id()];
    if (facts == nullptr) facts = std::make_unique<DrillFacts>(exercise, now_us_);
    return *facts;
  }

  int year_;
  int64_t now_us_;
  const std::vector<const Exercise*> none_;
  absl::btree_map<std::string, std::vector<const Exercise*>> by_system_;
  absl::btree_map<std::string, std::unique_ptr<DrillFacts>> facts_;
};

// The exercise that meets the duty first, or is nearest to: live before not, then the one that
// can still count, with the fewest parts missing, ending first, by id.
struct Nearest {
  const DrillFacts* facts = nullptr;
  Verdict verdict;
};
std::optional<Nearest> FindNearest(const std::vector<const DrillFacts*>& held,
                                   const std::string& system, int signatures_needed) {
  std::optional<Nearest> best;
  const auto rank = [](const Nearest& n) {
    const Exercise& exercise = n.facts->exercise();
    return std::tuple(!n.verdict.Counts(), !exercise.live(), !n.verdict.curable,
                      n.verdict.missing.size(), exercise.Over() ? exercise.end_us : INT64_MAX,
                      exercise.id());
  };
  for (const DrillFacts* facts : held) {
    Nearest candidate{facts, JudgeLiveDrill(*facts, system, signatures_needed)};
    if (!best || rank(candidate) < rank(*best)) best = std::move(candidate);
  }
  return best;
}

void WriteNearest(const Nearest& nearest, const std::string& system, v1::DutyRow* row) {
  const Exercise& exercise = nearest.facts->exercise();
  row->set_exercise(exercise.id());
  *row->mutable_held_on() =
      ToDate(DayInVietNam(exercise.Over() ? exercise.end_us : exercise.start_us));
  for (const v1::Text& missing : nearest.verdict.missing) *row->add_missing() = missing;
  *row->mutable_depth() = InWords(nearest.facts->DepthOn(system));
  if (!nearest.verdict.Counts() && !nearest.verdict.curable) {
    *row->add_notes() = duty::CannotCountAnyMore();
  }
}

v1::DutyState StateOf(const std::optional<Nearest>& nearest, bool year_over) {
  const v1::DutyState unheld = year_over ? v1::DUTY_STATE_OVERDUE : v1::DUTY_STATE_DUE;
  if (!nearest) return unheld;
  if (nearest->verdict.Counts()) return v1::DUTY_STATE_MET;
  if (!nearest->facts->exercise().live()) return unheld;
  return year_over && !nearest->verdict.curable ? unheld : v1::DUTY_STATE_PENDING;
}

v1::DutyRow RowOf(const v1::System& system, const Duty& duty, int year, int64_t now_us,
                  Drills* drills) {
  v1::DutyRow row;
  row.set_system(system.id());
  *row.mutable_system_name() = system.name();
  row.set_owner(system.owner());
  const int level = EffectiveLevel(system);
  row.set_level(level);
  row.set_level_missing(!system.has_level());
  row.set_obligation(duty.first().id());
  drills->List(system.id(), &row);
  if (level != 0 && !system.has_level()) *row.add_notes() = duty::BoundByProposedLevel(level);

  if (level != 0 && !duty.levels.contains(level)) {
    row.set_state(v1::DUTY_STATE_NOT_APPLICABLE);
    *row.add_notes() = duty::NotBound(level, duty.first());
    return row;
  }
  const absl::CivilDay next_year(year + 1, 1, 1);
  *row.mutable_due() = ToDate(next_year - 1);
  row.set_bound_mid_year(duty.from_inside_year || InsideYear(system.in_service_from(), year));
  if (!IsAbsent(system.retired_on()) && system.retired_on().year() == year) {
    *row.add_notes() = duty::RetiredOn(system.retired_on());
  }
  const std::optional<Nearest> nearest =
      FindNearest(drills->HeldOn(system.id()), system.id(), level >= kLevelOfTwoSignatures ? 2 : 1);
  row.set_state(StateOf(nearest, now_us >= StartOfDay(next_year)));
  if (nearest) {
    WriteNearest(*nearest, system.id(), &row);
  } else {
    *row.add_missing() = duty::NothingHeld(year);
  }
  if (level == 0) *row.add_missing() = duty::LevelNotDetermined();
  if (duty.stated_by.size() > 1) {
    *row.add_notes() = duty::SameDutyIn({duty.stated_by.begin() + 1, duty.stated_by.end()});
  }
  return row;
}

bool InServiceIn(const v1::System& system, int year) {
  if (!IsAbsent(system.in_service_from()) && system.in_service_from().year() > year) return false;
  return IsAbsent(system.retired_on()) || system.retired_on().year() >= year;
}

}  // namespace

v1::DutyTable Duties(const State& state, const v1::Obligations& obligations, int year,
                     int64_t now_us) {
  v1::DutyTable table;
  table.set_year(year);
  table.set_as_of_us(now_us);
  const std::vector<Duty> duties = DutiesInForce(obligations, year);
  Drills drills(state, year, now_us);
  for (const auto& [id, system] : state.reg.systems) {
    if (!InServiceIn(system, year)) continue;
    for (const Duty& duty : duties) *table.add_rows() = RowOf(system, duty, year, now_us, &drills);
  }
  for (const Duty& duty : duties) {
    for (const v1::Obligation* obligation : duty.stated_by) {
      *table.add_obligations() = *obligation;
    }
  }
  return table;
}

}  // namespace drill
