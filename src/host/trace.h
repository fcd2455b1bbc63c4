// The record of every host call of a run, while it goes on: for `cloister run --trace`.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/base/file.h"
#include "cloister/base/result.h"
#include "cloister/engine/tensor.h"

namespace cloister::host {

// Writes Chrome's trace event format, one complete event ("ph": "X") a line, in the order in which calls end: a person
// reads it with grep, Perfetto and chrome://tracing open it as it is, and a file that a crash cut short as well.
//   {"name":"ops.add","ph":"X","ts":31.207,"dur":4.113,"pid":1,"tid":1,"args":{"in":"float32[3],
//   2","out":"float32[3]"}},
// Times are microseconds since the trace was made. `in` tells tensors and the small arguments of operators, `out`
// tensors, `error` what the guest was told; each has at most kMaxText bytes. Contents of tensors are never written.
// Thread safety: none; the instance's thread only.
class CallTrace {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t kMaxText = 1024;
  // The file ends before it has more bytes: about eight million calls, more than viewers open.
  static constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 30;

  // Makes the file, in place of one that is there. `name`: of what runs. Errors: io.
  static Result<std::unique_ptr<CallTrace>> create(const std::filesystem::path& path, std::string_view name,
                                                   std::uint64_t max_file = kMaxFile);

  // A call begins: what was told of the one before is forgotten.
  void begin();
  // Its arguments, in their order.
  void argument(const engine::Tensor* tensor);  // null: none
  void argument(std::span<const engine::Tensor> tensors);
  void argument(std::span<const engine::Tensor* const> tensors);
  void argument(engine::Shape sizes);
  void argument(Dtype dtype);
  void argument(const engine::Scalar& scalar);
  void argument(bool value);
  void argument(std::int64_t value);
  void argument(double value);
  void argument(std::string_view text);
  // What it gave.
  void result(const engine::Tensor& tensor);
  void failed(std::string_view sentence);
  // It is over.
  void end(std::string_view function, Clock::time_point start, Clock::duration duration);

  // Ends the file. A sentence when it does not have all calls: the disk was full, or kMaxFile reached.
  [[nodiscard]] std::optional<std::string> finish();

 private:
  CallTrace(UniqueFd file, std::string path, std::uint64_t max_file)
      : file_(std::move(file)), path_(std::move(path)), max_file_(max_file) {}

  void add(std::string_view text);
  void flush();

  UniqueFd file_;
  std::string path_;
  std::uint64_t max_file_;
  Clock::time_point start_ = Clock::now();
  std::string in_, out_, error_;
  std::string buffer_;
  std::uint64_t written_ = 0;  // with what is in the buffer
  std::uint64_t calls_ = 0;    // in the file
  std::uint64_t left_out_ = 0;
  std::optional<Error> failure_;
};

}  // namespace cloister::host
