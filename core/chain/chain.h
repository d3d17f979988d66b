#ifndef DRILL_CORE_CHAIN_CHAIN_H_
#define DRILL_CORE_CHAIN_CHAIN_H_

#include <string>

#include "absl/strings/string_view.h"

namespace drill::chain {

// Hash of a record in its stream: SHA-256(previous hash ‖ payload); `previous` is empty for the
// first record of a stream and then stands for 32 zero bytes.
std::string NextHash(absl::string_view previous, absl::string_view payload);

}  // namespace drill::chain

#endif  // DRILL_CORE_CHAIN_CHAIN_H_
