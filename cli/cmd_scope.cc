// key new, scope show, scope sign: what a system's owner does, without a controller.
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/scope_text.h"
#include "cli/session.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/keys.h"
#include "common/os/file.h"

namespace drill::cli {
namespace {

struct ScopeOptions {
  std::string file;
  std::string key;
  std::string scenario;
  std::string out;
};

absl::Status NewKey(Session& session, const std::string& out) {
  RETURN_IF_ERROR(MustNotExist(out));
  const std::string key = GenerateKey();
  ASSIGN_OR_RETURN(const std::string public_pem, PublicPem(key));
  std::string id;
  RETURN_IF_ERROR(PublicKeyId(public_pem, &id));
  RETURN_IF_ERROR(os::WriteFileDurably(out, key, 0600));
  session.Remark(session.Say(Msg::kKeyMade, out, Hex(id)));
  session.Print(public_pem);
  return absl::OkStatus();
}

absl::Status ShowScope(Session& session, const ScopeOptions& o, v1::SignedScope* file) {
  ASSIGN_OR_RETURN(*file, ReadScope(o.file));
  ASSIGN_OR_RETURN(const v1::Scope scope, ScopeOf(*file));
  v1::Scenario scenario;
  if (!o.scenario.empty()) RETURN_IF_ERROR(LoadYaml(o.scenario, &scenario));
  if (session.json()) {
    session.PrintJson(scope);
    return absl::OkStatus();
  }
  return PrintScope(session, *file, scope, o.scenario.empty() ? nullptr : &scenario);
}

// Shows, then signs: nobody signs by this program what it has not shown.
absl::Status Sign(Session& session, const ScopeOptions& o) {
  v1::SignedScope file;
  RETURN_IF_ERROR(ShowScope(session, o, &file));
  ASSIGN_OR_RETURN(const v1::Signature signature, SignWithKeyFile(o.key, file.scope()));
  for (const v1::Signature& there : file.signatures()) {
    if (there.key_sha256() == signature.key_sha256()) {
      return absl::AlreadyExistsError(session.Say(Msg::kScopeSignedTwice, o.file));
    }
  }
  *file.add_signatures() = signature;
  const std::string& out = o.out.empty() ? o.file : o.out;
  if (!o.out.empty()) RETURN_IF_ERROR(MustNotExist(out));
  RETURN_IF_ERROR(os::WriteFileDurably(out, file.SerializeAsString(), 0644));
  session.Remark(
      session.Say(Msg::kScopeSigned, out, Hex(signature.key_sha256()), file.signatures_size()));
  return absl::OkStatus();
}

}  // namespace

void AddScope(Command& root) {
  Command& key = root.Sub("key");
  auto out = std::make_shared<std::string>();
  key.Sub("new").Opt("--out", "FILE", Into(out.get()), Need::kOne).Runs([out](Session& s) {
    return NewKey(s, *out);
  });

  Command& scope = root.Sub("scope");
  auto o = std::make_shared<ScopeOptions>();
  scope.Sub("show")
      .Arg("SCOPE_FILE", Into(&o->file))
      .Opt("--scenario", "FILE", Into(&o->scenario))
      .Runs([o](Session& s) {
        v1::SignedScope file;
        return ShowScope(s, *o, &file);
      });
  scope.Sub("sign")
      .Arg("SCOPE_FILE", Into(&o->file))
      .Opt("--key", "FILE", Into(&o->key), Need::kOne)
      .Opt("--scenario", "FILE", Into(&o->scenario))
      .Opt("--out", "FILE", Into(&o->out))
      .Runs([o](Session& s) { return Sign(s, *o); });
}

}  // namespace drill::cli
