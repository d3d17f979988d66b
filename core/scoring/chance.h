#ifndef DRILL_CORE_SCORING_CHANCE_H_
#define DRILL_CORE_SCORING_CHANCE_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/exercise/state.h"

namespace drill::scoring {

using Records = std::vector<uint64_t>;              // ascending, each once
void AddRecord(uint64_t record, Records* records);  // 0: none
void AddRecords(const Records& from, Records* records);

// What an inject became on one host: whether a team had a chance there, and from when.
struct Chance {
  enum class Kind {
    kOpen,          // may still be played
    kNotPlayed,     // our failure
    kBlocked,       // a control stopped it
    kUnnoticeable,  // played, but left nothing that a team could notice
    kPlayed,
  };
  Kind kind = Kind::kOpen;
  int64_t from_us = 0;    // noticeable; of a blocked one: when it was stopped
  int64_t error_us = 0;   // of the host's time
  int64_t undone_us = 0;  // by silence, stop or the window's end; 0: not so
  absl::string_view why;  // in words, for all but kPlayed
  Records records;
};
// REQUIRES: `inject` is an action or a manual action; position < inject.hosts.size().
Chance ChanceOn(const Exercise& exercise, const InjectState& inject, size_t position);
// Of a message, question or cue: from its release.
Chance ChanceOfMessage(const Exercise& exercise, const InjectState& inject);

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_CHANCE_H_
