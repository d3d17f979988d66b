#include "common/keys/keys.h"

#include "common/base/digest.h"
#include "common/keys/certificate.h"
#include "common/keys/openssl.h"
#include "common/keys/token.h"
#include "common/os/random.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Well formed, of the wrong curve.
std::string P384Key() { return ssl::KeyPem(ssl::Key(EVP_EC_gen("P-384")).get()); }

TEST(Keys, ASignatureHoldsUnderThePublicHalfAndOverTheseBytesOnly) {
  const std::string key = GenerateKey();
  const auto pub = PublicPem(key);
  const auto signature = SignBytes(key, "scope");
  ASSERT_OK(pub);
  ASSERT_OK(signature);
  EXPECT_OK(VerifySignature(*pub, "scope", *signature));
  EXPECT_THAT(VerifySignature(*pub, "another scope", *signature),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(VerifySignature(*PublicPem(GenerateKey()), "scope", *signature),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST(Keys, AnEmptyDocumentCanBeSigned) {
  const std::string key = GenerateKey();
  EXPECT_OK(VerifySignature(*PublicPem(key), "", *SignBytes(key, "")));
}

TEST(Keys, TwoKeysDiffer) { EXPECT_NE(GenerateKey(), GenerateKey()); }

TEST(Keys, WhatIsNotAnUnencryptedP256KeyIsRefused) {
  EXPECT_THAT(PublicPem("nonsense"), StatusIs(kInvalid));
  EXPECT_THAT(PublicPem(""), StatusIs(kInvalid));
  EXPECT_THAT(SignBytes(P384Key(), "x"), StatusIs(kInvalid));
  EXPECT_THAT(MakeCsr(*PublicPem(GenerateKey()), "host"), StatusIs(kInvalid));
}

TEST(Keys, ARequestNamesAtMost64Characters) {
  const std::string key = GenerateKey();
  EXPECT_OK(MakeCsr(key, std::string(64, 'h')));
  EXPECT_THAT(MakeCsr(key, std::string(65, 'h')), StatusIs(kInvalid, HasSubstr("64")));
  EXPECT_THAT(MakeCsr(key, ""), StatusIs(kInvalid));
}

TEST(Certificates, TextThatIsNoneIsRefused) {
  EXPECT_THAT(KeyIdOfCertificatePem(GenerateKey()), StatusIs(kInvalid));
  EXPECT_THAT(CertificateSha256("x"), StatusIs(kInvalid));
  EXPECT_THAT(CertificateCommonName(""), StatusIs(kInvalid));
  EXPECT_THAT(IdentityOfCertificatePem(GenerateKey()), StatusIs(kInvalid));
  EXPECT_THAT(VerifyServerChain("", Sha256("ca")),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr(Sha256Hex("ca"))));
}

TEST(Tokens, TheHashIsOverTheSecretBytes) {
  const std::string secret = os::RandomBytes(kTokenBytes);
  const std::string text = TokenText(secret);
  EXPECT_EQ(text.size(), 47u);
  EXPECT_EQ(text.substr(0, 4), "drl_");
  EXPECT_EQ(*TokenSha256(text), Sha256(secret));
  EXPECT_EQ(*BearerTokenSha256("Bearer " + text), Sha256(secret));
  EXPECT_EQ(*BearerTokenSha256("bearer " + text), Sha256(secret));
}

TEST(Tokens, OtherSpellingsAreRefusedAndNotRepeated) {
  const std::string text = TokenText(os::RandomBytes(kTokenBytes));
  for (const std::string& wrong :
       {std::string(), text.substr(4), text.substr(0, 46), text + "A", text + "=", text + " ",
        "drl_" + std::string(43, '!'), "DRL_" + text.substr(4)}) {
    const auto hash = TokenSha256(wrong);
    EXPECT_THAT(hash, StatusIs(kInvalid)) << wrong;
    EXPECT_THAT(std::string(hash.status().message()), Not(HasSubstr(text.substr(4)))) << wrong;
  }
  EXPECT_THAT(BearerTokenSha256(text), StatusIs(kInvalid));
  EXPECT_THAT(BearerTokenSha256("Basic " + text), StatusIs(kInvalid));
}

TEST(Tokens, OneSecretHasOneSpelling) {
  // The 43rd character carries two unused bits: of its four spellings only one is taken.
  std::string text = TokenText(std::string(kTokenBytes, '\0'));
  ASSERT_EQ(text.back(), 'A');
  text.back() = 'B';
  EXPECT_THAT(TokenSha256(text), StatusIs(kInvalid));
}

}  // namespace
}  // namespace drill
