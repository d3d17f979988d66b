#include "core/exercise/mark.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace drill {
namespace {

constexpr size_t kMarkDigits = 12;

}  // namespace

std::string OrderMark(const v1::OrderId& order) {
  // Not the serialised message: the mark must not hang on how protobuf orders bytes.
  return Sha256Hex(absl::StrCat(order.exercise(), "\n", order.inject(), "\n", order.host(), "\n",
                                order.attempt()))
      .substr(0, kMarkDigits);
}

bool IsMark(absl::string_view text) {
  return !text.empty() && text.size() <= kMarkDigitsMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool UsesSink(const v1::Action& action) {
  switch (action.kind_case()) {
    case v1::Action::kFilesExfiltrate:
    case v1::Action::kNetworkBeacon:
    case v1::Action::kDnsQuery:
      return true;
    default:
      return false;
  }
}

}  // namespace drill
