#include "server/pki/pki.h"

#include <openssl/err.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/keys/openssl.h"
#include "common/os/file.h"
#include "common/os/random.h"
#include "server/pki/issue.h"

namespace drill {
namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr size_t kPemBytesMax = 64 << 10;
constexpr unsigned kPublicMode = 0644;

// Absent is not an error: the file's text, or nothing.
absl::StatusOr<std::optional<std::string>> ReadIfThere(const std::string& path) {
  absl::StatusOr<std::string> text = os::ReadFile(path, kPemBytesMax);
  if (absl::IsNotFound(text.status())) return std::optional<std::string>();
  RETURN_IF_ERROR(text.status());
  return std::optional<std::string>(*std::move(text));
}

absl::Status CheckPrivate(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return os::ErrnoStatus(errno, "stat", path);
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "%s: others than its owner may open the private key (mode %04o): chmod 600 it, and consider "
      "it known to whoever has an account here",
      path, info.st_mode & 07777));
}

std::string MachineName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "";
  return name.data();
}

}  // namespace

struct Ca::State {
  std::string directory;
  Clock clock;
  ssl::Key key;
  ssl::Certificate certificate;
  std::string pem;
  std::string sha256;

  std::string Path(absl::string_view file) const { return absl::StrCat(directory, "/", file); }
  int64_t NowSeconds() const { return clock() / kMicrosPerSecond; }

  absl::Status Create();
  absl::Status Open(const std::string& key_pem, const std::string& certificate_pem);
  // The stored identity, when it may be used again.
  absl::StatusOr<std::optional<TlsIdentity>> StoredServer(const pki::Names& names) const;
};

absl::Status Ca::State::Create() {
  key = ssl::GenerateKey();
  const std::string name = absl::StrCat("Cyberdrill CA ", Hex(os::RandomBytes(4)));
  certificate = pki::MakeCa(key.get(), name, NowSeconds());
  RETURN_IF_ERROR(os::WriteFileDurably(Path("ca.key"), ssl::KeyPem(key.get())));
  return os::WriteFileDurably(Path("ca.crt"), ssl::CertificatePem(certificate.get()), kPublicMode);
}

absl::Status Ca::State::Open(const std::string& key_pem, const std::string& certificate_pem) {
  RETURN_IF_ERROR(CheckPrivate(Path("ca.key")));
  absl::StatusOr<ssl::Key> read_key = ssl::ReadKey(key_pem);
  absl::StatusOr<ssl::Certificate> read_certificate = ssl::ReadCertificate(certificate_pem);
  for (const absl::Status& status : {Annotate(read_key.status(), Path("ca.key")),
                                     Annotate(read_certificate.status(), Path("ca.crt"))}) {
    if (!status.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat(status.message(), ": restore it from the backup"));
    }
  }
  key = *std::move(read_key);
  certificate = *std::move(read_certificate);
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::FailedPreconditionError(absl::StrCat(
        Path("ca.key"), " is not the key of ", Path("ca.crt"), ": restore both from one backup"));
  }
  if (!pki::HoldsUntil(certificate.get(), NowSeconds(), 0)) {
    return absl::FailedPreconditionError(
        absl::StrCat(Path("ca.crt"),
                     " does not hold now: set the clock right; or, when the CA has reached its "
                     "end, move ",
                     directory, " away, start, and enrol every agent again"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Ca> Ca::OpenOrCreate(const std::string& data_dir, Clock clock) {
  auto state = std::make_unique<State>();
  state->directory = absl::StrCat(data_dir, "/pki");
  state->clock = std::move(clock);
  RETURN_IF_ERROR(os::MakeDirectories(state->directory));
  ASSIGN_OR_RETURN(const std::optional<std::string> key, ReadIfThere(state->Path("ca.key")));
  ASSIGN_OR_RETURN(const std::optional<std::string> certificate,
                   ReadIfThere(state->Path("ca.crt")));
  if (key.has_value() != certificate.has_value()) {
    return absl::FailedPreconditionError(absl::StrCat(
        state->Path(key ? "ca.crt" : "ca.key"), " is missing beside ",
        state->Path(key ? "ca.key" : "ca.crt"),
        ": restore it from the backup; only if no agent was ever enrolled, remove the other too"));
  }
  if (key.has_value()) {
    RETURN_IF_ERROR(state->Open(*key, *certificate));
  } else {
    RETURN_IF_ERROR(state->Create());
  }
  state->pem = ssl::CertificatePem(state->certificate.get());
  state->sha256 = Sha256(ssl::CertificateDer(state->certificate.get()));
  return Ca(std::move(state));
}

absl::StatusOr<std::optional<TlsIdentity>> Ca::State::StoredServer(const pki::Names& names) const {
  const std::optional<TlsIdentity> none;
  ASSIGN_OR_RETURN(const std::optional<std::string> key_pem, ReadIfThere(Path("server.key")));
  ASSIGN_OR_RETURN(const std::optional<std::string> chain_pem, ReadIfThere(Path("server.crt")));
  if (!key_pem || !chain_pem) return none;
  // Whatever is wrong with these two, the remedy is a new certificate: nothing depends on the old.
  const absl::StatusOr<ssl::Key> server_key = ssl::ReadKey(*key_pem);
  const absl::StatusOr<ssl::Certificate> server = ssl::ReadCertificate(*chain_pem);
  if (!server_key.ok() || !server.ok() || !CheckPrivate(Path("server.key")).ok()) return none;
  const bool usable =
      X509_check_private_key(server->get(), server_key->get()) == 1 &&
      X509_verify(server->get(), key.get()) == 1 && pki::NamesOf(server->get()) == names &&
      pki::HoldsUntil(server->get(), NowSeconds(), pki::kRenewDays * pki::kSecondsPerDay);
  if (!usable) {
    ERR_clear_error();  // leaves no stale reason behind for the next reader of the queue
    return none;
  }
  return std::optional<TlsIdentity>(TlsIdentity{*key_pem, *chain_pem});
}

absl::StatusOr<TlsIdentity> Ca::IssueServer(const std::vector<std::string>& names) {
  std::vector<std::string> all = names;
  all.insert(all.end(), {"localhost", "127.0.0.1", "::1", std::string(kControllerName)});
  ASSIGN_OR_RETURN(pki::Names wanted, pki::ParseNames(all));
  // The machine's name is nobody's input: one that cannot be in a certificate is left out.
  if (absl::StatusOr<pki::Names> machine = pki::ParseNames({MachineName()}); machine.ok()) {
    wanted.insert(machine->begin(), machine->end());
  }
  ASSIGN_OR_RETURN(std::optional<TlsIdentity> stored, state_->StoredServer(wanted));
  if (stored) return *std::move(stored);
  const ssl::Key key = ssl::GenerateKey();
  const ssl::Certificate certificate = pki::MakeServer(key.get(), wanted, state_->certificate.get(),
                                                       state_->key.get(), state_->NowSeconds());
  // The CA goes along in the handshake, so that a client that only has its hash can find it.
  TlsIdentity identity{ssl::KeyPem(key.get()),
                       absl::StrCat(ssl::CertificatePem(certificate.get()), state_->pem)};
  RETURN_IF_ERROR(os::WriteFileDurably(state_->Path("server.key"), identity.key_pem));
  RETURN_IF_ERROR(
      os::WriteFileDurably(state_->Path("server.crt"), identity.chain_pem, kPublicMode));
  return identity;
}

absl::StatusOr<std::string> Ca::SignAgent(absl::string_view csr_der,
                                          absl::string_view host_id) const {
  ASSIGN_OR_RETURN(const ssl::Key key, pki::KeyOfRequest(csr_der));
  ASSIGN_OR_RETURN(const ssl::Certificate certificate,
                   pki::MakeAgent(key.get(), host_id, state_->certificate.get(), state_->key.get(),
                                  state_->NowSeconds()));
  return ssl::CertificatePem(certificate.get());
}

const std::string& Ca::CaPem() const { return state_->pem; }
const std::string& Ca::CaSha256() const { return state_->sha256; }

Ca::Ca(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ca::Ca(Ca&&) noexcept = default;
Ca& Ca::operator=(Ca&&) noexcept = default;
Ca::~Ca() = default;

}  // namespace drill
