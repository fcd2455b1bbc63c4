// PNG by libpng. Its errors leave by longjmp, which skips destructors: every frame between setjmp and libpng holds only
// trivial objects, and what needs destroying lives in the frames above.
#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <vector>

#include "image_codecs.h"

namespace cloister::data {
namespace {

// Compressed text and profile chunks are of no use here; what libpng allocates for any chunk is bounded.
constexpr png_alloc_size_t kMaxChunkBytes = 8 << 20;

// Reads from memory and keeps libpng's last words.
struct Source {
  std::span<const std::byte> rest;
  std::array<char, 128> why{};
};

struct Header {
  png_uint_32 width = 0;
  png_uint_32 height = 0;
  int channels = 0;  // after the transformations: 1 or 3, and 1 more with alpha
};

void on_error(png_structp png, png_const_charp why) {
  auto* source = static_cast<Source*>(png_get_error_ptr(png));
  const std::size_t length = std::min(std::strlen(why), source->why.size() - 1);
  std::copy_n(why, length, source->why.begin());
  png_longjmp(png, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*why*/) {}

void on_read(png_structp png, png_bytep bytes, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->rest.size()) png_error(png, "it ends early");
  std::memcpy(bytes, source->rest.data(), count);
  source->rest = source->rest.subspan(count);
}

// Owns libpng's state. Pinned: libpng keeps the address of the source.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> file) {
    source_.rest = file;
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  [[nodiscard]] std::string_view why() const { return info_ != nullptr ? source_.why.data() : "there is no memory"; }

  bool read_header(Header& header) {
    if (info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, &source_, on_read);
    png_set_user_limits(png_, kMaxSide, kMaxSide);
    png_set_chunk_malloc_max(png_, kMaxChunkBytes);
    png_set_chunk_cache_max(png_, 128);
    png_read_info(png_, info_);

    png_set_expand(png_);  // palettes to RGB, 1 to 4 bits to 8, transparent colours to alpha
    png_set_scale_16(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    header.width = png_get_image_width(png_, info_);
    header.height = png_get_image_height(png_, info_);
    header.channels = png_get_channels(png_, info_);
    return true;
  }

  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

 private:
  Source source_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

// Over white, in the stored values: c * a + 255 * (1 - a), rounded.
void composite_on_white(std::span<const std::byte> with_alpha, std::size_t colours, std::span<std::byte> pixels) {
  const std::byte* from = with_alpha.data();
  for (std::size_t i = 0; i < pixels.size(); i += colours, from += colours + 1) {
    const unsigned alpha = std::to_integer<unsigned>(from[colours]);
    for (std::size_t c = 0; c < colours; ++c) {
      const unsigned sum = std::to_integer<unsigned>(from[c]) * alpha + 255 * (255 - alpha);
      pixels[i + c] = static_cast<std::byte>((sum + 127) / 255);
    }
  }
}

Result<Header> read_header(Reader& reader, std::string_view name) {
  Header header;
  if (!reader.read_header(header)) return fail_decoding(name, reader.why());
  CLOISTER_CHECK(check_image_size(header.height, header.width, name));
  return header;
}

std::uint32_t colours_of(const Header& header) { return header.channels >= 3 ? 3 : 1; }

}  // namespace

bool looks_like_png(std::span<const std::byte> file) {
  return file.size() >= 8 && png_sig_cmp(reinterpret_cast<png_const_bytep>(file.data()), 0, 8) == 0;
}

Result<ImageShape> inspect_png(std::span<const std::byte> file, std::string_view name) {
  Reader reader(file);
  CLOISTER_TRY(const Header header, read_header(reader, name));
  return ImageShape{header.height, header.width, colours_of(header)};
}

Result<void> decode_png(std::span<const std::byte> file, std::string_view name, const ImageShape& shape,
                        std::span<std::byte> pixels) {
  Reader reader(file);
  CLOISTER_TRY(const Header header, read_header(reader, name));
  if (ImageShape{header.height, header.width, colours_of(header)} != shape || pixels.size() != shape.bytes()) {
    return fail(ErrorCode::internal, fmt::format("the image '{}' was to be decoded into another shape", name));
  }
  const auto channels = static_cast<std::size_t>(header.channels);
  const bool alpha = channels != shape.channels;
  std::vector<std::byte> with_alpha;
  if (alpha) with_alpha.resize(std::size_t{header.height} * header.width * channels);
  std::byte* const to = alpha ? with_alpha.data() : pixels.data();
  std::vector<png_bytep> rows(header.height);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = reinterpret_cast<png_bytep>(to + i * header.width * channels);
  }
  if (!reader.read_rows(rows.data())) return fail_decoding(name, reader.why());
  if (alpha) composite_on_white(with_alpha, shape.channels, pixels);
  return {};
}

}  // namespace cloister::data
