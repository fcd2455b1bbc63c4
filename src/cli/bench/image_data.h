// The images that `bench transfer` works on: MNIST's 28 x 28 grey digits as 224 x 224 x 3 bytes, the size that networks
// for photographs take. A stated number of bytes of real images, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "cloister/base/result.h"

namespace cloister::bench {

inline constexpr std::size_t digit_side = 28;
inline constexpr std::size_t image_side = 224;
inline constexpr std::size_t image_bytes = image_side * image_side * 3;  // 150,528

// Images that fit in `bytes`: 7,133 in 1 GiB, 21,399 in 3 GiB.
[[nodiscard]] constexpr std::uint64_t images_in(std::uint64_t bytes) { return bytes / image_bytes; }

// Enlarges one digit eight times by bilinear interpolation (half-pixel centres, edges repeated, as PyTorch's
// interpolate with align_corners=False; exact integer arithmetic, rounded half up) and repeats it to three channels.
// REQUIRES: digit.size() == 28 * 28, image.size() == image_bytes.
void enlarge_digit(std::span<const std::byte> digit, std::span<std::byte> image);

// Where prepare_images puts them.
[[nodiscard]] std::filesystem::path images_path(const std::filesystem::path& folder, const std::string& part,
                                                std::uint64_t count);

// Told now and then how many of how many images are written.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// The path of an IDX file with the first `count` images of MNIST's `part` ("train" or "t10k"), its labels beside it.
// The file is written to `folder` the first time, from the raw MNIST files in `mnist`, and whole or not at all. Errors:
// invalid_argument when `part` has fewer images or count is 0; io and bad_data for the files; the message says how to
// fetch MNIST when it is absent.
Result<std::filesystem::path> prepare_images(const std::filesystem::path& mnist, const std::filesystem::path& folder,
                                             const std::string& part, std::uint64_t count, const Progress& progress);

}  // namespace cloister::bench
