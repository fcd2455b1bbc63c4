// JPEG by libjpeg-turbo. Its errors leave by longjmp, which skips destructors: every frame between setjmp and libjpeg
// holds only trivial objects, and what needs destroying lives in the frames above.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
// After <cstdio>: the header needs FILE and size_t.
#include <jerror.h>
#include <jpeglib.h>

#include "image_codecs.h"

namespace cloister::data {
namespace {

// Each scan of a progressive image goes over all its pixels; real encoders use about 10.
constexpr int kMaxScans = 100;

// libjpeg hands back the address of its first member.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf escape;
  std::array<char, JMSG_LENGTH_MAX> why;
};

ErrorManager* manager_of(j_common_ptr codec) { return reinterpret_cast<ErrorManager*>(codec->err); }

[[noreturn]] void on_error(j_common_ptr codec) {
  ErrorManager* manager = manager_of(codec);
  manager->base.format_message(codec, manager->why.data());
  std::longjmp(manager->escape, 1);
}

// Damage inside the compressed data is only a warning to libjpeg, which goes on with grey. Here it is an error, but for
// what leaves the pixels whole.
void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  const int code = codec->err->msg_code;
  const bool harmless = code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM;
  if (!harmless) on_error(codec);
}

void on_output(j_common_ptr /*codec*/) {}

void on_progress(j_common_ptr codec) {
  if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number <= kMaxScans) return;
  ErrorManager* manager = manager_of(codec);
  constexpr char kWhy[] = "it has too many scans";
  static_assert(sizeof(kWhy) <= JMSG_LENGTH_MAX);
  std::copy_n(kWhy, sizeof(kWhy), manager->why.begin());
  std::longjmp(manager->escape, 1);
}

// Owns libjpeg's state. Pinned: libjpeg keeps the addresses of its members.
class Reader {
 public:
  Reader() {
    codec_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = on_error;
    errors_.base.emit_message = on_message;
    errors_.base.output_message = on_output;
    errors_.why[0] = '\0';
    progress_.progress_monitor = on_progress;
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&codec_); }

  [[nodiscard]] std::string_view why() const { return errors_.why.data(); }
  [[nodiscard]] const jpeg_decompress_struct& codec() const { return codec_; }

  bool read_header(const std::byte* file, std::size_t size) {
    if (setjmp(errors_.escape) != 0) return false;
    jpeg_create_decompress(&codec_);
    codec_.progress = &progress_;
    // Whole-image coefficients of a progressive image: 2 bytes a sample, 3 samples a pixel, and room to spare. Beyond
    // it libjpeg would go to temporary files.
    codec_.mem->max_memory_to_use = static_cast<long>(kMaxPixels * 8);
    jpeg_mem_src(&codec_, reinterpret_cast<const unsigned char*>(file), static_cast<unsigned long>(size));
    return jpeg_read_header(&codec_, TRUE) == JPEG_HEADER_OK;
  }

  // Fills rows of `stride` bytes.
  bool read_rows(std::byte* pixels, std::size_t stride) {
    if (setjmp(errors_.escape) != 0) return false;
    // The slow, exact transform: the same result on every processor.
    codec_.dct_method = JDCT_ISLOW;
    codec_.out_color_space = codec_.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&codec_);
    while (codec_.output_scanline < codec_.output_height) {
      auto* row = reinterpret_cast<JSAMPROW>(pixels + codec_.output_scanline * stride);
      jpeg_read_scanlines(&codec_, &row, 1);
    }
    jpeg_finish_decompress(&codec_);
    return true;
  }

 private:
  jpeg_decompress_struct codec_{};
  ErrorManager errors_{};
  jpeg_progress_mgr progress_{};
};

Result<ImageShape> read_header(Reader& reader, std::span<const std::byte> file, std::string_view name) {
  if (!reader.read_header(file.data(), file.size())) return fail_decoding(name, reader.why());
  const jpeg_decompress_struct& codec = reader.codec();
  CLOISTER_CHECK(check_image_size(codec.image_height, codec.image_width, name));
  switch (codec.jpeg_color_space) {
    case JCS_GRAYSCALE:
      return ImageShape{codec.image_height, codec.image_width, 1};
    case JCS_YCbCr:
    case JCS_RGB:
      return ImageShape{codec.image_height, codec.image_width, 3};
    default:
      return fail(ErrorCode::unsupported,
                  fmt::format("the image '{}' is a JPEG of colours other than grey, RGB or YCbCr; convert it", name));
  }
}

}  // namespace

bool looks_like_jpeg(std::span<const std::byte> file) {
  return file.size() >= 3 && file[0] == std::byte{0xff} && file[1] == std::byte{0xd8} && file[2] == std::byte{0xff};
}

Result<ImageShape> inspect_jpeg(std::span<const std::byte> file, std::string_view name) {
  Reader reader;
  return read_header(reader, file, name);
}

Result<void> decode_jpeg(std::span<const std::byte> file, std::string_view name, const ImageShape& shape,
                         std::span<std::byte> pixels) {
  Reader reader;
  CLOISTER_TRY(const ImageShape found, read_header(reader, file, name));
  if (found != shape || pixels.size() != shape.bytes()) {
    return fail(ErrorCode::internal, fmt::format("the image '{}' was to be decoded into another shape", name));
  }
  if (!reader.read_rows(pixels.data(), std::size_t{shape.width} * shape.channels)) {
    return fail_decoding(name, reader.why());
  }
  return {};
}

}  // namespace cloister::data
