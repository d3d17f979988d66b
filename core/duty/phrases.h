#ifndef DRILL_CORE_DUTY_PHRASES_H_
#define DRILL_CORE_DUTY_PHRASES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "drill/v1/common.pb.h"
#include "drill/v1/duty.pb.h"
#include "drill/v1/exercise.pb.h"

// What the duty table says to people, in both languages.
namespace drill::duty {

// Parts of the rules of engagement, in the order of the message.
enum class RoePart { kObjectives, kParticipants, kTools, kDepth, kDuration };
// What must have been scored on the system.
enum class ScoredPart { kPreventOrDetect, kReport, kContain };

// ---- missing parts ----
v1::Text NothingHeld(int year);
v1::Text NotLive();
v1::Text NotClosed(v1::Phase phase);
v1::Text RoeLacks(const std::vector<RoePart>& parts);
v1::Text NotSigned(int signatures, int needed);
v1::Text NotPlayed();
v1::Text NotScored(ScoredPart part);
v1::Text NotAttestedUnaware();
v1::Text NotClean(const std::vector<std::string>& hosts);
v1::Text NotJudged(v1::Element element);
v1::Text LevelNotDetermined();

// ---- notes ----
v1::Text NotBound(int level, const v1::Obligation& obligation);
v1::Text BoundByProposedLevel(int level);
v1::Text SameDutyIn(const std::vector<const v1::Obligation*>& others);
v1::Text CannotCountAnyMore();
v1::Text RetiredOn(const v1::Date& date);

// "2 actions on 1 host", what was hand-played or blocked beside it.
struct Depth {
  int actions = 0, hosts = 0;
  int hand_actions = 0, hand_hosts = 0;
  int blocked = 0;
};
v1::Text InWords(const Depth& depth);

}  // namespace drill::duty

#endif  // DRILL_CORE_DUTY_PHRASES_H_
