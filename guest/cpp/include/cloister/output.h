// What a workload leaves behind under granted names, and how far it is.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloister/tensor.h"

namespace cloister::output {

using NamedTensor = std::pair<std::string_view, Tensor>;

// Writes one tensor as a safetensors file with the key `tensor`. The file appears whole or not at all; a second write
// replaces the first. Errors: not_granted, quota_exceeded, internal (a full disk).
[[nodiscard]] inline Expected<void> save(std::string_view name, const Tensor& value) {
  return attempt<cloister_ml_outputs_save_tensor>(name, value);
}
// Writes named tensors (a model) as one safetensors file. Errors: as above.
[[nodiscard]] inline Expected<void> save(std::string_view name, std::span<const NamedTensor> values) {
  std::vector<cloister_ml_outputs_tuple2_string_borrow_tensor_t> raw;
  raw.reserve(values.size());
  for (const auto& [key, tensor] : values) raw.push_back({detail::string_of(key), tensor.raw()});
  cloister_ml_outputs_list_tuple2_string_borrow_tensor_t list{raw.data(), raw.size()};
  return attempt<cloister_ml_outputs_save_tensors>(name, &list);
}
[[nodiscard]] inline Expected<void> save(std::string_view name, std::initializer_list<NamedTensor> values) {
  return save(name, std::span(values.begin(), values.size()));
}
// A module's `state_dict()`. Errors: as above.
[[nodiscard]] inline Expected<void> save(std::string_view name,
                                         const std::vector<std::pair<std::string, Tensor>>& values) {
  const std::vector<NamedTensor> views(values.begin(), values.end());
  return save(name, std::span<const NamedTensor>(views));
}
// Writes UTF-8 text. Errors: as above.
[[nodiscard]] inline Expected<void> save_text(std::string_view name, std::string_view text) {
  return attempt<cloister_ml_outputs_save_text>(name, text);
}

// Those below report to whoever watches the run. A bad name is a bug, and a spent egress limit ends the run: both
// trap.

// Adds a point to the series `name`; names are 1 to 64 of A-Za-z0-9_.-/
inline void scalar(std::string_view name, std::uint64_t step, double value) {
  require<cloister_ml_outputs_scalar>(name, step, value);
}
// Adds the matrix `name`, drawn as a heat map: a value a row and column, row by row; at most 256 labels a side. What a
// label has beyond 64 bytes is cut off, and control characters become spaces.
void matrix(std::string_view name, std::span<const std::string> rows, std::span<const std::string> columns,
            std::span<const double> values);
// Enters a phase of the run, of `total` steps when known.
inline void phase(std::string_view name, std::optional<std::uint64_t> total = {}) {
  require<cloister_ml_outputs_phase>(name, total ? &*total : static_cast<std::uint64_t*>(nullptr));
}
// `done` of the phase's steps are over, each of `items` samples (0: not said).
inline void progress(std::uint64_t done, std::uint64_t items = 0) {
  require<cloister_ml_outputs_progress>(done, items);
}

}  // namespace cloister::output
