// Files of arrays for tests: .npy, and .npz as NumPy writes them.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "temporary_folder.h"

namespace cloister::data {

// A number's bytes, little-endian.
template <class T>
std::string little(T number) {
  return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

template <class T>
std::string little_all(std::initializer_list<T> numbers) {
  std::string bytes;
  for (const T number : numbers) bytes += little(number);
  return bytes;
}

// An array with this dictionary as its header, padded as NumPy pads it.
inline std::string npy_with_header(std::string header, const std::string& elements, int version = 1) {
  const std::size_t prefix = version == 1 ? 10 : 12;
  header.append(63 - (prefix + header.size()) % 64, ' ');
  header += '\n';
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  file += version == 1 ? little(static_cast<std::uint16_t>(header.size()))
                       : little(static_cast<std::uint32_t>(header.size()));
  return file + header + elements;
}

inline std::string npy(const std::string& descr, const std::string& shape, const std::string& elements,
                       int version = 1) {
  return npy_with_header("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }", elements,
                         version);
}

struct ZipEntry {
  std::string name;
  std::string contents;
  bool deflated = false;
  bool zip64 = false;  // sizes and offset in the extra field
};

inline std::string deflated(const std::string& contents) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, contents.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(contents.data()));
  stream.avail_in = static_cast<uInt>(contents.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// A ZIP file; `comment` stands at its end.
inline std::string zip(const std::vector<ZipEntry>& entries, const std::string& comment = "") {
  using u16 = std::uint16_t;
  using u32 = std::uint32_t;
  std::string file, directory;
  for (const ZipEntry& entry : entries) {
    const std::string data = entry.deflated ? deflated(entry.contents) : entry.contents;
    const auto crc = static_cast<u32>(
        crc32(0, reinterpret_cast<const Bytef*>(entry.contents.data()), static_cast<uInt>(entry.contents.size())));
    const std::string method = little(static_cast<u16>(entry.deflated ? 8 : 0));
    const auto shown = [&](std::size_t size) { return little(entry.zip64 ? ~u32{0} : static_cast<u32>(size)); };
    const std::string extra = entry.zip64
                                  ? little(u16{1}) + little(u16{24}) + little(std::uint64_t{entry.contents.size()}) +
                                        little(std::uint64_t{data.size()}) + little(std::uint64_t{file.size()})
                                  : "";
    directory += little(u32{0x02014b50}) + little(u32{0x002d002d}) + little(u16{0}) + method + little(u32{0}) +
                 little(crc) + shown(data.size()) + shown(entry.contents.size()) +
                 little(static_cast<u16>(entry.name.size())) + little(static_cast<u16>(extra.size())) + little(u16{0}) +
                 little(std::uint64_t{0}) + shown(file.size()) + entry.name + extra;
    file += little(u32{0x04034b50}) + little(u16{45}) + little(u16{0}) + method + little(u32{0}) + little(crc) +
            little(static_cast<u32>(data.size())) + little(static_cast<u32>(entry.contents.size())) +
            little(static_cast<u16>(entry.name.size())) + little(u16{0}) + entry.name + data;
  }
  const auto count = static_cast<u16>(entries.size());
  return file + directory + little(u32{0x06054b50}) + little(u32{0}) + little(count) + little(count) +
         little(static_cast<u32>(directory.size())) + little(static_cast<u32>(file.size())) +
         little(static_cast<u16>(comment.size())) + comment;
}

}  // namespace cloister::data
