#include "cli/score_export.h"

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/csv.h"
#include "cli/json_writer.h"
#include "cli/render.h"

namespace drill::cli {
namespace {

// What became of a technique; the worst of its hosts decides. Colours differ in lightness too, so
// that those who cannot tell red from green still can.
struct Fate {
  Msg label;
  absl::string_view colour;
};
constexpr Fate kMissed = {Msg::kLayerMissed, "#b2182b"};
constexpr Fate kLate = {Msg::kLayerLate, "#f4a582"};
constexpr Fate kDetected = {Msg::kLayerDetected, "#a6dba0"};
constexpr Fate kBlocked = {Msg::kLayerBlocked, "#2166ac"};
constexpr Fate kUnasked = {Msg::kLayerUnasked, "#e0e0e0"};
constexpr Fate kNotPlayed = {Msg::kLayerNotPlayed, "#ffffff"};
constexpr const Fate* kLegend[] = {&kDetected, &kLate, &kMissed, &kBlocked, &kUnasked, &kNotPlayed};

// Hosts on which its detection was expected, and what was played at all.
struct Technique {
  int in_time = 0;
  int late = 0;
  int missed = 0;
  int played = 0;
  int blocked = 0;
  absl::btree_set<std::string> injects;

  int expected() const { return in_time + late + missed; }
  const Fate& fate() const {
    if (missed > 0) return kMissed;
    if (late > 0) return kLate;
    if (in_time > 0) return kDetected;
    if (blocked > 0) return kBlocked;
    return played > 0 ? kUnasked : kNotPlayed;
  }
};

void AddHost(const v1::HostLine& host, Technique& technique) {
  constexpr int kInTime = 1000;  // timeliness, permille
  if (host.state() == v1::LINE_STATE_MET && host.timeliness_permille() >= kInTime) {
    ++technique.in_time;
  } else if (host.done_us() != 0 &&
             (host.state() == v1::LINE_STATE_MET || host.state() == v1::LINE_STATE_UNMET)) {
    ++technique.late;
  } else if (host.state() == v1::LINE_STATE_UNMET) {
    ++technique.missed;
  }
}

absl::btree_map<std::string, Technique> Techniques(const v1::Scorecard& card) {
  absl::btree_map<std::string, Technique> all;
  for (const v1::InjectTimes& inject : card.injects()) {
    for (const std::string& id : inject.techniques()) {
      Technique& technique = all[id];
      technique.played += inject.played();
      technique.blocked += inject.blocked();
      // One that never fell due says nothing about the technique.
      if (inject.played() + inject.blocked() + inject.not_played() > 0) {
        technique.injects.insert(inject.inject());
      }
    }
  }
  for (const v1::ScoreLine& line : card.lines()) {
    if (line.kind() != v1::EXPECTATION_KIND_DETECT) continue;
    for (const std::string& id : line.techniques()) {
      for (const v1::HostLine& host : line.hosts()) AddHost(host, all[id]);
    }
  }
  return all;
}

void WriteTechnique(Language language, const std::string& id, const Technique& technique,
                    JsonWriter& json) {
  const Fate& fate = technique.fate();
  json.Open('{').Field("techniqueID", id).Field("color", fate.colour);
  if (technique.expected() > 0) {
    json.Key("score").Int(technique.in_time * 100 / technique.expected());
  }
  std::string comment = absl::StrCat(Say(language, fate.label), ". ",
                                     Say(language, Msg::kLayerHosts, technique.in_time,
                                         technique.late, technique.missed, technique.blocked));
  if (!technique.injects.empty()) {
    absl::StrAppend(&comment, " ",
                    Say(language, Msg::kLayerInjects, absl::StrJoin(technique.injects, ", ")));
  }
  json.Field("comment", comment);
  json.Key("enabled").Bool(true).Key("showSubtechniques").Bool(true).Close('}');
}

void WriteMetadata(absl::string_view name, absl::string_view value, JsonWriter& json) {
  json.Open('{').Field("name", name).Field("value", value).Close('}');
}

}  // namespace

std::string ScoreCsv(const v1::Scorecard& card, bool bom) {
  std::string out(bom ? kByteOrderMark : "");
  absl::StrAppend(&out,
                  "exercise,inject,expectation,kind,team,system,objective,techniques,host,state,"
                  "from,done,error_us,uncertain,timeliness_permille,quality_permille,observation,"
                  "effect,line_state,line_weight_mp,line_earned_mp\r\n");
  for (const v1::ScoreLine& line : card.lines()) {
    const auto row = [&](const v1::HostLine& host, bool has_host) {
      const auto number = [has_host](int64_t n) { return has_host ? absl::StrCat(n) : ""; };
      absl::StrAppend(&out, CsvLine({card.exercise(),
                                     line.inject(),
                                     absl::StrCat(line.expectation()),
                                     PlainName(line.kind(), "EXPECTATION_KIND_"),
                                     line.team(),
                                     line.system(),
                                     line.objective(),
                                     absl::StrJoin(line.techniques(), " "),
                                     host.host(),
                                     PlainName(host.state(), "LINE_STATE_"),
                                     CsvTime(host.from_us()),
                                     CsvTime(host.done_us()),
                                     number(host.error_us()),
                                     has_host ? (host.uncertain() ? "true" : "false") : "",
                                     number(host.timeliness_permille()),
                                     number(host.quality_permille()),
                                     host.observation(),
                                     PlainName(host.effect(), "EFFECT_VERDICT_"),
                                     PlainName(line.state(), "LINE_STATE_"),
                                     absl::StrCat(line.weight_mp()),
                                     absl::StrCat(line.earned_mp())}));
    };
    for (const v1::HostLine& host : line.hosts()) row(host, true);
    // Not played, or nothing came of it: the line itself is still said.
    if (line.hosts().empty()) row(v1::HostLine::default_instance(), false);
  }
  return out;
}

std::string NavigatorLayer(Language language, const v1::Scorecard& card) {
  JsonWriter json;
  json.Open('{').Field("name", absl::StrCat(card.exercise(), ": ", Pick(language, card.title())));
  json.Key("versions").Open('{').Field("navigator", "4.9.0").Field("layer", "4.5").Close('}');
  json.Field("domain", "enterprise-attack");
  json.Field("description", Say(language,
                                card.phase() == v1::PHASE_FINAL || card.phase() == v1::PHASE_CLOSED
                                    ? Msg::kLayerFinal
                                    : Msg::kLayerProvisional,
                                card.scoring_version(), card.head_stream_seq()));
  json.Key("sorting").Int(0).Key("hideDisabled").Bool(false);
  json.Key("techniques").Open('[');
  for (const auto& [id, technique] : Techniques(card)) {
    WriteTechnique(language, id, technique, json);
  }
  json.Close(']');
  json.Key("gradient").Open('{').Key("colors").Open('[');
  json.String(kMissed.colour).String(kDetected.colour).Close(']');
  json.Key("minValue").Int(0).Key("maxValue").Int(100).Close('}');
  json.Key("legendItems").Open('[');
  for (const Fate* fate : kLegend) {
    json.Open('{').Field("label", Say(language, fate->label)).Field("color", fate->colour);
    json.Close('}');
  }
  json.Close(']').Key("metadata").Open('[');
  WriteMetadata("exercise", card.exercise(), json);
  WriteMetadata("scoring_version", absl::StrCat(card.scoring_version()), json);
  json.Close(']').Close('}');
  return json.text() + "\n";
}

}  // namespace drill::cli
