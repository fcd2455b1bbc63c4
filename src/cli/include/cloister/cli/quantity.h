// Amounts as people read them: "1,234", "1:02:03", "1.5 KiB". Thread safety: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cloister/base/result.h"

namespace cloister::cli {

// "0:07", "12:34", "1:02:03". Negative durations count as zero.
[[nodiscard]] std::string clock_text(std::chrono::duration<double> duration);

// "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

// "512 bytes", "1.5 KiB", "3.0 GiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

// "less than a minute", "5 minutes", "3 hours", "12 days": the largest whole unit. Negative durations count as zero.
[[nodiscard]] std::string age_text(std::chrono::seconds age);

// Of "4096", "512KiB", "64MiB", "1GiB" or "1TiB". Errors: invalid_argument, with the form.
Result<std::uint64_t> parse_bytes(std::string_view text);

// Of "90s", "45m", "12h" or "30d", up to a hundred years. Errors: invalid_argument, with the form.
Result<std::chrono::seconds> parse_age(std::string_view text);

}  // namespace cloister::cli
