#include "cloister/base/wasm_sections.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "cloister/base/bytes.h"

namespace cloister {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kWhat = "the component";
constexpr std::uint32_t kMagic = 0x6d736100;  // "\0asm"
constexpr std::uint32_t kModule = 0x00000001;
constexpr std::uint32_t kComponent = 0x0001000d;

// Ids of sections: 0 is a custom section in both; the others are a component's.
constexpr std::uint8_t kCustomSection = 0;
constexpr std::uint8_t kModuleSection = 1;
constexpr std::uint8_t kComponentSection = 4;

// A number of at most 32 bits in LEB128.
Result<std::uint32_t> take_number(ByteReader& reader) {
  constexpr int kBytes = 5;
  std::uint64_t value = 0;
  for (int i = 0; i < kBytes; ++i) {
    CLOISTER_TRY(const auto byte, reader.little<std::uint8_t>());
    value |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if ((byte & 0x80U) != 0) continue;
    if (value > std::numeric_limits<std::uint32_t>::max()) break;
    return static_cast<std::uint32_t>(value);
  }
  return fail(ErrorCode::bad_data, fmt::format("{} has a size that does not fit in 32 bits; build it again", kWhat));
}

class Search {
 public:
  explicit Search(std::string_view name) : name_(name) {}

  Result<void> look_into(Bytes binary, std::size_t depth) {
    if (depth > kMaxWasmDepth) {
      return fail(ErrorCode::bad_data, fmt::format("{} nests components more than {} deep", kWhat, kMaxWasmDepth));
    }
    ByteReader reader(binary, kWhat);
    CLOISTER_TRY(const auto magic, reader.little<std::uint32_t>());
    CLOISTER_TRY(const auto version, reader.little<std::uint32_t>());
    if (magic != kMagic || (version != kModule && version != kComponent)) {
      return fail(ErrorCode::bad_data,
                  fmt::format("{} holds what is neither a component nor a core module of WebAssembly", kWhat));
    }
    while (reader.remaining() > 0) CLOISTER_CHECK(section(reader, version == kComponent, depth));
    return {};
  }

  [[nodiscard]] std::vector<Bytes> found() && { return std::move(found_); }

 private:
  Result<void> section(ByteReader& reader, bool of_component, std::size_t depth) {
    if (++sections_ > kMaxWasmSections) {
      return fail(ErrorCode::bad_data, fmt::format("{} has more than {} sections", kWhat, kMaxWasmSections));
    }
    CLOISTER_TRY(const auto id, reader.little<std::uint8_t>());
    CLOISTER_TRY(const std::uint32_t size, take_number(reader));
    CLOISTER_TRY(const Bytes contents, reader.take(size));
    if (id == kCustomSection) return custom(contents);
    if (of_component && (id == kModuleSection || id == kComponentSection)) return look_into(contents, depth + 1);
    return {};
  }

  Result<void> custom(Bytes contents) {
    ByteReader reader(contents, kWhat);
    CLOISTER_TRY(const std::uint32_t size, take_number(reader));
    CLOISTER_TRY(const Bytes name, reader.take(size));
    if (std::string_view(reinterpret_cast<const char*>(name.data()), name.size()) == name_) {
      found_.push_back(contents.subspan(reader.offset()));
    }
    return {};
  }

  std::string_view name_;
  std::size_t sections_ = 0;
  std::vector<Bytes> found_;
};

}  // namespace

Result<std::vector<Bytes>> find_custom_sections(Bytes binary, std::string_view name) {
  Search search(name);
  CLOISTER_CHECK(search.look_into(binary, 0));
  return std::move(search).found();
}

Result<void> check_wasm_structure(Bytes binary) {
  Search search({});
  return search.look_into(binary, 0);
}

}  // namespace cloister
