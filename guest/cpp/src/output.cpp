#include "cloister/output.h"

#include <algorithm>
#include <cstddef>

namespace cloister::output {
namespace {

constexpr std::size_t kLongestLabel = 64;

// A label as the host takes it: names of classes may be longer, or hold line feeds.
std::string fitted(std::string_view label) {
  std::size_t length = std::min(label.size(), kLongestLabel);
  while (length < label.size() && length > 0 && (label[length] & 0xC0) == 0x80) --length;
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(label[i]);
    const bool is_c1 = byte == 0xC2 && i + 1 < length && static_cast<unsigned char>(label[i + 1]) < 0xA0;
    if (is_c1) ++i;
    text += byte < 0x20 || byte == 0x7F || is_c1 ? ' ' : label[i];
  }
  return text;
}

std::vector<std::string> fitted(std::span<const std::string> all) {
  std::vector<std::string> labels;
  labels.reserve(all.size());
  for (const std::string& each : all) labels.push_back(fitted(each));
  return labels;
}

std::vector<workload_string_t> raw_strings(const std::vector<std::string>& all) {
  std::vector<workload_string_t> raw;
  raw.reserve(all.size());
  for (const std::string& each : all) raw.push_back(detail::string_of(each));
  return raw;
}

}  // namespace

void matrix(std::string_view name, std::span<const std::string> rows, std::span<const std::string> columns,
            std::span<const double> values) {
  const auto row_labels = fitted(rows), column_labels = fitted(columns);
  auto raw_rows = raw_strings(row_labels), raw_columns = raw_strings(column_labels);
  workload_list_string_t row_list{raw_rows.data(), raw_rows.size()};
  workload_list_string_t column_list{raw_columns.data(), raw_columns.size()};
  workload_list_f64_t value_list{const_cast<double*>(values.data()), values.size()};
  require<cloister_ml_outputs_matrix>(name, &row_list, &column_list, &value_list);
}

}  // namespace cloister::output
