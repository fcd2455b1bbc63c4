// metrics.jsonl: every point of every scalar series, one JSON object a line, in the order in which the guest gave them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cloister/base/file.h"
#include "cloister/base/result.h"

namespace cloister::cli {

// Appends points; whole lines reach the file at each flush, so a run that dies leaves a valid file. No times are in it:
// equal runs leave equal bytes. Thread safety: none.
class MetricsLog {
 public:
  // REQUIRES: no such file yet. Errors: io.
  static Result<MetricsLog> create(const std::string& path);

  void add(std::string_view series, std::uint64_t step, double value);
  // Errors: io, such as a full disk; the same again at every later flush.
  Result<void> flush();
  // Whether a flush is worth its system call.
  [[nodiscard]] bool is_full() const { return buffer_.size() >= kBufferBytes; }

 private:
  static constexpr std::size_t kBufferBytes = 1 << 16;
  MetricsLog(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::string path_;
  std::string buffer_;
};

}  // namespace cloister::cli
