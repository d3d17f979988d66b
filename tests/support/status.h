#ifndef DRILL_TESTS_SUPPORT_STATUS_H_
#define DRILL_TESTS_SUPPORT_STATUS_H_

#include <gmock/gmock.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Matchers over absl::Status and absl::StatusOr, by upstream Abseil's names.
namespace drill::testing {

inline const absl::Status& StatusOf(const absl::Status& s) { return s; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& s) {
  return s.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}
MATCHER_P(StatusIs, code, "has that status code") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}
MATCHER_P2(StatusIs, code, message, "has that status code and message") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         ::testing::ExplainMatchResult(message, std::string(StatusOf(arg).message()),
                                       result_listener);
}

}  // namespace drill::testing

#define ASSERT_OK(expression) ASSERT_THAT((expression), ::drill::testing::IsOk())
#define EXPECT_OK(expression) EXPECT_THAT((expression), ::drill::testing::IsOk())

#endif  // DRILL_TESTS_SUPPORT_STATUS_H_
