#ifndef DRILL_COMMON_YAML_DUMP_H_
#define DRILL_COMMON_YAML_DUMP_H_

#include <google/protobuf/message.h>

#include <string>

namespace drill::yaml {

// The message as YAML that Load reads back as an equal message: fields in the order of their
// declaration, absent ones left out, every scalar in the form that load.h lists, one line each.
// Equal messages give equal text. Text is quoted where any reader of YAML might take it for
// something else, and its invisible characters are escaped.
//
// What Load would refuse cannot be shown faithfully: enum values that are unspecified or unknown
// and dates that are no day are left out, and bytes that are not UTF-8 become U+FFFD in text.
// Durations must not be negative, text must hold no NUL.
// REQUIRES: no field that is set is of a kind that Load calls Internal (map, float, ...).
std::string Dump(const google::protobuf::Message& message);

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_DUMP_H_
