#include "weights.h"

#include <cstddef>
#include <map>
#include <span>

#include "checked.h"
#include "cloister/data/safetensors.h"

namespace data = cloister::data;

Weights load_weights(const std::string& path) {
  const auto file = checked(data::SafetensorsFile::open(path));
  Weights weights;
  for (const data::StoredTensor& stored : file.tensors()) {
    if (stored.dtype != cloister::Dtype::float32) continue;  // counters of batches seen in training
    const at::Tensor tensor = at::empty(stored.shape);
    checked(file.read(stored, {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()}));
    weights.emplace(stored.name, tensor);
  }
  return weights;
}

void save_weights(const std::string& path, const NamedTensors& weights) {
  std::map<std::string, at::Tensor> by_name;
  std::vector<data::TensorSpec> specs;
  for (const auto& [name, tensor] : weights) {
    const auto dtype = tensor.scalar_type() == at::kLong ? cloister::Dtype::int64 : cloister::Dtype::float32;
    specs.push_back({name, dtype, tensor.sizes().vec()});
    by_name[name] = tensor.detach().contiguous();
  }
  auto writer = checked(data::SafetensorsWriter::create(path, std::move(specs)));
  for (const data::TensorSpec& spec : writer.order()) {
    const at::Tensor& tensor = by_name.at(spec.name);
    checked(writer.write({static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes()}));
  }
  checked(writer.commit());
}

NamedTensors state_of(const torch::nn::Module& module) {
  NamedTensors state;
  for (const auto& named : module.named_parameters()) state.emplace_back(named.key(), named.value());
  for (const auto& named : module.named_buffers()) state.emplace_back(named.key(), named.value());
  return state;
}
