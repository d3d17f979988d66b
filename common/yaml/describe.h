#ifndef DRILL_COMMON_YAML_DESCRIBE_H_
#define DRILL_COMMON_YAML_DESCRIBE_H_

#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "common/yaml/events.h"
#include "common/yaml/shape.h"

// What the loader asks of single nodes, and how it names them in faults. Pure functions.
namespace drill::yaml {

// Smallest and largest value of an integer field.
std::pair<absl::int128, absl::int128> RangeOf(Form form);

// A scalar that says that there is no value: nothing, ~ or null, without quotes.
bool IsNull(const Event& event);

// A scalar with that tag may stand for such a field.
bool TagFits(Tag tag, Form form);

// Microseconds since 1970 (*_us, but not *_ex_us): a time may stand there as well.
bool IsMoment(const FieldShape& field);

// What stands in the file.
std::string Found(const Event& event);

// What a field, or an element of it, may be. `found` helps to name the nearest enum word.
std::string Expected(const FieldShape& field, absl::string_view found, Shapes* shapes);

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_DESCRIBE_H_
