#include "images.h"

#include <png.h>

#include <cstdio>
#include <cstdlib>
// After <cstdio>: the header needs FILE and size_t.
#include <jpeglib.h>

#include <array>

namespace cloister::data {

Bytes make_png(const PngOptions& options, const Bytes& pixels, bool transparent_blue) {
  Bytes file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  if (setjmp(png_jmpbuf(png)) != 0) std::abort();
  const auto append = [](png_structp writer, png_bytep bytes, std::size_t count) {
    auto* out = static_cast<Bytes*>(png_get_io_ptr(writer));
    const auto* first = reinterpret_cast<const std::byte*>(bytes);
    out->insert(out->end(), first, first + count);
  };
  png_set_write_fn(png, &file, append, nullptr);
  png_set_IHDR(png, info, options.width, options.height, options.bit_depth, options.color_type,
               options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (options.color_type == PNG_COLOR_TYPE_PALETTE) {
    const png_color palette[4] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
    png_set_PLTE(png, info, palette, 4);
    const png_byte alpha[3] = {255, 255, 128};
    if (transparent_blue) png_set_tRNS(png, info, alpha, 3, nullptr);
  }
  png_write_info(png, info);
  const std::size_t stride = png_get_rowbytes(png, info);
  std::vector<png_bytep> rows;
  for (std::size_t y = 0; y < options.height; ++y) {
    rows.push_back(reinterpret_cast<png_bytep>(const_cast<std::byte*>(pixels.data() + y * stride)));
  }
  EXPECT_EQ(pixels.size(), options.height * stride);
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

Bytes make_flat_png(std::uint32_t height, std::uint32_t width, std::uint32_t channels, int value) {
  const PngOptions options{.height = height, .width = width, .color_type = channels == 3 ? 2 : 0};
  return make_png(options, Bytes(std::size_t{height} * width * channels, static_cast<std::byte>(value)));
}

Bytes make_jpeg(std::uint32_t height, std::uint32_t width, int channels, const Bytes& pixels, bool progressive) {
  jpeg_compress_struct codec{};
  jpeg_error_mgr errors{};
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&codec, &memory, &size);
  codec.image_width = width;
  codec.image_height = height;
  codec.input_components = channels;
  codec.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, 100, TRUE);
  if (progressive) jpeg_simple_progression(&codec);
  jpeg_start_compress(&codec, TRUE);
  const std::size_t stride = std::size_t{width} * static_cast<std::size_t>(channels);
  while (codec.next_scanline < height) {
    auto* row = reinterpret_cast<JSAMPROW>(const_cast<std::byte*>(pixels.data() + codec.next_scanline * stride));
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  const auto* first = reinterpret_cast<const std::byte*>(memory);
  Bytes file(first, first + size);
  jpeg_destroy_compress(&codec);
  std::free(memory);
  return file;
}

Bytes bytes_from(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

}  // namespace cloister::data
