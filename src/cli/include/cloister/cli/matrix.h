// The matrices of a run, such as confusion matrices: for run.json and the heat maps.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/host/host.h"

namespace cloister::cli {

// Owns what a host::MatrixView shows. Labels are guest text: UTF-8 on one line, not yet escaped.
struct Matrix {
  std::vector<std::string> rows, columns;
  std::vector<double> values;  // row by row

  Matrix() = default;
  explicit Matrix(const host::MatrixView& view)
      : rows(view.rows.begin(), view.rows.end()),
        columns(view.columns.begin(), view.columns.end()),
        values(view.values.begin(), view.values.end()) {}

  [[nodiscard]] double at(std::size_t row, std::size_t column) const { return values[row * columns.size() + column]; }
  friend bool operator==(const Matrix&, const Matrix&) = default;
};

// All matrices of a run by name, the last one of each name. A guest chooses the names, so only the first kMaxMatrices
// are kept. Thread safety: none.
class MatrixSet {
 public:
  static constexpr std::size_t kMaxMatrices = 64;

  // Whether the matrix is kept.
  bool add(std::string_view name, Matrix matrix) {
    auto found = matrices_.find(name);
    if (found == matrices_.end()) {
      if (matrices_.size() == kMaxMatrices) return is_whole_ = false;
      found = matrices_.emplace(std::string(name), Matrix{}).first;
    }
    found->second = std::move(matrix);
    return true;
  }
  [[nodiscard]] const std::map<std::string, Matrix, std::less<>>& all() const { return matrices_; }
  // Whether all were kept.
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  std::map<std::string, Matrix, std::less<>> matrices_;
  bool is_whole_ = true;
};

}  // namespace cloister::cli
