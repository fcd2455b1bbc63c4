// Interface `models`: granted weights.
#include <fmt/format.h>

#include <algorithm>

#include "cloister/base/bytes.h"
#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

namespace wit = bindings::ml::models;
using Handle = sandbox::Borrow<wit::Model>;
using NewTensor = sandbox::Own<wit::Tensor>;

class Models final : public wit::Host {
 public:
  explicit Models(Session& session) : session_(session) {}

  sandbox::Call<void> drop_model(sandbox::Own<wit::Model> handle) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"models.model.drop">);
    session_.tables.models.take(std::move(handle));
    return {};
  }

  Session::Answer<sandbox::Own<wit::Model>> model_open(std::string_view name) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"models.model.open">);
    const auto grant = session_.request.grants.models.find(name);
    if (grant == session_.request.grants.models.end()) {
      return Unexpected(session_.not_granted(GrantKind::model, name));
    }
    if (auto ready = session_.need_backend(); !ready) return Unexpected(std::move(ready).error());
    auto model = session_.models.open(grant->second, session_.shared_backend());
    if (!model) {
      const cloister::Error& error = model.error();
      CLOISTER_TRY(auto told, session_.damage_error(
                                  "model.open", {error.code, fmt::format("the model '{}': {}", name, error.message)},
                                  fmt::format("the model '{}' cannot be read; the run's notes say why", name)));
      return Unexpected(std::move(told));
    }
    GrantUse& use = session_.use_grant(GrantKind::model, name);
    if (!use.digest) {
      use.digest = (*model)->digest();
      session_.imports.add({"model", std::string(name), hex(*use.digest)});
    }
    return session_.give(session_.tables.models, OpenModel{std::string(name), *std::move(model)});
  }

  sandbox::Call<std::vector<std::string>> model_names(Handle self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"models.model.names">);
    const OpenModel* open = session_.tables.models.find(self);
    if (open == nullptr) return stale_handle();
    return open->model->names();
  }

  Session::Answer<NewTensor> model_parameter(Handle self, std::string_view name) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"models.model.parameter">);
    const OpenModel* open = session_.tables.models.find(self);
    if (open == nullptr) return stale_handle();
    const auto& names = open->model->names();
    const auto found = std::lower_bound(names.begin(), names.end(), name);
    if (found == names.end() || *found != name) {
      constexpr std::size_t kShown = 128;
      return Unexpected(session_.guest_error(
          {ErrorCode::invalid_argument, fmt::format("the model '{}' has no parameter '{}'; `names` lists those it has",
                                                    open->name, clipped(name, kShown))}));
    }
    return session_.give(open->model->tensor(static_cast<std::size_t>(found - names.begin())));
  }

  Session::Answer<std::vector<std::tuple<std::string, NewTensor>>> model_parameters(Handle self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"models.model.parameters">);
    const OpenModel* open = session_.tables.models.find(self);
    if (open == nullptr) return stale_handle();
    const auto& names = open->model->names();
    std::vector<std::tuple<std::string, NewTensor>> parameters;
    parameters.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto handle = session_.give(open->model->tensor(i));
      if (!handle) {
        for (auto& given : parameters) session_.tables.tensors.take(std::move(std::get<1>(given)));
        return Unexpected(std::move(handle).error());
      }
      parameters.emplace_back(names[i], *std::move(handle));
    }
    return parameters;
  }

  Session::Answer<std::vector<NewTensor>> model_forward(Handle self,
                                                        std::span<const TensorBorrow> /*inputs*/) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"models.model.forward">);
    const OpenModel* open = session_.tables.models.find(self);
    if (open == nullptr) return stale_handle();
    return Unexpected(session_.guest_error(
        {ErrorCode::unsupported,
         fmt::format("the model '{}' is a safetensors file, which holds weights and no program; write its forward pass "
                     "with operators over its parameters",
                     open->name)}));
  }

 private:
  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<wit::Host> make_interface(Session& session) {
  return std::make_unique<Models>(session);
}

}  // namespace cloister::host
