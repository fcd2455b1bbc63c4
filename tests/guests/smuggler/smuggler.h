// The ways in which a guest tries to carry a secret past the count of egress: `--channel NAME`; `--channel list` prints
// the names. Inwards it learns the bytes of the parameter `secret` of the model `vault` without reading them, and
// prints what it has learnt; outwards it tells those that it was given in hexadecimal, `--secret HEX`.
#pragma once

#include <cloister/cloister.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using Secret = std::vector<std::uint8_t>;

struct Inward {
  std::string_view name;
  // What was learnt until the host refused to tell more.
  Secret (*learn)(const cloister::Tensor& secret);
};
struct Outward {
  std::string_view name;
  cloister::Expected<void> (*tell)(std::span<const std::uint8_t> secret);
};

// Two digits a byte.
std::string hex(std::span<const std::uint8_t> bytes);

std::span<const Inward> inward_channels();
std::span<const Outward> outward_channels();
