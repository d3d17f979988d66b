// A scorecard as CSV and as a Navigator layer, byte by byte; a report as PDF.
#include "cli/score_export.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>

#include "absl/strings/str_split.h"
#include "cli/pdf.h"
#include "tests/support/status.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::Scorecard Card(const std::string& more = "") {
  v1::Scorecard card;
  const std::string text = R"pb(
    exercise: "dt-2026"
    title { vi: "Mã hoá dữ liệu" en: "Ransomware" }
    phase: PHASE_FINAL
    scoring_version: 2
    head_stream_seq: 91
    injects { inject: "deface" techniques: "T1491.002" played: 2 }
    injects { inject: "encrypt" techniques: "T1486" techniques: "T1059" played: 2 }
    injects { inject: "beacon" techniques: "T1071" played: 1 }
    injects { inject: "dropper" techniques: "T1105" blocked: 1 }
    injects { inject: "window" techniques: "T1003" not_played: 1 }
    injects { inject: "decoy" techniques: "T1036" played: 1 }
    injects { inject: "never-due" techniques: "T1491.002" revoked: true }
    lines {
      inject: "deface"
      kind: EXPECTATION_KIND_DETECT
      team: "soc"
      system: "portal"
      objective: "see"
      techniques: "T1491.002"
      state: LINE_STATE_MET
      weight_mp: 2000
      earned_mp: 2000
      hosts {
        host: "web-1"
        state: LINE_STATE_MET
        from_us: 1795316400000000
        done_us: 1795316460000000
        error_us: 900
        timeliness_permille: 1000
        quality_permille: 1000
        observation: "soc-1"
      }
      hosts { host: "web-2" state: LINE_STATE_MET done_us: 1 timeliness_permille: 1000 }
    }
    lines {
      inject: "encrypt"
      kind: EXPECTATION_KIND_DETECT
      techniques: "T1486"
      techniques: "T1059"
      state: LINE_STATE_UNMET
      hosts { host: "db-1" state: LINE_STATE_MET done_us: 1 timeliness_permille: 1000 }
      hosts { host: "db-2" state: LINE_STATE_UNMET }
    }
    lines {
      inject: "beacon"
      kind: EXPECTATION_KIND_DETECT
      techniques: "T1071"
      state: LINE_STATE_MET
      hosts { host: "db-1" state: LINE_STATE_MET done_us: 1 timeliness_permille: 400 }
    }
    lines {
      inject: "beacon"
      kind: EXPECTATION_KIND_CONTAIN
      techniques: "T1071"
      state: LINE_STATE_UNMET
      hosts { host: "db-1" state: LINE_STATE_UNMET }
    }
    lines {
      inject: "window"
      kind: EXPECTATION_KIND_DETECT
      techniques: "T1003"
      state: LINE_STATE_NOT_PLAYED
    }
  )pb";
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text + more, &card));
  return card;
}

google::protobuf::Struct Layer(Language language, const v1::Scorecard& card = Card()) {
  google::protobuf::Struct layer;
  EXPECT_TRUE(
      google::protobuf::util::JsonStringToMessage(NavigatorLayer(language, card), &layer).ok());
  return layer;
}

std::map<std::string, google::protobuf::Struct> ByTechnique(const google::protobuf::Struct& layer) {
  std::map<std::string, google::protobuf::Struct> out;
  for (const auto& t : layer.fields().at("techniques").list_value().values()) {
    const auto& fields = t.struct_value().fields();
    EXPECT_TRUE(out.emplace(fields.at("techniqueID").string_value(), t.struct_value()).second);
  }
  return out;
}

TEST(NavigatorLayer, HasWhatFormat45Requires) {
  const auto layer = Layer(Language::kEnglish);
  EXPECT_EQ(layer.fields().at("name").string_value(), "dt-2026: Ransomware");
  EXPECT_EQ(layer.fields().at("domain").string_value(), "enterprise-attack");
  const auto& versions = layer.fields().at("versions").struct_value().fields();
  EXPECT_EQ(versions.at("layer").string_value(), "4.5");
  EXPECT_EQ(versions.at("navigator").string_value(), "4.9.0");
  EXPECT_GE(
      layer.fields().at("gradient").struct_value().fields().at("colors").list_value().values_size(),
      2);
  for (const auto& item : layer.fields().at("legendItems").list_value().values()) {
    EXPECT_FALSE(item.struct_value().fields().at("label").string_value().empty());
    EXPECT_THAT(item.struct_value().fields().at("color").string_value(), StartsWith("#"));
  }
}

// What the evaluator asks of it: detected, late and missed are told apart, and by words too.
TEST(NavigatorLayer, TheWorstHostDecidesAndOnlyDetectionCounts) {
  auto techniques = ByTechnique(Layer(Language::kEnglish));
  const auto comment = [&](const std::string& id) {
    return techniques.at(id).fields().at("comment").string_value();
  };
  const auto score = [&](const std::string& id) {
    return techniques.at(id).fields().at("score").number_value();
  };
  EXPECT_EQ(comment("T1491.002"),
            "Detected in time. Hosts: 2 in time, 0 late, 0 missed, 0 blocked. Injects: deface.");
  EXPECT_EQ(score("T1491.002"), 100);
  EXPECT_THAT(comment("T1486"), StartsWith("Missed. Hosts: 1 in time, 0 late, 1 missed"));
  EXPECT_EQ(score("T1059"), 50);
  // The unmet containment of the same inject is no missed detection.
  EXPECT_THAT(comment("T1071"), StartsWith("Detected late. Hosts: 0 in time, 1 late, 0 missed"));
  EXPECT_EQ(score("T1071"), 0);
  EXPECT_THAT(comment("T1105"), StartsWith("Blocked by a control."));
  EXPECT_THAT(comment("T1003"), StartsWith("Could not be played."));
  EXPECT_THAT(comment("T1036"), StartsWith("Played, detection not asked for."));
  for (const char* unscored : {"T1105", "T1003", "T1036"}) {
    EXPECT_EQ(techniques.at(unscored).fields().count("score"), 0u) << unscored;
  }
  EXPECT_EQ(techniques.size(), 7u);
}

TEST(NavigatorLayer, SpeaksTheReadersLanguageAndSaysWhatTheScoreIs) {
  const auto layer = Layer(Language::kVietnamese);
  EXPECT_EQ(layer.fields().at("name").string_value(), "dt-2026: Mã hoá dữ liệu");
  EXPECT_THAT(layer.fields().at("description").string_value(), StartsWith("Điểm chính thức"));
  v1::Scorecard early = Card();
  early.set_phase(v1::PHASE_JUDGING);
  EXPECT_THAT(Layer(Language::kVietnamese, early).fields().at("description").string_value(),
              StartsWith("Điểm TẠM TÍNH"));
}

TEST(ScoreCsv, OneLineAHostAndNoLineIsLost) {
  const std::vector<std::string> lines = absl::StrSplit(ScoreCsv(Card(), false), "\r\n");
  ASSERT_EQ(lines.size(), 9u);  // titles, 2 + 2 + 1 + 1 + 1, and the end
  EXPECT_EQ(lines[1],
            "dt-2026,deface,0,detect,soc,portal,see,T1491.002,web-1,met,"
            "2026-11-22T03:00:00.000000Z,2026-11-22T03:01:00.000000Z,900,false,1000,1000,soc-1,,"
            "met,2000,2000");
  EXPECT_EQ(lines[3],
            "dt-2026,encrypt,0,detect,,,,T1486 T1059,db-1,met,,"
            "1970-01-01T00:00:00.000001Z,0,false,1000,0,,,unmet,0,0");
  EXPECT_EQ(lines[7], "dt-2026,window,0,detect,,,,T1003,,,,,,,,,,,not_played,0,0");
  EXPECT_EQ(lines[8], "");
  const size_t columns = std::count(lines[0].begin(), lines[0].end(), ',');
  for (size_t i = 1; i < 8; ++i) {
    EXPECT_EQ(std::count(lines[i].begin(), lines[i].end(), ','), columns) << i;
  }
  EXPECT_EQ(ScoreCsv(Card(), true), "\xEF\xBB\xBF" + ScoreCsv(Card(), false));
}

TEST(ScoreCommand, SaysWhatDoesNotGoTogether) {
  EXPECT_THAT(
      FaultsOf({"score", "x", "--bom", "--out", "f"}),
      ElementsAre("--bom: only with --format csv", "--out: only with --format csv or navigator"));
  EXPECT_THAT(FaultsOf({"score", "x", "--format", "csv", "--bom", "--out", "f"}), ElementsAre());
  EXPECT_THAT(FaultsOf({"aar", "x", "--format", "pdf"}), ElementsAre(HasSubstr("needs --out")));
  EXPECT_THAT(FaultsOf({"aar", "x", "--format", "pdf", "--out", "f"}), ElementsAre());
}

// ---- PDF ---------------------------------------------------------------------------------------

constexpr char kPage[] =
    "<!doctype html><meta charset=\"utf-8\"><title>BC</title>"
    "<p>Diễn tập thực chiến: đội ứng cứu đã phát hiện muộn</p>";

TEST(Pdf, AMissingProgramIsToldApartFromOneThatFails) {
  EXPECT_EQ(ToPdf("no-such-program-here", kPage).status().code(), absl::StatusCode::kNotFound);
  TempDir dir;
  const std::string failing =
      dir.Write("failing", "#!/bin/sh\necho out of paper\necho really >&2\nexit 3\n", 0700);
  const absl::Status status = ToPdf(failing, kPage).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status.message(), HasSubstr(": 3\nout of paper\nreally"));
  // It says that all is well, and has written nothing.
  const std::string idle = dir.Write("idle", "#!/bin/sh\nexit 0\n", 0700);
  EXPECT_FALSE(ToPdf(idle, kPage).ok());
}

TEST(Pdf, TheProgramGetsThePageAndNothingIsLeftBehind) {
  TempDir dir;
  const std::string copies =
      dir.Write("copies", "#!/bin/sh\necho \"$1\" > \"$0.in\"\ncp \"$1\" \"$2\"\n", 0700);
  EXPECT_EQ(ToPdf(copies, kPage).value(), kPage);
  std::string in = os::ReadFile(copies + ".in").value();
  in.pop_back();
  EXPECT_NE(::access(in.c_str(), F_OK), 0) << in;
}

std::string OutputOf(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> piece;
  while (size_t n = ::fread(piece.data(), 1, piece.size(), pipe)) out.append(piece.data(), n);
  ::pclose(pipe);
  return out;
}

TEST(Pdf, WeasyPrintKeepsTheDiacriticsAndItsBytes) {
  const absl::StatusOr<std::string> pdf = ToPdf("weasyprint", kPage);
  if (absl::IsNotFound(pdf.status())) GTEST_SKIP() << "weasyprint is not installed";
  ASSERT_OK(pdf.status());
  EXPECT_THAT(*pdf, StartsWith("%PDF-"));
  EXPECT_EQ(*ToPdf("weasyprint", kPage), *pdf);
  TempDir dir;
  const std::string file = dir.Write("a.pdf", *pdf);
  if (OutputOf("command -v pdftotext").empty()) GTEST_SKIP() << "pdftotext is not installed";
  EXPECT_THAT(OutputOf("pdftotext " + file + " -"),
              HasSubstr("Diễn tập thực chiến: đội ứng cứu đã phát hiện muộn"));
  // Embedded: the reader's machine may have no Vietnamese font.
  EXPECT_THAT(OutputOf("pdffonts " + file), HasSubstr("yes yes"));
}

}  // namespace
}  // namespace drill::cli
