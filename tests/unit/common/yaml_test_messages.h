#ifndef DRILL_TESTS_UNIT_COMMON_YAML_TEST_MESSAGES_H_
#define DRILL_TESTS_UNIT_COMMON_YAML_TEST_MESSAGES_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/string_view.h"
#include "common/yaml/load.h"
#include "yaml_test.pb.h"

namespace drill::testing {

// The message of protobuf's own text form.
template <typename M>
M FromText(const std::string& text) {
  M message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// The faults that the loader finds in `yaml` read as an M; "" if there are none.
template <typename M>
std::string FaultsOf(absl::string_view yaml, const yaml::Options& options = {}) {
  M message;
  const absl::Status status = yaml::Load(yaml, "f.yaml", &message, options);
  EXPECT_TRUE(status.ok() || message.ByteSizeLong() == 0) << "half-loaded: " << yaml;
  EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_COMMON_YAML_TEST_MESSAGES_H_
