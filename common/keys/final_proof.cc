#include "common/keys/final_proof.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/keys/keys.h"
#include "common/keys/openssl.h"

namespace drill {
namespace {

// First bytes of the file: what it is, and its version.
constexpr absl::string_view kMagic = "cyberdrill final 1\n";

absl::Status Bad(absl::string_view what) { return absl::PermissionDeniedError(what); }

absl::StatusOr<v1::Record> ReadFinalRecord(absl::string_view bytes) {
  v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !record.has_score_finalised()) {
    return absl::InvalidArgumentError("the record is not the one that made a score final");
  }
  return record;
}

// A certificate text that says nothing besides: no byte of a proof may change unseen.
absl::StatusOr<ssl::Certificate> ReadExactly(absl::string_view pem) {
  ASSIGN_OR_RETURN(ssl::Certificate certificate, ssl::ReadCertificate(pem));
  if (ssl::CertificatePem(certificate.get()) != pem) return Bad("a certificate's text was changed");
  return certificate;
}

absl::Status CheckChain(X509* certificate, X509* ca, int64_t signed_us) {
  const std::unique_ptr<X509_STORE, ssl::Deleter<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, ssl::Deleter<X509_STORE_CTX_free>> context(
      X509_STORE_CTX_new());
  DRILL_CHECK(store != nullptr && context != nullptr);
  DRILL_CHECK(X509_STORE_add_cert(store.get(), ca) == 1);
  DRILL_CHECK(X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr) == 1);
  // An agent's certificate comes from the same CA and must not pass for the controller's.
  DRILL_CHECK(X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER) == 1);
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(signed_us / 1'000'000));
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_CHECK_SS_SIGNATURE);
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  ERR_clear_error();
  return Bad(absl::StrCat("the signer's certificate does not hold under the CA: ",
                          X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))));
}

std::string PublicPemOf(X509* certificate) {
  const ssl::Bio bio(BIO_new(BIO_s_mem()));
  DRILL_CHECK(bio != nullptr);
  if (PEM_write_bio_PUBKEY(bio.get(), X509_get0_pubkey(certificate)) != 1) {
    ERR_clear_error();
    return "";
  }
  return ssl::Contents(bio.get());
}

absl::Status CheckStatement(const v1::FinalProof& proof, const v1::FinalStatement& statement) {
  ASSIGN_OR_RETURN(const v1::Record record, ReadFinalRecord(proof.record()));
  const v1::ScoreFinalised& final_score = record.score_finalised();
  if (statement.exercise() != record.stream() ||
      statement.head_stream_seq() != record.stream_seq()) {
    return Bad("the signature is about another exercise or record");
  }
  if (Sha256(proof.previous_hash(), proof.record()) != statement.head_hash()) {
    return Bad("the record's hash is not the head that was signed");
  }
  if (final_score.head_hash() != proof.previous_hash() ||
      final_score.head_stream_seq() + 1 != record.stream_seq()) {
    return Bad("the score does not rest on the record before it");
  }
  if (Sha256(final_score.scorecard()) != final_score.scorecard_sha256() ||
      final_score.scorecard_sha256() != statement.scorecard_sha256()) {
    return Bad("the scorecard's hash is not the one that was signed");
  }
  if (statement.time_us() != record.time_us()) return Bad("the time is not the record's");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::FinalSigned> SignFinal(absl::string_view record_bytes,
                                          absl::string_view record_hash, absl::string_view key_pem,
                                          absl::string_view chain_pem) {
  ASSIGN_OR_RETURN(const v1::Record record, ReadFinalRecord(record_bytes));
  RETURN_IF_ERROR(CheckCertificateOfKey(chain_pem, key_pem));
  ASSIGN_OR_RETURN(const ssl::Certificate certificate, ssl::ReadCertificate(chain_pem));
  v1::FinalStatement statement;
  statement.set_exercise(record.stream());
  statement.set_head_stream_seq(record.stream_seq());
  statement.set_head_hash(std::string(record_hash));
  statement.set_scorecard_sha256(record.score_finalised().scorecard_sha256());
  statement.set_time_us(record.time_us());
  v1::FinalSigned out;
  out.set_statement(statement.SerializeAsString());
  ASSIGN_OR_RETURN(*out.mutable_signature()->mutable_der(), SignBytes(key_pem, out.statement()));
  out.set_certificate_pem(ssl::CertificatePem(certificate.get()));
  ASSIGN_OR_RETURN(*out.mutable_signature()->mutable_key_sha256(),
                   KeyIdOfCertificatePem(out.certificate_pem()));
  return out;
}

std::string WriteFinalProof(const v1::FinalProof& proof) {
  return absl::StrCat(kMagic, proof.SerializeAsString());
}

absl::StatusOr<v1::FinalProof> ReadFinalProof(absl::string_view bytes) {
  v1::FinalProof proof;
  const absl::string_view body = bytes.substr(std::min(bytes.size(), kMagic.size()));
  if (bytes.substr(0, kMagic.size()) != kMagic ||
      !proof.ParseFromArray(body.data(), static_cast<int>(body.size())) ||
      proof.SerializeAsString() != body) {
    return absl::InvalidArgumentError(
        "the file is not a final as `drillctl final export` wrote it: another file, or damaged");
  }
  return proof;
}

absl::StatusOr<v1::FinalStatement> CheckFinalProof(const v1::FinalProof& proof,
                                                   absl::string_view ca_sha256) {
  ASSIGN_OR_RETURN(const ssl::Certificate ca, ReadExactly(proof.ca_pem()));
  if (!EqualConstantTime(Sha256(ssl::CertificateDer(ca.get())), ca_sha256)) {
    return Bad(absl::StrCat("the CA is not the one with SHA-256 ", Hex(ca_sha256),
                            ": another controller, or somebody else"));
  }
  v1::FinalStatement statement;
  if (!statement.ParseFromString(proof.signed_().statement())) {
    return Bad("what was signed cannot be read");
  }
  ASSIGN_OR_RETURN(const ssl::Certificate certificate,
                   ReadExactly(proof.signed_().certificate_pem()));
  RETURN_IF_ERROR(CheckChain(certificate.get(), ca.get(), statement.time_us()));
  ASSIGN_OR_RETURN(const std::string key_id,
                   KeyIdOfCertificatePem(proof.signed_().certificate_pem()));
  if (key_id != proof.signed_().signature().key_sha256()) {
    return Bad("the signature names another key than the certificate's");
  }
  RETURN_IF_ERROR(VerifySignature(PublicPemOf(certificate.get()), proof.signed_().statement(),
                                  proof.signed_().signature().der()));
  RETURN_IF_ERROR(CheckStatement(proof, statement));
  return statement;
}

}  // namespace drill
