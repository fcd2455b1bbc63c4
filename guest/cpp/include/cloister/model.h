// Models that the operator of the host granted by name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloister/tensor.h"

namespace cloister {

// A granted model: weights by name and, where the grant holds a program, its forward pass. Weights are shared between
// instances; one is copied the first time an in-place operator writes to it.
class Model {
 public:
  // Errors: not_granted, bad_data.
  static Expected<Model> open(std::string_view name) {
    auto own = attempt<cloister_ml_models_static_model_open>(name);
    if (!own) return std::unexpected(std::move(own).error());
    return Model(*own);
  }

  // Names of all parameters and buffers, sorted by bytes.
  [[nodiscard]] std::vector<std::string> names() const {
    workload_list_string_t list;
    cloister_ml_models_method_model_names(self(), &list);
    return detail::take_strings(list);
  }
  // One parameter or buffer. Errors: invalid_argument for an unknown name.
  [[nodiscard]] Expected<Tensor> parameter(std::string_view name) const {
    return attempt<cloister_ml_models_method_model_parameter>(self(), name);
  }
  // All of them, sorted by name.
  [[nodiscard]] Expected<std::vector<std::pair<std::string, Tensor>>> parameters() const {
    auto list = attempt<cloister_ml_models_method_model_parameters>(self());
    if (!list) return std::unexpected(std::move(list).error());
    std::vector<std::pair<std::string, Tensor>> parameters;
    parameters.reserve(list->len);
    for (auto& [name, own] : std::span(list->ptr, list->len)) {
      parameters.emplace_back(detail::take_string(name), Tensor(own));
    }
    if (list->len > 0) std::free(list->ptr);
    return parameters;
  }
  // Runs the model's own program. Errors: unsupported for a grant that holds weights only.
  [[nodiscard]] Expected<std::vector<Tensor>> forward(std::span<const Tensor> inputs) const {
    auto list = attempt<cloister_ml_models_method_model_forward>(self(), inputs);
    if (!list) return std::unexpected(std::move(list).error());
    std::vector<Tensor> outputs;
    outputs.reserve(list->len);
    for (const auto own : std::span(list->ptr, list->len)) outputs.emplace_back(own);
    if (list->len > 0) std::free(list->ptr);
    return outputs;
  }

 private:
  explicit Model(cloister_ml_models_own_model_t own) : handle_(own) {}
  [[nodiscard]] cloister_ml_models_borrow_model_t self() const { return {handle_.get()}; }
  detail::UniqueHandle<cloister_ml_models_own_model_t, cloister_ml_models_model_drop_own> handle_;
};

}  // namespace cloister
