// Granted files as tensors, by Cloister's readers: all that these programs share with Cloister.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>

#include "cloister/data/batch_stream.h"
#include "cloister/data/dataset.h"

using Dataset = cloister::data::Dataset::Pointer;

struct Batch {
  at::Tensor inputs, labels;
};

// All throw std::runtime_error with the reader's sentence.
Dataset open_dataset(const std::string& path, bool skip_broken = false);
// The first `count` samples; 0: all.
Dataset take(const Dataset& dataset, int64_t count);
// `count` samples drawn at random, always the same; 0: all in their order.
Dataset draw(const Dataset& dataset, int64_t count);
// Number of classes of a dataset of images.
int64_t class_count(const Dataset& dataset);
// SHA-256 of the whole dataset, in hexadecimal, as the record of an isolated run has it: the rest of the files is read.
std::string digest(const Dataset& dataset);

// Images and labels in batches that are read ahead.
class Loader {
 public:
  Loader(Dataset dataset, const cloister::data::BatchOptions& options);
  // False at the end.
  bool next(Batch* batch);

 private:
  std::unique_ptr<cloister::data::BatchStream> stream_;
};
