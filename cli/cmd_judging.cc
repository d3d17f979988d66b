// evaluator mark, marks, settle, note, merge, undo, comment; appeal; survey; final.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/judging_text.h"
#include "cli/session.h"
#include "cli/tables.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/keys/final_proof.h"
#include "common/os/file.h"
#include "drill/v1/context.pb.h"

namespace drill::cli {
namespace {

constexpr int kPermille = 1000;

std::string SubjectText(const Session& session, const v1::MarkSubject& subject) {
  return subject.criterion().empty()
             ? Say(session.language(), JudgeMsg::kPart, Clean(subject.inject()),
                   subject.expectation())
             : Say(session.language(), JudgeMsg::kCriterion, Clean(subject.criterion()));
}

// --criterion, or --inject with --expectation.
void AddSubject(Command& command, v1::MarkSubject* subject) {
  command.Opt("--criterion", "CRITERION", Into(subject->mutable_criterion()))
      .Opt("--inject", "INJECT", Into(subject->mutable_inject()))
      .Opt("--expectation", "N",
           Number(0, 63,
                  [subject](int64_t n) { subject->set_expectation(static_cast<int32_t>(n)); }))
      .Check([subject](Language language, std::vector<std::string>* faults) {
        if (subject->criterion().empty() == subject->inject().empty()) {
          faults->push_back(std::string(JudgingText(language, JudgeMsg::kUsageSubject)));
        }
      });
}

template <typename Mark>
void AddMarkOptions(Command& command, Mark* mark, Need note) {
  AddSubject(command, mark->mutable_subject());
  command
      .Opt("--permille", "PERMILLE",
           Number(0, kPermille,
                  [mark](int64_t value) { mark->set_permille(static_cast<int32_t>(value)); }),
           Need::kOne)
      .Opt("--note", "TEXT", Into(mark->mutable_note()), note);
}

// ---- the mark sheet ----------------------------------------------------------------------------

void PrintRow(Session& session, const v1::MarkRow& row) {
  const Language l = session.language();
  const auto line = [&](const std::string& text) { session.PrintLine(absl::StrCat("  ", text)); };
  session.PrintLine(session.Painted(
      absl::StrCat(SubjectText(session, row.subject()), " · ", Clean(row.subject().team()), " · ",
                   Clean(session.Pick(row.title()))),
      Colour::kBold));
  if (row.has_guidance()) line(CleanLines(session.Pick(row.guidance())));
  for (const v1::CriterionLevel& level : row.levels()) {
    line(absl::StrCat(level.permille(), "‰  ", Clean(session.Pick(level.text()))));
  }
  if (row.provisional_permille() >= 0) {
    line(Say(l, JudgeMsg::kProvisional, row.provisional_permille()));
  }
  if (row.own_permille() >= 0) {
    line(Say(l, JudgeMsg::kOwn, row.own_permille(), Clean(row.own_note())));
  }
  if (row.open()) return line(Say(l, JudgeMsg::kOpen));
  line(Say(l, JudgeMsg::kMarks, absl::StrJoin(row.marks_permille(), ", "), row.spread_permille()));
  if (!row.settled_note().empty()) {
    line(Say(l, JudgeMsg::kSettled, row.settled_permille(), Clean(row.settled_note())));
  }
  line(row.needs_settling() ? Say(l, JudgeMsg::kNeedsSettling)
                            : Say(l, JudgeMsg::kCounts, row.counts_permille()));
}

void PrintAppeal(Session& session, const v1::Appeal& appeal) {
  const Language l = session.language();
  const v1::AppealFiled& filed = appeal.filed();
  session.PrintLine(Say(l, JudgeMsg::kAppeal, Clean(filed.appeal()), Clean(filed.team()),
                        SubjectText(session, filed.subject()), CleanLines(filed.text())));
  session.PrintLine(absl::StrCat(
      "  ",
      !appeal.answered()
          ? Say(l, JudgeMsg::kAppealOpen)
          : Say(l, appeal.answer().upheld() ? JudgeMsg::kAppealUpheld : JudgeMsg::kAppealRefused,
                CleanLines(appeal.answer().note()))));
}

absl::Status ShowMarks(Session& session, const std::string& exercise) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::MarkSheet sheet, client->GetMarks(exercise));
  if (session.json()) {
    session.PrintJson(sheet);
    return absl::OkStatus();
  }
  const Language l = session.language();
  for (const v1::MarkRow& row : sheet.rows()) PrintRow(session, row);
  for (const v1::Appeal& appeal : sheet.appeals()) PrintAppeal(session, appeal);
  for (const v1::NoteView& view : sheet.notes()) {
    const v1::NoteTaken& note = view.note();
    session.PrintLine(
        Say(l, JudgeMsg::kNote, Clean(note.note()), FormatTime(note.at_us()), Clean(view.person()),
            Clean(absl::StrCat(note.objective(), note.team().empty() ? "" : "/", note.team())),
            CleanLines(note.text()), note.attachments_size()));
  }
  for (const v1::MarkProgress& progress : sheet.progress()) {
    session.PrintLine(Say(l, JudgeMsg::kProgress, Clean(progress.person()), progress.given()));
  }
  if (sheet.rows().empty() && sheet.appeals().empty() && sheet.notes().empty()) {
    session.PrintLine(Say(l, JudgeMsg::kNothing));
  }
  return absl::OkStatus();
}

// ---- the hot wash ------------------------------------------------------------------------------

v1::SurveyReply* ReplyTo(v1::SurveyAnswered* answers, const std::string& question) {
  for (v1::SurveyReply& reply : *answers->mutable_replies()) {
    if (reply.question() == question) return &reply;
  }
  v1::SurveyReply* reply = answers->add_replies();
  reply->set_question(question);
  return reply;
}

void AddSurveyAnswer(Command& survey) {
  Command& command = survey.Sub("answer");
  v1::AnswerSurvey* answer = command.Submits()->mutable_answer_survey();
  v1::SurveyAnswered* answers = answer->mutable_answers();
  command.Arg("EXERCISE", Into(answer->mutable_exercise()))
      .Opt("--scale", "QUESTION=N",
           Pairs([answers](const std::string& question, const std::string& value,
                           const ParseContext& context) -> absl::Status {
             int32_t scale = 0;
             if (!absl::SimpleAtoi(value, &scale) || scale < 1) {
               return absl::InvalidArgumentError(
                   Say(context.language, JudgeMsg::kUsageReply, question));
             }
             ReplyTo(answers, question)->set_scale(scale);
             return absl::OkStatus();
           }),
           Need::kAny)
      .Opt("--text", "QUESTION=TEXT",
           Pairs([answers](const std::string& question, const std::string& value,
                           const ParseContext&) -> absl::Status {
             ReplyTo(answers, question)->set_text(value);
             return absl::OkStatus();
           }),
           Need::kAny)
      .Check([answers](Language language, std::vector<std::string>* faults) {
        if (answers->replies().empty()) {
          faults->push_back(std::string(JudgingText(language, JudgeMsg::kUsageSurvey)));
        }
      });
}

void PrintSurveyRow(Session& session, const v1::SurveyRow& row) {
  const v1::SurveyQuestion& question = row.question();
  session.PrintLine(
      absl::StrCat(Clean(question.id()), "  ", Clean(session.Pick(question.text())),
                   question.scale() > 0 ? absl::StrCat(" (1–", question.scale(), ")") : ""));
  if (row.mean_permille() > 0) {
    std::vector<std::string> counts;
    for (int i = 0; i < row.by_scale_size(); ++i) {
      counts.push_back(absl::StrCat(i + 1, ": ", row.by_scale(i)));
    }
    session.PrintLine(
        absl::StrCat("  ", Say(session.language(), JudgeMsg::kSurveyMean,
                               absl::StrFormat("%d.%03d", row.mean_permille() / kPermille,
                                               row.mean_permille() % kPermille),
                               question.scale(), absl::StrJoin(counts, ", "))));
  }
  for (const std::string& text : row.texts()) {
    session.PrintLine(absl::StrCat("  – ", CleanLines(text)));
  }
}

absl::Status ShowSurvey(Session& session, const std::string& exercise) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::SurveySummary summary, client->GetSurvey(exercise));
  if (session.json()) {
    session.PrintJson(summary);
    return absl::OkStatus();
  }
  session.PrintLine(
      Say(session.language(), JudgeMsg::kSurveyHead, summary.answered(), summary.asked()));
  for (const v1::SurveyRow& row : summary.rows()) PrintSurveyRow(session, row);
  return absl::OkStatus();
}

// ---- the signed final --------------------------------------------------------------------------

struct FinalOptions {
  std::string exercise;
  std::string out;
  std::string file;
  std::string ca;
};

absl::Status ExportFinal(Session& session, const FinalOptions& o) {
  v1::GetReportRequest request;
  request.set_exercise(o.exercise);
  request.set_format(v1::DOCUMENT_FORMAT_FINAL);
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Document document, client->GetReport(request));
  return session.Deliver(o.out, document.media_type(), document.content());
}

// SHA-256 of the CA to trust; "" when nobody said which.
absl::StatusOr<std::string> TrustedCa(Session& session, const FinalOptions& o) {
  std::string pem;
  if (!o.ca.empty()) {
    ASSIGN_OR_RETURN(pem, os::ReadFile(o.ca));
    // A context file holds one, too.
    if (const absl::StatusOr<v1::Context> context = ReadContext(o.ca); context.ok()) {
      pem = context->ca_pem();
    }
  } else if (const absl::StatusOr<const v1::Context*> context = session.context(); context.ok()) {
    pem = (*context)->ca_pem();
  } else {
    return "";
  }
  absl::StatusOr<std::string> sha256 = CertificateSha256(pem);
  if (sha256.ok()) return sha256;
  return absl::InvalidArgumentError(
      Say(session.language(), JudgeMsg::kUsageCa, std::string(sha256.status().message())));
}

absl::Status VerifyFinal(Session& session, const FinalOptions& o) {
  ASSIGN_OR_RETURN(const std::string bytes, os::ReadFile(o.file));
  ASSIGN_OR_RETURN(const v1::FinalProof proof, ReadFinalProof(bytes));
  ASSIGN_OR_RETURN(std::string ca, TrustedCa(session, o));
  const bool unknown = ca.empty();
  if (unknown) {
    ASSIGN_OR_RETURN(ca, CertificateSha256(proof.ca_pem()));
  }
  ASSIGN_OR_RETURN(const v1::FinalStatement statement, CheckFinalProof(proof, ca));
  if (session.json()) {
    session.PrintJson(statement);
    return absl::OkStatus();
  }
  v1::Record record;
  v1::Scorecard card;
  if (!record.ParseFromString(proof.record()) ||
      !card.ParseFromString(record.score_finalised().scorecard())) {
    return absl::DataLossError(o.file);
  }
  const Language l = session.language();
  const std::string score = card.score_mp() < 0 ? "-" : FormatPoints(card.score_mp());
  session.PrintLine(session.Painted(Say(l, JudgeMsg::kFinalGood, Clean(statement.exercise()), score,
                                        FormatTime(statement.time_us())),
                                    Colour::kGreen));
  session.PrintLine(
      Say(l, JudgeMsg::kFinalRests, statement.head_stream_seq(), Hex(statement.head_hash())));
  session.PrintLine(Say(l, JudgeMsg::kFinalCa, Hex(ca)));
  if (unknown) session.PrintLine(Say(l, JudgeMsg::kFinalCaUnknown));
  return absl::OkStatus();
}

}  // namespace

void AddMarking(Command& evaluator) {
  Command& merge = evaluator.Sub("merge");
  v1::MergeObservation* merging = merge.Submits()->mutable_merge_observation();
  merge.Arg("EXERCISE", Into(merging->mutable_exercise()))
      .Arg("OBSERVATION", Into(merging->mutable_merge()->mutable_observation()))
      .Opt("--into", "OBSERVATION", Into(merging->mutable_merge()->mutable_into()), Need::kOne)
      .Opt("--note", "TEXT", Into(merging->mutable_merge()->mutable_note()));
  Command& undo = evaluator.Sub("undo");
  v1::UndoJudgement* undoing = undo.Submits()->mutable_undo_judgement();
  undo.Arg("EXERCISE", Into(undoing->mutable_exercise()))
      .Arg("OBSERVATION", Into(undoing->mutable_undo()->mutable_observation()))
      .Opt("--note", "TEXT", Into(undoing->mutable_undo()->mutable_note()));
  Command& comment = evaluator.Sub("comment");
  v1::CommentObservation* commenting = comment.Submits()->mutable_comment_observation();
  comment.Arg("EXERCISE", Into(commenting->mutable_exercise()))
      .Arg("OBSERVATION", Into(commenting->mutable_comment()->mutable_observation()))
      .Opt("--text", "TEXT", Into(commenting->mutable_comment()->mutable_text()), Need::kOne);
  Command& mark = evaluator.Sub("mark");
  v1::GiveMark* give = mark.Submits()->mutable_give_mark();
  mark.Arg("EXERCISE", Into(give->mutable_exercise()));
  AddMarkOptions(mark, give->mutable_mark(), Need::kOptional);
  auto exercise = std::make_shared<std::string>();
  evaluator.Sub("marks").Arg("EXERCISE", Into(exercise.get())).Runs([exercise](Session& s) {
    return ShowMarks(s, *exercise);
  });
  Command& settle = evaluator.Sub("settle");
  v1::SettleMark* settling = settle.Submits()->mutable_settle_mark();
  settle.Arg("EXERCISE", Into(settling->mutable_exercise()));
  AddMarkOptions(settle, settling->mutable_mark(), Need::kOne);
  Command& note = evaluator.Sub("note");
  v1::TakeNote* take = note.Submits()->mutable_take_note();
  v1::NoteTaken* taken = take->mutable_note();
  note.Arg("EXERCISE", Into(take->mutable_exercise()))
      .Opt("--text", "TEXT", Into(taken->mutable_text()), Need::kOne)
      .Opt("--objective", "OBJECTIVE", Into(taken->mutable_objective()))
      .Opt("--team", "TEAM", Into(taken->mutable_team()))
      .Opt("--at", "TIME", Moment([taken](int64_t us) { taken->set_at_us(us); }));
}

void AddAppeal(Command& root) {
  Command& appeal = root.Sub("appeal");
  Command& file = appeal.Sub("file");
  v1::FileAppeal* filing = file.Submits()->mutable_file_appeal();
  file.Arg("EXERCISE", Into(filing->mutable_exercise()));
  AddSubject(file, filing->mutable_appeal()->mutable_subject());
  file.Opt("--text", "TEXT", Into(filing->mutable_appeal()->mutable_text()), Need::kOne);
  auto exercise = std::make_shared<std::string>();
  appeal.Sub("list").Arg("EXERCISE", Into(exercise.get())).Runs([exercise](Session& s) {
    return ShowMarks(s, *exercise);
  });
  Command& answer = appeal.Sub("answer");
  v1::AnswerAppeal* answering = answer.Submits()->mutable_answer_appeal();
  auto said = std::make_shared<int>(0);
  answer.Arg("EXERCISE", Into(answering->mutable_exercise()))
      .Arg("APPEAL", Into(answering->mutable_answer()->mutable_appeal()))
      .Flag("--upheld",
            [answering, said] {
              answering->mutable_answer()->set_upheld(true);
              ++*said;
            })
      .Flag("--refused", [said] { ++*said; })
      .Opt("--note", "TEXT", Into(answering->mutable_answer()->mutable_note()), Need::kOne)
      .Check([said](Language language, std::vector<std::string>* faults) {
        if (*said != 1) {
          faults->push_back(std::string(JudgingText(language, JudgeMsg::kUsageVerdict)));
        }
      });
}

void AddSurvey(Command& root) {
  Command& survey = root.Sub("survey");
  AddSurveyAnswer(survey);
  auto exercise = std::make_shared<std::string>();
  survey.Sub("show").Arg("EXERCISE", Into(exercise.get())).Runs([exercise](Session& s) {
    return ShowSurvey(s, *exercise);
  });
}

void AddFinal(Command& root) {
  Command& final_command = root.Sub("final");
  auto o = std::make_shared<FinalOptions>();
  final_command.Sub("export")
      .Arg("EXERCISE", Into(&o->exercise))
      .Opt("--out", "FILE", Into(&o->out), Need::kOne)
      .Runs([o](Session& s) { return ExportFinal(s, *o); });
  final_command.Sub("verify")
      .Arg("FILE", Into(&o->file))
      .Opt("--ca", "FILE", Into(&o->ca))
      .Runs([o](Session& s) { return VerifyFinal(s, *o); });
}

}  // namespace drill::cli
