// agent token, agent list.
#include <google/protobuf/struct.pb.h>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "cli/tables.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/random.h"
#include "drill/v1/agent.pb.h"

namespace drill::cli {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

absl::Status ShowEnrolment(Session& session, const std::string& secret, const v1::Command& request,
                           const v1::SubmitResponse& response) {
  const v1::EnrolmentOffer& offer = response.enrolment();
  v1::EnrolmentToken token;
  token.set_secret(secret);
  token.set_ca_sha256(offer.ca_sha256());
  token.set_people_address(offer.people_address());
  token.set_agent_address(offer.agent_address());
  *token.mutable_owner_keys_pem() = offer.owner_keys_pem();
  token.set_signatures_required(offer.signatures_required());
  const std::string text = Base64UrlEncode(token.SerializeAsString());
  const std::string& host = request.issue_enrolment().host();
  if (session.json()) {
    google::protobuf::Struct made;
    (*made.mutable_fields())["host"].set_string_value(host);
    (*made.mutable_fields())["token_id"].set_string_value(response.id());
    (*made.mutable_fields())["token"].set_string_value(text);
    session.PrintJson(made);
    return absl::OkStatus();
  }
  session.Remark(session.Say(Msg::kEnrolmentMade, host,
                             FormatSpan(request.issue_enrolment().valid_us()),
                             offer.owner_keys_pem_size(), offer.signatures_required()));
  for (const v1::Text& note : response.notes()) session.Remark(Clean(session.Pick(note)));
  session.PrintLine(text);
  return absl::OkStatus();
}

absl::Status ListAgents(Session& session) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::AgentList list, client->ListAgents());
  if (session.json()) {
    session.PrintJson(list);
    return absl::OkStatus();
  }
  Table table({session.Say(Msg::kColHost), session.Say(Msg::kColSystem),
               session.Say(Msg::kColState), session.Say(Msg::kColClockError),
               session.Say(Msg::kColActiveOrders), session.Say(Msg::kColMayStart),
               session.Say(Msg::kColLastSeen), session.Say(Msg::kColVersion)});
  for (const v1::AgentStatus& a : list.agents()) {
    table.Row({a.host(), a.system(), AgentState(session, a),
               a.connected() && a.clock_error_us() != 0
                   ? absl::StrCat("± ", FormatSpan(a.clock_error_us()))
                   : "-",
               a.active_orders(),
               Cell(FormatTime(a.may_start_until_us()),
                    a.may_start_until_us() == 0 ? Colour::kNone : Colour::kRed),
               FormatTime(a.last_seen_us()), a.version()});
  }
  session.PrintTable(table);
  return absl::OkStatus();
}

}  // namespace

void AddAgent(Command& root) {
  Command& agent = root.Sub("agent");
  Command& token = agent.Sub("token");
  v1::IssueEnrolment* issue = token.Submits()->mutable_issue_enrolment();
  issue->set_valid_us(kDay);
  auto secret = std::make_shared<std::string>();
  token.Arg("HOST", Into(issue->mutable_host()))
      .Opt("--valid", "DURATION", Span([issue](int64_t us) { issue->set_valid_us(us); }))
      .Before([secret](Session&, v1::Command* request) {
        *secret = os::RandomBytes(kSecretBytes);
        request->mutable_issue_enrolment()->set_secret_sha256(Sha256(*secret));
        return absl::OkStatus();
      })
      .After([secret](Session& s, const v1::Command& request, const v1::SubmitResponse& response) {
        return ShowEnrolment(s, *secret, request, response);
      });
  agent.Sub("list").Runs(ListAgents);
}

}  // namespace drill::cli
