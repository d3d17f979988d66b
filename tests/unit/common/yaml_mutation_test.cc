// Files broken at random: whatever they hold, the loader says yes or names the faults.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/yaml/dump.h"
#include "common/yaml/load.h"
#include "drill/v1/register.pb.h"
#include "drill/v1/scenario.pb.h"
#include "tests/support/status.h"
#include "tests/unit/common/random_message.h"

namespace drill::yaml {
namespace {

using ::drill::testing::FillAtRandom;
using ::drill::testing::IsOk;

constexpr absl::string_view kWithAliases = R"(%YAML 1.2
---
id: &id r1
title: &t {vi: "Mã \u1EA1", en: 'it''s'}
type: live
duration: 4h
injects:
  - &i
    id: lock
    title: *t
    action: {files.encrypt: {dir: "@docs", count: 20}}
    at: 1h30m
    expect:
      - &e {kind: detect, team: soc, hosts: {any: true}, weight: 0}
      - *e
  - *i
  - id: *id
    message:
      body: |
        hai
        dòng
      from: >-
        gập
        lại
    # lời bàn
    techniques: [T1486, !!str T1491.002]
...
)";

// What is spliced in: bits of YAML that change how the rest is read.
constexpr absl::string_view kBits[] = {"\n",
                                       " ",
                                       "\t",
                                       ":",
                                       ": ",
                                       "- ",
                                       "? ",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       ",",
                                       "&a ",
                                       "*a ",
                                       "*i",
                                       "*e",
                                       "!!int ",
                                       "!x ",
                                       "<<: *t\n",
                                       "|\n",
                                       ">\n",
                                       "\"",
                                       "'",
                                       "#",
                                       " #",
                                       "---\n",
                                       "...",
                                       "%TAG",
                                       "null",
                                       "~",
                                       "0",
                                       "90",
                                       "true",
                                       "\r",
                                       "\\",
                                       "\xFF",
                                       "\xC3",
                                       "\xE2\x80\xA8",
                                       "\xEF\xBB\xBF",
                                       "@",
                                       "`",
                                       "\x01"};

std::string Mutate(std::string text, std::mt19937_64* random) {
  const auto below = [&](size_t n) { return n == 0 ? 0 : static_cast<size_t>((*random)() % n); };
  for (size_t changes = 1 + below(4); changes > 0; --changes) {
    const size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        text.resize(at);
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>((*random)());
        break;
      case 2:
        text.erase(at, below(20));
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), below(60)));
        break;
      default: {
        const absl::string_view bit = kBits[below(std::size(kBits))];
        text.insert(at, bit.data(), bit.size());
      }
    }
  }
  return text;
}

template <typename M>
void Check(absl::string_view yaml) {
  M message;
  Positions positions;
  const absl::Status status = Load(yaml, "f.yaml", &message, {}, &positions);
  if (status.ok()) {
    // What was accepted can be written and read again.
    M again;
    ASSERT_OK(Load(Dump(message), "f.yaml", &again)) << yaml;
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(message, again)) << yaml;
    ASSERT_GT(positions.Find("injects[1].expect[0]").line, 0);
    return;
  }
  ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << yaml;
  ASSERT_EQ(message.ByteSizeLong(), 0u);
  for (absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    ASSERT_TRUE(absl::StartsWith(line, "f.yaml:")) << line << "\nof\n" << yaml;
  }
}

TEST(YamlMutation, TruncatedAnywhere) {
  for (size_t size = 0; size <= kWithAliases.size(); ++size) {
    ASSERT_NO_FATAL_FAILURE(Check<v1::Scenario>(kWithAliases.substr(0, size)));
  }
}

TEST(YamlMutation, BrokenAnywhere) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 12'000; ++i) {
    ASSERT_NO_FATAL_FAILURE(Check<v1::Scenario>(Mutate(std::string(kWithAliases), &random)));
  }
}

TEST(YamlMutation, BrokenWritings) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 300; ++i) {
    v1::Register message;
    FillAtRandom(&random, &message);
    const std::string yaml = Dump(message);
    for (int j = 0; j < 10; ++j) {
      ASSERT_NO_FATAL_FAILURE(Check<v1::Register>(Mutate(yaml, &random)));
    }
  }
}

}  // namespace
}  // namespace drill::yaml
