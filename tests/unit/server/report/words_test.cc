#include <regex>

#include "server/report/page.h"
#include "server/report/templates.h"

namespace drill::report {
namespace {

constexpr int64_t kSecond = 1'000'000;

std::string Vi(int64_t us) { return Words(Language::kVi).Duration(us).primary; }
std::string En(int64_t us) { return Words(Language::kEn).Duration(us).primary; }

// Number and unit must not be parted at the end of a line: a no-break space stands between them.
TEST(Words, DurationsAreSpelledInTheLanguage) {
  EXPECT_EQ(Vi(72 * kSecond), "1\u00a0phút 12\u00a0giây");
  EXPECT_EQ(En(72 * kSecond), "1\u00a0min 12\u00a0s");
  EXPECT_EQ(Vi(0), "0\u00a0giây");
  EXPECT_EQ(Vi(3 * 3600 * kSecond), "3\u00a0giờ");
  EXPECT_EQ(Vi((86400 + 61) * kSecond), "1\u00a0ngày 1\u00a0phút 1\u00a0giây");
}

TEST(Words, DurationsBelowASecondAreInMillisecondsAndOthersRoundedToTheSecond) {
  EXPECT_EQ(Vi(350'499), "350\u00a0ms");
  EXPECT_EQ(Vi(59'499'999), "59\u00a0giây");
  EXPECT_EQ(Vi(59'500'000), "1\u00a0phút");
}

TEST(Words, BothLanguagesStandBesideEachOther) {
  const Pair pair = Words(Language::kBoth).Duration(72 * kSecond);
  EXPECT_EQ(pair.primary, "1\u00a0phút 12\u00a0giây");
  EXPECT_EQ(pair.secondary, "1\u00a0min 12\u00a0s");
}

TEST(Words, SameWordsAreNotPrintedTwice) {
  v1::Text text;
  text.set_vi("SOC");
  text.set_en("SOC");
  EXPECT_EQ(Words(Language::kBoth).Of(text).secondary, "");
}

TEST(Words, AuthoredTextFallsBackToTheOtherLanguageThenToTheDefault) {
  v1::Text text;
  EXPECT_EQ(Words(Language::kVi).Of(text, "id-1").primary, "id-1");
  text.set_en("Portal");
  EXPECT_EQ(Words(Language::kVi).Of(text, "id-1").primary, "Portal");
}

TEST(Words, NumbersAreExactWithTheLanguagesDecimalSign) {
  const Words vi(Language::kVi);
  EXPECT_EQ(vi.Thousandths(78'420), "78,42");
  EXPECT_EQ(vi.Thousandths(2'000), "2");
  EXPECT_EQ(vi.Thousandths(5), "0,005");
  EXPECT_EQ(vi.Thousandths(-500), "-0,5");
  EXPECT_EQ(Words(Language::kEn).Thousandths(78'420), "78.42");
  EXPECT_EQ(vi.Score(-1), "–");
  EXPECT_EQ(vi.Score(100'000), "100");
  EXPECT_EQ(vi.Count(1'234'567), "1.234.567");
  EXPECT_EQ(Words(Language::kEn).Count(-1'234), "-1,234");
  EXPECT_EQ(vi.ClockError(420), "± 0,42\u00a0ms");
}

TEST(Times, AreVietNamTime) {
  constexpr int64_t kUs = 1'792'632'600 * kSecond;  // 22/10/2026 01:30:00 UTC
  EXPECT_EQ(FullTime(kUs), "22/10/2026 08:30:00");
  EXPECT_EQ(FullTime(0), "–");
  EXPECT_EQ(TimeOfDay(kUs + kSecond, kUs), "08:30:01");
  EXPECT_EQ(TimeOfDay(kUs + 16 * 3600 * kSecond, kUs), "23/10 00:30:00");
  EXPECT_EQ(Stopwatch(3723 * kSecond), "1:02:03");
  EXPECT_EQ(ExerciseClockLabel(3900 * kSecond, false), "T+1:05");
}

TEST(Clean, KeepsVietnameseAndReplacesWhatCannotBeShown) {
  EXPECT_EQ(Clean("Ứng cứu\nsự cố"), "Ứng cứu\nsự cố");
  EXPECT_EQ(Clean(absl::string_view("a\0b\x1b", 4)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(Clean("\xc3("), "\uFFFD(");                    // broken sequence
  EXPECT_EQ(Clean("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // surrogate
  EXPECT_EQ(Clean("\xf0\x9f"), "\uFFFD\uFFFD");            // cut short
  // A right-to-left override could show "exe.cod" as "doc.exe".
  EXPECT_EQ(Clean("a\u202Eb"), "a\uFFFDb");
}

TEST(Templates, NameOnlyKeysThatTheCatalogueHas) {
  const std::regex key("x-(?:text|plain)=([A-Za-z0-9_]+)");
  int found = 0;
  for (const EmbeddedTemplate& file : EmbeddedTemplates()) {
    const std::string text(file.text);
    for (std::sregex_iterator it(text.begin(), text.end(), key), end; it != end; ++it) {
      EXPECT_TRUE(FindText((*it)[1].str()).has_value()) << file.name << ": " << (*it)[1];
      ++found;
    }
  }
  EXPECT_GT(found, 100);
}

// Each template is escaped by itself: one without the mark would print raw text.
TEST(Templates, AreAllEscapedAutomaticallyAndNeverOptOut) {
  for (const EmbeddedTemplate& file : EmbeddedTemplates()) {
    EXPECT_EQ(file.text.find("{{%AUTOESCAPE context=\"HTML\"}}"), 0u) << file.name;
    EXPECT_EQ(file.text.find(":none"), absl::string_view::npos) << file.name;
  }
}

TEST(Catalogue, NoEntryIsEmptyAndBothLanguagesTakeTheSameArguments) {
  for (size_t i = 0; i < kTextCount; ++i) {
    const TextId id = static_cast<TextId>(i);
    EXPECT_FALSE(Vietnamese(id).empty());
    EXPECT_FALSE(English(id).empty());
    for (const char* argument : {"$0", "$1", "$2", "$3", "$4"}) {
      EXPECT_EQ(Vietnamese(id).find(argument) == absl::string_view::npos,
                English(id).find(argument) == absl::string_view::npos)
          << Vietnamese(id);
    }
  }
}

}  // namespace
}  // namespace drill::report
