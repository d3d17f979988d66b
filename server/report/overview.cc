#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/report/sections.h"

namespace drill::report {
namespace {

void FillLength(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  if (!facts.started()) {
    PutPair(out, "LENGTH", words.Say(TextId::not_yet));
    return;
  }
  const int64_t end_us = facts.last_us();
  int64_t pauses = 0;
  int64_t paused_us = 0;
  const auto& spans = facts.data().clock();
  for (int i = 0; i < spans.size(); ++i) {
    if (spans[i].speed_permille() != 0 || spans[i].from_us() >= end_us) continue;
    const int64_t until = i + 1 < spans.size() ? std::min(spans[i + 1].from_us(), end_us) : end_us;
    paused_us += until - spans[i].from_us();
    ++pauses;
  }
  const Pair length = words.Duration(end_us - facts.card().start_us());
  const Pair clock = words.Duration(facts.ExerciseTime(end_us));
  PutPair(out, "LENGTH",
          pauses == 0 ? words.Say(TextId::f_length_no_pause, {length, clock})
                      : words.Say(TextId::f_length_value,
                                  {length, clock, words.Count(pauses), words.Duration(paused_us)}));
}

Pair LevelWords(const Words& words, const v1::System& system) {
  if (system.level() != 0) {
    if (system.level_decision().number().empty()) {
      return words.Say(TextId::level_bare, {absl::StrCat(system.level())});
    }
    const std::string day = Day(system.level_decision().date());
    return words.Say(TextId::level_value,
                     {absl::StrCat(system.level()), absl::StrCat(system.level_decision().number(),
                                                                 day.empty() ? "" : ", ", day)});
  }
  if (system.proposed_level() != 0) {
    return words.Say(TextId::level_proposed, {absl::StrCat(system.proposed_level())});
  }
  return words.Say(TextId::level_none);
}

void FillSystems(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  int64_t number = 0;
  for (const v1::SystemCast& cast : facts.data().created().systems()) {
    Dictionary* row = Add(out, "SYSTEM");
    Put(row, "NO", ++number);
    PutPair(row, "NAME", facts.System(cast.system()));
    Put(row, "HOSTS", words.Count(cast.hosts_size()));
    const v1::System* system = facts.FindSystem(cast.system());
    if (system == nullptr) {
      for (const char* cell : {"LEVEL", "OWNER", "OPERATOR"}) {
        PutPair(row, cell, words.Say(TextId::not_stated));
      }
      continue;
    }
    PutPair(row, "LEVEL", LevelWords(words, *system));
    PutPair(row, "OWNER", facts.Organisation(system->owner()));
    PutPair(row, "OPERATOR",
            system->operator_().empty() || system->operator_() == system->owner()
                ? words.Say(TextId::same_as_owner)
                : facts.Organisation(system->operator_()));
  }
}

void AddParticipants(const Pair& part, const std::string& who, Dictionary* out) {
  Dictionary* row = Add(out, "PARTICIPANT");
  PutPair(row, "PART", part);
  Put(row, "WHO", who);
}

void FillParticipants(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const std::pair<TextId, v1::Role> posts[] = {{TextId::post_director, v1::ROLE_DIRECTOR},
                                               {TextId::post_controller, v1::ROLE_CONTROLLER},
                                               {TextId::post_evaluator, v1::ROLE_EVALUATOR},
                                               {TextId::post_owner, v1::ROLE_OWNER},
                                               {TextId::post_observer, v1::ROLE_OBSERVER}};
  for (const auto& [text, role] : posts) {
    const std::string who =
        absl::StrJoin(facts.Holders(role), ", ", [&](std::string* joined, const std::string& id) {
          absl::StrAppend(joined, facts.Person(id));
        });
    // Director and evaluators sign: their absence is shown.
    const bool required = role == v1::ROLE_DIRECTOR || role == v1::ROLE_EVALUATOR;
    if (!who.empty() || required) {
      AddParticipants(words.Say(text), who.empty() ? words.Say(TextId::nobody).primary : who, out);
    }
  }
  for (const v1::TeamCast& cast : facts.data().created().teams()) {
    AddParticipants(facts.Team(cast.part()), facts.People(cast.members()), out);
  }
}

void FillRules(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const v1::RulesOfEngagement& roe = facts.data().approved().roe();
  const std::pair<TextId, const v1::Text*> fields[] = {
      {TextId::roe_objectives, &roe.objectives()},
      {TextId::roe_participants, &roe.participants()},
      {TextId::roe_tools, &roe.tools()},
      {TextId::roe_depth, &roe.depth()},
      {TextId::roe_duration, &roe.duration()}};
  for (const auto& [name, text] : fields) {
    Dictionary* row = Add(out, "ROE");
    PutPair(row, "FIELD", words.Say(name));
    PutPair(row, "WORDS", words.Of(*text, words.Say(TextId::not_stated)));
  }
}

void FillScopes(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const auto& scopes = facts.data().scopes();
  ShowIf(out, "NO_SCOPE", scopes.empty());
  if (scopes.empty()) return;
  Dictionary* table = Add(out, "HAS_SCOPE");
  for (int i = 0; i < scopes.size(); ++i) {
    const v1::Scope& scope = scopes[i];
    const int signatures = i < facts.data().approved().scopes_size()
                               ? facts.data().approved().scopes(i).signatures_size()
                               : 0;
    Dictionary* row = Add(table, "SCOPE");
    PutPair(row, "NAME", facts.System(scope.system()));
    PutPair(row, "WHAT",
            words.Say(TextId::scope_value,
                      {words.Count(scope.entries_size()), words.Count(scope.hosts_size()),
                       words.Count(scope.orders_per_host_max()), words.Count(signatures)}));
    Put(row, "FROM", FullTime(scope.not_before_us()));
    Put(row, "TO", FullTime(scope.not_after_us()));
    PutPair(row, "DECISION", DecisionWords(words, scope.decision()));
  }
}

void FillNotices(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const auto& notices = facts.data().approved().notices();
  if (notices.empty()) return;
  Dictionary* table = Add(out, "HAS_NOTICE");
  for (const v1::UpstreamNotice& notice : notices) {
    Dictionary* row = Add(table, "NOTICE");
    PutPair(row, "NAME", words.Of(notice.recipient(), words.Say(TextId::not_stated)));
    Put(row, "CONTACT", notice.contact());
    Put(row, "AT", FullTime(notice.notified_us()));
    PutPair(row, "ACK", words.Say(notice.acknowledged() ? TextId::yes : TextId::no));
  }
}

}  // namespace

void FillOverview(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const v1::Scorecard& card = facts.card();
  PutPair(out, "TITLE", facts.Title());
  Put(out, "EXERCISE", card.exercise());
  PutPair(out, "TYPE_AND_PHASE",
          words.Join({words.Say(TypeText(card.type())), words.Say(PhaseText(facts.data().phase()))},
                     " · "));
  Put(out, "START", FullTime(card.start_us()));
  Put(out, "END", FullTime(card.end_us()));
  FillLength(facts, out);
  PutPair(out, "DECISION", DecisionWords(words, facts.data().approved().decision()));
  const Pair summary = words.Of(facts.data().created().scenario().summary());
  if (!summary.empty()) PutPair(Add(out, "HAS_SUMMARY"), "SUMMARY", summary);
  PutPair(out, "UNAWARE",
          words.Say(facts.data().approved().teams_unaware_attested() ? TextId::unaware_yes
                                                                     : TextId::unaware_no));
  FillSystems(facts, out);
  FillParticipants(facts, out);
  FillRules(facts, out);
  FillScopes(facts, out);
  FillNotices(facts, out);
}

}  // namespace drill::report
