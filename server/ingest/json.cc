#include "server/ingest/json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace drill::ingest {
namespace {

using nlohmann::json;

constexpr int kDepthMax = 64;

const json* Cast(const void* value) { return static_cast<const json*>(value); }

}  // namespace

absl::StatusOr<Json> Json::Parse(absl::string_view text) {
  bool deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    deep = deep || depth > kDepthMax;
    return !deep;  // what lies deeper is not kept
  };
  try {
    auto document = std::make_shared<json>(json::parse(text.begin(), text.end(), shallow));
    if (deep) {
      return absl::InvalidArgumentError(absl::StrCat("nested deeper than ", kDepthMax, " levels"));
    }
    const void* value = document.get();
    return Json(std::move(document), value);
  } catch (const json::parse_error& error) {
    return absl::InvalidArgumentError(absl::StrCat("byte ", error.byte, ": no valid JSON"));
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("no valid JSON: ", error.what()));
  }
}

bool Json::IsObject() const { return value_ != nullptr && Cast(value_)->is_object(); }
bool Json::IsArray() const { return value_ != nullptr && Cast(value_)->is_array(); }
bool Json::IsNull() const { return value_ == nullptr || Cast(value_)->is_null(); }

Json Json::operator[](absl::string_view key) const {
  if (!IsObject()) return {document_, nullptr};
  const auto found = Cast(value_)->find(std::string(key));
  return {document_, found == Cast(value_)->end() ? nullptr : &*found};
}

size_t Json::Size() const { return IsArray() ? Cast(value_)->size() : 0; }

Json Json::At(size_t i) const {
  return {document_, i < Size() ? &Cast(value_)->operator[](i) : nullptr};
}

std::string Json::Text() const {
  if (value_ == nullptr) return "";
  const json& value = *Cast(value_);
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return "";
}

std::string Json::Dump() const {
  // Strings came through the parser, so they are UTF-8 and cannot throw.
  return value_ == nullptr ? "null" : Cast(value_)->dump();
}

}  // namespace drill::ingest
