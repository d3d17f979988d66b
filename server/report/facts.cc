#include "server/report/facts.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace drill::report {
namespace {

template <typename Map>
auto Find(const Map& map, absl::string_view id) -> typename Map::mapped_type {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : found->second;
}

int64_t LastAnchor(const v1::InjectTimes& inject) {
  return std::max({inject.released_us(), inject.started_us(), inject.noticeable_us(),
                   inject.detected_us(), inject.reported_us(), inject.contained_us(),
                   inject.recovered_us()});
}

}  // namespace

Fate FateOf(const v1::InjectTimes& inject) {
  if (inject.kind() != "action" && inject.kind() != "manual") return Fate::kOther;
  if (inject.played() == 0) return inject.blocked() > 0 ? Fate::kBlocked : Fate::kNotPlayed;
  if (inject.detected_us() == 0) return Fate::kUndetected;
  return inject.detected_hosts() < inject.played() ? Fate::kPartly : Fate::kDetected;
}

Facts::Facts(const AarData& data, const Words& words) : data_(data), words_(words) {
  const v1::Register& entries = data.entries();
  for (const v1::System& entry : entries.systems()) systems_[entry.id()] = &entry;
  for (const v1::Organisation& entry : entries.organisations()) organisations_[entry.id()] = &entry;
  for (const v1::Team& entry : entries.teams()) teams_[entry.id()] = &entry;
  for (const v1::Person& entry : entries.people()) people_[entry.id()] = &entry;
  for (const v1::SystemCast& cast : data.created().systems()) {
    for (const v1::Host& host : cast.hosts()) hosts_[host.id()] = &host;
  }
  for (const v1::TeamCast& cast : data.created().teams()) team_casts_[cast.part()] = &cast;
  for (const v1::TeamPart& part : data.created().scenario().cast().teams()) {
    team_parts_[part.id()] = &part;
  }
  for (const v1::Inject& inject : data.created().scenario().injects()) {
    planned_[inject.id()] = &inject;
  }
  last_us_ = std::max(card().start_us(), card().end_us());
  for (const v1::InjectTimes& inject : card().injects()) {
    injects_[inject.inject()] = &inject;
    last_us_ = std::max(last_us_, LastAnchor(inject));
  }
  if (card().end_us() == 0) last_us_ = std::max(last_us_, data.as_of_us());
}

Pair Facts::Title() const {
  const Pair scenario = words_.Of(data_.created().scenario().title(), card().exercise());
  const Pair created = words_.Of(data_.created().title(), scenario);
  return words_.Of(card().title(), created);
}

Pair Facts::Inject(absl::string_view id) const {
  const v1::InjectTimes* inject = Find(injects_, id);
  return inject == nullptr ? Pair(id) : words_.Of(inject->title(), id);
}

Pair Facts::System(absl::string_view id) const {
  const v1::System* system = FindSystem(id);
  return system == nullptr ? Pair(id) : words_.Of(system->name(), id);
}

Pair Facts::Organisation(absl::string_view id) const {
  const v1::Organisation* organisation = FindOrganisation(id);
  return organisation == nullptr ? Pair(id) : words_.Of(organisation->name(), id);
}

Pair Facts::Team(absl::string_view part) const {
  const v1::TeamCast* cast = Find(team_casts_, part);
  const v1::Team* team = cast == nullptr ? nullptr : Find(teams_, cast->team());
  if (team != nullptr) return words_.Of(team->name(), part);
  const v1::TeamPart* planned = Find(team_parts_, part);
  return planned == nullptr ? Pair(part) : words_.Of(planned->title(), part);
}

Pair Facts::Host(absl::string_view id) const {
  const v1::Host* host = Find(hosts_, id);
  if (host == nullptr) return Pair(id);
  const Pair name = words_.Of(host->name());
  return name.empty() ? Pair(id) : words_.Join({name, absl::StrCat("(", id, ")")}, " ");
}

std::string Facts::Person(absl::string_view id) const {
  const v1::Person* person = Find(people_, id);
  return person == nullptr || person->name().empty() ? std::string(id) : person->name();
}

std::string Facts::People(const google::protobuf::RepeatedPtrField<std::string>& ids) const {
  return absl::StrJoin(ids, ", ", [this](std::string* out, const std::string& id) {
    absl::StrAppend(out, Person(id));
  });
}

std::vector<std::string> Facts::Holders(v1::Role role) const {
  std::vector<std::string> people;
  for (const v1::Post& post : data_.created().posts()) {
    if (post.role() == role) people.push_back(post.person());
  }
  return people;
}

const v1::System* Facts::FindSystem(absl::string_view id) const { return Find(systems_, id); }

const v1::Organisation* Facts::FindOrganisation(absl::string_view id) const {
  return Find(organisations_, id);
}

const v1::Inject* Facts::FindInject(absl::string_view id) const {
  // A repeat "x#2" is an unfolding of "x".
  return Find(planned_, id.substr(0, id.find('#')));
}

bool Facts::provisional() const {
  return data_.phase() != v1::PHASE_FINAL && data_.phase() != v1::PHASE_CLOSED;
}

int64_t Facts::ExerciseTime(int64_t engine_us) const {
  const auto& spans = data_.clock();
  if (spans.empty()) return engine_us - card().start_us();
  const auto after =
      std::upper_bound(spans.begin(), spans.end(), engine_us,
                       [](int64_t t, const v1::ClockSpan& span) { return t < span.from_us(); });
  const v1::ClockSpan& span = after == spans.begin() ? *after : *std::prev(after);
  const int64_t passed = engine_us - span.from_us();
  return span.ex_us() + passed / 1000 * span.speed_permille() +
         passed % 1000 * span.speed_permille() / 1000;
}

Pair DecisionWords(const Words& words, const v1::Decision& decision) {
  if (decision.number().empty()) return words.Say(TextId::decision_none);
  const std::string day = Day(decision.date());
  const std::string& signer = decision.signed_by();
  return words.Join({words.Say(TextId::decision_number, {decision.number()}),
                     day.empty() ? Pair() : words.Say(TextId::decision_day, {day}),
                     signer.empty() ? Pair() : words.Say(TextId::decision_signer, {signer})},
                    ", ");
}

TextId PhaseText(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_DRAFT:
      return TextId::phase_draft;
    case v1::PHASE_APPROVED:
      return TextId::phase_approved;
    case v1::PHASE_READY:
      return TextId::phase_ready;
    case v1::PHASE_RUNNING:
      return TextId::phase_running;
    case v1::PHASE_PAUSED:
      return TextId::phase_paused;
    case v1::PHASE_ENDED:
      return TextId::phase_ended;
    case v1::PHASE_JUDGING:
      return TextId::phase_judging;
    case v1::PHASE_FINAL:
      return TextId::phase_final;
    case v1::PHASE_CLOSED:
      return TextId::phase_closed;
    case v1::PHASE_ABORTED:
      return TextId::phase_aborted;
    default:
      return TextId::state_unknown;
  }
}

TextId TypeText(v1::ExerciseType type) {
  switch (type) {
    case v1::EXERCISE_TYPE_LIVE:
      return TextId::type_live;
    case v1::EXERCISE_TYPE_TABLETOP:
      return TextId::type_tabletop;
    case v1::EXERCISE_TYPE_MIXED:
      return TextId::type_mixed;
    default:
      return TextId::type_unknown;
  }
}

TextId LineStateText(v1::LineState state) {
  switch (state) {
    case v1::LINE_STATE_MET:
      return TextId::state_met;
    case v1::LINE_STATE_UNMET:
      return TextId::state_unmet;
    case v1::LINE_STATE_OPEN:
      return TextId::state_open;
    case v1::LINE_STATE_CENSORED:
      return TextId::state_censored;
    case v1::LINE_STATE_NOT_PLAYED:
      return TextId::state_not_played;
    case v1::LINE_STATE_PREVENTED:
      return TextId::state_prevented;
    default:
      return TextId::state_unknown;
  }
}

TextId ExpectationText(v1::ExpectationKind kind) {
  switch (kind) {
    case v1::EXPECTATION_KIND_PREVENT:
      return TextId::expect_prevent;
    case v1::EXPECTATION_KIND_DETECT:
      return TextId::expect_detect;
    case v1::EXPECTATION_KIND_REPORT:
      return TextId::expect_report;
    case v1::EXPECTATION_KIND_CONTAIN:
      return TextId::expect_contain;
    case v1::EXPECTATION_KIND_RECOVER:
      return TextId::expect_recover;
    case v1::EXPECTATION_KIND_ANSWER:
      return TextId::expect_answer;
    default:
      return TextId::state_unknown;
  }
}

void PutNotes(const Words& words, const google::protobuf::RepeatedPtrField<std::string>& notes,
              Dictionary* row) {
  for (int i = 0; i < std::min(notes.size(), kNotesMax); ++i) {
    Put(Add(row, "DETAIL"), "LINE", notes[i]);
  }
  if (notes.size() > kNotesMax) {
    PutPair(Add(row, "MORE"), "WORDS",
            words.Say(TextId::notes_more, {words.Count(notes.size() - kNotesMax)}));
  }
}

std::string GroupedHex(absl::string_view bytes) {
  const std::string hex = absl::BytesToHexString(bytes);
  std::string out;
  for (size_t at = 0; at < hex.size(); at += 8) {
    absl::StrAppend(&out, at == 0 ? "" : " ", absl::string_view(hex).substr(at, 8));
  }
  return out;
}

std::string Shorten(absl::string_view text, size_t max) {
  size_t characters = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    // Continuation bytes of UTF-8 belong to the character before.
    if ((static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) continue;
    if (characters++ == max) return absl::StrCat(text.substr(0, at), "…");
  }
  return std::string(text);
}

}  // namespace drill::report
