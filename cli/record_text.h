#ifndef DRILL_CLI_RECORD_TEXT_H_
#define DRILL_CLI_RECORD_TEXT_H_

#include <string>

#include "cli/text.h"
#include "drill/v1/exercise.pb.h"

namespace drill::cli {

// One record as one line for a person, without its time and actor. Cleaned for a terminal; the
// record's kind where nothing more is known of it. Pure.
std::string RecordText(Language language, const v1::Record& record);

// "nguyen.an", "host db-1", "engine"
std::string ActorText(Language language, const v1::Actor& actor);

}  // namespace drill::cli

#endif  // DRILL_CLI_RECORD_TEXT_H_
