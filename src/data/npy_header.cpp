#include "npy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "cloister/base/bytes.h"

namespace cloister::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct NpyType {
  std::string_view code;  // less the byte order
  Dtype dtype;
};
constexpr std::array<NpyType, 9> kTypes{{{"b1", Dtype::bool_},
                                         {"u1", Dtype::uint8},
                                         {"i1", Dtype::int8},
                                         {"i2", Dtype::int16},
                                         {"i4", Dtype::int32},
                                         {"i8", Dtype::int64},
                                         {"f2", Dtype::float16},
                                         {"f4", Dtype::float32},
                                         {"f8", Dtype::float64}}};

// The Python literal of a header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. Functions take what they
// name off the front, after white space, or answer false and leave `problem`.
class Literal {
 public:
  explicit Literal(std::string_view text) : text_(text) {}

  bool take(char wanted) {
    skip_space();
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view wanted) {
    skip_space();
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }
  // A string without escapes.
  std::optional<std::string_view> take_string() {
    skip_space();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view string = text_.substr(1, end - 1);
    if (string.find('\\') != std::string_view::npos) return std::nullopt;
    text_.remove_prefix(end + 1);
    return string;
  }
  std::optional<std::int64_t> take_size() {
    skip_space();
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
    if (error != std::errc() || size < 0) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    static_cast<void>(take('L'));  // Python 2 wrote it after long ones
    return size;
  }
  std::optional<bool> take_bool() {
    if (take_word("True")) return true;
    if (take_word("False")) return false;
    return std::nullopt;
  }
  // (), (3,) or (3, 4)
  std::optional<std::vector<std::int64_t>> take_shape() {
    if (!take('(')) return std::nullopt;
    std::vector<std::int64_t> shape;
    while (!take(')')) {
      const auto size = take_size();
      if (!size || shape.size() == kMaxNpyRank) return std::nullopt;
      shape.push_back(*size);
      if (take(',')) continue;
      if (!take(')') || shape.size() == 1) return std::nullopt;  // (3) is no tuple
      break;
    }
    return shape;
  }
  bool at_list() {
    skip_space();
    return text_.starts_with("[");
  }
  bool at_end() {
    skip_space();
    return text_.empty();
  }

 private:
  void skip_space() {
    const std::size_t begin = std::min(text_.find_first_not_of(" \t\n\r"), text_.size());
    text_.remove_prefix(begin);
  }
  std::string_view text_;
};

// The dtype of `descr`, or why there is none and what to do.
Result<Dtype> dtype_of(std::string_view descr) {
  const auto refused = [&](std::string_view why) {
    return fail(ErrorCode::bad_data, fmt::format("it is of type '{}', {}", clipped(descr, 32), why));
  };
  const std::string_view code = descr.empty() ? descr : descr.substr(1);
  const char order = descr.empty() ? '?' : descr.front();
  if (code.starts_with("O")) return refused("Python objects; save numbers: array.astype('float32')");
  if (code.starts_with("V")) return refused("a structure; save each field as an array of its own, by numpy.savez");
  const auto known = std::find_if(kTypes.begin(), kTypes.end(), [&](const NpyType& type) { return type.code == code; });
  if (known == kTypes.end()) {
    return refused("which no dtype of Cloister stands for; convert it, as in array.astype('int64') or 'float32'");
  }
  const bool one_byte = element_size(known->dtype) == 1;
  if (order == '>') return refused(fmt::format("big-endian; convert it: array.astype('<{}')", code));
  if (order != '<' && order != '=' && !(order == '|' && one_byte)) return refused("which is no type of NumPy's");
  return known->dtype;
}

struct Fields {
  std::optional<Dtype> dtype;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;
};

Result<Fields> parse_fields(std::string_view text) {
  const auto malformed = [] {
    return fail(ErrorCode::bad_data, "its header is not the dictionary of 'descr', 'fortran_order' and 'shape'");
  };
  Literal literal(text);
  Fields fields;
  if (!literal.take('{')) return malformed();
  while (!literal.take('}')) {
    const auto key = literal.take_string();
    if (!key || !literal.take(':')) return malformed();
    if (*key == "descr" && !fields.dtype) {
      if (literal.at_list()) {
        return fail(ErrorCode::bad_data,
                    "its elements are structures; save each field as an array of its own, by numpy.savez");
      }
      const auto descr = literal.take_string();
      if (!descr) return malformed();
      CLOISTER_TRY(fields.dtype, dtype_of(*descr));
    } else if (*key == "fortran_order" && !fields.fortran_order) {
      fields.fortran_order = literal.take_bool();
      if (!fields.fortran_order) return malformed();
    } else if (*key == "shape" && !fields.shape) {
      fields.shape = literal.take_shape();
      if (!fields.shape) return malformed();
    } else {
      return malformed();
    }
    if (literal.take(',')) continue;
    if (!literal.take('}')) return malformed();
    break;
  }
  if (!literal.at_end() || !fields.dtype || !fields.fortran_order || !fields.shape) return malformed();
  return fields;
}

}  // namespace

Result<NpyHeader> parse_npy_header(std::span<const std::byte> bytes, std::uint64_t size, std::string_view name) {
  const auto bad = [name](std::string_view why) {
    return fail(ErrorCode::bad_data, fmt::format("{} cannot be read: {}", name, why));
  };
  const std::string what = fmt::format("the header of {}", name);
  ByteReader reader(bytes, what);
  const auto magic = reader.take(kMagic.size());
  if (!magic || !std::equal(magic->begin(), magic->end(), std::as_bytes(std::span(kMagic)).begin())) {
    return bad("it does not begin as a NumPy array does");
  }
  CLOISTER_TRY(const auto version, reader.little<std::uint8_t>());
  CLOISTER_TRY(const auto minor, reader.little<std::uint8_t>());
  if (version < 1 || version > 3 || minor != 0) {
    return bad(fmt::format("it is of version {}.{}; versions 1.0 to 3.0 are read", version, minor));
  }
  std::uint32_t length = 0;
  if (version == 1) {
    CLOISTER_TRY(length, reader.little<std::uint16_t>());
  } else {
    CLOISTER_TRY(length, reader.little<std::uint32_t>());
  }
  if (length > kMaxNpyHeaderBytes - reader.offset()) {
    return bad(fmt::format("it says that its header takes {} bytes; at most {} are read", length, kMaxNpyHeaderBytes));
  }
  CLOISTER_TRY(const auto text, reader.take(length));
  auto fields = parse_fields({reinterpret_cast<const char*>(text.data()), text.size()});
  if (!fields) return bad(fields.error().message);
  // For vectors both orders are the same.
  const auto long_sides =
      std::count_if(fields->shape->begin(), fields->shape->end(), [](auto side) { return side > 1; });
  if (*fields->fortran_order && long_sides > 1) {
    return bad("it is in Fortran order; save numpy.ascontiguousarray(array)");
  }
  NpyHeader header{*fields->dtype, *std::move(fields->shape), reader.offset(), 0};
  const auto data_size = checked_byte_size(header.shape, element_size(header.dtype));
  if (!data_size) return bad(data_size.error().message);
  header.data_size = *data_size;
  const auto whole = checked_add(header.data_offset, header.data_size);
  if (!whole || *whole != size) {
    return bad(
        fmt::format("it has {} bytes, but its header says {} of {}, which take {}; it is {}, so save or fetch it anew",
                    size, shape_text(header.shape), dtype_name(header.dtype),
                    whole ? fmt::to_string(*whole) : "more than a file can have",
                    whole && *whole < size ? "damaged" : "truncated"));
  }
  return header;
}

}  // namespace cloister::data
