// The catalogues: every sentence, word and page of help is there in both languages.
#include "cli/text.h"

#include <gmock/gmock.h>

#include <set>

#include "cli/app.h"
#include "cli/duty_text.h"
#include "cli/judging_text.h"
#include "cli/render.h"
#include "drill/v1/api.pb.h"

namespace drill::cli {
namespace {

// $0, $1... that a text uses.
std::set<std::string> Places(absl::string_view text) {
  std::set<std::string> places;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '$') places.insert(std::string(text.substr(i, 2)));
  }
  return places;
}

TEST(Catalogue, BothLanguagesHaveEverySentenceWithTheSamePlaces) {
  for (int i = 0; i <= static_cast<int>(Msg::kRehearsalBadPart); ++i) {
    const auto message = static_cast<Msg>(i);
    EXPECT_NE(Vietnamese(message), "") << i;
    EXPECT_NE(English(message), "") << i;
    EXPECT_EQ(Places(Vietnamese(message)), Places(English(message))) << English(message);
  }
}

TEST(Catalogue, DutyToo) {
  for (int i = 0; i <= static_cast<int>(DutyMsg::kUsageByOwner); ++i) {
    const auto message = static_cast<DutyMsg>(i);
    EXPECT_NE(Vietnamese(message), "") << i;
    EXPECT_NE(English(message), "") << i;
    EXPECT_EQ(Places(Vietnamese(message)), Places(English(message))) << English(message);
  }
}

TEST(Catalogue, JudgingToo) {
  for (int i = 0; i <= static_cast<int>(JudgeMsg::kLast); ++i) {
    const absl::string_view vi = JudgingText(Language::kVietnamese, static_cast<JudgeMsg>(i));
    const absl::string_view en = JudgingText(Language::kEnglish, static_cast<JudgeMsg>(i));
    EXPECT_NE(vi, "") << i;
    EXPECT_NE(en, "") << i;
    EXPECT_EQ(Places(vi), Places(en)) << en;
  }
}

TEST(Catalogue, HasAWordForEveryValueShown) {
  const google::protobuf::EnumDescriptor* const shown[] = {
      v1::Phase_descriptor(),
      v1::ExerciseType_descriptor(),
      v1::Role_descriptor(),
      v1::TeamKind_descriptor(),
      v1::InjectState_descriptor(),
      v1::ArtefactKind_descriptor(),
      v1::Channel_descriptor(),
      v1::PauseReason_descriptor(),
      v1::ScheduleReason_descriptor(),
      v1::RevokeReason_descriptor(),
      v1::OrderEventKind_descriptor(),
      v1::CleanupResult_descriptor(),
      v1::ObservationKind_descriptor(),
      v1::ExpectationKind_descriptor(),
      v1::Rejection_descriptor(),
      v1::Element_descriptor(),
      v1::Rating_descriptor(),
      v1::LineState_descriptor(),
      v1::ClaimState_descriptor(),
      v1::Metric_descriptor(),
      v1::DutyState_descriptor(),
  };
  for (const auto* type : shown) {
    for (int i = 1; i < type->value_count(); ++i) {  // 0 is UNSPECIFIED
      const std::string& name = type->value(i)->name();
      EXPECT_NE(EnumWord(Language::kVietnamese, name), name);
      EXPECT_NE(EnumWord(Language::kEnglish, name), name);
    }
  }
}

void ExpectHelp(const Command& command) {
  for (const Language language : {Language::kVietnamese, Language::kEnglish}) {
    EXPECT_NE(CommandHelp(language, command.Path()), "") << command.Path();
    for (const Parameter& p : command.parameters()) {
      EXPECT_NE(ParameterHelp(language, command.Path(), p.name), "")
          << command.Path() << " " << p.name;
    }
  }
  for (const auto& sub : command.subs()) ExpectHelp(*sub);
}

TEST(Catalogue, HelpsWithEveryCommandAndParameter) {
  CommonOptions options;
  Command root("drillctl");
  AddAll(root, &options);
  ExpectHelp(root);
}

TEST(Pick, ShowsTheOtherLanguageWhereOneIsAbsent) {
  v1::Text text;
  text.set_vi("máy");
  EXPECT_EQ(Pick(Language::kEnglish, text), "máy");
  text.set_en("host");
  EXPECT_EQ(Pick(Language::kEnglish, text), "host");
  EXPECT_EQ(Pick(Language::kVietnamese, text), "máy");
  text.clear_vi();
  EXPECT_EQ(Pick(Language::kVietnamese, text), "host");
}

TEST(EnumText, ShowsTheNumberOfAValueItDoesNotKnow) {
  EXPECT_EQ(EnumText(Language::kEnglish, static_cast<v1::Phase>(99)), "99");
  EXPECT_EQ(EnumText(Language::kVietnamese, v1::PHASE_RUNNING), "đang diễn");
}

}  // namespace
}  // namespace drill::cli
