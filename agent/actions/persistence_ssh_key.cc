#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "common/base/check.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr uint32_t kMode = 0600;
constexpr size_t kFileBytesMax = 1 << 20;
constexpr size_t kCommentBytesMax = 200;
constexpr size_t kPublicKeyBytes = 32;
constexpr absl::string_view kType = "ssh-ed25519";

// RFC 4251: four bytes of length in front.
std::string SshString(absl::string_view bytes) {
  std::string out(3, '\0');
  out.push_back(static_cast<char>(bytes.size()));  // REQUIRES: shorter than 256
  absl::StrAppend(&out, bytes);
  return out;
}

// The public half of a new key. Its private half ends with this function.
std::string NewPublicKey() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  DRILL_CHECK(key != nullptr);
  std::string bytes(kPublicKeyBytes, '\0');
  size_t size = bytes.size();
  DRILL_CHECK(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(bytes.data()),
                                          &size) == 1);
  DRILL_CHECK(size == kPublicKeyBytes);
  return absl::StrCat(kType, " ", absl::Base64Escape(SshString(kType) + SshString(bytes)));
}

class PersistenceSshKey : public Action {
 public:
  explicit PersistenceSshKey(const v1::PersistenceSshKey& parameters)
      : file_(parameters.file()),
        comment_(parameters.has_comment() ? parameters.comment() : "admin@backup"),
        line_(absl::StrCat(NewPublicKey(), comment_.empty() ? "" : " ", comment_, "\n")) {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    // Nowhere else does a line of this kind belong, nor is it without effect.
    faults.AddUnless(
        absl::StartsWith(absl::string_view(file_).substr(file_.rfind('/') + 1), "authorized_keys"),
        absl::StrCat("file \"", file_, "\" is no authorized_keys file"));
    faults.AddUnless(
        comment_.size() <= kCommentBytesMax &&
            std::none_of(comment_.begin(), comment_.end(),
                         [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }),
        "comment is not one line of at most 200 bytes");
    return faults.ToStatus("persistence.ssh_key");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    Change change;
    change.kind = v1::STEP_KIND_ADD_LINES;
    change.mode = kMode;
    ASSIGN_OR_RETURN(change.path, guard.ResolveNew(file_));
    ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(change.path));
    ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
    std::string text = line_;
    if (seen.exists) {
      if (!seen.regular) {
        return absl::FailedPreconditionError(
            absl::StrCat(change.path, " is a link or no regular file; name the file itself"));
      }
      ASSIGN_OR_RETURN(OwnersFile file, ReadOwnersFile(guard, change.path, kFileBytesMax));
      const bool ended = file.content.empty() || file.content.back() == '\n';
      text = absl::StrCat(file.content, ended ? "" : "\n", line_);
      change.before = file.seen.meta;
      change.content_before = ContentOf(std::move(file.content));
    } else {
      RETURN_IF_ERROR(PlaceForNew(guard, file_).status());
    }
    change.content = ContentOf(std::move(text));
    change.traces.push_back({v1::ARTEFACT_KIND_PATH, change.path, true});
    ActionPlan plan;
    plan.bytes = change.content.size;
    plan.store_bytes = change.content.size + change.content_before.size;
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  const std::string file_;
  const std::string comment_;
  // Made once: what is planned again at the start has the same key.
  const std::string line_;
};

}  // namespace

std::unique_ptr<Action> MakePersistenceSshKey(const v1::Action& action, const std::string&) {
  return std::make_unique<PersistenceSshKey>(action.persistence_ssh_key());
}

}  // namespace drill::agent
