#ifndef DRILL_SERVER_HTTP_CONNECT_CODEC_H_
#define DRILL_SERVER_HTTP_CONNECT_CODEC_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// What the Connect protocol (connectrpc.com/docs/protocol) puts on the wire, without sockets: JSON
// or binary messages, envelopes of streams, errors. Pure; any thread.
namespace drill::connect {

enum class Format { kJson, kProto };

struct ContentType {
  Format format = Format::kJson;
  bool stream = false;  // application/connect+json
};
// Parameters such as charset are ignored. nullopt: none of the protocol's.
std::optional<ContentType> ParseContentType(absl::string_view value);
std::string ContentTypeOf(const ContentType& type);

// InvalidArgument: malformed; a field that the message does not have is named.
absl::Status Decode(Format format, absl::string_view bytes, google::protobuf::Message* message);
std::string Encode(Format format, const google::protobuf::Message& message);

// One message of a stream, or its end (JSON) when `end`.
std::string Envelope(absl::string_view payload, bool end);
// The only message of a request stream. InvalidArgument: not exactly one whole, uncompressed one.
absl::StatusOr<std::string> OnlyEnvelope(absl::string_view body);

// "invalid_argument".
std::string CodeName(absl::StatusCode code);
int HttpStatusOf(absl::StatusCode code);
// {"code":"…","message":"…"}
std::string ErrorJson(const absl::Status& status);
// Payload of the last envelope of a stream.
std::string EndOfStreamJson(const absl::Status& status);

// A message of the vocabulary by its descriptor.
std::unique_ptr<google::protobuf::Message> NewMessage(
    const google::protobuf::Descriptor* descriptor);

}  // namespace drill::connect

#endif  // DRILL_SERVER_HTTP_CONNECT_CODEC_H_
