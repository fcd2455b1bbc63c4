// Amounts as people read them: "1,234", "1:02:03", "1.5 KiB". Thread safety: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace cloister::cli {

// "0:07", "12:34", "1:02:03". Negative durations count as zero.
[[nodiscard]] std::string clock_text(std::chrono::duration<double> duration);

// "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

// "512 bytes", "1.5 KiB", "3.0 GiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace cloister::cli
