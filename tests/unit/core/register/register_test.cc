// What outlives an exercise: entries by id, tokens, enrolments.

#include "absl/strings/str_cat.h"
#include "core/register/register_state.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/drill_room.h"

namespace drill {
namespace {

using ::testing::Contains;
using testing::DrillRoom;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kSecond;
using testing::StatusIs;

v1::Register Entries(absl::string_view text) { return testing::Text<v1::Register>(text); }

RegisterState Standing() {
  RegisterState reg;
  reg.Put(
      Entries("organisations { id: 'a' } organisations { id: 'b' parent: 'a' } "
              "systems { id: 's' owner: 'a' level: 3 operator: 'b' } "
              "hosts { id: 'h' system: 's' role: 'web' } "
              "people { id: 'p' roles: ROLE_ADMIN email: 'p@a' } "
              "teams { id: 't' kind: TEAM_KIND_RESPONSE members: 'p' }"));
  return reg;
}

void ExpectFault(absl::string_view entries, const char* fault) {
  EXPECT_THAT(CheckRegister(Standing(), Entries(entries)), Contains(HasSubstr(fault))) << entries;
}

TEST(Register, AnEntryIsReplacedWholeByItsId) {
  RegisterState reg = Standing();
  reg.Put(Entries("systems { id: 's' owner: 'b' } people { id: 'q' }"));
  EXPECT_EQ(reg.systems.at("s").owner(), "b");
  EXPECT_FALSE(reg.systems.at("s").has_level()) << "what the new entry does not say is gone";
  EXPECT_TRUE(reg.hosts.contains("h")) << "what the file does not name stays";
  EXPECT_EQ(reg.people.size(), 2u);
  RegisterState again;
  again.Put(reg.All());
  EXPECT_EQ(again.All().SerializeAsString(), reg.All().SerializeAsString());
}

TEST(Register, SensorsControlsAndAliases) {
  ExpectFault("sensors { id: 'c' }", "sensors[0] (c): format: missing");
  ExpectFault("sensors { id: 'c' format: ALERT_FORMAT_EVE system: 'x' }", "system: 'x'");
  ExpectFault("sensors { id: 'c' format: ALERT_FORMAT_EVE zone_minutes: 900 }", "zone_minutes");
  ExpectFault("sensors { id: 'c' format: ALERT_FORMAT_SYSLOG }", "mapping: missing");
  ExpectFault("sensors { id: 'c' format: ALERT_FORMAT_SYSLOG mapping { rule: 'r' } }",
              "contains or program");
  ExpectFault(
      "sensors { id: 'c' format: ALERT_FORMAT_SYSLOG mapping { rule: 'r' program: 'p' "
      "values { kind: 'odd' after: 'a' } } }",
      "found 'odd'");
  ExpectFault("controls { id: 'c' }", "controls[0] (c): system: missing");
  ExpectFault("controls { id: 'c' system: 's' sensors: 'x' }", "sensors: 'x'");
  ExpectFault("hosts { id: 'g' system: 's' aliases: 'H' }", "'H' already names host 'h'");
  ExpectFault(
      "hosts { id: 'g' system: 's' aliases: 'x' } hosts { id: 'i' system: 's' aliases: 'X' }",
      "already names host");
  ExpectFault(
      "sensors { id: 'c' format: ALERT_FORMAT_CEF peers: '10.0.0.1' } "
      "sensors { id: 'd' format: ALERT_FORMAT_CEF peers: '10.0.0.1' }",
      "already is of sensor 'c'");
  const v1::Register good = Entries(
      "hosts { id: 'g' system: 's' aliases: '10.0.0.1' aliases: 'web.example' } "
      "sensors { id: 'c' system: 's' format: ALERT_FORMAT_SYSLOG mapping { rule: 'r' "
      "contains: 'x' values { kind: 'path' after: 'file=' } } peers: '10.0.0.1' } "
      "controls { id: 'k' system: 's' kind: 'siem' sensors: 'c' }");
  EXPECT_THAT(CheckRegister(Standing(), good), IsEmpty());
  RegisterState reg = Standing();
  reg.Put(good);
  EXPECT_EQ(reg.All().sensors_size(), 1);
  EXPECT_EQ(reg.All().controls_size(), 1);
}

TEST(Register, UnknownReferencesAreNamedWithTheirPlace) {
  ExpectFault("organisations { id: 'c' parent: 'x' }", "organisations[0] (c): parent: 'x'");
  ExpectFault("organisations { id: 'c' successors { organisation: 'x' } }", "successors: 'x'");
  ExpectFault("organisations { id: 'c' successors { } }", "successors: missing");
  ExpectFault("systems { id: 'c' owner: 'x' }", "owner: 'x'");
  ExpectFault("systems { id: 'c' }", "owner: missing");
  ExpectFault("systems { id: 'c' owner: 'a' operator: 'x' }", "operator: 'x'");
  ExpectFault("hosts { id: 'c' system: 'x' }", "system: 'x'");
  ExpectFault("hosts { id: 'c' }", "system: missing");
  ExpectFault("people { id: 'c' organisation: 'x' }", "organisation: 'x'");
  ExpectFault("teams { id: 'c' kind: TEAM_KIND_RED members: 'x' }", "members: 'x'");
  ExpectFault("teams { id: 'c' members: 'p' }", "kind: missing");
  // To what the same file brings, later in it, a reference is good.
  EXPECT_THAT(CheckRegister(Standing(), Entries("hosts { id: 'c' system: 'new' } "
                                                "systems { id: 'new' owner: 'late' } "
                                                "organisations { id: 'late' }")),
              IsEmpty());
}

TEST(Register, AllFaultsAtOnce) {
  EXPECT_EQ(CheckRegister(Standing(), Entries("hosts { id: 'C' system: 'x' } systems { id: 'c' "
                                              "level: 6 proposed_level: -1 owner: 'a' }"))
                .size(),
            4u);
}

TEST(Register, ParentsComeToAnEnd) {
  ExpectFault("organisations { id: 'c' parent: 'c' }", "comes back to itself");
  // Through what stands already: a ← b.
  ExpectFault("organisations { id: 'a' parent: 'b' }", "comes back to itself");
  ExpectFault(
      "organisations { id: 'c' parent: 'd' } organisations { id: 'd' parent: 'e' } "
      "organisations { id: 'e' parent: 'c' }",
      "comes back to itself");
  EXPECT_THAT(CheckRegister(Standing(), Entries("organisations { id: 'c' parent: 'b' } "
                                                "organisations { id: 'd' parent: 'b' }")),
              IsEmpty());
}

TEST(Register, Ids) {
  for (const char* bad : {"", "A", "-a", ".a", "a b", "ê", "a/b"})
    EXPECT_FALSE(ValidId(bad)) << bad;
  for (const char* good : {"a", "0", "a-b.c_d", "9x"}) EXPECT_TRUE(ValidId(good)) << good;
  EXPECT_TRUE(ValidId(std::string(63, 'a')));
  EXPECT_FALSE(ValidId(std::string(64, 'a')));
  ExpectFault("hosts { id: 'c' system: 's' } hosts { id: 'c' system: 's' }", "twice");
}

// Entries are replaced whole: a file without roles would lock everybody out for ever.
TEST(Register, AnAdminIsLeft) {
  ExpectFault("people { id: 'p' }", "nobody would be left");
  ExpectFault("people { id: 'p' roles: ROLE_ADMIN active: false }", "nobody would be left");
  EXPECT_THAT(
      CheckRegister(Standing(), Entries("people { id: 'p' } people { id: 'q' roles: ROLE_ADMIN }")),
      IsEmpty());
}

TEST(Register, TwoSignaturesNeedTwoKeys) {
  DrillRoom room;
  v1::Register entries = Entries("systems { id: 's' owner: 'a' owner_keys: 'no key' }");
  EXPECT_THAT(CheckRegister(Standing(), entries), Contains(HasSubstr("owner_keys: ")));
  entries.mutable_systems(0)->clear_owner_keys();
  entries.mutable_systems(0)->add_owner_keys(room.public_keys[0]);
  entries.mutable_systems(0)->add_owner_keys(room.public_keys[1]);
  EXPECT_THAT(CheckRegister(Standing(), entries), IsEmpty());
  entries.mutable_systems(0)->set_owner_keys(1, room.public_keys[0]);
  EXPECT_THAT(CheckRegister(Standing(), entries), Contains(HasSubstr("same key stands twice")));
}

TEST(Register, TheApprovedLevelBindsElseTheProposed) {
  v1::System system;
  EXPECT_EQ(EffectiveLevel(system), 0);
  system.set_proposed_level(4);
  EXPECT_EQ(EffectiveLevel(system), 4);
  system.set_level(2);
  EXPECT_EQ(EffectiveLevel(system), 2);
}

// An exercise keeps the register as it was: later entries change the next one.
TEST(Register, AnExerciseKeepsItsCast) {
  DrillRoom room;
  room.Must("admin",
            "apply_register { hosts { id: 'w1' system: 'far' role: 'db' } "
            "teams { id: 'soc' kind: TEAM_KIND_RESPONSE members: 'green' } }");
  EXPECT_EQ(room.e().hosts[static_cast<size_t>(room.e().FindHost("w1"))].system, "sys");
  EXPECT_EQ(room.e().TeamOf("blue"), "soc");
  EXPECT_EQ(room.e().TeamOf("green"), "ops");
}

// ---- tokens ------------------------------------------------------------------------------------

std::string Issue(DrillRoom& room, char secret, int64_t valid_us, const char* person = "blue") {
  v1::Command command;
  command.mutable_issue_token()->set_person(person);
  command.mutable_issue_token()->set_sha256(std::string(32, secret));
  command.mutable_issue_token()->set_valid_us(valid_us);
  return room.Must("admin", command).response.id();
}

absl::Status SignIn(const DrillRoom& room, char secret, std::string* person) {
  return room.engine->state().reg.Authenticate(std::string(32, secret), room.now_us, person);
}

TEST(Tokens, LastUntilTheyExpireOrAreRevoked) {
  DrillRoom room;
  std::string who;
  EXPECT_THAT(SignIn(room, 'a', &who), StatusIs(absl::StatusCode::kUnauthenticated));
  Issue(room, 'a', 10 * kSecond);
  const std::string id = Issue(room, 'b', 0);
  room.Advance(10 - 1e-6);
  EXPECT_OK(SignIn(room, 'a', &who));
  EXPECT_EQ(who, "blue");
  room.Advance(1e-6);
  EXPECT_THAT(SignIn(room, 'a', &who),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("expired")));
  EXPECT_OK(SignIn(room, 'b', &who));
  room.Must("admin", absl::StrCat("revoke_token { token_id: '", id, "' }"));
  EXPECT_THAT(SignIn(room, 'b', &who),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("revoked")));
  room.News();
  room.Must("admin", absl::StrCat("revoke_token { token_id: '", id, "' }"));
  EXPECT_EQ(room.News(), "") << "it held already";
  EXPECT_THAT(room.Submit("admin", "revoke_token { token_id: 'x' }"),
              StatusIs(absl::StatusCode::kNotFound));
  room.ExpectReplays();
}

TEST(Tokens, OfAnInactivePersonAreRefused) {
  DrillRoom room;
  std::string who;
  Issue(room, 'a', 0);
  room.Must("admin", "apply_register { people { id: 'blue' active: false } }");
  EXPECT_THAT(SignIn(room, 'a', &who), StatusIs(absl::StatusCode::kUnauthenticated));
  room.Must("admin", "apply_register { people { id: 'blue' active: true } }");
  EXPECT_OK(SignIn(room, 'a', &who));
}

TEST(Tokens, AreMadeOnceAndForSomebody) {
  DrillRoom room;
  Issue(room, 'a', 0);
  v1::Command command;
  v1::IssueToken* issue = command.mutable_issue_token();
  issue->set_person("green");
  issue->set_sha256(std::string(32, 'a'));
  EXPECT_THAT(room.Submit("admin", command), StatusIs(absl::StatusCode::kAlreadyExists));
  issue->set_sha256("short");
  EXPECT_THAT(room.Submit("admin", command), StatusIs(absl::StatusCode::kInvalidArgument));
  issue->set_sha256(std::string(32, 'b'));
  issue->set_valid_us(-1);
  EXPECT_THAT(room.Submit("admin", command), StatusIs(absl::StatusCode::kInvalidArgument));
  issue->set_valid_us(0);
  issue->set_person("ghost");
  EXPECT_THAT(room.Submit("admin", command), StatusIs(absl::StatusCode::kNotFound));
}

// ---- enrolments --------------------------------------------------------------------------------

absl::Status Offer(DrillRoom& room, const char* host, char secret, int64_t valid_us = 0) {
  v1::Command command;
  command.mutable_issue_enrolment()->set_host(host);
  command.mutable_issue_enrolment()->set_secret_sha256(std::string(32, secret));
  command.mutable_issue_enrolment()->set_valid_us(valid_us);
  return room.Submit("admin", command).status();
}
absl::Status Enrol(DrillRoom& room, char secret, const char* key) {
  return room.Handle(AgentEnrolment{std::string(32, secret), key}).status();
}

TEST(Enrolments, AreUsedOnce) {
  DrillRoom room;
  ASSERT_OK(Offer(room, "w1", 'a'));
  EXPECT_OK(Enrol(room, 'a', "key 1"));
  EXPECT_EQ(room.engine->state().reg.agent_keys.at("w1"), "key 1");
  EXPECT_THAT(Enrol(room, 'a', "key 2"),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("used before")));
  EXPECT_EQ(room.engine->state().reg.agent_keys.at("w1"), "key 1");
  room.ExpectReplays();
}

// A host that is enrolled again: the older certificate is refused from then on.
TEST(Enrolments, ALaterOneReplaces) {
  DrillRoom room;
  ASSERT_OK(Offer(room, "w1", 'a'));
  ASSERT_OK(Offer(room, "w1", 'b'));
  EXPECT_OK(Enrol(room, 'b', "key 1"));
  EXPECT_OK(Enrol(room, 'a', "key 2"));
  EXPECT_EQ(room.engine->state().reg.agent_keys.at("w1"), "key 2");
  EXPECT_EQ(room.engine->state().reg.agent_keys.size(), 1u);
}

TEST(Enrolments, Expire) {
  DrillRoom room;
  ASSERT_OK(Offer(room, "w1", 'a', 10 * kSecond));
  ASSERT_OK(Offer(room, "w1", 'b'));
  room.Advance(10);
  EXPECT_THAT(Enrol(room, 'a', "k"),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("expired")));
  room.Advance(24 * 3600 - 10 - 1e-6);
  EXPECT_OK(Enrol(room, 'b', "k"));  // the default: 24 h
}

TEST(Enrolments, AreForHostsThatCanHaveAnAgent) {
  DrillRoom room;
  EXPECT_THAT(Offer(room, "x", 'a'), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(Offer(room, "w1", 'a'));
  room.Must("admin", "apply_register { hosts { id: 'w1' system: 'sys' agentless: true } }");
  EXPECT_THAT(Offer(room, "w1", 'b'), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Enrol(room, 'a', "k"),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("agentless")));
  EXPECT_THAT(Offer(room, "w2", 'c', int64_t{31} * 24 * 3600 * kSecond),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace drill
