#include "server/http/connect/codec.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "drill/v1/connect.pb.h"

namespace drill::connect {
namespace {

namespace pb = google::protobuf;

constexpr size_t kEnvelopeHead = 5;
constexpr char kCompressed = 0x01;
constexpr char kEnd = 0x02;

struct Code {
  absl::StatusCode code;
  const char* name;
  int http;
};
// The protocol's own table.
constexpr Code kCodes[] = {
    {absl::StatusCode::kCancelled, "canceled", 499},
    {absl::StatusCode::kUnknown, "unknown", 500},
    {absl::StatusCode::kInvalidArgument, "invalid_argument", 400},
    {absl::StatusCode::kDeadlineExceeded, "deadline_exceeded", 504},
    {absl::StatusCode::kNotFound, "not_found", 404},
    {absl::StatusCode::kAlreadyExists, "already_exists", 409},
    {absl::StatusCode::kPermissionDenied, "permission_denied", 403},
    {absl::StatusCode::kResourceExhausted, "resource_exhausted", 429},
    {absl::StatusCode::kFailedPrecondition, "failed_precondition", 400},
    {absl::StatusCode::kAborted, "aborted", 409},
    {absl::StatusCode::kOutOfRange, "out_of_range", 400},
    {absl::StatusCode::kUnimplemented, "unimplemented", 501},
    {absl::StatusCode::kInternal, "internal", 500},
    {absl::StatusCode::kUnavailable, "unavailable", 503},
    {absl::StatusCode::kDataLoss, "data_loss", 500},
    {absl::StatusCode::kUnauthenticated, "unauthenticated", 401},
};

const Code& Find(absl::StatusCode code) {
  for (const Code& entry : kCodes) {
    if (entry.code == code) return entry;
  }
  return kCodes[1];
}

void SetError(const absl::Status& status, v1::ConnectError* error) {
  error->set_code(CodeName(status.code()));
  error->set_message(std::string(status.message()));
}

std::string Json(const pb::Message& message) {
  std::string out;
  // Fails for Any and for strings that are not UTF-8 only; the vocabulary has neither.
  (void)pb::util::MessageToJsonString(message, &out);
  return out;
}

}  // namespace

std::optional<ContentType> ParseContentType(absl::string_view value) {
  value = absl::StripAsciiWhitespace(value.substr(0, value.find(';')));
  const std::string type = absl::AsciiStrToLower(value);
  if (type == "application/json") return ContentType{Format::kJson, false};
  if (type == "application/proto") return ContentType{Format::kProto, false};
  if (type == "application/connect+json") return ContentType{Format::kJson, true};
  if (type == "application/connect+proto") return ContentType{Format::kProto, true};
  return std::nullopt;
}

std::string ContentTypeOf(const ContentType& type) {
  return absl::StrCat("application/", type.stream ? "connect+" : "",
                      type.format == Format::kJson ? "json" : "proto");
}

absl::Status Decode(Format format, absl::string_view bytes, pb::Message* message) {
  if (format == Format::kProto) {
    if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("the body is no ", message->GetDescriptor()->full_name()));
  }
  // An empty body would be an error of JSON; people leave it out for requests without fields.
  if (absl::StripAsciiWhitespace(bytes).empty()) return absl::OkStatus();
  const auto status =
      pb::util::JsonStringToMessage(pb::StringPiece(bytes.data(), bytes.size()), message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the body is no JSON of ",
                                                 message->GetDescriptor()->full_name(), ": ",
                                                 std::string(status.message())));
}

std::string Encode(Format format, const pb::Message& message) {
  return format == Format::kProto ? message.SerializeAsString() : Json(message);
}

std::string Envelope(absl::string_view payload, bool end) {
  const uint32_t size = static_cast<uint32_t>(payload.size());
  std::string out;
  out.reserve(kEnvelopeHead + payload.size());
  out.push_back(end ? kEnd : '\0');
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  out.append(payload.data(), payload.size());
  return out;
}

absl::StatusOr<std::string> OnlyEnvelope(absl::string_view body) {
  if (body.size() < kEnvelopeHead) {
    return absl::InvalidArgumentError("the body has no whole message of a stream");
  }
  if ((body[0] & kCompressed) != 0) {
    return absl::UnimplementedError("compressed messages are not taken");
  }
  if (body[0] != 0) return absl::InvalidArgumentError("the first message has unknown flags");
  uint32_t size = 0;
  for (size_t i = 1; i < kEnvelopeHead; ++i) size = size << 8 | static_cast<uint8_t>(body[i]);
  if (size != body.size() - kEnvelopeHead) {
    return absl::InvalidArgumentError(absl::StrCat("expected one message of ", size, " bytes, got ",
                                                   body.size() - kEnvelopeHead));
  }
  return std::string(body.substr(kEnvelopeHead));
}

std::string CodeName(absl::StatusCode code) { return Find(code).name; }
int HttpStatusOf(absl::StatusCode code) { return Find(code).http; }
std::string ErrorJson(const absl::Status& status) {
  v1::ConnectError error;
  SetError(status, &error);
  return Json(error);
}

std::string EndOfStreamJson(const absl::Status& status) {
  v1::ConnectEnd end;
  if (!status.ok()) SetError(status, end.mutable_error());
  return Json(end);
}

std::unique_ptr<pb::Message> NewMessage(const pb::Descriptor* descriptor) {
  const pb::Message* prototype = pb::MessageFactory::generated_factory()->GetPrototype(descriptor);
  return std::unique_ptr<pb::Message>(prototype->New());
}

}  // namespace drill::connect
