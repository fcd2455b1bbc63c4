#include "safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cloister/base/bytes.h"

namespace cloister::data {
namespace {

using Json = nlohmann::json;

struct DtypeName {
  std::string_view name;
  Dtype dtype;
};
constexpr std::array<DtypeName, kDtypeCount> kDtypeNames{{{"BOOL", Dtype::bool_},
                                                          {"U8", Dtype::uint8},
                                                          {"I8", Dtype::int8},
                                                          {"I16", Dtype::int16},
                                                          {"I32", Dtype::int32},
                                                          {"I64", Dtype::int64},
                                                          {"F16", Dtype::float16},
                                                          {"BF16", Dtype::bfloat16},
                                                          {"F32", Dtype::float32},
                                                          {"F64", Dtype::float64}}};

constexpr std::string_view kMetadataName = "__metadata__";

// What is said about one tensor so far; offsets are relative to the data.
struct Entry {
  std::string name;
  std::optional<Dtype> dtype = std::nullopt;
  std::optional<std::vector<std::int64_t>> shape = std::nullopt;
  std::optional<std::vector<std::int64_t>> offsets = std::nullopt;
};

// Takes the header's events as they are parsed, so that no tree of foreign nesting or size is ever built. The grammar:
//   { "__metadata__": {text: text}, name: {"dtype": text, "shape": [n, ...], "data_offsets": [n, n]}, ... }
class HeaderHandler final : public nlohmann::json_sax<Json> {
 public:
  std::vector<Entry> entries;
  std::map<std::string, std::string> metadata;
  std::string problem;  // set when parsing was stopped

  bool null() override { return misplaced("null"); }
  bool boolean(bool /*value*/) override { return misplaced("a truth value"); }
  bool number_float(double /*value*/, const std::string& text) override { return misplaced(text); }
  bool binary(binary_t& /*value*/) override { return misplaced("binary data"); }
  bool number_integer(std::int64_t value) override { return misplaced(fmt::to_string(value)); }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ != Place::numbers) return misplaced(fmt::to_string(value));
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return stop(fmt::format("{} has the size {}", thing(), value));
    }
    if (numbers_->size() >= SafetensorsFile::kMaxRank) {
      return stop(fmt::format("{} has more than {} dimensions", thing(), SafetensorsFile::kMaxRank));
    }
    numbers_->push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool string(std::string& value) override {
    if (place_ == Place::metadata) {
      if (!metadata.emplace(key_, value).second) return stop(fmt::format("its metadata have '{}' twice", key_));
      return true;
    }
    if (place_ != Place::tensor || key_ != "dtype") return misplaced("a text");
    Entry& entry = entries.back();
    if (entry.dtype) return twice();
    const auto known = std::find_if(kDtypeNames.begin(), kDtypeNames.end(),
                                    [&](const DtypeName& candidate) { return candidate.name == value; });
    if (known == kDtypeNames.end()) {
      return stop(fmt::format("{} is of dtype {}; those that are read are BOOL, U8, I8 to I64, F16, BF16, F32 and F64",
                              thing(), clipped(value, 32)));
    }
    entry.dtype = known->dtype;
    return true;
  }

  bool start_object(std::size_t /*size*/) override {
    switch (place_) {
      case Place::before:
        place_ = Place::top;
        return true;
      case Place::top:
        if (key_ == kMetadataName) {
          if (std::exchange(has_metadata_, true)) return stop("it has metadata twice");
          place_ = Place::metadata;
        } else {
          entries.push_back({.name = key_});
          place_ = Place::tensor;
        }
        return true;
      default:
        return misplaced("an object");
    }
  }

  bool key(std::string& value) override {
    key_ = value;
    return true;
  }

  bool end_object() override {
    place_ = place_ == Place::top ? Place::after : Place::top;
    return true;
  }

  bool start_array(std::size_t /*size*/) override {
    if (place_ != Place::tensor || (key_ != "shape" && key_ != "data_offsets")) return misplaced("a list");
    auto& list = key_ == "shape" ? entries.back().shape : entries.back().offsets;
    if (list) return twice();
    numbers_ = &list.emplace();
    place_ = Place::numbers;
    return true;
  }

  bool end_array() override {
    place_ = Place::tensor;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/, const Json::exception& /*why*/) override {
    return stop(fmt::format("it is no JSON at byte {}", position));
  }

 private:
  enum class Place { before, top, metadata, tensor, numbers, after };

  bool stop(std::string why) {
    problem = std::move(why);
    return false;
  }
  bool misplaced(std::string_view what) {
    return stop(fmt::format("{} stands where the format has no place for it ({})", clipped(what, 40), thing()));
  }
  bool twice() { return stop(fmt::format("{} has '{}' twice", thing(), key_)); }
  [[nodiscard]] std::string thing() const {
    const bool in_tensor = place_ == Place::tensor || place_ == Place::numbers;
    return in_tensor ? fmt::format("the tensor '{}'", clipped(entries.back().name, 100)) : "the top level";
  }

  Place place_ = Place::before;
  bool has_metadata_ = false;
  std::string key_;
  std::vector<std::int64_t>* numbers_ = nullptr;
};

// The tensor an entry describes, or what is wrong with it.
Result<StoredTensor> checked(Entry entry, std::uint64_t data_offset, std::uint64_t data_size) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::bad_data, fmt::format("the tensor '{}' {}", clipped(entry.name, 100), why));
  };
  if (!entry.dtype || !entry.shape || !entry.offsets) return bad("lacks its dtype, shape or data_offsets");
  const std::vector<std::int64_t>& offsets = *entry.offsets;
  if (offsets.size() != 2 || offsets[0] > offsets[1] || static_cast<std::uint64_t>(offsets[1]) > data_size) {
    return bad(fmt::format("has the data offsets {} in {} bytes of data", shape_text(offsets), data_size));
  }
  const auto size = checked_byte_size(*entry.shape, element_size(*entry.dtype));
  if (!size) return bad(fmt::format("is impossible: {}", size.error().message));
  if (*size != static_cast<std::uint64_t>(offsets[1] - offsets[0])) {
    return bad(fmt::format("has {} bytes, but the shape {} of {} takes {}", offsets[1] - offsets[0],
                           shape_text(*entry.shape), dtype_name(*entry.dtype), *size));
  }
  StoredTensor tensor;
  tensor.name = std::move(entry.name);
  tensor.dtype = *entry.dtype;
  tensor.shape = *std::move(entry.shape);
  tensor.offset = data_offset + static_cast<std::uint64_t>(offsets[0]);
  tensor.size = *size;
  return tensor;
}

// Neither overlap nor hole: each tensor begins where the one before it ends, and the last ends with the file.
Result<void> check_layout(std::vector<StoredTensor>& tensors, std::uint64_t begin, std::uint64_t end) {
  std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.offset, a.size) < std::pair(b.offset, b.size);
  });
  for (const StoredTensor& tensor : tensors) {
    if (tensor.offset != begin) {
      return fail(ErrorCode::bad_data,
                  fmt::format("the data of the tensor '{}' {} what lies before it", clipped(tensor.name, 100),
                              tensor.offset < begin ? "overlap" : "leave a hole after"));
    }
    begin += tensor.size;
  }
  if (begin != end) {
    return fail(ErrorCode::bad_data, fmt::format("{} bytes at its end belong to no tensor", end - begin));
  }
  return {};
}

}  // namespace

Result<SafetensorsHeader> parse_safetensors_header(std::string_view json, std::uint64_t data_offset,
                                                   std::uint64_t data_size, std::string_view name) {
  const auto damaged = [&](const Error& error) {
    return fail(error.code, fmt::format("'{}' is no safetensors file that can be used: {}; save or fetch it anew", name,
                                        error.message));
  };
  HeaderHandler handler;
  // The format wants the object to begin at once; the parser by itself would skip white space.
  if (json.empty() || json.front() != '{') return damaged({ErrorCode::bad_data, "its header does not begin with {"});
  if (!Json::sax_parse(json.begin(), json.end(), &handler)) return damaged({ErrorCode::bad_data, handler.problem});

  SafetensorsHeader header;
  header.metadata = std::move(handler.metadata);
  header.tensors.reserve(handler.entries.size());
  for (Entry& entry : handler.entries) {
    auto tensor = checked(std::move(entry), data_offset, data_size);
    if (!tensor) return damaged(tensor.error());
    header.tensors.push_back(*std::move(tensor));
  }
  if (const auto layout = check_layout(header.tensors, data_offset, data_offset + data_size); !layout) {
    return damaged(layout.error());
  }
  const auto by_name = [](const StoredTensor& a, const StoredTensor& b) { return a.name < b.name; };
  std::sort(header.tensors.begin(), header.tensors.end(), by_name);
  const auto same_name = [](const StoredTensor& a, const StoredTensor& b) { return a.name == b.name; };
  const auto repeated = std::adjacent_find(header.tensors.begin(), header.tensors.end(), same_name);
  if (repeated != header.tensors.end()) {
    return damaged({ErrorCode::bad_data, fmt::format("it has the tensor '{}' twice", clipped(repeated->name, 100))});
  }
  return header;
}

Result<std::string> make_safetensors_header(const std::vector<TensorSpec>& tensors,
                                            const std::map<std::string, std::string>& metadata) {
  // Written by hand: the keys keep the order of the data, which a sorted object of the library would not.
  const auto text = [](std::string_view value) { return Json(value).dump(); };
  std::string header = "{";
  if (!metadata.empty()) header += fmt::format("{}:{}", text(kMetadataName), Json(metadata).dump());
  std::uint64_t offset = 0;
  for (const TensorSpec& tensor : tensors) {
    CLOISTER_TRY(const std::uint64_t size, checked_byte_size(tensor.shape, element_size(tensor.dtype)));
    const auto end = checked_add(offset, size);
    if (!end) return fail(ErrorCode::invalid_argument, "the tensors have more bytes together than a file can have");
    const auto dtype = std::find_if(kDtypeNames.begin(), kDtypeNames.end(),
                                    [&](const DtypeName& candidate) { return candidate.dtype == tensor.dtype; });
    header += fmt::format(R"({}{}:{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", header.size() > 1 ? "," : "",
                          text(tensor.name), dtype->name, Json(tensor.shape).dump(), offset, *end);
    offset = *end;
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return header;
}

}  // namespace cloister::data
