// Runs a fuzzer's function over each file of a folder, and over CHANGES changed forms of it, the same in every run:
// run_corpus FOLDER [CHANGES].
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

// SplitMix64 (Steele, Lea and Flood, 2014).
std::uint64_t next(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9E3779B97F4A7C15;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
  return mixed ^ mixed >> 31;
}

// Some bytes are others, some are gone, some come twice.
Bytes changed(Bytes bytes, std::uint64_t& state) {
  for (std::uint64_t left = 1 + next(state) % 8; left > 0 && !bytes.empty(); --left) {
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(next(state) % bytes.size());
    switch (next(state) % 4) {
      case 0:
        bytes.erase(place);
        break;
      case 1:
        bytes.insert(place, *place);
        break;
      default:
        *place = static_cast<std::uint8_t>(next(state));
    }
  }
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const int changes = count > 2 ? std::stoi(arguments[2]) : 0;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::uint64_t state = 0;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    for (int i = 0; i < changes; ++i) {
      const Bytes other = changed(bytes, state);
      LLVMFuzzerTestOneInput(other.data(), other.size());
    }
  }
  std::printf("%zu inputs, %d changed forms of each\n", files.size(), changes);
  return files.empty() ? 1 : 0;
}
