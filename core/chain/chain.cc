#include "core/chain/chain.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>

#include "common/base/digest.h"
#include "drill/v1/exercise.pb.h"

namespace drill::chain {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Fields of Record below this one are its header (exercise.proto).
constexpr int kFirstBody = v1::Record::kControllerStartedFieldNumber;
static_assert(kFirstBody == 16);

constexpr std::array<char, kSha256Bytes> kNoHash{};

bool ReadBytes(CodedInputStream* in, absl::string_view* bytes) {
  uint32_t length = 0;
  if (!in->ReadVarint32(&length)) return false;
  const void* data = nullptr;
  int available = 0;
  if (length > 0 && !in->GetDirectBufferPointer(&data, &available)) return false;
  if (length > static_cast<uint32_t>(available)) return false;
  *bytes = absl::string_view(static_cast<const char*>(data), length);
  return in->Skip(static_cast<int>(length));
}

}  // namespace

std::string NextHash(absl::string_view previous, absl::string_view payload) {
  return Sha256(previous.empty() ? absl::string_view(kNoHash.data(), kNoHash.size()) : previous,
                payload);
}

StoredRecord StoredRecord::Copy(const RecordView& view) {
  return {view.seq,  std::string(view.stream),  view.stream_seq,
          view.kind, std::string(view.payload), std::string(view.hash)};
}

bool ParseHeader(absl::string_view payload, Header* header) {
  *header = Header();
  CodedInputStream in(reinterpret_cast<const uint8_t*>(payload.data()),
                      static_cast<int>(payload.size()));
  while (const uint32_t tag = in.ReadTag()) {
    const int field = WireFormatLite::GetTagFieldNumber(tag);
    const auto type = WireFormatLite::GetTagWireType(tag);
    uint64_t number = 0;
    bool ok = false;
    if (type == WireFormatLite::WIRETYPE_VARINT && field == v1::Record::kSeqFieldNumber) {
      ok = in.ReadVarint64(&header->seq);
    } else if (type == WireFormatLite::WIRETYPE_VARINT &&
               field == v1::Record::kStreamSeqFieldNumber) {
      ok = in.ReadVarint64(&header->stream_seq);
    } else if (type == WireFormatLite::WIRETYPE_VARINT && field == v1::Record::kTimeUsFieldNumber) {
      ok = in.ReadVarint64(&number);
      header->time_us = static_cast<int64_t>(number);
    } else if (type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED &&
               field == v1::Record::kStreamFieldNumber) {
      ok = ReadBytes(&in, &header->stream);
    } else if (type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED && field >= kFirstBody) {
      ok = ReadBytes(&in, &header->body);
      header->kind = field;
    } else {
      ok = WireFormatLite::SkipField(&in, tag);
    }
    if (!ok) return false;
  }
  return in.ConsumedEntireMessage();
}

}  // namespace drill::chain
