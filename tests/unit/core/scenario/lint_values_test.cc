// Lint: what injects hold, what teams should do about them, parameters of actions.
#include "core/scenario/lint_context.h"
#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using ::drill::testing::At;
using ::drill::testing::BrokenCase;
using ::drill::testing::GoodScenario;
using ::drill::testing::kCall;
using ::drill::testing::kDecide;
using ::drill::testing::kRansom;
using ::drill::testing::kReserve;
using ::drill::testing::kScan;
using ::drill::testing::kShell;
using ::drill::testing::kWrapUp;
using ::drill::testing::Seconds;
using ::testing::IsEmpty;

v1::Expectation* Expect(v1::Scenario& s, int inject, int index) {
  return s.mutable_injects(inject)->mutable_expect(index);
}

const BrokenCase kKindCases[] = {
    {"NoKind",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->clear_cue(); },
     At(kWrapUp, ""),
     {"has no kind", "action, manual, message, question or cue"}},
    {"CueWithoutBody",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->mutable_cue()->clear_body(); },
     At(kWrapUp, ".cue.body"),
     {"write it in Vietnamese"}},
    {"MessageToNobody",
     [](v1::Scenario& s) { s.mutable_injects(kCall)->mutable_message()->clear_teams(); },
     At(kCall, ".message.teams"),
     {"missing"}},
    {"MessageTwiceToOneTeam",
     [](v1::Scenario& s) { s.mutable_injects(kCall)->mutable_message()->add_teams("soc"); },
     At(kCall, ".message.teams[1]"),
     {"team part 'soc' is named twice"}},
    {"MessageWithoutBody",
     [](v1::Scenario& s) { s.mutable_injects(kCall)->mutable_message()->clear_body(); },
     At(kCall, ".message.body"),
     {"write it in Vietnamese"}},
    {"MessageBodyWithoutEnglish",
     [](v1::Scenario& s) {
       s.mutable_injects(kCall)->mutable_message()->mutable_body()->clear_en();
     },
     At(kCall, ".message.body"),
     {"no English text"},
     Severity::kWarning},
    {"MessageFromNobody",
     [](v1::Scenario& s) { s.mutable_injects(kCall)->mutable_message()->clear_from(); },
     At(kCall, ".message.from"),
     {"who sends it"},
     Severity::kWarning},
    {"QuestionWithoutBody",
     [](v1::Scenario& s) { s.mutable_injects(kDecide)->mutable_question()->clear_body(); },
     At(kDecide, ".question.body"),
     {"write it in Vietnamese"}},
    {"ChoiceIdTwice",
     [](v1::Scenario& s) {
       s.mutable_injects(kDecide)->mutable_question()->mutable_choices(1)->set_id("yes");
     },
     At(kDecide, ".question.choices[1].id"),
     {"choice 'yes' is declared twice"}},
    {"ChoiceWithoutId",
     [](v1::Scenario& s) {
       s.mutable_injects(kDecide)->mutable_question()->mutable_choices(1)->clear_id();
     },
     At(kDecide, ".question.choices[1].id"),
     {"missing id"}},
    {"ChoiceWithoutText",
     [](v1::Scenario& s) {
       s.mutable_injects(kDecide)->mutable_question()->mutable_choices(0)->clear_text();
     },
     At(kDecide, ".question.choices[0].text"),
     {"write it in Vietnamese"}},
    {"ChoiceCreditTooHigh",
     [](v1::Scenario& s) {
       s.mutable_injects(kDecide)->mutable_question()->mutable_choices(0)->set_credit_permille(
           1001);
     },
     At(kDecide, ".question.choices[0].credit_permille"),
     {"1001", "0 to 1000"}},
    {"NoChoiceEarns",
     [](v1::Scenario& s) {
       s.mutable_injects(kDecide)->mutable_question()->mutable_choices(0)->set_credit_permille(0);
     },
     At(kDecide, ".question.choices"),
     {"no answer earns anything"}},
    {"OneChoice",
     [](v1::Scenario& s) {
       s.mutable_injects(kDecide)->mutable_question()->mutable_choices()->RemoveLast();
     },
     At(kDecide, ".question.choices"),
     {"at least two"}},
    {"ManualWithoutInstructions",
     [](v1::Scenario& s) { s.mutable_injects(kShell)->mutable_manual()->clear_instructions(); },
     At(kShell, ".manual.instructions"),
     {"write it in Vietnamese"}},
    {"ManualWithoutArtefacts",
     [](v1::Scenario& s) { s.mutable_injects(kShell)->mutable_manual()->clear_artefacts(); },
     At(kShell, ".manual.artefacts"),
     {"evaluators must judge"},
     Severity::kWarning},
    {"ArtefactWithoutKind",
     [](v1::Scenario& s) {
       s.mutable_injects(kShell)->mutable_manual()->mutable_artefacts(0)->clear_kind();
     },
     At(kShell, ".manual.artefacts[0].kind"),
     {"missing"}},
    {"ArtefactWithoutValue",
     [](v1::Scenario& s) {
       s.mutable_injects(kShell)->mutable_manual()->mutable_artefacts(0)->clear_value();
     },
     At(kShell, ".manual.artefacts[0].value"),
     {"missing"}},
    {"ArtefactPathNotAbsolute",
     [](v1::Scenario& s) {
       s.mutable_injects(kShell)->mutable_manual()->mutable_artefacts(0)->set_value("www/a.php");
     },
     At(kShell, ".manual.artefacts[0].value"),
     {"no absolute path"}},
    {"ArtefactHashMalformed",
     [](v1::Scenario& s) {
       s.mutable_injects(kShell)->mutable_manual()->mutable_artefacts(0)->set_kind(
           v1::ARTEFACT_KIND_SHA256);
     },
     At(kShell, ".manual.artefacts[0].value"),
     {"64 lower-case hex digits"}},
    {"ArtefactTooLong",
     [](v1::Scenario& s) {
       s.mutable_injects(kShell)->mutable_manual()->mutable_artefacts(0)->set_value(
           std::string(4097, '/'));
     },
     At(kShell, ".manual.artefacts[0].value"),
     {"limit is 4096"}},
    {"TechniqueTooShort",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->set_techniques(0, "T148"); },
     At(kRansom, ".techniques[0]"),
     {"'T148' is no ATT&CK technique id"}},
    {"TechniqueInLowerCase",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->set_techniques(0, "t1486"); },
     At(kRansom, ".techniques[0]"),
     {"expected T1486 or T1491.002"}},
    {"SubTechniqueMalformed",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->set_techniques(0, "T1491.02"); },
     At(kRansom, ".techniques[0]"),
     {"'T1491.02'"}},
    {"TechniqueTwice",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->add_techniques("T1486"); },
     At(kRansom, ".techniques[1]"),
     {"technique 'T1486' is named twice"}},
};
DRILL_BROKEN_CASES(LintKindTest, kKindCases);

const BrokenCase kExpectationCases[] = {
    {"NoneOnAnAction",
     [](v1::Scenario& s) { s.mutable_injects(kReserve)->clear_expect(); },
     At(kReserve, ".expect"),
     {"this action is measured"},
     Severity::kWarning},
    {"NoneOnAQuestion",
     [](v1::Scenario& s) { s.mutable_injects(kDecide)->clear_expect(); },
     At(kDecide, ".expect"),
     {"this question is measured"},
     Severity::kWarning},
    {"TooMany",
     [](v1::Scenario& s) {
       for (int i = 0; i < 64; ++i) {
         *s.mutable_injects(kReserve)->add_expect() = s.injects(kReserve).expect(0);
       }
     },
     At(kReserve, ".expect"),
     {"there are 65 expectations; the limit is 64"}},
    {"WithoutKind",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->clear_kind(); },
     At(kShell, ".expect[0].kind"),
     {"missing", "prevent, detect, report"}},
    {"OnACue",
     [](v1::Scenario& s) {
       *s.mutable_injects(kWrapUp)->add_expect() = s.injects(kShell).expect(0);
       *Expect(s, kWrapUp, 0)->mutable_limit() = Seconds(5);
       s.mutable_injects(kWrapUp)->set_objective("see");
     },
     At(kWrapUp, ".expect[0].kind"),
     {"a cue is for controllers only"}},
    {"AnswerToAnAction",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->set_kind(v1::EXPECTATION_KIND_ANSWER); },
     At(kShell, ".expect[0].kind"),
     {"only a question is answered"}},
    {"DetectionOfAQuestion",
     [](v1::Scenario& s) { Expect(s, kDecide, 0)->set_kind(v1::EXPECTATION_KIND_DETECT); },
     At(kDecide, ".expect[0].kind"),
     {"a question awaits an answer", "nothing to detect"}},
    {"ContainmentOfAMessage",
     [](v1::Scenario& s) {
       *s.mutable_injects(kCall)->add_expect() = s.injects(kShell).expect(0);
       Expect(s, kCall, 0)->set_kind(v1::EXPECTATION_KIND_CONTAIN);
       s.mutable_injects(kCall)->set_objective("see");
     },
     At(kCall, ".expect[0].kind"),
     {"a message leaves nothing on a host to contain"}},
    {"AnswerOfATeamThatIsNotAsked",
     [](v1::Scenario& s) { Expect(s, kDecide, 0)->set_team("soc"); },
     At(kDecide, ".expect[0].team"),
     {"'soc' is not asked"},
     Severity::kError,
     true},
    {"WithoutLimit",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->clear_limit(); },
     At(kShell, ".expect[0].limit"),
     {"missing"}},
    {"LimitZero",
     [](v1::Scenario& s) { *Expect(s, kShell, 0)->mutable_limit() = Seconds(0); },
     At(kShell, ".expect[0].limit"),
     {"longer than 0s"}},
    {"LimitNegative",
     [](v1::Scenario& s) { *Expect(s, kShell, 0)->mutable_limit() = Seconds(-1); },
     At(kShell, ".expect[0].limit"),
     {"negative"}},
    {"TargetBeyondTheLimit",
     [](v1::Scenario& s) { *Expect(s, kShell, 0)->mutable_target() = Seconds(61); },
     At(kShell, ".expect[0].target"),
     {"target of 1m1s is longer than the limit of 1m"}},
    {"TargetNegative",
     [](v1::Scenario& s) { *Expect(s, kShell, 0)->mutable_target() = Seconds(-1); },
     At(kShell, ".expect[0].target"),
     {"negative"}},
    {"LimitBeyondTheEnd",
     [](v1::Scenario& s) { *Expect(s, kShell, 0)->mutable_limit() = Seconds(231); },
     At(kShell, ".expect[0].limit"),
     {"runs to 5m1s", "ends at 5m", "cut there"},
     Severity::kWarning},
    {"LimitOfTheLastCopyBeyondTheEnd",
     // The third copy comes at 25s.
     [](v1::Scenario& s) { *Expect(s, kScan, 0)->mutable_limit() = Seconds(276); },
     At(kScan, ".expect[0].limit"),
     {"runs to 5m1s"},
     Severity::kWarning},
    {"WeightZero",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->set_weight(0); },
     At(kShell, ".expect[0].weight"),
     {"0 is out of range; expected 1 to 1000"}},
    {"WeightNegative",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->set_weight(-3); },
     At(kShell, ".expect[0].weight"),
     {"-3 is out of range"}},
    {"WeightTooHigh",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->set_weight(1001); },
     At(kShell, ".expect[0].weight"),
     {"1001 is out of range"}},
    {"LateFloorTooHigh",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->set_late_floor_permille(1001); },
     At(kShell, ".expect[0].late_floor_permille"),
     {"0 to 1000"}},
    {"ShareZero",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->mutable_hosts()->set_share_permille(0); },
     At(kShell, ".expect[0].hosts.share_permille"),
     {"expected 1 to 1000"}},
    {"ShareTooHigh",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->mutable_hosts()->set_share_permille(1001); },
     At(kShell, ".expect[0].hosts.share_permille"),
     {"expected 1 to 1000"}},
    {"AnyFalse",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->mutable_hosts()->set_any(false); },
     At(kShell, ".expect[0].hosts.any"),
     {"says nothing"}},
    {"EachFalse",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->mutable_hosts()->set_each(false); },
     At(kShell, ".expect[0].hosts.each"),
     {"says nothing"}},
    {"HostsEmpty",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->mutable_hosts(); },
     At(kShell, ".expect[0].hosts"),
     {"says nothing"}},
    {"HostsOfAnAnswer",
     [](v1::Scenario& s) { Expect(s, kDecide, 0)->mutable_hosts()->set_each(true); },
     At(kDecide, ".expect[0].hosts"),
     {"no effect"},
     Severity::kWarning},
    {"HostsOfAReport",
     [](v1::Scenario& s) { Expect(s, kRansom, 1)->mutable_hosts()->set_each(true); },
     At(kRansom, ".expect[1].hosts"),
     {"no effect"},
     Severity::kWarning},
    {"RecipientsOfADetection",
     [](v1::Scenario& s) { Expect(s, kShell, 0)->add_recipients("owner"); },
     At(kShell, ".expect[0].recipients"),
     {"only a report"}},
    {"FieldsOfADetection",
     [](v1::Scenario& s) {
       *Expect(s, kShell, 0)->add_fields() = s.injects(kRansom).expect(1).fields(0);
     },
     At(kShell, ".expect[0].fields"),
     {"only a report"}},
    {"ReportToNobody",
     [](v1::Scenario& s) { Expect(s, kRansom, 1)->clear_recipients(); },
     At(kRansom, ".expect[1].recipients"),
     {"not judged"},
     Severity::kWarning},
    {"RecipientTwice",
     [](v1::Scenario& s) { Expect(s, kRansom, 1)->add_recipients("owner"); },
     At(kRansom, ".expect[1].recipients[2]"),
     {"recipient 'owner' is named twice"}},
    {"RecipientIsNoId",
     [](v1::Scenario& s) { Expect(s, kRansom, 1)->set_recipients(0, "Chủ quản"); },
     At(kRansom, ".expect[1].recipients[0]"),
     {"invalid id 'Chủ quản'"}},
    {"MoreRecipientsThanAReportNames",
     [](v1::Scenario& s) {
       for (char c = 'a'; c < 'p'; ++c) Expect(s, kRansom, 1)->add_recipients(std::string(1, c));
     },
     At(kRansom, ".expect[1].recipients"),
     {"there are 17 recipients; a report can name 16"}},
    {"FieldTwice",
     [](v1::Scenario& s) {
       *Expect(s, kRansom, 1)->add_fields() = s.injects(kRansom).expect(1).fields(0);
     },
     At(kRansom, ".expect[1].fields[1].field"),
     {"field 'incident_type' is named twice"}},
    {"FieldWithoutName",
     [](v1::Scenario& s) { Expect(s, kRansom, 1)->mutable_fields(0)->clear_field(); },
     At(kRansom, ".expect[1].fields[0].field"),
     {"missing"}},
    {"FieldThatAcceptsNothing",
     [](v1::Scenario& s) { Expect(s, kRansom, 1)->mutable_fields(0)->clear_accept(); },
     At(kRansom, ".expect[1].fields[0].accept"),
     {"missing"}},
    {"FieldThatAcceptsEmptyText",
     [](v1::Scenario& s) { Expect(s, kRansom, 1)->mutable_fields(0)->set_accept(1, " "); },
     At(kRansom, ".expect[1].fields[0].accept[1]"),
     {"empty value"}},
    {"ReportOfATeamThatDoesNotDetect",
     [](v1::Scenario& s) { Expect(s, kRansom, 1)->set_team("ops"); },
     At(kRansom, ".expect[1].team"),
     {"'ops' is not expected to detect it", "earns only"},
     Severity::kWarning},
};
DRILL_BROKEN_CASES(LintExpectationTest, kExpectationCases);

TEST(LintExpectationTest, AMessageMayBeDetectedAndReported) {
  v1::Scenario s = GoodScenario();
  v1::Inject* call = s.mutable_injects(kCall);
  call->set_objective("see");
  *call->add_expect() = s.injects(kRansom).expect(1);
  EXPECT_THAT(Lint(s), IsEmpty());
}

TEST(LintExpectationTest, FreeTextQuestionsNeedNoChoices) {
  v1::Scenario s = GoodScenario();
  s.mutable_injects(kDecide)->mutable_question()->clear_choices();
  EXPECT_THAT(Lint(s), IsEmpty());
}

// ---- actions -----------------------------------------------------------------------------------

TEST(LintActionTest, EveryParameterOfEveryActionHasARule) {
  EXPECT_THAT(lint::ParametersWithoutRule(), IsEmpty());
}

v1::FilesEncrypt* Encrypt(v1::Scenario& s) {
  return s.mutable_injects(kRansom)->mutable_action()->mutable_files_encrypt();
}
v1::ProcessRunDecoy* Decoy(v1::Scenario& s) {
  return s.mutable_injects(kReserve)->mutable_action()->mutable_process_run_decoy();
}
v1::LogAppend* Log(v1::Scenario& s) {
  return s.mutable_injects(kScan)->mutable_action()->mutable_log_append();
}
v1::WebDeface* Deface(v1::Scenario& s) {
  v1::WebDeface* deface = s.mutable_injects(kReserve)->mutable_action()->mutable_web_deface();
  deface->set_page("@www/index.html");
  return deface;
}

const std::string kEncryptAt = At(kRansom, ".action.files_encrypt");
const std::string kDecoyAt = At(kReserve, ".action.process_run_decoy");
const std::string kLogAt = At(kScan, ".action.log_append");
const std::string kDefaceAt = At(kReserve, ".action.web_deface");

const BrokenCase kActionCases[] = {
    {"NoAction",
     [](v1::Scenario& s) { s.mutable_injects(kReserve)->mutable_action()->Clear(); },
     At(kReserve, ".action"),
     {"names no action", "files.encrypt"}},
    {"EncryptWithoutDirectory",
     [](v1::Scenario& s) { Encrypt(s)->clear_dir(); },
     kEncryptAt + ".dir",
     {"missing dir"}},
    {"EncryptInRelativeDirectory",
     [](v1::Scenario& s) { Encrypt(s)->set_dir("docs"); },
     kEncryptAt + ".dir",
     {"'docs' is not absolute"}},
    {"EncryptThroughParent",
     [](v1::Scenario& s) { Encrypt(s)->set_dir("@docs/../etc"); },
     kEncryptAt + ".dir",
     {"may not hold '..'"}},
    {"EncryptInDoubledSlash",
     [](v1::Scenario& s) { Encrypt(s)->set_dir("/srv//docs"); },
     kEncryptAt + ".dir",
     {"empty component"}},
    {"EncryptInUnnamedPlace",
     [](v1::Scenario& s) { Encrypt(s)->set_dir("@/docs"); },
     kEncryptAt + ".dir",
     {"names no place"}},
    {"EncryptInCapitalPlace",
     [](v1::Scenario& s) { Encrypt(s)->set_dir("@Docs"); },
     kEncryptAt + ".dir",
     {"names no place"}},
    {"EncryptWithControlCharacter",
     [](v1::Scenario& s) { Encrypt(s)->set_dir("/srv/a\nb"); },
     kEncryptAt + ".dir",
     {"'/srv/a\\nb' holds a control character"}},
    {"EncryptNothing",
     [](v1::Scenario& s) { Encrypt(s)->set_count(0); },
     kEncryptAt + ".count",
     {"expected 1 to 500"}},
    {"EncryptTooMany",
     [](v1::Scenario& s) { Encrypt(s)->set_count(501); },
     kEncryptAt + ".count",
     {"expected 1 to 500"}},
    {"EncryptTooLarge",
     [](v1::Scenario& s) { Encrypt(s)->set_bytes_each(1'048'577); },
     kEncryptAt + ".bytes_each",
     {"expected 1 to 1048576"}},
    {"EncryptFolderIsAPath",
     [](v1::Scenario& s) { Encrypt(s)->set_folder("a/b"); },
     kEncryptAt + ".folder",
     {"is no file name"}},
    {"EncryptFolderIsParent",
     [](v1::Scenario& s) { Encrypt(s)->set_folder(".."); },
     kEncryptAt + ".folder",
     {"is no file name"}},
    {"EncryptNoteIsAPath",
     [](v1::Scenario& s) { Encrypt(s)->set_note_name("/etc/motd"); },
     kEncryptAt + ".note_name",
     {"is no file name"}},
    {"EncryptNoteTooLong",
     [](v1::Scenario& s) { Encrypt(s)->set_note_name(std::string(201, 'n')); },
     kEncryptAt + ".note_name",
     {"longer than 200"}},
    {"EncryptExtensionWithoutDot",
     [](v1::Scenario& s) { Encrypt(s)->set_extension("locked"); },
     kEncryptAt + ".extension",
     {"'locked' is no extension"}},
    {"EncryptExtensionIsAPath",
     [](v1::Scenario& s) { Encrypt(s)->set_extension("./x"); },
     kEncryptAt + ".extension",
     {"is no file name"}},
    {"DefaceWithoutPage",
     [](v1::Scenario& s) { Deface(s)->clear_page(); },
     kDefaceAt + ".page",
     {"missing page"}},
    {"DefaceAWholePlace",
     [](v1::Scenario& s) { Deface(s)->set_page("@www"); },
     kDefaceAt + ".page",
     {"no file in it"}},
    {"DefaceHeadlineEmpty",
     [](v1::Scenario& s) { Deface(s)->set_headline(" "); },
     kDefaceAt + ".headline",
     {"leave it out"}},
    {"DefaceHeadlineTooLong",
     [](v1::Scenario& s) { Deface(s)->set_headline(std::string(501, 'x')); },
     kDefaceAt + ".headline",
     {"longer than 500"}},
    {"DecoyNameTooLong",
     [](v1::Scenario& s) { Decoy(s)->set_name("kworker-u16-evts"); },
     kDecoyAt + ".name",
     {"1 to 15"}},
    {"DecoyNameWithSlash",
     [](v1::Scenario& s) { Decoy(s)->set_name("kworker/0"); },
     kDecoyAt + ".name",
     {"1 to 15"}},
    {"DecoyTakesTooMuch",
     [](v1::Scenario& s) { Decoy(s)->set_cpu_permille(201); },
     kDecoyAt + ".cpu_permille",
     {"expected 0 to 200"}},
    {"LogWithoutFile",
     [](v1::Scenario& s) { Log(s)->clear_file(); },
     kLogAt + ".file",
     {"missing file"}},
    {"LogWithoutLines",
     [](v1::Scenario& s) { Log(s)->set_lines(0); },
     kLogAt + ".lines",
     {"expected 1 to 1000"}},
    {"LogAccountWithSpace",
     [](v1::Scenario& s) { Log(s)->set_account("quan tri"); },
     kLogAt + ".account",
     {"1 to 32"}},
    {"LogSourceOfSomebody",
     [](v1::Scenario& s) { Log(s)->set_source("8.8.8.8"); },
     kLogAt + ".source",
     {"'8.8.8.8' may belong to somebody", "RFC 5737"}},
    {"LogSourceOutOfRange",
     [](v1::Scenario& s) { Log(s)->set_source("203.0.113.256"); },
     kLogAt + ".source",
     {"RFC 5737"}},
    {"LogSourceWithLeadingZero",
     [](v1::Scenario& s) { Log(s)->set_source("203.0.113.045"); },
     kLogAt + ".source",
     {"RFC 5737"}},
};
DRILL_BROKEN_CASES(LintActionTableTest, kActionCases);

TEST(LintActionTest, BoundsThemselvesAreAllowed) {
  v1::Scenario s = GoodScenario();
  Encrypt(s)->set_count(500);
  Encrypt(s)->set_bytes_each(1'048'576);
  Encrypt(s)->set_dir("/srv/hồ-sơ");
  Encrypt(s)->set_folder("Hồ sơ lưu trữ");
  Encrypt(s)->set_extension(".x");
  Decoy(s)->set_cpu_permille(0);
  Decoy(s)->set_name("kworker-u16.evt");
  Log(s)->set_lines(1000);
  Log(s)->set_source("192.0.2.0");
  EXPECT_THAT(Lint(s), IsEmpty());
}

}  // namespace
}  // namespace drill
