#include "cloister/base/bytes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cloister {

Result<std::int64_t> checked_product(std::span<const std::int64_t> sizes) {
  std::int64_t product = 1;
  bool empty = false;
  for (std::int64_t size : sizes) {
    if (size < 0) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the shape {} has a negative size; sizes are 0 or more", shape_text(sizes)));
    }
    if (size == 0) {
      empty = true;
      continue;
    }
    const auto next = checked_multiply(product, size);
    if (!next) {
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("the shape {} has more elements than 63 bits can count; use a smaller one", shape_text(sizes)));
    }
    product = *next;
  }
  return empty ? 0 : product;
}

Result<std::uint64_t> checked_byte_size(std::span<const std::int64_t> sizes, std::size_t element_size) {
  CLOISTER_TRY(const std::int64_t elements, checked_product(sizes));
  const auto bytes = checked_multiply<std::int64_t>(elements, static_cast<std::int64_t>(element_size));
  if (!bytes) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("the shape {} has more bytes than 63 bits can count; use a smaller one", shape_text(sizes)));
  }
  return static_cast<std::uint64_t>(*bytes);
}

std::string shape_text(std::span<const std::int64_t> sizes) {
  // Shapes come from guests and files too: a message stays one line however long they are.
  constexpr std::size_t kShown = 16;
  const auto shown = sizes.first(sizes.size() < kShown ? sizes.size() : kShown);
  return fmt::format("[{}{}]", fmt::join(shown, ", "), sizes.size() > kShown ? ", ..." : "");
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    std::uint32_t code = lead;
    std::uint32_t smallest = 0;
    if (lead >= 0x80) {
      if ((lead & 0xe0) == 0xc0) {
        length = 2, code = lead & 0x1f, smallest = 0x80;
      } else if ((lead & 0xf0) == 0xe0) {
        length = 3, code = lead & 0x0f, smallest = 0x800;
      } else if ((lead & 0xf8) == 0xf0) {
        length = 4, code = lead & 0x07, smallest = 0x10000;
      } else {
        return false;
      }
    }
    if (text.size() - i < length) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      code = code << 6 | (next & 0x3f);
    }
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < smallest || surrogate || code > 0x10ffff) return false;
    i += length;
  }
  return true;
}

std::string_view clipped(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit);
}

Result<std::span<const std::byte>> ByteReader::take(std::uint64_t count) {
  if (count > remaining()) {
    return fail(ErrorCode::bad_data, fmt::format("{} ends after {} bytes where {} more were expected", what_,
                                                 bytes_.size(), count - remaining()));
  }
  const auto taken = bytes_.subspan(offset_, static_cast<std::size_t>(count));
  offset_ += static_cast<std::size_t>(count);
  return taken;
}

}  // namespace cloister
