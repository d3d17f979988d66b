#ifndef DRILL_SERVER_REPORT_FACTS_H_
#define DRILL_SERVER_REPORT_FACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/report/aar.h"
#include "server/report/page.h"

// What the sections ask of the facts: names by id, and the few figures that several of them print.
namespace drill::report {

// Whether and how an inject was lived through on the systems.
enum class Fate {
  kOther,       // message, question, cue
  kNotPlayed,   // nothing reached a host
  kBlocked,     // a control stopped it on every host that it reached
  kDetected,    // on all hosts that played it
  kPartly,      // on some of them
  kUndetected,  // on none: shown wherever the inject is
};
Fate FateOf(const v1::InjectTimes& inject);

// Index over AarData, which must outlive it. Immutable.
class Facts {
 public:
  Facts(const AarData& data, const Words& words);

  const AarData& data() const { return data_; }
  const v1::Scorecard& card() const { return data_.scorecard(); }
  const Words& words() const { return words_; }

  // Names as printed; the id itself where the register does not know it.
  Pair Title() const;
  Pair Inject(absl::string_view id) const;
  Pair System(absl::string_view id) const;
  Pair Organisation(absl::string_view id) const;
  Pair Team(absl::string_view part) const;
  Pair Host(absl::string_view id) const;
  std::string Person(absl::string_view id) const;
  // "Nguyễn Văn An, Trần Thị Bình"
  std::string People(const google::protobuf::RepeatedPtrField<std::string>& ids) const;
  std::vector<std::string> Holders(v1::Role role) const;  // person ids, in the order of the posts

  const v1::System* FindSystem(absl::string_view id) const;
  const v1::Organisation* FindOrganisation(absl::string_view id) const;
  // In the scenario; null for one added while running.
  const v1::Inject* FindInject(absl::string_view id) const;

  // The score may still move.
  bool provisional() const;
  bool started() const { return card().start_us() != 0; }
  // End of what can be shown: EndEx, else the last moment known.
  int64_t last_us() const { return last_us_; }
  int64_t ExerciseTime(int64_t engine_us) const;

 private:
  const AarData& data_;
  const Words& words_;
  int64_t last_us_ = 0;
  absl::flat_hash_map<std::string, const v1::System*> systems_;
  absl::flat_hash_map<std::string, const v1::Organisation*> organisations_;
  absl::flat_hash_map<std::string, const v1::Host*> hosts_;
  absl::flat_hash_map<std::string, const v1::Team*> teams_;
  absl::flat_hash_map<std::string, const v1::Person*> people_;
  absl::flat_hash_map<std::string, const v1::InjectTimes*> injects_;
  absl::flat_hash_map<std::string, const v1::Inject*> planned_;
  absl::flat_hash_map<std::string, const v1::TeamCast*> team_casts_;
  absl::flat_hash_map<std::string, const v1::TeamPart*> team_parts_;
};

// "Số 123/QĐ-UBND, ngày 01/10/2026, người ký: ..."
Pair DecisionWords(const Words& words, const v1::Decision& decision);

TextId PhaseText(v1::Phase phase);
TextId TypeText(v1::ExerciseType type);
TextId LineStateText(v1::LineState state);
TextId ExpectationText(v1::ExpectationKind kind);

// An agent's notes on one order as lines of {{#DETAIL}}, the rest counted in {{#MORE}}.
inline constexpr int kNotesMax = 5;
void PutNotes(const Words& words, const google::protobuf::RepeatedPtrField<std::string>& notes,
              Dictionary* row);

// 64 hexadecimal digits in groups of 8, so that two people can compare them aloud.
std::string GroupedHex(absl::string_view bytes);
// At most `max` characters (code points), then "…".
std::string Shorten(absl::string_view text, size_t max);

}  // namespace drill::report

#endif  // DRILL_SERVER_REPORT_FACTS_H_
