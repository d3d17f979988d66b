#include "server/report/aar.h"

#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "server/report/facts.h"
#include "server/report/page.h"
#include "tests/support/status.h"
#include "tests/unit/server/report/sample.h"

namespace drill {
namespace {

using ::drill::testing::IsOk;
using ::drill::testing::MakeSampleDrill;
using ::drill::testing::SampleDrill;
using ::drill::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Language kAll[] = {Language::kVi, Language::kEn, Language::kBoth};

AarData DataOf(const SampleDrill& drill) {
  auto data = MakeAarData(drill.state, *drill.exercise, drill.scorecard, drill.duty);
  EXPECT_OK(data);
  return *std::move(data);
}

AarData SampleData() { return DataOf(*MakeSampleDrill()); }

std::string Html(const AarData& data, Language language) {
  auto html = RenderAar(data, language);
  EXPECT_OK(html);
  return *std::move(html);
}

// The part of the page between a section's start and its end.
std::string Section(const std::string& html, absl::string_view id) {
  const size_t from = html.find(absl::StrCat("<section id=\"", id, "\""));
  EXPECT_NE(from, std::string::npos) << id;
  return html.substr(from, html.find("</section>", from) - from);
}

int Count(const std::string& text, absl::string_view part) {
  int count = 0;
  for (size_t at = text.find(std::string(part)); at != std::string::npos;
       at = text.find(std::string(part), at + part.size())) {
    ++count;
  }
  return count;
}

// What keeps a page from being well-formed XML: unbalanced tags, unquoted attributes, unknown
// entities. Empty: it is well-formed.
std::string XmlFault(const std::string& page) {
  std::vector<std::string> open;
  for (size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at)) {
    const size_t end = page.find('>', at);
    if (end == std::string::npos) return "a tag does not end";
    const std::string tag = page.substr(at + 1, end - at - 1);
    at = end;
    if (absl::StartsWith(tag, "!DOCTYPE")) continue;
    if (tag.find('<') != std::string::npos) return absl::StrCat("'<' inside <", tag, ">");
    if (Count(tag, "\"") % 2 != 0) return absl::StrCat("odd quotes in <", tag, ">");
    const std::string name = tag.substr(0, tag.find_first_of(" \n/", 1));
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return absl::StrCat("<", tag, "> closes ");
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
  }
  if (!open.empty()) return absl::StrCat("<", open.back(), "> stays open");
  for (size_t at = page.find('&'); at != std::string::npos; at = page.find('&', at + 1)) {
    const std::string entity = page.substr(at, page.find(';', at) - at + 1);
    const std::set<std::string> known = {"&lt;", "&gt;", "&amp;", "&quot;", "&#39;"};
    if (known.count(entity) == 0) return absl::StrCat("entity ", entity.substr(0, 12));
  }
  return "";
}

// ---- form --------------------------------------------------------------------------------------

TEST(Aar, HasEverySectionInEveryLanguage) {
  const AarData data = SampleData();
  const struct {
    const char* id;
    const char* vi;
    const char* en;
  } sections[] = {{"overview", "I. Tổng quan", "I. Overview"},
                  {"results", "II. Kết quả chấm theo mục tiêu", "II. Scored objectives"},
                  {"timeline", "III. Diễn biến", "III. Timeline"},
                  {"times", "IV. Chỉ số thời gian", "IV. Times"},
                  {"techniques", "V. Độ bao phủ kỹ thuật tấn công", "V. Technique coverage"},
                  {"gaps", "VI. Tình huống chưa phát hiện", "VI. Undetected, not played"},
                  {"claims", "VII. Thông tin đội phòng thủ báo", "VII. Claims, and wrong claims"},
                  {"ratings", "VIII. Đánh giá của Ban giám khảo", "VIII. Evaluators&#39; ratings"},
                  {"cleanup", "IX. Dọn dẹp và sai số đồng hồ", "IX. Clean-up and clock error"},
                  {"duty", "X. Nghĩa vụ diễn tập", "X. Duty to exercise"},
                  {"integrity", "XI. Tính toàn vẹn của số liệu", "XI. Integrity of the figures"},
                  {"annex", "Phụ lục: cách tính từng dòng điểm", "Annex: arithmetic of each line"}};
  const std::string vi = Html(data, Language::kVi);
  const std::string en = Html(data, Language::kEn);
  const std::string both = Html(data, Language::kBoth);
  for (const auto& section : sections) {
    EXPECT_THAT(Section(vi, section.id), HasSubstr(section.vi));
    EXPECT_THAT(Section(en, section.id), HasSubstr(section.en));
    EXPECT_THAT(Section(both, section.id), HasSubstr(section.vi));
    const std::string beside = absl::StrReplaceAll(section.en, {{"VIII. ", ""},
                                                                {"VII. ", ""},
                                                                {"VI. ", ""},
                                                                {"III. ", ""},
                                                                {"II. ", ""},
                                                                {"IV. ", ""},
                                                                {"IX. ", ""},
                                                                {"XI. ", ""},
                                                                {"X. ", ""},
                                                                {"V. ", ""},
                                                                {"I. ", ""}});
    EXPECT_THAT(Section(both, section.id), HasSubstr(absl::StrCat("lang=\"en\">", beside)));
  }
}

TEST(Aar, OneLanguageAloneCarriesNoSecondOne) {
  EXPECT_THAT(Html(SampleData(), Language::kVi), Not(HasSubstr("class=\"en\"")));
  EXPECT_THAT(Html(SampleData(), Language::kEn), Not(HasSubstr("class=\"en\"")));
}

TEST(Aar, IsWellFormedAndNeedsNothingFromOutside) {
  for (const Language language : kAll) {
    const std::string html = Html(SampleData(), language);
    EXPECT_EQ(XmlFault(html), "");
    for (const char* reference :
         {"http://", "https://", "src=", "url(", "@import", "<script", "<link", "javascript:"}) {
      EXPECT_THAT(html, Not(HasSubstr(reference)));
    }
  }
}

TEST(Aar, SameFactsGiveTheSameBytes) {
  for (const Language language : kAll) {
    EXPECT_EQ(Html(SampleData(), language), Html(SampleData(), language));
  }
}

TEST(Aar, FollowsTheFormOfAnOfficialPaperAndIsNoSimulatedOne) {
  const std::string html = Html(SampleData(), Language::kVi);
  EXPECT_THAT(html, HasSubstr("Cộng hòa xã hội chủ nghĩa Việt Nam"));
  EXPECT_THAT(html, HasSubstr("Độc lập - Tự do - Hạnh phúc"));
  EXPECT_THAT(html, HasSubstr("Ủy ban nhân dân tỉnh Bình Minh"));
  for (const char* signer : {"Trưởng ban tổ chức", "Ban giám khảo", "Chủ quản hệ thống"}) {
    EXPECT_THAT(html.substr(html.find("id=\"signatures\"")), HasSubstr(signer));
  }
  EXPECT_THAT(html, Not(HasSubstr("DIỄN TẬP")));
}

// Every string of the facts, ids included, is hostile; no template may let one through.
void Poison(const std::string& poison, google::protobuf::Message* message) {
  const auto* reflection = message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const auto* field : fields) {
    using Field = google::protobuf::FieldDescriptor;
    if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
      if (!field->is_repeated()) {
        Poison(poison, reflection->MutableMessage(message, field));
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        Poison(poison, reflection->MutableRepeatedMessage(message, field, i));
      }
    } else if (field->type() == Field::TYPE_STRING && field->name() != "kind") {
      if (!field->is_repeated()) {
        reflection->SetString(message, field, reflection->GetString(*message, field) + poison);
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        reflection->SetRepeatedString(message, field, i,
                                      reflection->GetRepeatedString(*message, field, i) + poison);
      }
    }
  }
}

TEST(Aar, EscapesWhateverPeopleWrote) {
  AarData data = SampleData();
  Poison("</title></style><script>alert(\"1\")</script>' onload='x' & \x01\xff", &data);
  for (const Language language : kAll) {
    const std::string html = Html(data, language);
    EXPECT_EQ(XmlFault(html), "");
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("onload='")));
    EXPECT_EQ(Count(html, "</style>"), 1);
    EXPECT_EQ(Count(html, "</title>"), 1);
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload="));
    EXPECT_EQ(report::Clean(html), html) << "nothing unprintable is left";
  }
}

TEST(Aar, MayBePrintedOnManyThreadsAtOnce) {
  const AarData data = SampleData();
  const std::string alone = Html(data, Language::kBoth);
  std::vector<std::string> pages(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& page : pages) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5; ++i) page = Html(data, Language::kBoth);
      });
    }
  }
  for (const std::string& page : pages) EXPECT_EQ(page, alone);
}

// ---- content -----------------------------------------------------------------------------------

TEST(Aar, PrintsEveryLineOfTheScorecardWithItsNumberPointsAndRecords) {
  const AarData data = SampleData();
  const report::Words words(Language::kVi);
  const std::string html = Html(data, Language::kVi);
  const std::string results = Section(html, "results");
  const std::string annex = Section(html, "annex");
  for (int i = 0; i < data.scorecard().lines_size(); ++i) {
    const v1::ScoreLine& line = data.scorecard().lines(i);
    const std::string number = absl::StrCat("<tr><td class=\"c\">", i + 1, "</td>");
    const std::string points = absl::StrCat(words.Thousandths(line.earned_mp()), "/",
                                            words.Thousandths(line.weight_mp()), "</td></tr>");
    for (const std::string* section : {&results, &annex}) {
      const size_t row = section->find(number);
      ASSERT_NE(row, std::string::npos) << i;
      EXPECT_THAT(section->substr(row, section->find("</tr>", row) + 5 - row), HasSubstr(points));
    }
    EXPECT_THAT(annex, HasSubstr(line.because(0)));
    EXPECT_THAT(annex, HasSubstr(absl::StrCat("bản ghi ", line.hosts(0).records(0), ", ",
                                              line.hosts(0).records(1))));
  }
  EXPECT_THAT(results, HasSubstr(words.Score(data.scorecard().score_mp())));
}

TEST(Aar, UndetectedInjectIsShownWhereverInjectsAre) {
  const AarData data = SampleData();
  const std::string title = "Tiến trình lạ giả danh nhân hệ điều hành";
  const std::string vi = Html(data, Language::kVi);
  for (const char* section : {"timeline", "gaps"}) {
    EXPECT_THAT(Section(vi, section), HasSubstr(title));
  }
  EXPECT_THAT(Section(vi, "timeline"), HasSubstr("<span class=\"bad\">chưa phát hiện</span>"));
  EXPECT_EQ(Count(Section(vi, "timeline"), "<use href=\"#m-missed\""), 2) << "legend and lane";
  EXPECT_THAT(Section(vi, "gaps"), HasSubstr("<b class=\"bad\">Chưa phát hiện</b>"));
  EXPECT_THAT(Section(vi, "gaps"), HasSubstr("hơn 2\u00a0giờ 14\u00a0phút 59\u00a0giây"));
  EXPECT_THAT(Section(Html(data, Language::kEn), "gaps"),
              HasSubstr("<b class=\"bad\">Undetected</b>"));
}

TEST(Aar, UnnoticeableInjectIsAFindingAboutTechnology) {
  AarData data = SampleData();
  for (v1::InjectTimes& inject : *data.mutable_scorecard()->mutable_injects()) {
    if (inject.inject() == "tien-trinh-an") inject.set_noticeable_us(0);
  }
  EXPECT_THAT(Section(Html(data, Language::kVi), "gaps"), HasSubstr("vấn đề về công nghệ"));
}

TEST(Aar, DrawsOneLaneForEachInjectWithItsMarks) {
  const std::string timeline = Section(Html(SampleData(), Language::kVi), "timeline");
  EXPECT_EQ(Count(timeline, "<tspan font-weight=\"bold\">"), 9);
  // One each in the legend.
  EXPECT_EQ(Count(timeline, "<use href=\"#m-planned\""), 1 + 8);
  EXPECT_EQ(Count(timeline, "<use href=\"#m-released\""), 1 + 8);
  EXPECT_EQ(Count(timeline, "<use href=\"#m-noticeable\""), 1 + 5);
  EXPECT_EQ(Count(timeline, "<use href=\"#m-detected\""), 1 + 4);
  EXPECT_EQ(Count(timeline, "<use href=\"#m-reported\""), 1 + 3);
  EXPECT_EQ(Count(timeline, "<use href=\"#m-contained\""), 1 + 3);
  EXPECT_EQ(Count(timeline, "<use href=\"#m-recovered\""), 1 + 1);
}

TEST(Aar, EverythingOpenIsNamedHoweverManyHostsThereAre) {
  AarData data = SampleData();
  for (int i = 0; i < 500; ++i) {
    v1::HostSummary* host = data.add_hosts();
    host->set_host(absl::StrCat("may-", i));
    host->set_verified(1);
    if (i % 2 == 0) host->set_waiting(1);
    v1::HostOutcome* outcome = data.add_outcomes();
    outcome->set_host(host->host());
    outcome->set_kind(v1::HOST_OUTCOME_KIND_PLAYED);
    outcome->set_cleanup(v1::CLEANUP_RESULT_DECLARED);
    outcome->set_cleanup_waiting(host->waiting() > 0);
  }
  const std::string cleanup = Section(Html(data, Language::kVi), "cleanup");
  for (int i = 0; i < 500; i += 2) {
    EXPECT_EQ(Count(cleanup, absl::StrCat(">may-", i, "<")), 2) << "in both tables";
  }
  EXPECT_THAT(cleanup, HasSubstr("Còn 253 máy không in ở đây")) << "250 here, 3 of the sample";
  EXPECT_THAT(cleanup, HasSubstr("250 mục chưa được xác nhận hoặc còn sót trên 250 máy"));
}

TEST(Aar, LongTimelineIsDrawnInFiguresThatFitAPageAndNamesWhatIsNotDrawn) {
  AarData data = SampleData();
  const v1::InjectTimes inject = data.scorecard().injects(3);
  for (int i = 0; i < 241; ++i) {
    v1::InjectTimes* copy = data.mutable_scorecard()->add_injects();
    *copy = inject;
    copy->set_inject(absl::StrCat("tien-trinh-an#", i + 2));
  }
  const std::string html = Html(data, Language::kVi);
  const std::string timeline = Section(html, "timeline");
  EXPECT_EQ(Count(timeline, "<div class=\"figure\">"), 10);
  EXPECT_THAT(timeline, HasSubstr("Còn 50 tình huống không vẽ"));
  EXPECT_THAT(timeline, HasSubstr("tien-trinh-an#242"));
  EXPECT_EQ(Count(Section(html, "gaps"), "<b class=\"bad\">Chưa phát hiện</b>"), 242);
}

TEST(Aar, TimesSayHowManyNeverHappened) {
  const std::string times = Section(Html(SampleData(), Language::kVi), "times");
  EXPECT_THAT(times, HasSubstr("3\u00a0phút 12\u00a0giây"));
  EXPECT_THAT(times, HasSubstr("7\u00a0phút 30\u00a0giây"));
  EXPECT_THAT(times, HasSubstr("<span class=\"bad\">1</span>"));
}

TEST(Aar, TechniqueCoverageDistinguishesDetectedUndetectedAndBlocked) {
  const std::string section = Section(Html(SampleData(), Language::kVi), "techniques");
  const auto row = [&](absl::string_view id) {
    const size_t from = section.find(absl::StrCat(">", id, "<"));
    EXPECT_NE(from, std::string::npos) << id;
    return section.substr(from, section.find("</tr>", from) - from);
  };
  EXPECT_THAT(row("T1110"), HasSubstr("đã phát hiện"));
  EXPECT_THAT(row("T1036.005"), HasSubstr("chưa phát hiện"));
  EXPECT_THAT(row("T1059.004"), HasSubstr("bị chặn từ đầu"));
}

TEST(Aar, OurFailuresAreNamedAsOursAndKeptApart) {
  const std::string gaps = Section(Html(SampleData(), Language::kVi), "gaps");
  EXPECT_THAT(gaps, HasSubstr("không phải lỗi của đội phòng thủ; đã loại khỏi phần tính điểm"));
  EXPECT_THAT(gaps, HasSubstr("Chính sách của máy từ chối"));
  EXPECT_THAT(gaps, HasSubstr("place not configured on this host"));
  EXPECT_THAT(gaps, HasSubstr("Chưa đến lượt khi diễn tập kết thúc"));
  EXPECT_THAT(gaps, HasSubstr("Kích hoạt muộn 2\u00a0phút 10\u00a0giây"));
  EXPECT_THAT(gaps,
              HasSubstr("Thực hiện bằng tay: Phạm Minh Quang; người chứng kiến: Trần Anh Đức"));
}

TEST(Aar, WrongClaimsAreListedWithTheirCostAndTrueFindingsApart) {
  const std::string claims = Section(Html(SampleData(), Language::kVi), "claims");
  EXPECT_THAT(claims, HasSubstr("<td class=\"n\">-2</td>"));
  EXPECT_THAT(claims, HasSubstr("Nghi có kết nối ra máy chủ điều khiển"));
  EXPECT_THAT(claims, HasSubstr("2. Phát hiện đúng nhưng ngoài kịch bản"));
  EXPECT_THAT(claims, Not(HasSubstr("Trang chủ bị thay nội dung"))) << "matched ones only count";
}

TEST(Aar, RatingsAreGivenByElementAndWhatNobodyRatedSaysSo) {
  const std::string ratings = Section(Html(SampleData(), Language::kVi), "ratings");
  EXPECT_THAT(ratings, HasSubstr("<b>M</b> <span class=\"small\">Võ Thành Sơn</span>"));
  EXPECT_EQ(Count(ratings, "chưa đánh giá"), 1);
}

TEST(Aar, DutyShowsWhatIsMetWhatIsMissingAndTheLegalSource) {
  const std::string html = Html(SampleData(), Language::kVi);
  const std::string duty = Section(html, "duty");
  EXPECT_THAT(duty, HasSubstr("Đã đáp ứng"));
  EXPECT_THAT(duty, HasSubstr("biên bản phê duyệt phương án ứng cứu"));
  EXPECT_THAT(duty, HasSubstr("Cùng nghĩa vụ: CT 18/CT-TTg 2022"));
  EXPECT_THAT(duty, HasSubstr("Các lần bị dừng trong năm: dt-2026-00"));
  EXPECT_THAT(duty, HasSubstr("CT 11/CT-UBND ngày 19/7/2023, mục 1c"));
  EXPECT_THAT(duty, HasSubstr("chưa ai đối chiếu với văn bản chính thức"));
  EXPECT_THAT(html, HasSubstr("Nghĩa vụ diễn tập năm 2026: 1/2 hệ thống đã đáp ứng"));
}

TEST(Aar, LegalDeadlinesBeyondTheEndAreNotTestedNeverMet) {
  AarData data = SampleData();
  EXPECT_THAT(Section(Html(data, Language::kVi), "duty"),
              HasSubstr("kết thúc diễn tập là 2\u00a0giờ 56\u00a0phút 47\u00a0giây"));
  for (v1::InjectTimes& inject : *data.mutable_scorecard()->mutable_injects()) {
    inject.set_detected_us(0);
  }
  EXPECT_THAT(Section(Html(data, Language::kVi), "duty"),
              HasSubstr("mọi thời hạn đều «chưa kiểm tra»"));
}

TEST(Aar, HeadHashIsPrintedInFull) {
  const AarData data = SampleData();
  const std::string integrity = Section(Html(data, Language::kVi), "integrity");
  EXPECT_THAT(integrity, HasSubstr(report::GroupedHex(data.scorecard().head_hash())));
  EXPECT_THAT(integrity, HasSubstr("đến bản ghi thứ 214"));
}

TEST(Aar, ProvisionalScoreIsMarkedUntilItIsFinal) {
  auto drill = MakeSampleDrill();
  for (const v1::Phase phase : {v1::PHASE_RUNNING, v1::PHASE_ENDED, v1::PHASE_JUDGING}) {
    drill->exercise->phase = phase;
    const AarData data = DataOf(*drill);
    EXPECT_THAT(Html(data, Language::kVi), HasSubstr("<b>Bản tạm thời</b>"));
    EXPECT_THAT(Html(data, Language::kVi), HasSubstr("22/10/2026 13:30:00"));
    EXPECT_THAT(Html(data, Language::kEn), HasSubstr("<b>Provisional</b>"));
  }
  for (const v1::Phase phase : {v1::PHASE_FINAL, v1::PHASE_CLOSED}) {
    drill->exercise->phase = phase;
    EXPECT_THAT(Html(DataOf(*drill), Language::kVi), Not(HasSubstr("Bản tạm thời")));
  }
}

TEST(Aar, AbortedExerciseSaysThatItDoesNotCount) {
  auto drill = MakeSampleDrill();
  drill->exercise->phase = v1::PHASE_ABORTED;
  drill->exercise->aborted = true;
  EXPECT_THAT(Html(DataOf(*drill), Language::kVi), HasSubstr("bị dừng trước khi kết thúc"));
}

TEST(Aar, ExerciseThatNeverStartedStillPrints) {
  AarData data;
  data.mutable_scorecard()->set_exercise("dt-0");
  data.mutable_scorecard()->set_score_mp(-1);
  data.mutable_created()->set_exercise("dt-0");
  data.set_phase(v1::PHASE_DRAFT);
  for (const Language language : kAll) {
    const std::string html = Html(data, language);
    EXPECT_EQ(XmlFault(html), "");
    EXPECT_THAT(html, Not(HasSubstr("1970")));
  }
  EXPECT_THAT(Html(data, Language::kVi), HasSubstr("Cuộc diễn tập chưa bắt đầu"));
}

TEST(Aar, OpenCleanupIsNamedOnTheFrontPageAndPerHost) {
  auto drill = MakeSampleDrill();
  const int inject = drill->exercise->inject_index["tien-trinh-an"];
  drill->exercise->injects[static_cast<size_t>(inject)].orders[0].cleanup =
      v1::CLEANUP_RESULT_RESIDUE;
  drill->exercise->residue[{inject, 0}] = {"/opt/kworker.x could not be removed"};
  const std::string html = Html(DataOf(*drill), Language::kVi);
  EXPECT_THAT(html, HasSubstr("chưa xong</span>"));
  EXPECT_THAT(Section(html, "cleanup"), HasSubstr("/opt/kworker.x could not be removed"));
  EXPECT_THAT(Section(html, "cleanup"), HasSubstr("Không được đóng cuộc diễn tập"));
}

TEST(Aar, ManyNotesOfOneOrderAreCountedNotPrintedByThePage) {
  AarData data = SampleData();
  for (v1::HostOutcome& outcome : *data.mutable_outcomes()) {
    if (outcome.inject() != "thay-giao-dien") continue;
    for (int i = 0; i < 40; ++i)
      outcome.add_notes(absl::StrCat("/srv/www/ghi-chu-", i, " removed"));
  }
  const std::string cleanup = Section(Html(data, Language::kVi), "cleanup");
  EXPECT_THAT(cleanup, HasSubstr("ghi-chu-3 removed"));
  EXPECT_THAT(cleanup, Not(HasSubstr("ghi-chu-4 removed")));
  EXPECT_THAT(cleanup, HasSubstr("… và 36 dòng nữa"));
}

// ---- facts -------------------------------------------------------------------------------------

TEST(MakeAarData, CountsHowEachHostWasCleaned) {
  const AarData data = SampleData();
  ASSERT_EQ(data.hosts_size(), 6);
  const v1::HostSummary& web = data.hosts(2);
  EXPECT_EQ(web.host(), "dvc-web-01");
  EXPECT_EQ(web.played(), 2);
  EXPECT_EQ(web.superseded(), 1);
  EXPECT_EQ(web.declared(), 1);
  EXPECT_EQ(web.not_played(), 0) << "a revoked inject was never on it";
  EXPECT_EQ(data.hosts(1).played(), 1) << "by hand";
  EXPECT_EQ(data.hosts(3).blocked(), 1);
  EXPECT_EQ(data.hosts(4).not_played(), 1);
  EXPECT_EQ(data.hosts(4).verified(), 0) << "refused: nothing was changed, nothing is cleaned";
}

TEST(MakeAarData, HostThatNeverConfirmedIsWaiting) {
  auto drill = MakeSampleDrill();
  const int inject = drill->exercise->inject_index["tien-trinh-an"];
  auto& orders = drill->exercise->injects[static_cast<size_t>(inject)].orders;
  orders[0].cleanup = v1::CLEANUP_RESULT_UNSPECIFIED;
  EXPECT_EQ(DataOf(*drill).hosts(0).waiting(), 1);
  orders[0] = OrderState{};
  EXPECT_EQ(DataOf(*drill).hosts(0).waiting(), 1) << "released and never heard of";
  orders[0] = OrderState{
      .stage = OrderState::Stage::kApplied, .cleanup = v1::CLEANUP_RESULT_VERIFIED, .attempt = 2};
  EXPECT_EQ(DataOf(*drill).hosts(0).waiting(), 0);
  drill->exercise->stale_attempts.insert({inject, 0, 1});
  EXPECT_EQ(DataOf(*drill).hosts(0).waiting(), 1) << "its first attempt is not undone";
}

TEST(MakeAarData, LatenessOfTheNetworkIsNoMark) {
  auto drill = MakeSampleDrill();
  const int inject = drill->exercise->inject_index["tien-trinh-an"];
  OrderState& order = drill->exercise->injects[static_cast<size_t>(inject)].orders[0];
  order.late_us = kLateMarkUs - 1;
  const int before = DataOf(*drill).outcomes_size();
  order.late_us = kLateMarkUs;
  const AarData data = DataOf(*drill);
  EXPECT_EQ(data.outcomes_size(), before + 1);
  EXPECT_THAT(Section(Html(data, Language::kVi), "gaps"),
              HasSubstr("Thực hiện muộn 1\u00a0giây so với kế hoạch"));
}

TEST(MakeAarData, LeavesOutContactsKeysAndOtherSystems) {
  const AarData data = SampleData();
  for (const v1::Person& person : data.entries().people()) {
    EXPECT_FALSE(person.has_phone());
    EXPECT_FALSE(person.has_email());
    EXPECT_FALSE(person.name().empty());
  }
  ASSERT_EQ(data.entries().systems_size(), 2);
  for (const v1::System& system : data.entries().systems()) {
    EXPECT_EQ(system.owner_keys_size(), 0);
  }
  EXPECT_EQ(data.duty().rows_size(), 2);
}

TEST(MakeAarData, FinalReportDoesNotDependOnWhenItIsPrinted) {
  auto drill = MakeSampleDrill();
  const std::string before = Html(DataOf(*drill), Language::kBoth);
  drill->state.last_time_us += 1'000'000;
  EXPECT_EQ(Html(DataOf(*drill), Language::kBoth), before);
}

TEST(MakeAarData, UnreadableScopeIsDataLoss) {
  auto drill = MakeSampleDrill();
  drill->exercise->approved.mutable_scopes(1)->set_scope("\xff\xff");
  EXPECT_THAT(MakeAarData(drill->state, *drill->exercise, drill->scorecard, drill->duty),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("signed scope 2")));
}

TEST(AarJson, IsOrderedRepeatableAndHoldsScoreAndContext) {
  const auto json = RenderAarJson(SampleData());
  ASSERT_OK(json);
  EXPECT_EQ(*json, *RenderAarJson(SampleData()));
  EXPECT_LT(json->find("\"scorecard\""), json->find("\"created\""));
  EXPECT_LT(json->find("\"created\""), json->find("\"duty\""));
  EXPECT_THAT(*json, HasSubstr("\"score_mp\": \"76939\""));
  EXPECT_THAT(*json, HasSubstr("\"head_hash_hex\": \"0b30557a"));
}

TEST(ParseLanguage, KnowsThreeWordsAndNamesThemOtherwise) {
  EXPECT_EQ(*ParseLanguage("vi"), Language::kVi);
  EXPECT_EQ(*ParseLanguage("en"), Language::kEn);
  EXPECT_EQ(*ParseLanguage("vi+en"), Language::kBoth);
  EXPECT_EQ(*ParseLanguage(""), Language::kBoth);
  EXPECT_THAT(ParseLanguage("fr"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("vi, en, or vi+en")));
}

}  // namespace
}  // namespace drill
