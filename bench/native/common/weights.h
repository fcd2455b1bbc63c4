// Weights as safetensors, by Cloister's reader and writer, so that files of equal weights are equal bytes.
#pragma once

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using Weights = std::map<std::string, at::Tensor>;
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// The tensors of float32 of a file. Throws std::runtime_error with the reader's sentence.
Weights load_weights(const std::string& path);

// Tensors of float32 and int64. Throws std::runtime_error with the writer's sentence.
void save_weights(const std::string& path, const NamedTensors& weights);

// Parameters and buffers by PyTorch's names, as a state_dict has them.
NamedTensors state_of(const torch::nn::Module& module);
