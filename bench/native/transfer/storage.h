// Granted files as tensors, by Cloister's readers: all that this program shares with Cloister.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backbone.h"
#include "cloister/data/batch_stream.h"
#include "cloister/data/dataset.h"

struct Batch {
  at::Tensor inputs, labels;
};

// All throw std::runtime_error with the reader's sentence.
std::shared_ptr<const cloister::data::Dataset> open_dataset(const std::string& path);
// SHA-256 of the whole dataset, in hexadecimal, as the record of an isolated run has it: the rest of the files is read.
std::string digest(const cloister::data::Dataset& dataset);
Weights load_weights(const std::string& path);
void save_weights(const std::string& path, const Weights& weights);

// The first `count` images of a dataset, 224 x 224 x 3, in batches that are read ahead.
class Loader {
 public:
  Loader(std::shared_ptr<const cloister::data::Dataset> dataset, int64_t count, int64_t batch_size);
  // False at the end.
  bool next(Batch* batch);

 private:
  std::unique_ptr<cloister::data::BatchStream> stream_;
};
