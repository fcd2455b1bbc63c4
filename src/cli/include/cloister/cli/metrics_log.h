// metrics.jsonl: every point of every scalar series and every matrix, one JSON object a line, in the order in which the
// guest gave them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cloister/base/file.h"
#include "cloister/base/result.h"
#include "cloister/cli/matrix.h"

namespace cloister::cli {

// Appends points; whole lines reach the file at each flush, so a run that dies leaves a valid file. No times are in it:
// equal runs leave equal bytes. Thread safety: none.
class MetricsLog {
 public:
  // REQUIRES: no such file yet. Errors: io.
  static Result<MetricsLog> create(const std::string& path);
  // Of an interrupted run: its points stay until start_over(). Errors: io; bad_data: a symbolic link is there.
  static Result<MetricsLog> reopen(const std::string& path);

  // Forgets all points but those in `text`, which all_metrics() takes. Errors: io.
  Result<void> start_over(std::string_view text);
  // The file as it is after a flush. Errors: as flush.
  Result<std::string> text();

  void add(std::string_view series, std::uint64_t step, double value);
  void add(std::string_view name, const Matrix& matrix);
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

// What is done with each line of such a file.
struct MetricsTaker {
  std::function<void(std::string_view series, std::uint64_t step, double value)> point;
  std::function<void(std::string_view name, Matrix matrix)> matrix;
};

// Calls `take` with what each line in the text of such a file holds. Errors: bad_data for a line that holds neither,
// after `take` was called for those before it.
Result<void> all_metrics(std::string_view text, const MetricsTaker& take);

}  // namespace cloister::cli
