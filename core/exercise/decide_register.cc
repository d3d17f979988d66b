#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/exercise/scope.h"
#include "core/scenario/lint.h"

namespace drill::decide {
namespace {

constexpr int kRegisterEntriesMax = 200'000;
constexpr int64_t kHourUs = 3'600'000'000;
constexpr int64_t kEnrolmentDefaultUs = 24 * kHourUs;
constexpr int64_t kEnrolmentMaxUs = 30 * 24 * kHourUs;
constexpr int64_t kTokenMaxUs = 10 * 366 * 24 * kHourUs;
constexpr size_t kSourceMax = 1 << 20;

// Numbers given by the engine come from the sequence, so that replay gives the same.
std::string NextId(const Context& c, absl::string_view prefix) {
  return absl::StrCat(prefix, c.state.seq + 1);
}

}  // namespace

absl::Status ApplyRegister(Context& c, const v1::Register& entries) {
  const int count = entries.organisations_size() + entries.systems_size() + entries.hosts_size() +
                    entries.people_size() + entries.teams_size() + entries.sensors_size() +
                    entries.controls_size();
  if (count == 0) return absl::InvalidArgumentError("the register file has no entries");
  if (count > kRegisterEntriesMax) {
    return absl::ResourceExhaustedError(absl::StrCat("the register file has ", count,
                                                     " entries; the limit is ", kRegisterEntriesMax,
                                                     "; split it"));
  }
  if (std::vector<std::string> faults = CheckRegister(c.state.reg, entries); !faults.empty()) {
    return Refused(faults);
  }
  *c.Emit(kRegister)->mutable_register_changed()->mutable_entries() = entries;
  return absl::OkStatus();
}

absl::Status IssueToken(Context& c, const v1::IssueToken& issue) {
  if (!c.state.reg.people.contains(issue.person())) {
    return absl::NotFoundError(
        absl::StrCat("person '", issue.person(), "' is not in the register; apply it first"));
  }
  if (issue.sha256().size() != kSha256Bytes || issue.valid_us() < 0 ||
      issue.valid_us() > kTokenMaxUs) {
    return absl::InvalidArgumentError(
        "sha256: expected 32 bytes; valid_us: expected 0 (for ever) to 10 years");
  }
  if (c.state.reg.token_by_hash.contains(issue.sha256())) {
    return absl::AlreadyExistsError("this token was issued before; make a new one");
  }
  v1::TokenIssued* issued = c.Emit(kRegister)->mutable_token_issued();
  issued->set_token_id(NextId(c, "t"));
  issued->set_person(issue.person());
  issued->set_sha256(issue.sha256());
  if (issue.valid_us() != 0) issued->set_expires_us(c.now_us + issue.valid_us());
  c.out.response.set_id(issued->token_id());
  return absl::OkStatus();
}

absl::Status RevokeToken(Context& c, const v1::RevokeToken& revoke) {
  auto it = c.state.reg.tokens.find(revoke.token_id());
  if (it == c.state.reg.tokens.end()) {
    return absl::NotFoundError(absl::StrCat("no token '", revoke.token_id(), "'"));
  }
  if (it->second.revoked) return absl::OkStatus();
  c.Emit(kRegister)->mutable_token_revoked()->set_token_id(revoke.token_id());
  return absl::OkStatus();
}

absl::Status IssueEnrolment(Context& c, const v1::IssueEnrolment& issue) {
  auto host = c.state.reg.hosts.find(issue.host());
  if (host == c.state.reg.hosts.end()) {
    return absl::NotFoundError(
        absl::StrCat("host '", issue.host(), "' is not in the register; apply it first"));
  }
  if (host->second.agentless()) {
    return absl::FailedPreconditionError(
        absl::StrCat("host '", issue.host(), "' is marked agentless in the register"));
  }
  if (issue.secret_sha256().size() != kSha256Bytes) {
    return absl::InvalidArgumentError("secret_sha256: expected 32 bytes");
  }
  if (issue.valid_us() < 0 || issue.valid_us() > kEnrolmentMaxUs) {
    return absl::InvalidArgumentError("valid_us: expected at most 30 days");
  }
  if (c.state.reg.enrolments.contains(issue.secret_sha256())) {
    return absl::AlreadyExistsError("this enrolment token was issued before; make a new one");
  }
  v1::EnrolmentIssued* issued = c.Emit(kRegister)->mutable_enrolment_issued();
  issued->set_token_id(NextId(c, "e"));
  issued->set_host(issue.host());
  issued->set_secret_sha256(issue.secret_sha256());
  issued->set_expires_us(c.now_us +
                         (issue.valid_us() == 0 ? kEnrolmentDefaultUs : issue.valid_us()));
  c.out.response.set_id(issued->token_id());
  OfferEnrolment(c, issue.host());
  return absl::OkStatus();
}

void OfferEnrolment(Context& c, const std::string& host_id) {
  auto host = c.state.reg.hosts.find(host_id);
  if (host == c.state.reg.hosts.end()) return;
  const v1::System& system = c.state.reg.systems.at(host->second.system());
  v1::EnrolmentOffer* offer = c.out.response.mutable_enrolment();
  *offer->mutable_owner_keys_pem() = system.owner_keys();
  offer->set_signatures_required(SignaturesRequired(system));
  if (system.owner_keys_size() < SignaturesRequired(system)) {
    c.Note("Hệ thống chưa khai đủ khóa của chủ quản: tác tử sẽ không chơi lệnh nào.",
           "The system has fewer owner keys than signatures needed: its agent will play nothing.");
  }
}

absl::Status AddScenario(Context& c, const v1::AddScenario& add) {
  if (add.source().size() > kSourceMax) {
    return absl::ResourceExhaustedError("the scenario's source is larger than 1 MiB");
  }
  std::vector<std::string> faults;
  for (const Fault& fault : Lint(add.scenario())) {
    if (fault.severity == Severity::kError) {
      faults.push_back(absl::StrCat(fault.path, ": ", fault.text));
    }
  }
  if (!faults.empty()) return Refused(faults);
  v1::ScenarioAdded* added = c.Emit(kRegister)->mutable_scenario_added();
  *added->mutable_scenario() = add.scenario();
  added->set_source_sha256(add.source_sha256());
  c.out.response.set_id(add.scenario().id());
  return absl::OkStatus();
}

absl::Status Enrol(Context& c, const AgentEnrolment& enrolment) {
  auto it = c.state.reg.enrolments.find(enrolment.secret_sha256);
  if (it == c.state.reg.enrolments.end()) {
    return absl::UnauthenticatedError(
        "no such enrolment token; make one with 'drillctl agent token'");
  }
  const EnrolmentState& token = it->second;
  if (token.used) {
    return absl::UnauthenticatedError("this enrolment token was used before; make a new one");
  }
  if (c.now_us >= token.expires_us) {
    return absl::UnauthenticatedError("this enrolment token has expired; make a new one");
  }
  if (c.state.reg.hosts.at(token.host).agentless()) {
    return absl::UnauthenticatedError(absl::StrCat(
        "host '", token.host, "' was marked agentless in the register since this token was made"));
  }
  v1::AgentEnrolled* enrolled = c.Emit(kRegister)->mutable_agent_enrolled();
  enrolled->set_host(token.host);
  enrolled->set_token_id(token.token_id);
  enrolled->set_key_sha256(enrolment.key_sha256);
  c.out.enrolment.set_host(token.host);
  c.out.enrolment.set_system(c.state.reg.hosts.at(token.host).system());
  return absl::OkStatus();
}

absl::Status Boot(Context& c, const Bootstrap& bootstrap) {
  if (!c.state.reg.people.empty()) return absl::OkStatus();
  v1::Person* admin =
      c.Emit(kRegister)->mutable_register_changed()->mutable_entries()->add_people();
  admin->set_id("admin");
  admin->set_name("Quản trị hệ thống");
  admin->add_roles(v1::ROLE_ADMIN);
  v1::TokenIssued* issued = c.Emit(kRegister)->mutable_token_issued();
  issued->set_token_id("t0");
  issued->set_person("admin");
  issued->set_sha256(bootstrap.token_sha256);
  return absl::OkStatus();
}

}  // namespace drill::decide
