// The objects behind the handles of one instance.
#pragma once

#include <cloister/bindings/ml/datasets.h>
#include <cloister/bindings/ml/models.h>
#include <cloister/bindings/ml/optimizers.h>
#include <cloister/bindings/ml/tensors.h>
#include <cloister/bindings/wasi_io/poll.h>
#include <cloister/bindings/wasi_io/streams.h>

#include <cstdint>
#include <memory>
#include <string>

#include "cloister/data/batch_stream.h"
#include "cloister/data/dataset.h"
#include "cloister/engine/optimizers.h"
#include "cloister/engine/tensor.h"
#include "cloister/host/host.h"
#include "cloister/sandbox/resource_table.h"
#include "model_store.h"

namespace cloister::host {

struct OpenModel {
  std::string name;
  std::shared_ptr<const GrantedModel> model;
};

struct OpenDataset {
  std::string name;  // of the grant
  data::Dataset::Pointer dataset;
};

struct OpenBatches {
  std::string name;  // of the grant
  std::unique_ptr<data::BatchStream> stream;
};

// Ready once the virtual clock shows `when`; 0 is always.
struct OpenPollable {
  std::uint64_t when = 0;
};

// The standard input, which is empty.
struct OpenInput {};

// One quota over all of them.
struct Tables {
  explicit Tables(sandbox::HandleQuota& quota)
      : tensors(quota),
        optimizers(quota),
        models(quota),
        datasets(quota),
        batches(quota),
        pollables(quota),
        inputs(quota),
        outputs(quota) {}

  sandbox::ResourceTable<bindings::ml::tensors::Tensor, engine::Tensor> tensors;
  sandbox::ResourceTable<bindings::ml::optimizers::Optimizer, std::unique_ptr<engine::Optimizer>> optimizers;
  sandbox::ResourceTable<bindings::ml::models::Model, OpenModel> models;
  sandbox::ResourceTable<bindings::ml::datasets::Dataset, OpenDataset> datasets;
  sandbox::ResourceTable<bindings::ml::datasets::Batches, OpenBatches> batches;
  sandbox::ResourceTable<bindings::wasi_io::poll::Pollable, OpenPollable> pollables;
  sandbox::ResourceTable<bindings::wasi_io::streams::InputStream, OpenInput> inputs;
  sandbox::ResourceTable<bindings::wasi_io::streams::OutputStream, GuestStream> outputs;
};

}  // namespace cloister::host
