#include "cloister/output.h"

namespace cloister::output {
namespace {

std::vector<workload_string_t> raw_strings(std::span<const std::string> all) {
  std::vector<workload_string_t> raw;
  raw.reserve(all.size());
  for (const std::string& each : all) raw.push_back(detail::string_of(each));
  return raw;
}

}  // namespace

void matrix(std::string_view name, std::span<const std::string> rows, std::span<const std::string> columns,
            std::span<const double> values) {
  auto raw_rows = raw_strings(rows);
  auto raw_columns = raw_strings(columns);
  workload_list_string_t row_list{raw_rows.data(), raw_rows.size()};
  workload_list_string_t column_list{raw_columns.data(), raw_columns.size()};
  workload_list_f64_t value_list{const_cast<double*>(values.data()), values.size()};
  require<cloister_ml_outputs_matrix>(name, &row_list, &column_list, &value_list);
}

}  // namespace cloister::output
