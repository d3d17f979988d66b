#include "core/rehearsal/profile.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/scenario/unfold.h"
#include "core/scenario/words.h"

namespace drill::rehearsal {
namespace {

constexpr int32_t kPeopleMax = 50;
constexpr int32_t kAtOnceMax = 100;
constexpr int64_t kDelayMaxUs = int64_t{30} * 86'400'000'000;

constexpr v1::ExpectationKind kKinds[] = {
    v1::EXPECTATION_KIND_PREVENT, v1::EXPECTATION_KIND_DETECT,  v1::EXPECTATION_KIND_REPORT,
    v1::EXPECTATION_KIND_CONTAIN, v1::EXPECTATION_KIND_RECOVER, v1::EXPECTATION_KIND_ANSWER};

void Set(v1::Delay* delay, int64_t least_s, int64_t median_s, int64_t most_s) {
  delay->mutable_least()->set_seconds(least_s);
  delay->mutable_median()->set_seconds(median_s);
  delay->mutable_most()->set_seconds(most_s);
}

// All alike: one role that has every skill.
v1::Profile Plain(absl::string_view id, absl::string_view vi, absl::string_view en,
                  int32_t miss_permille) {
  v1::Profile profile;
  profile.set_id(std::string(id));
  profile.mutable_title()->set_vi(std::string(vi));
  profile.mutable_title()->set_en(std::string(en));
  v1::RoleProfile* role = profile.mutable_usual()->add_roles();
  role->set_role("all");
  role->set_at_once(kAtOnceMax);
  for (v1::ExpectationKind kind : kKinds) {
    v1::Skill* skill = role->add_skills();
    skill->set_does(kind);
    skill->set_miss_permille(miss_permille);
  }
  return profile;
}

struct Usual {
  v1::ExpectationKind does;
  int64_t reaction[3];
  int64_t work[3];
  int32_t miss, wrong, recipient;
};
constexpr Usual kAnalyst[] = {
    {v1::EXPECTATION_KIND_PREVENT, {0, 0, 0}, {0, 0, 0}, 800, 0, 0},
    {v1::EXPECTATION_KIND_DETECT, {10, 60, 600}, {20, 60, 240}, 150, 80, 0},
    {v1::EXPECTATION_KIND_CONTAIN, {10, 45, 300}, {30, 120, 600}, 80, 0, 0},
    {v1::EXPECTATION_KIND_RECOVER, {10, 60, 300}, {60, 180, 900}, 100, 0, 0},
};
constexpr Usual kLead[] = {
    {v1::EXPECTATION_KIND_REPORT, {15, 60, 300}, {45, 120, 480}, 100, 100, 100},
    {v1::EXPECTATION_KIND_ANSWER, {5, 30, 120}, {15, 45, 180}, 50, 200, 0},
};

template <typename Skills>
void AddSkills(const Skills& skills, v1::RoleProfile* role) {
  for (const Usual& usual : skills) {
    v1::Skill* skill = role->add_skills();
    skill->set_does(usual.does);
    Set(skill->mutable_reaction(), usual.reaction[0], usual.reaction[1], usual.reaction[2]);
    Set(skill->mutable_work(), usual.work[0], usual.work[1], usual.work[2]);
    skill->set_miss_permille(usual.miss);
    skill->set_wrong_permille(usual.wrong);
    skill->set_recipient_missed_permille(usual.recipient);
  }
}

// Collects the faults of one file.
struct Checker {
  std::vector<std::string> faults;

  void Fault(absl::string_view path, absl::string_view text) {
    faults.push_back(absl::StrCat(path, ": ", text));
  }
  void Range(absl::string_view path, bool there, int32_t value, int32_t low, int32_t high) {
    if (there && (value < low || value > high)) {
      Fault(path, absl::StrCat("expected ", low, " to ", high, ", found ", value));
    }
  }
  void Delay(const std::string& path, const v1::Delay& delay) {
    const int64_t least = Micros(delay.least());
    const int64_t median = Micros(delay.median());
    const int64_t most = Micros(delay.most());
    if (!delay.has_median() || !delay.has_most()) {
      Fault(path, "expected least, median and most; least alone may be left out");
    } else if (least < 0 || least > median || median > most || most > kDelayMaxUs) {
      Fault(path,
            absl::StrCat("expected least <= median <= most <= 30d, found ", DurationText(least),
                         ", ", DurationText(median), ", ", DurationText(most)));
    }
  }
  void Skill(const std::string& path, const v1::Skill& skill) {
    if (ExpectationName(skill.does()).empty()) {
      Fault(absl::StrCat(path, ".does"),
            "expected prevent, detect, report, contain, recover or answer");
    }
    if (skill.has_reaction()) Delay(absl::StrCat(path, ".reaction"), skill.reaction());
    if (skill.has_work()) Delay(absl::StrCat(path, ".work"), skill.work());
    const auto permille = [&](absl::string_view name, bool there, int32_t value) {
      Range(absl::StrCat(path, ".", name), there, value, 0, 1000);
    };
    permille("miss_permille", skill.has_miss_permille(), skill.miss_permille());
    permille("wrong_permille", skill.has_wrong_permille(), skill.wrong_permille());
    permille("recipient_missed_permille", skill.has_recipient_missed_permille(),
             skill.recipient_missed_permille());
    if (skill.recipient_missed_permille() > 0 && skill.does() != v1::EXPECTATION_KIND_REPORT) {
      Fault(absl::StrCat(path, ".recipient_missed_permille"), "only a report has recipients");
    }
  }
  void Team(const std::string& path, const v1::TeamProfile& team) {
    if (team.roles().empty()) Fault(absl::StrCat(path, ".roles"), "at least one is needed");
    std::set<std::string> seen;
    for (int i = 0; i < team.roles_size(); ++i) {
      const v1::RoleProfile& role = team.roles(i);
      const std::string at = absl::StrCat(path, ".roles[", i, "]");
      if (role.role().empty()) Fault(absl::StrCat(at, ".role"), "missing");
      if (!seen.insert(role.role()).second) Fault(absl::StrCat(at, ".role"), "stands twice");
      Range(absl::StrCat(at, ".people"), role.has_people(), role.people(), 1, kPeopleMax);
      Range(absl::StrCat(at, ".at_once"), role.has_at_once(), role.at_once(), 1, kAtOnceMax);
      std::set<int> does;
      for (int s = 0; s < role.skills_size(); ++s) {
        const std::string skill = absl::StrCat(at, ".skills[", s, "]");
        Skill(skill, role.skills(s));
        if (!does.insert(role.skills(s).does()).second) Fault(skill, "this role has it twice");
      }
    }
  }
};

}  // namespace

v1::Profile UsualProfile() {
  v1::Profile profile;
  profile.set_id("usual");
  profile.mutable_title()->set_vi("Đội ứng cứu thông thường");
  profile.mutable_title()->set_en("An ordinary response team");
  v1::RoleProfile* analyst = profile.mutable_usual()->add_roles();
  analyst->set_role("analyst");
  analyst->mutable_title()->set_vi("Kỹ thuật viên trực");
  analyst->mutable_title()->set_en("Analyst on duty");
  analyst->set_people(2);
  AddSkills(kAnalyst, analyst);
  v1::RoleProfile* lead = profile.mutable_usual()->add_roles();
  lead->set_role("lead");
  lead->mutable_title()->set_vi("Trưởng ca");
  lead->mutable_title()->set_en("Shift lead");
  AddSkills(kLead, lead);
  Set(profile.mutable_hand_play(), 5, 20, 60);
  Set(profile.mutable_judging(), 20, 60, 300);
  return profile;
}

v1::Profile PerfectProfile() { return Plain("perfect", "Đội hoàn hảo", "A perfect team", 0); }
v1::Profile AbsentProfile() { return Plain("absent", "Không ai ứng cứu", "Nobody responds", 1000); }

std::vector<std::string> CheckProfile(const v1::Profile& profile) {
  Checker checker;
  if (profile.id().empty()) checker.Fault("id", "missing");
  checker.Team("usual", profile.usual());
  std::set<std::string> seen;
  for (int i = 0; i < profile.teams_size(); ++i) {
    const std::string path = absl::StrCat("teams[", i, "]");
    const std::string& team = profile.teams(i).team();
    if (team.empty()) checker.Fault(absl::StrCat(path, ".team"), "missing");
    if (!seen.insert(team).second) checker.Fault(absl::StrCat(path, ".team"), "stands twice");
    checker.Team(path, profile.teams(i));
  }
  if (profile.has_hand_play()) checker.Delay("hand_play", profile.hand_play());
  if (profile.has_judging()) checker.Delay("judging", profile.judging());
  return std::move(checker.faults);
}

const v1::TeamProfile& TeamProfileOf(const v1::Profile& profile, absl::string_view team) {
  const auto found = std::find_if(profile.teams().begin(), profile.teams().end(),
                                  [&](const v1::TeamProfile& t) { return t.team() == team; });
  return found == profile.teams().end() ? profile.usual() : *found;
}

std::vector<int> RolesOf(const v1::TeamProfile& team, int member, int members) {
  std::vector<int> roles;
  const int all = team.roles_size();
  if (members < all) {
    for (int role = member; role < all; role += members) roles.push_back(role);
    return roles;
  }
  // One each first, so that no role stays empty; then as many as each wants.
  int spare = members - all;
  int first = 0;
  for (int role = 0; role < all; ++role) {
    const int wanted = (team.roles(role).has_people() ? team.roles(role).people() : 1) - 1;
    const int more = role + 1 == all ? spare : std::min(wanted, spare);
    spare -= more;
    if (member >= first && member < first + 1 + more) return {role};
    first += 1 + more;
  }
  return {all - 1};
}

}  // namespace drill::rehearsal
