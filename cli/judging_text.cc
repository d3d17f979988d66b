#include "cli/judging_text.h"

namespace drill::cli {
namespace {

struct Both {
  absl::string_view vi;
  absl::string_view en;
};

Both Sentence(JudgeMsg message) {
  switch (message) {
    case JudgeMsg::kCriterion:
      return {"tiêu chí $0", "criterion $0"};
    case JudgeMsg::kPart:
      return {"$0, yêu cầu $1", "$0, expectation $1"};
    case JudgeMsg::kOpen:
      return {"đang chấm kín", "blind marking goes on"};
    case JudgeMsg::kNeedsSettling:
      return {"chờ trưởng ban quyết định", "waits for the chair"};
    case JudgeMsg::kCounts:
      return {"được tính $0‰", "counts $0‰"};
    case JudgeMsg::kSettled:
      return {"trưởng ban cho $0‰: $1", "the chair gave $0‰: $1"};
    case JudgeMsg::kMarks:
      return {"các điểm $0, chênh $1‰", "marks $0, spread $1‰"};
    case JudgeMsg::kOwn:
      return {"điểm của bạn: $0‰ $1", "your mark: $0‰ $1"};
    case JudgeMsg::kProvisional:
      return {"tạm tính: $0‰", "provisional: $0‰"};
    case JudgeMsg::kProgress:
      return {"$0 đã cho $1 điểm", "$0 has given $1 marks"};
    case JudgeMsg::kAppeal:
      return {"$0 · đội $1 · $2: $3", "$0 · team $1 · $2: $3"};
    case JudgeMsg::kAppealOpen:
      return {"chưa trả lời", "not answered yet"};
    case JudgeMsg::kAppealUpheld:
      return {"chấp nhận: $0", "upheld: $0"};
    case JudgeMsg::kAppealRefused:
      return {"không chấp nhận: $0", "refused: $0"};
    case JudgeMsg::kNote:
      return {"$0 · $1 · $2 · $3: $4 ($5 tệp)", "$0 · $1 · $2 · $3: $4 ($5 files)"};
    case JudgeMsg::kNothing:
      return {"Không có gì.", "Nothing."};
    case JudgeMsg::kComment:
      return {"Ghi chú $0, $1: $2", "Note $0, $1: $2"};
    case JudgeMsg::kSurveyHead:
      return {"Rút kinh nghiệm: $0/$1 người đã trả lời", "Hot wash: $0 of $1 people have answered"};
    case JudgeMsg::kSurveyMean:
      return {"trung bình $0 trên $1 ($2)", "mean $0 of $1 ($2)"};
    case JudgeMsg::kSurveyNobody:
      return {"chưa ai trả lời", "nobody has answered"};
    case JudgeMsg::kFinalGood:
      return {"ĐÚNG: kết quả cuối cùng của $0 không bị sửa: $1/100, ký lúc $2",
              "GOOD: the final of $0 is unchanged: $1/100, signed at $2"};
    case JudgeMsg::kFinalRests:
      return {"Bản ghi $0, mã băm $1", "Record $0, hash $1"};
    case JudgeMsg::kFinalCa:
      return {"Bộ điều khiển có CA với SHA-256 $0", "By the controller whose CA has SHA-256 $0"};
    case JudgeMsg::kFinalCaUnknown:
      return {
          "CA lấy từ chính tệp này: hãy so SHA-256 ở trên với giá trị đã giữ ở nơi khác, hoặc "
          "dùng --ca",
          "The CA is the file's own: compare the SHA-256 above with one kept elsewhere, or use "
          "--ca"};
    case JudgeMsg::kUsageSubject:
      return {"cần đúng một trong hai: --criterion hoặc --inject",
              "exactly one of --criterion and --inject is needed"};
    case JudgeMsg::kUsageSurvey:
      return {"chưa có câu trả lời nào: dùng --scale hoặc --text",
              "no answers: use --scale or --text"};
    case JudgeMsg::kUsageReply:
      return {"--scale: cần một số, ví dụ $0=4", "--scale: expected a number, such as $0=4"};
    case JudgeMsg::kUsageCa:
      return {"không đọc được CA: $0", "the CA cannot be read: $0"};
    case JudgeMsg::kUsageRate:
      return {"cần đúng một trong hai: --system hoặc --objective",
              "exactly one of --system and --objective is needed"};
    case JudgeMsg::kUsageVerdict:
      return {"cần đúng một trong hai: --upheld hoặc --refused",
              "exactly one of --upheld and --refused is needed"};
    case JudgeMsg::kRecMerged:
      return {"$0 gộp vào $1", "$0 merged into $1"};
    case JudgeMsg::kRecUndone:
      return {"Hủy thẩm định của $0", "Judgement of $0 undone"};
    case JudgeMsg::kRecCommented:
      return {"Nhận xét về $0: $1", "Comment on $0: $1"};
    case JudgeMsg::kRecMarked:
      return {"Cho $0‰: $1", "Marked $0‰: $1"};
    case JudgeMsg::kRecMarkedBlind:
      return {"Đã cho một điểm (chấm kín)", "Gave a mark (blind)"};
    case JudgeMsg::kRecSettled:
      return {"Trưởng ban cho $0‰: $1", "The chair settles $0‰: $1"};
    case JudgeMsg::kRecAppealed:
      return {"$0: đội $1 kháng nghị điểm của $2", "$0: team $1 appeals the mark of $2"};
    case JudgeMsg::kRecUpheld:
      return {"$0 được chấp nhận", "$0 upheld"};
    case JudgeMsg::kRecRefused:
      return {"$0 không được chấp nhận", "$0 refused"};
    case JudgeMsg::kRecNote:
      return {"Ghi chú $0, $1: $2", "Note $0, $1: $2"};
    case JudgeMsg::kRecSurvey:
      return {"Một người đã trả lời phần rút kinh nghiệm", "Somebody answered the hot wash"};
    case JudgeMsg::kRecSigned:
      return {"Bộ điều khiển đã ký kết quả cuối cùng", "The controller signed the final"};
  }
  return {};
}

struct Help {
  absl::string_view key;
  absl::string_view vi;
  absl::string_view en;
};

constexpr Help kHelp[] = {
    {"drillctl evaluator merge", "Gộp một báo cáo vào báo cáo nói cùng một điều",
     "Merge an observation into another that says the same"},
    {"drillctl evaluator undo", "Hủy thẩm định của một báo cáo",
     "Take back what evaluators said of an observation"},
    {"drillctl evaluator comment", "Ghi nhận xét về một báo cáo", "Comment on an observation"},
    {"drillctl evaluator mark", "Cho điểm một tiêu chí hoặc câu trả lời, chấm kín",
     "Mark a criterion or an answer, blind"},
    {"drillctl evaluator marks", "Phiếu điểm: việc cần chấm, điểm, kháng nghị, ghi chép",
     "The mark sheet: what is to be marked, marks, appeals, notes"},
    {"drillctl evaluator settle", "Trưởng ban quyết định điểm", "The chair settles a mark"},
    {"drillctl evaluator note", "Ghi chép tại chỗ, có thời điểm", "Take a timed note"},
    {"drillctl appeal", "Kháng nghị điểm", "Appeals against marks"},
    {"drillctl appeal file", "Kháng nghị một điểm của đội mình, một lần",
     "Appeal a mark of your team, once"},
    {"drillctl appeal list", "Điểm của đội và các kháng nghị", "Your team's marks, and appeals"},
    {"drillctl appeal answer", "Trưởng ban trả lời kháng nghị", "The chair answers an appeal"},
    {"drillctl survey", "Rút kinh nghiệm sau diễn tập", "The hot wash"},
    {"drillctl survey answer", "Trả lời; lần sau thay lần trước",
     "Answer; a later answer replaces an earlier one"},
    {"drillctl survey show", "Câu hỏi và tổng hợp, không nêu tên",
     "The questions, summed up without names"},
    {"drillctl final", "Kết quả cuối cùng có chữ ký", "The signed final"},
    {"drillctl final export", "Ghi kết quả cuối cùng đã ký ra tệp",
     "Write the signed final to a file"},
    {"drillctl final verify", "Kiểm tra tệp kết quả, không cần bộ điều khiển",
     "Check such a file, without any controller"},
    {"--criterion", "mã tiêu chí", "criterion id"},
    {"--expectation", "thứ tự yêu cầu của tình huống, từ 0", "index of the inject's expectation"},
    {"--permille", "điểm, phần nghìn", "the mark, thousandths"},
    {"--into", "báo cáo được giữ lại", "the observation that stays"},
    {"--objective", "mã mục tiêu", "objective id"},
    {"--scale", "câu hỏi=mức, ví dụ clear=4", "question=number, such as clear=4"},
    {"--upheld", "chấp nhận; sau đó cho lại điểm bằng «evaluator settle»",
     "it is right; then give the mark anew with `evaluator settle`"},
    {"--refused", "không chấp nhận", "the mark stays"},
    {"APPEAL", "mã kháng nghị, như appeal-1", "appeal id, such as appeal-1"},
    {"evaluator note --team", "đội", "team part"},
    {"evaluator note --at", "thời điểm quan sát, mặc định bây giờ",
     "when it was seen, default now"},
    {"survey answer --text", "câu hỏi=lời, ví dụ more=\"...\"",
     "question=words, such as more=\"...\""},
    {"final verify --ca", "tệp chứng thư CA, hoặc tệp context; mặc định: context đang dùng",
     "CA certificate or context file; default: the context in use"},
};

}  // namespace

absl::string_view JudgingText(Language language, JudgeMsg message) {
  const Both both = Sentence(message);
  return language == Language::kVietnamese ? both.vi : both.en;
}

absl::string_view FindJudgingWord(Language language, absl::string_view key) {
  for (const Help& help : kHelp) {
    if (help.key == key) return language == Language::kVietnamese ? help.vi : help.en;
  }
  return "";
}

}  // namespace drill::cli
