#include "server/pki/pki.h"

#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <filesystem>

#include "common/base/digest.h"
#include "common/keys/certificate.h"
#include "common/keys/keys.h"
#include "common/keys/openssl.h"
#include "common/os/file.h"
#include "common/os/random.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::StatusIs;

constexpr int64_t kDayUs = int64_t{86400} * 1000000;
constexpr int64_t kNowUs = int64_t{1795305600} * 1000000;  // 2026-11-22 in UTC
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

std::string Csr() { return *MakeCsr(GenerateKey(), "ignored"); }

// Whether OpenSSL takes `pem` under this CA for a purpose, at `now_us`; the reason, or "ok".
std::string Verify(const std::string& pem, const std::string& ca_pem, int purpose,
                   int64_t now_us = kNowUs) {
  const auto ca = ssl::ReadCertificate(ca_pem);
  const auto leaf = ssl::ReadCertificate(pem);
  const std::unique_ptr<X509_STORE, ssl::Deleter<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, ssl::Deleter<X509_STORE_CTX_free>> context(
      X509_STORE_CTX_new());
  X509_STORE_add_cert(store.get(), ca->get());
  X509_STORE_CTX_init(context.get(), store.get(), leaf->get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  X509_STORE_CTX_set_time(context.get(), 0, now_us / 1000000);
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
  if (X509_verify_cert(context.get()) == 1) return "ok";
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

bool IsFor(const std::string& pem, const std::string& host) {
  const auto certificate = ssl::ReadCertificate(pem);
  return X509_check_host(certificate->get(), host.data(), host.size(), 0, nullptr) == 1 ||
         X509_check_ip_asc(certificate->get(), host.c_str(), 0) == 1;
}

class PkiTest : public ::testing::Test {
 protected:
  PkiTest() : dir_(::testing::TempDir() + "pki-" + os::RandomId()) {}
  ~PkiTest() override { std::filesystem::remove_all(dir_); }

  absl::StatusOr<Ca> Open() {
    return Ca::OpenOrCreate(dir_, [this] { return now_us_; });
  }
  std::string Path(const std::string& file) const { return dir_ + "/pki/" + file; }

  int64_t now_us_ = kNowUs;
  const std::string dir_;
};

TEST_F(PkiTest, AFirstStartMakesACaWithAPrivateKeyForItsOwnerOnly) {
  const auto ca = Open();
  ASSERT_OK(ca);
  EXPECT_EQ(ModeOf(Path("ca.key")), 0600u);
  EXPECT_EQ(ModeOf(dir_ + "/pki"), 0700u);
  EXPECT_EQ(*CertificateSha256(ca->CaPem()), ca->CaSha256());
  EXPECT_EQ(ca->CaSha256().size(), 32u);
  EXPECT_THAT(*CertificateCommonName(ca->CaPem()),
              ::testing::MatchesRegex("Cyberdrill CA [0-9a-f]{8}"));
  const auto certificate = ssl::ReadCertificate(ca->CaPem());
  EXPECT_EQ(X509_check_ca(certificate->get()), 1);
  EXPECT_TRUE(ssl::IsP256(X509_get0_pubkey(certificate->get())));
}

TEST_F(PkiTest, AReopenedCaIsTheSame) {
  const std::string first = Open()->CaPem();
  const auto again = Open();
  ASSERT_OK(again);
  EXPECT_EQ(again->CaPem(), first);
  const auto agent = again->SignAgent(Csr(), "web-1");
  ASSERT_OK(agent);
  EXPECT_EQ(Verify(*agent, first, X509_PURPOSE_SSL_CLIENT), "ok");
}

TEST_F(PkiTest, TwoControllersHaveDifferentCas) {
  const auto one = Open();
  const auto two = Ca::OpenOrCreate(dir_ + "/other", [] { return kNowUs; });
  ASSERT_OK(two);
  EXPECT_NE(one->CaSha256(), two->CaSha256());
  EXPECT_NE(Verify(*one->SignAgent(Csr(), "web-1"), two->CaPem(), X509_PURPOSE_SSL_CLIENT), "ok");
}

TEST_F(PkiTest, AnAgentsCertificateNamesItsHostAndItsKey) {
  const auto ca = Open();
  const std::string key = GenerateKey();
  const auto pem = ca->SignAgent(*MakeCsr(key, "somebody-else"), "web-1.tinh");
  ASSERT_OK(pem);
  EXPECT_EQ(*CertificateCommonName(*pem), "web-1.tinh");
  EXPECT_OK(CheckCertificateOfKey(*pem, key));
  EXPECT_THAT(CheckCertificateOfKey(*pem, GenerateKey()), StatusIs(kInvalid));
  std::string key_id;
  ASSERT_OK(PublicKeyId(*PublicPem(key), &key_id));
  EXPECT_EQ(*KeyIdOfCertificatePem(*pem), key_id);
  const auto identity = IdentityOfCertificatePem(*pem);
  ASSERT_OK(identity);
  EXPECT_EQ(identity->common_name, "web-1.tinh");
  EXPECT_EQ(identity->key_sha256, key_id);
}

TEST_F(PkiTest, AgentAndServerCannotStandForEachOther) {
  auto ca = Open();
  const auto agent = ca->SignAgent(Csr(), "web-1");
  const auto server = ca->IssueServer({});
  ASSERT_OK(server);
  EXPECT_EQ(Verify(*agent, ca->CaPem(), X509_PURPOSE_SSL_CLIENT), "ok");
  EXPECT_NE(Verify(*agent, ca->CaPem(), X509_PURPOSE_SSL_SERVER), "ok");
  EXPECT_EQ(Verify(server->chain_pem, ca->CaPem(), X509_PURPOSE_SSL_SERVER), "ok");
  EXPECT_NE(Verify(server->chain_pem, ca->CaPem(), X509_PURPOSE_SSL_CLIENT), "ok");
}

TEST_F(PkiTest, AnAgentsCertificateHoldsFromADayBackForTwoYears) {
  const auto ca = Open();
  const auto pem = ca->SignAgent(Csr(), "web-1");
  const auto at = [&](int64_t us) {
    return Verify(*pem, ca->CaPem(), X509_PURPOSE_SSL_CLIENT, us);
  };
  EXPECT_EQ(at(kNowUs - kDayUs + 1000000), "ok");
  EXPECT_NE(at(kNowUs - kDayUs - 1000000), "ok");
  EXPECT_EQ(at(kNowUs + 729 * kDayUs), "ok");
  EXPECT_NE(at(kNowUs + 731 * kDayUs), "ok");
}

TEST_F(PkiTest, NoCertificateOutlivesTheCa) {
  std::string ca_pem = Open()->CaPem();
  now_us_ = kNowUs + 3640 * kDayUs;
  const auto late = Open();
  ASSERT_OK(late);
  const auto pem = late->SignAgent(Csr(), "web-1");
  const auto leaf = ssl::ReadCertificate(*pem);
  const auto ca = ssl::ReadCertificate(ca_pem);
  EXPECT_EQ(ASN1_TIME_compare(X509_get0_notAfter(leaf->get()), X509_get0_notAfter(ca->get())), 0);
}

TEST_F(PkiTest, BadRequestsAreRefused) {
  const auto ca = Open();
  EXPECT_THAT(ca->SignAgent("", "web-1"), StatusIs(kInvalid));
  EXPECT_THAT(ca->SignAgent("not DER", "web-1"), StatusIs(kInvalid));
  EXPECT_THAT(ca->SignAgent(Csr() + "x", "web-1"), StatusIs(kInvalid, HasSubstr("DER")));
  EXPECT_THAT(ca->SignAgent(std::string(100000, 'x'), "web-1"),
              StatusIs(kInvalid, HasSubstr("100000")));
  EXPECT_THAT(ca->SignAgent(Csr(), std::string(65, 'h')), StatusIs(kInvalid, HasSubstr("64")));
  EXPECT_THAT(ca->SignAgent(Csr(), ""), StatusIs(kInvalid));
}

TEST_F(PkiTest, ARequestWhoseSignatureDoesNotFitIsRefused) {
  const auto ca = Open();
  std::string csr = *MakeCsr(GenerateKey(), "aaaa");
  const size_t name = csr.find("aaaa");
  ASSERT_NE(name, std::string::npos);
  csr[name] = 'b';  // signed over "aaaa"
  EXPECT_THAT(ca->SignAgent(csr, "web-1"), StatusIs(kInvalid, HasSubstr("not signed")));
}

TEST_F(PkiTest, AKeyOfAnotherCurveIsRefused) {
  const ssl::Key key(EVP_EC_gen("P-384"));
  const ssl::Request request(X509_REQ_new());
  X509_REQ_set_pubkey(request.get(), key.get());
  ASSERT_GT(X509_REQ_sign(request.get(), key.get(), EVP_sha256()), 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  const std::string csr(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  EXPECT_THAT(Open()->SignAgent(csr, "web-1"), StatusIs(kInvalid, HasSubstr("P-256")));
}

TEST_F(PkiTest, TheServersCertificateIsForEveryNameOfTheController) {
  auto ca = Open();
  const auto server = ca->IssueServer({"Drill.Example.gov.vn", "10.0.0.7", "fd00::7"});
  ASSERT_OK(server);
  EXPECT_EQ(ModeOf(Path("server.key")), 0600u);
  EXPECT_OK(CheckCertificateOfKey(server->chain_pem, server->key_pem));
  for (const char* name : {"localhost", "127.0.0.1", "::1", "drill.example.gov.vn", "10.0.0.7",
                           "fd00::7", "controller.cyberdrill.internal"}) {
    EXPECT_TRUE(IsFor(server->chain_pem, name)) << name;
  }
  EXPECT_FALSE(IsFor(server->chain_pem, "10.0.0.8"));
}

TEST_F(PkiTest, TheServersCertificateIsKeptUntilItMustChange) {
  const std::string first = Open()->IssueServer({"a.example"})->chain_pem;
  EXPECT_EQ(Open()->IssueServer({"a.example"})->chain_pem, first);
  EXPECT_EQ(Open()->IssueServer({"A.example", "a.example"})->chain_pem, first);

  const std::string renamed = Open()->IssueServer({"b.example"})->chain_pem;
  EXPECT_NE(renamed, first);

  now_us_ = kNowUs + 699 * kDayUs;
  EXPECT_EQ(Open()->IssueServer({"b.example"})->chain_pem, renamed);
  now_us_ = kNowUs + 701 * kDayUs;  // 29 days before its end
  auto ca = Open();
  const std::string renewed = ca->IssueServer({"b.example"})->chain_pem;
  EXPECT_NE(renewed, renamed);
  EXPECT_EQ(Verify(renewed, ca->CaPem(), X509_PURPOSE_SSL_SERVER, now_us_ + 100 * kDayUs), "ok");
}

TEST_F(PkiTest, ADamagedServerCertificateIsMadeAnew) {
  const std::string first = Open()->IssueServer({})->chain_pem;
  ASSERT_OK(os::WriteFileDurably(Path("server.crt"), "damaged"));
  const auto anew = Open()->IssueServer({});
  ASSERT_OK(anew);
  EXPECT_NE(anew->chain_pem, first);
  EXPECT_OK(CheckCertificateOfKey(anew->chain_pem, anew->key_pem));
}

TEST_F(PkiTest, AllBadNamesAreToldAtOnce) {
  EXPECT_THAT(Open()->IssueServer({"good.example", "bad,DNS:evil.example", "", "-x"}),
              StatusIs(kInvalid, AllOf(HasSubstr("\"bad,DNS:evil.example\""), HasSubstr("\"\""),
                                       HasSubstr("\"-x\""))));
}

TEST_F(PkiTest, APinnedCaIsFoundInTheServersChain) {
  // VerifyServerChain asks the real clock, so these certificates are of now.
  auto ca = Ca::OpenOrCreate(dir_);
  const auto server = ca->IssueServer({});
  const auto found = VerifyServerChain(server->chain_pem, ca->CaSha256());
  ASSERT_OK(found);
  EXPECT_EQ(*found, ca->CaPem());

  auto other = Ca::OpenOrCreate(dir_ + "/other");
  const auto impostor = other->IssueServer({});
  constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
  EXPECT_THAT(VerifyServerChain(impostor->chain_pem, ca->CaSha256()), StatusIs(kDenied));
  // The public ca.crt pasted behind somebody else's certificate.
  EXPECT_THAT(VerifyServerChain(impostor->chain_pem + ca->CaPem(), ca->CaSha256()),
              StatusIs(kDenied));
  // An enrolled agent that would play the controller.
  EXPECT_THAT(VerifyServerChain(*ca->SignAgent(Csr(), "web-1") + ca->CaPem(), ca->CaSha256()),
              StatusIs(kDenied));
  EXPECT_THAT(VerifyServerChain(ca->CaPem(), ca->CaSha256()), StatusIs(kDenied));
}

TEST_F(PkiTest, HalfACaStopsTheStartAndSaysWhatToDo) {
  ASSERT_OK(Open());
  std::filesystem::remove(Path("ca.crt"));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("ca.crt is missing"), HasSubstr("backup"))));
}

TEST_F(PkiTest, AKeyThatIsNotTheCasStopsTheStart) {
  ASSERT_OK(Open());
  ASSERT_OK(os::WriteFileDurably(Path("ca.key"), GenerateKey()));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("not the key")));
  ASSERT_OK(os::WriteFileDurably(Path("ca.key"), "damaged"));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ca.key")));
}

TEST_F(PkiTest, AKeyThatOthersMayReadStopsTheStart) {
  ASSERT_OK(Open());
  std::filesystem::permissions(Path("ca.key"), std::filesystem::perms(0640));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("0640"), HasSubstr("chmod 600"))));
}

TEST_F(PkiTest, AnExpiredCaStopsTheStart) {
  ASSERT_OK(Open());
  now_us_ = kNowUs + 3651 * kDayUs;
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ca.crt")));
}

}  // namespace
}  // namespace drill
