// Whole datasets as files and folders: what is opened must give all of its samples, or an error that says something.
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <string>

#include "cloister/base/bytes.h"
#include "cloister/data/batch_stream.h"
#include "cloister/data/dataset.h"
#include "scratch_folder.h"

using namespace cloister;

namespace {

using Bytes = std::span<const std::uint8_t>;

// Up to `size` bytes off the front.
Bytes take(Bytes& bytes, std::size_t size) {
  const Bytes taken = bytes.first(std::min(size, bytes.size()));
  bytes = bytes.subspan(taken.size());
  return taken;
}

// Any name that a file can have, of some bytes off the front.
std::string take_name(Bytes& bytes) {
  std::string name;
  for (const std::uint8_t each : take(bytes, 6)) {
    if (each == ' ') break;
    name.push_back(each == 0 || each == '/' ? '_' : static_cast<char>(each));
  }
  return name.empty() || name == "." || name == ".." ? "x" : name;
}

// A folder of classes: an entry is a byte for its kind, a class, a name, two bytes for its length, and its contents.
void put_folder(const ScratchFolder& scratch, Bytes bytes) {
  namespace fs = std::filesystem;
  std::error_code ignored;  // of names that are taken
  fs::create_directories(scratch.path() / "data");
  for (int left = 16; left > 0 && !bytes.empty(); --left) {
    const std::uint8_t kind = take(bytes, 1)[0];
    const fs::path folder = fs::path("data") / take_name(bytes);
    const fs::path name = folder / take_name(bytes);
    const Bytes length = take(bytes, 2);
    const Bytes contents = take(bytes, length.size() < 2 ? 0 : std::size_t{length[0]} << 8 | length[1]);
    if (fs::exists(scratch.path() / name, ignored) || fs::is_regular_file(scratch.path() / folder, ignored)) continue;
    fs::create_directories(scratch.path() / folder);
    switch (kind % 8) {
      case 0:
        fs::create_directories(scratch.path() / name);
        break;
      case 1:
        fs::create_symlink("/etc/passwd", scratch.path() / name, ignored);
        break;
      case 2:
        FUZZ_REQUIRE(::mkfifo((scratch.path() / name).c_str(), 0600) == 0);
        break;
      default:
        scratch.put(name, contents);
    }
  }
}

std::filesystem::path put(const ScratchFolder& scratch, std::uint8_t kind, Bytes bytes) {
  static constexpr std::array kFiles{"data.txt", "data.csv", "data.npy", "data.npz", "data.safetensors"};
  if (kind < kFiles.size()) return scratch.put(kFiles[kind], bytes);
  if (kind == kFiles.size()) {
    const Bytes length = take(bytes, 1);
    scratch.put("labels-idx1-ubyte", take(bytes, length.empty() ? 0 : length[0]));
    return scratch.put("images-idx3-ubyte", bytes);
  }
  put_folder(scratch, bytes);
  return scratch.path() / "data";
}

void read_all(const data::Dataset::Pointer& dataset, bool is_image, bool skips) {
  data::BatchOptions options;
  options.size = 3;
  options.skip_broken = skips;
  if (is_image) options.resize = {4, 5};
  auto stream = data::BatchStream::start(dataset, options, data::heap_buffers());
  if (!stream) {
    FUZZ_REQUIRE(!stream.error().message.empty());
    return;
  }
  const std::size_t columns = dataset->columns().size();
  std::uint64_t samples = 0;
  while (true) {
    const auto batch = (*stream)->next();
    samples += (*stream)->take_broken().size();
    if (!batch) {
      FUZZ_REQUIRE(!batch.error().message.empty());
      return;
    }
    if (!batch->has_value()) break;
    FUZZ_REQUIRE((*batch)->tensors.size() == columns);
    for (const data::BatchTensor& tensor : (*batch)->tensors) {
      const auto bytes = checked_byte_size(tensor.shape, element_size(tensor.dtype));
      FUZZ_REQUIRE(bytes && *bytes <= tensor.bytes.size());
      FUZZ_REQUIRE(tensor.shape.front() == (*batch)->tensors.front().shape.front());
    }
    samples += static_cast<std::uint64_t>((*batch)->tensors.front().shape.front());
  }
  FUZZ_REQUIRE(samples == dataset->size());
  FUZZ_REQUIRE(dataset->complete_digest().has_value());
}

}  // namespace

// The first byte is the kind of dataset, and whether broken images are left out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScratchFolder scratch;
  if (size == 0) return 0;
  std::filesystem::remove_all(scratch.path() / "data");
  const bool skips = (data[0] & 0x80) != 0;
  const auto path = put(scratch, (data[0] & 0x7F) % 7, {data + 1, size - 1});
  const auto dataset = cloister::data::open_dataset(path.string(), {.skip_broken = skips});
  if (!dataset) {
    FUZZ_REQUIRE(!dataset.error().message.empty());
    return 0;
  }
  // Few bytes may stand for many samples or large images: sound, but a fuzzer learns nothing from them.
  constexpr std::uint64_t kMostSamples = 4096, kMostPixels = 1 << 20;
  const auto image = (*dataset)->image_shape();
  if ((*dataset)->size() > kMostSamples || (image && image->bytes() > kMostPixels)) return 0;
  for (const auto& column : (*dataset)->columns()) {
    FUZZ_REQUIRE(is_utf8(column.name));
    for (const std::string& word : column.classes) FUZZ_REQUIRE(is_utf8(word));
  }
  read_all(*dataset, image.has_value(), skips);
  return 0;
}
