// drillctl rehearse, in-process and without a controller.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include "drill/v1/rehearsal.pb.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::testing::HasSubstr;

std::string InTree(const std::string& path) {
  return absl::StrCat(std::getenv("DRILL_SOURCE_DIR"), "/", path);
}

const char kScenario[] = "scenarios/deface-cong-tinh.yaml";

TEST(Rehearse, ShowsTimelineLoadBranchesAndScores) {
  CliRunner run;
  const auto vi = run({"--lang", "vi", "rehearse", InTree(kScenario), "--runs", "3"});
  EXPECT_EQ(vi.exit, 0) << vi.err;
  EXPECT_THAT(vi.out, HasSubstr("Không có --register"));
  EXPECT_THAT(vi.out, HasSubstr("second-deface: dự phòng"));
  EXPECT_THAT(vi.out, HasSubstr("monitoring.analyst1"));
  EXPECT_THAT(vi.out, HasSubstr("Đội hoàn hảo đạt 100.000, không ai ứng cứu: 0.000"));
  const auto en = run({"--lang", "en", "rehearse", InTree(kScenario), "--runs", "3", "--team",
                       InTree("scenarios/profiles/tinh-nhue.yaml")});
  EXPECT_EQ(en.exit, 0) << en.err;
  EXPECT_THAT(en.out, HasSubstr("A well-drilled team"));
  EXPECT_THAT(en.out, HasSubstr("T+30:00.0"));
}

TEST(Rehearse, TheSameSeedGivesTheSameBytes) {
  CliRunner run;
  const auto json = [&](const std::string& seed) {
    return run({"--json", "rehearse", InTree(kScenario), "--seed", seed, "--speed", "max"}).out;
  };
  EXPECT_EQ(json("7"), json("7"));
  EXPECT_NE(json("7"), json("8"));
  v1::Rehearsal rehearsal;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json("7"), &rehearsal).ok());
  EXPECT_EQ(rehearsal.seed(), 7u);
  EXPECT_EQ(rehearsal.runs(), 20);
}

TEST(Rehearse, RefusesWhatCannotBeRehearsed) {
  CliRunner run;
  const TempDir dir;
  const auto bad = run({"--lang", "en", "rehearse", InTree(kScenario), "--team",
                        dir.Write("p.yaml", "id: p\nusual: {roles: []}\n")});
  EXPECT_EQ(bad.exit, 1);
  EXPECT_THAT(bad.err, HasSubstr("usual.roles: at least one is needed"));
  const auto part = run({"--lang", "en", "rehearse", InTree(kScenario), "--cast", "nobody=x"});
  EXPECT_EQ(part.exit, 1);
  EXPECT_THAT(part.err, HasSubstr("no part «nobody»"));
  const auto reg = run({"--lang", "en", "rehearse", InTree(kScenario), "--register",
                        dir.Write("r.yaml", "organisations: [{id: o}]\n")});
  EXPECT_EQ(reg.exit, 1);
  EXPECT_THAT(reg.err, HasSubstr("system part 'portal'"));
  EXPECT_EQ(run({"rehearse", InTree(kScenario), "--speed", "2"}).exit, 2);
}

}  // namespace
}  // namespace drill::cli
