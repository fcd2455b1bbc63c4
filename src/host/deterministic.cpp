#include "deterministic.h"

#include <algorithm>
#include <bit>

namespace cloister::host {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream) {
  // The stream's number goes through the mixer too: neighbouring seeds and streams must not share states.
  std::uint64_t state = stream;
  state = split_mix(state) ^ seed;
  for (std::uint64_t& word : state_) word = split_mix(state);
}

std::uint64_t RandomStream::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

void RandomStream::fill(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    std::uint64_t number = next();
    const std::size_t count = std::min<std::size_t>(bytes.size(), sizeof(number));
    for (std::size_t i = 0; i < count; ++i, number >>= 8) bytes[i] = static_cast<std::uint8_t>(number);
    bytes = bytes.subspan(count);
  }
}

}  // namespace cloister::host
