// Command lines of judging → requests; finals checked without a controller; records in words.
#include <gmock/gmock.h>

#include "cli/record_text.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::testing::HasSubstr;

std::string RequestText(const std::vector<std::string>& words) {
  return RequestOf(words).ShortDebugString();
}
std::string Normal(const char* text) {
  v1::Command command;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &command)) << text;
  return command.ShortDebugString();
}

TEST(JudgingRequests, Queue) {
  EXPECT_EQ(RequestText({"evaluator", "merge", "x", "soc-2", "--into", "soc-1"}),
            Normal("merge_observation { exercise: 'x' merge { observation: 'soc-2' into: 'soc-1' "
                   "} }"));
  EXPECT_EQ(RequestText({"evaluator", "undo", "x", "soc-2", "--note", "n"}),
            Normal("undo_judgement { exercise: 'x' undo { observation: 'soc-2' note: 'n' } }"));
  EXPECT_EQ(RequestText({"evaluator", "comment", "x", "soc-2", "--text", "n"}),
            Normal("comment_observation { exercise: 'x' comment { observation: 'soc-2' text: 'n' "
                   "} }"));
}

TEST(JudgingRequests, Marks) {
  EXPECT_EQ(RequestText({"evaluator", "mark", "x", "--criterion", "calm", "--permille", "700"}),
            Normal("give_mark { exercise: 'x' mark { subject { criterion: 'calm' } permille: 700 "
                   "} }"));
  EXPECT_EQ(RequestText({"evaluator", "settle", "x", "--inject", "ask", "--expectation", "1",
                         "--permille", "0", "--note", "n"}),
            Normal("settle_mark { exercise: 'x' mark { subject { inject: 'ask' expectation: 1 } "
                   "note: 'n' } }"));
  EXPECT_EQ(RequestText({"appeal", "file", "x", "--criterion", "calm", "--text", "n"}),
            Normal("file_appeal { exercise: 'x' appeal { subject { criterion: 'calm' } text: 'n' "
                   "} }"));
  EXPECT_EQ(RequestText({"appeal", "answer", "x", "appeal-1", "--upheld", "--note", "n"}),
            Normal("answer_appeal { exercise: 'x' answer { appeal: 'appeal-1' upheld: true note: "
                   "'n' } }"));
  EXPECT_EQ(RequestText({"survey", "answer", "x", "--scale", "clear=4", "--text", "clear=well"}),
            Normal("answer_survey { exercise: 'x' answers { replies { question: 'clear' scale: 4 "
                   "text: 'well' } } }"));
}

TEST(JudgingRecords, SayWhatHappenedAndNotWhatIsBlind) {
  v1::Record record;
  record.mutable_mark_given();
  EXPECT_EQ(RecordText(Language::kEnglish, record), "Gave a mark (blind)");
  record.mutable_mark_given()->mutable_subject()->set_criterion("calm");
  record.mutable_mark_given()->set_permille(700);
  EXPECT_EQ(RecordText(Language::kEnglish, record), "Marked 700‰: criterion calm");
  record.mutable_appeal_filed()->set_appeal("appeal-1");
  EXPECT_THAT(RecordText(Language::kVietnamese, record), HasSubstr("kháng nghị"));
}

}  // namespace
}  // namespace drill::cli
