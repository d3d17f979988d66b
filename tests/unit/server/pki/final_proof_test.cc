// A signed final is checked without the controller, and no byte of it can change unseen.

#include "common/keys/final_proof.h"

#include <filesystem>

#include "common/base/digest.h"
#include "common/keys/certificate.h"
#include "common/keys/keys.h"
#include "common/os/random.h"
#include "server/pki/pki.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

constexpr int64_t kDayUs = int64_t{86400} * 1000000;
constexpr int64_t kNowUs = int64_t{1795305600} * 1000000;  // 2026-11-22 in UTC
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class FinalProofTest : public ::testing::Test {
 protected:
  FinalProofTest() : dir_(::testing::TempDir() + "final-" + os::RandomId()), ca_(Open()) {
    identity_ = *ca_.IssueServer({"drill.example.vn"});
  }
  ~FinalProofTest() override { std::filesystem::remove_all(dir_); }

  Ca Open() {
    return *Ca::OpenOrCreate(dir_, [] { return kNowUs; });
  }

  static v1::Record FinalRecord() {
    v1::Record record;
    record.set_seq(40);
    record.set_stream("dt-2026");
    record.set_stream_seq(32);
    record.set_time_us(kNowUs);
    v1::ScoreFinalised* final_score = record.mutable_score_finalised();
    final_score->set_scorecard("the card's bytes");
    final_score->set_scorecard_sha256(Sha256(final_score->scorecard()));
    final_score->set_head_stream_seq(31);
    final_score->set_head_hash(Sha256("before"));
    return record;
  }

  v1::FinalProof Proof(const v1::Record& record, const std::string& key_pem,
                       const std::string& chain_pem) {
    v1::FinalProof proof;
    proof.set_record(record.SerializeAsString());
    proof.set_previous_hash(Sha256("before"));
    auto signature = SignFinal(proof.record(), Sha256(proof.previous_hash(), proof.record()),
                               key_pem, chain_pem);
    EXPECT_OK(signature);
    *proof.mutable_signed_() = *signature;
    proof.set_ca_pem(ca_.CaPem());
    return proof;
  }
  v1::FinalProof Proof() { return Proof(FinalRecord(), identity_.key_pem, identity_.chain_pem); }

  const std::string dir_;
  Ca ca_;
  TlsIdentity identity_;
};

TEST_F(FinalProofTest, HoldsUnderTheControllersCa) {
  const auto proof = ReadFinalProof(WriteFinalProof(Proof()));
  ASSERT_OK(proof);
  const auto statement = CheckFinalProof(*proof, ca_.CaSha256());
  ASSERT_OK(statement);
  EXPECT_EQ(statement->exercise(), "dt-2026");
  EXPECT_EQ(statement->head_stream_seq(), 32u);
  EXPECT_EQ(statement->head_hash(), Sha256(proof->previous_hash(), proof->record()));
}

TEST_F(FinalProofTest, EveryByteOfTheFileIsCovered) {
  const std::string good = WriteFinalProof(Proof());
  for (size_t i = 0; i < good.size(); ++i) {
    for (const char flip : {'\x01', '\x20', '\x80'}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      const auto proof = ReadFinalProof(bad);
      EXPECT_FALSE(proof.ok() && CheckFinalProof(*proof, ca_.CaSha256()).ok())
          << "byte " << i << " changed unseen";
    }
  }
  for (const std::string& bad : {good.substr(0, good.size() - 1), good + '\0', std::string()}) {
    EXPECT_FALSE(ReadFinalProof(bad).ok());
  }
}

TEST_F(FinalProofTest, AnotherControllersSignatureDoesNotHold) {
  std::filesystem::create_directories(dir_ + "/other");
  auto other = Ca::OpenOrCreate(dir_ + "/other", [] { return kNowUs; });
  ASSERT_OK(other);
  const auto identity = other->IssueServer({});
  ASSERT_OK(identity);
  v1::FinalProof proof = Proof(FinalRecord(), identity->key_pem, identity->chain_pem);
  EXPECT_THAT(CheckFinalProof(proof, ca_.CaSha256()),
              StatusIs(kDenied, HasSubstr("does not hold under the CA")));
  proof.set_ca_pem(other->CaPem());
  EXPECT_THAT(CheckFinalProof(proof, ca_.CaSha256()),
              StatusIs(kDenied, HasSubstr("another controller")));
}

// Whoever took over a host must not sign scores.
TEST_F(FinalProofTest, AnAgentsCertificateIsNoControllers) {
  const std::string key = GenerateKey();
  const auto agent = ca_.SignAgent(*MakeCsr(key, "x"), "web-1");
  ASSERT_OK(agent);
  EXPECT_THAT(CheckFinalProof(Proof(FinalRecord(), key, *agent), ca_.CaSha256()),
              StatusIs(kDenied, HasSubstr("purpose")));
}

TEST_F(FinalProofTest, OutlivesTheCertificate) {
  v1::Record record = FinalRecord();
  record.set_time_us(kNowUs + 700 * kDayUs);
  EXPECT_OK(CheckFinalProof(Proof(record, identity_.key_pem, identity_.chain_pem), ca_.CaSha256()))
      << "valid when it signed; when it is checked does not matter";
  record.set_time_us(kNowUs + 800 * kDayUs);
  EXPECT_THAT(
      CheckFinalProof(Proof(record, identity_.key_pem, identity_.chain_pem), ca_.CaSha256()),
      StatusIs(kDenied, HasSubstr("expired")));
}

// Signed by the right key, and yet about something that does not fit together.
TEST_F(FinalProofTest, WhatIsSignedMustFit) {
  v1::Record record = FinalRecord();
  record.mutable_score_finalised()->set_scorecard("a better card");
  EXPECT_THAT(
      CheckFinalProof(Proof(record, identity_.key_pem, identity_.chain_pem), ca_.CaSha256()),
      StatusIs(kDenied, HasSubstr("scorecard's hash")));
  record = FinalRecord();
  record.mutable_score_finalised()->set_head_stream_seq(7);
  EXPECT_THAT(
      CheckFinalProof(Proof(record, identity_.key_pem, identity_.chain_pem), ca_.CaSha256()),
      StatusIs(kDenied, HasSubstr("rest on the record before")));
  v1::FinalProof proof = Proof();
  record = FinalRecord();
  record.set_stream("dt-2027");
  proof.set_record(record.SerializeAsString());
  EXPECT_THAT(CheckFinalProof(proof, ca_.CaSha256()),
              StatusIs(kDenied, HasSubstr("another exercise")));
}

}  // namespace
}  // namespace drill
