// One of each layer, and their state dict under the output `weights`: tests/guests/sdk_rust makes the same in Rust, and
// the bytes are equal.
#include <cloister/cloister.h>

#include <vector>

using namespace cloister;

CLOISTER_GRANTS("output:weights");

namespace {

struct Network : nn::Module {
  using Features = nn::Sequential<nn::Conv2d, nn::BatchNorm2d, decltype(nn::ReLU()), nn::Dropout>;
  Features features{nn::Conv2d(3, 4, 3, {.padding = 1}, false), nn::BatchNorm2d(4), nn::ReLU(), nn::Dropout(0.5)};
  nn::Embedding embedding{5, 4};
  nn::MultiheadAttention attention{4, 2};
  nn::LayerNorm norm{4};
  nn::LSTM lstm{4, 3, {.num_layers = 2, .bidirectional = true}};
  std::vector<nn::Linear> heads{nn::Linear(6, 2), nn::Linear(2, 1, false)};
  Tensor scale = ones(1).requires_grad_();

  void visit(nn::Visitor& visitor) {
    visitor("features", features), visitor("embedding", embedding), visitor("attention", attention);
    visitor("norm", norm), visitor("lstm", lstm), visitor("heads", heads), visitor("scale", scale);
  }
};

Expected<void> save(Args& args) {
  CLOISTER_CHECK(args.finish());
  manual_seed(3);
  return output::save("weights", Network().state_dict());
}

}  // namespace

CLOISTER_WORKLOAD(save)
