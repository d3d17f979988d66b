// person token, person revoke, person list.
#include <google/protobuf/struct.pb.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/session.h"
#include "cli/tables.h"
#include "common/base/status.h"
#include "common/keys/token.h"
#include "common/os/random.h"

namespace drill::cli {
namespace {

struct TokenOptions {
  std::string out;
  std::string text;  // the token, once made
};

// Before anything is issued: a token that cannot be written down would be lost.
absl::Status MakeToken(Session& session, TokenOptions& o, v1::Command* request) {
  if (!o.out.empty()) RETURN_IF_ERROR(MustNotExist(o.out));
  o.text = TokenText(os::RandomBytes(kTokenBytes));
  ASSIGN_OR_RETURN(*request->mutable_issue_token()->mutable_sha256(), TokenSha256(o.text));
  return session.context().status();
}

absl::Status ShowToken(Session& session, const TokenOptions& o, const v1::Command& request,
                       const v1::SubmitResponse& response) {
  const std::string& person = request.issue_token().person();
  if (!o.out.empty()) {
    ASSIGN_OR_RETURN(const v1::Context* own, session.context());
    v1::Context context = *own;
    context.set_token(o.text);
    RETURN_IF_ERROR(WriteContext(o.out, context));
  }
  if (session.json()) {
    google::protobuf::Struct made;
    auto& fields = *made.mutable_fields();
    fields["person"].set_string_value(person);
    fields["token_id"].set_string_value(response.id());
    if (o.out.empty()) fields["token"].set_string_value(o.text);
    if (!o.out.empty()) fields["context_file"].set_string_value(o.out);
    session.PrintJson(made);
    return absl::OkStatus();
  }
  if (!o.out.empty()) {
    session.PrintLine(session.Say(Msg::kTokenWritten, response.id(), person, o.out));
    return absl::OkStatus();
  }
  session.Remark(session.Say(Msg::kTokenMade, response.id(), person));
  session.PrintLine(o.text);
  return absl::OkStatus();
}

void AddToken(Command& person) {
  auto o = std::make_shared<TokenOptions>();
  Command& command = person.Sub("token");
  v1::IssueToken* token = command.Submits()->mutable_issue_token();
  command.Arg("PERSON", Into(token->mutable_person()))
      .Opt("--valid", "DURATION", Span([token](int64_t us) { token->set_valid_us(us); }))
      .Opt("--out", "FILE", Into(&o->out))
      .Before([o](Session& s, v1::Command* request) { return MakeToken(s, *o, request); })
      .After([o](Session& s, const v1::Command& request, const v1::SubmitResponse& response) {
        return ShowToken(s, *o, request, response);
      });
}

absl::Status ListPeople(Session& session) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(v1::Register reg, client->GetRegister());
  if (session.json()) {
    v1::Register people;
    people.mutable_people()->Swap(reg.mutable_people());
    session.PrintJson(people);
    return absl::OkStatus();
  }
  PrintPeople(session, reg);
  return absl::OkStatus();
}

}  // namespace

void AddPerson(Command& root) {
  Command& person = root.Sub("person");
  AddToken(person);
  Command& revoke = person.Sub("revoke");
  revoke.Arg("TOKEN_ID", Into(revoke.Submits()->mutable_revoke_token()->mutable_token_id()));
  person.Sub("list").Runs(ListPeople);
}

}  // namespace drill::cli
