// The baseline of `cloister bench workload tiny-lm`: workloads/tiny-lm written as plain libtorch C++, with the same
// operators in the same order, so that the trained weights are equal bit for bit. It runs on the C library's allocator
// as it comes; docs/workloads.md gives the setting that makes glibc's fast.
#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "options.h"
#include "phases.h"
#include "program.h"
#include "weights.h"

namespace nn = torch::nn;
using torch::Tensor;

namespace {

constexpr int64_t kCharacters = 256;  // a character is a byte

// As Python's nn.Linear: the forward of C++'s is a product and a sum, which is slower and rounds differently.
struct LinearImpl : nn::LinearImpl {
  using nn::LinearImpl::LinearImpl;
  Tensor forward(const Tensor& input) { return torch::linear(input, weight, bias); }
};
TORCH_MODULE(Linear);

// nn::MultiheadAttention holds the parameters; its own forward has other operators than scaled_dot_product_attention.
struct CausalAttentionImpl : nn::MultiheadAttentionImpl {
  using nn::MultiheadAttentionImpl::MultiheadAttentionImpl;

  Tensor forward(const Tensor& input) {
    const auto parts = torch::linear(input, in_proj_weight, in_proj_bias).chunk(3, -1);
    const auto heads = [&](const Tensor& part) {
      return part.unflatten(-1, {options.num_heads(), -1}).transpose(1, 2);
    };
    const Tensor output = at::scaled_dot_product_attention(heads(parts[0]), heads(parts[1]), heads(parts[2]),
                                                           /*attn_mask=*/{}, /*dropout_p=*/0, /*is_causal=*/true);
    return torch::linear(output.transpose(1, 2).flatten(2), out_proj->weight, out_proj->bias);
  }
};
TORCH_MODULE(CausalAttention);

struct BlockImpl : nn::Module {
  nn::LayerNorm norm1{nullptr}, norm2{nullptr};
  CausalAttention attention{nullptr};
  Linear expand{nullptr}, contract{nullptr};

  BlockImpl(int64_t width, int64_t heads) {
    norm1 = register_module("norm1", nn::LayerNorm(nn::LayerNormOptions({width})));
    attention = register_module("attention", CausalAttention(width, heads));
    norm2 = register_module("norm2", nn::LayerNorm(nn::LayerNormOptions({width})));
    expand = register_module("expand", Linear(width, 4 * width));
    contract = register_module("contract", Linear(4 * width, width));
  }
  Tensor forward(const Tensor& input) {
    const Tensor attended = input + attention(norm1(input));
    return attended + contract(torch::gelu(expand(norm2(attended))));
  }
};
TORCH_MODULE(Block);

struct LanguageModelImpl : nn::Module {
  nn::Embedding token{nullptr}, position{nullptr};
  nn::ModuleList blocks;
  nn::LayerNorm norm{nullptr};
  Linear head{nullptr};

  explicit LanguageModelImpl(const Options& options) {
    token = register_module("token", nn::Embedding(kCharacters, options.width));
    position = register_module("position", nn::Embedding(options.context, options.width));
    blocks = register_module("blocks", nn::ModuleList());
    for (int64_t i = 0; i < options.layers; ++i) blocks->push_back(Block(options.width, options.heads));
    norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({options.width})));
    head = register_module("head", Linear(options.width, kCharacters));
  }
  // int64 [n, t] -> logits of the next characters [n, t, 256].
  Tensor forward(const Tensor& characters) {
    Tensor stream = token(characters) + position->weight.narrow(0, 0, characters.size(1));
    for (const auto& block : *blocks) stream = block->as<BlockImpl>()->forward(stream);
    return head(norm(stream));
  }
};
TORCH_MODULE(LanguageModel);

// How surprising each character of windows [n, context + 1] is after those before it, in nats.
Tensor loss_of(LanguageModel& model, const Tensor& windows, int64_t context, at::Reduction::Reduction reduction) {
  const Tensor logits = model(windows.narrow(1, 0, context));
  return at::cross_entropy_loss(logits.flatten(0, 1), windows.narrow(1, 1, context).flatten(), {}, reduction);
}

// Rises to max_lr over a tenth of the steps and falls along half a cosine: as torch.optim.lr_scheduler.OneCycleLR.
double lr_at(int64_t step, const Options& options) {
  const double initial = options.lr / 25, lowest = initial / 1e4;
  const auto total = static_cast<double>(options.steps);
  const double top = 0.1 * total - 1;
  const double at = std::min(static_cast<double>(step), total - 1);
  const auto anneal = [](double start, double end, double share) {
    return end + (start - end) / 2 * (1 + std::cos(std::numbers::pi * share));
  };
  if (at <= top && top > 0) return anneal(initial, options.lr, at / top);
  return anneal(options.lr, lowest, (at - top) / (total - 1 - top));
}

double bits_per_character(LanguageModel& model, const Tensor& windows, const Options& options) {
  const torch::NoGradGuard no_grad;
  const int64_t count = windows.size(0);
  Tensor total = torch::zeros({});
  for (int64_t start = 0; start < count; start += options.batch) {
    const Tensor some = windows.narrow(0, start, std::min(options.batch, count - start)).to(torch::kLong);
    total += loss_of(model, some, options.context, at::Reduction::Sum);
  }
  return total.item<double>() / static_cast<double>(count * options.context) / std::numbers::ln2;
}

std::string write_sample(LanguageModel& model, const Options& options) {
  const torch::NoGradGuard no_grad;
  Tensor written = torch::full({1, 1}, '\n', torch::kLong);
  for (int64_t length = 1; length <= options.sample; ++length) {
    const int64_t seen = std::min(length, options.context);
    const Tensor logits = model(written.narrow(1, length - seen, seen)).select(1, -1);
    const Tensor next = (logits / options.temperature).softmax(-1).multinomial(1);
    written = torch::cat({written, next}, 1);
  }
  const Tensor bytes = written.to(torch::kByte);
  return {static_cast<const char*>(bytes.data_ptr()) + 1, static_cast<size_t>(options.sample)};
}

Tensor read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  if (!file || bytes.empty()) throw std::runtime_error("'" + path + "' cannot be read, or is empty");
  return torch::from_blob(const_cast<char*>(bytes.data()), {static_cast<int64_t>(bytes.size())}, torch::kByte).clone();
}

void train(LanguageModel& model, const Tensor& text, const Tensor& held_out, const Options& options, Phases& phases) {
  const auto parameters = model->parameters();
  torch::optim::AdamW optimizer(parameters, torch::optim::AdamWOptions(options.lr).betas({0.9, 0.99}));
  phases.enter("training");
  const Tensor window = torch::arange(options.context + 1);
  for (int64_t step = 0; step < options.steps;) {
    static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[0].options()).lr(lr_at(step, options));
    const Tensor starts = torch::randint(0, text.size(0) - options.context, {options.batch, 1}, torch::kLong);
    const Tensor windows = text.index({starts + window}).to(torch::kLong);
    optimizer.zero_grad();
    const Tensor loss = loss_of(model, windows, options.context, at::Reduction::Mean);
    loss.backward();
    nn::utils::clip_grad_norm_(parameters, 1);
    optimizer.step();
    if (++step % options.report_every == 0 || step == options.steps) {
      phases.metric("loss", loss.item<double>());
      phases.metric("bits-per-character", bits_per_character(model, held_out, options));
    }
  }
}

void run(const Options& options) {
  at::set_num_threads(options.threads);
  torch::manual_seed(options.seed);
  Phases phases;
  const Tensor text = read_text(options.text);
  const int64_t learned = text.size(0) * 9 / 10, held_out = text.size(0) - learned;
  LanguageModel model(options);
  train(model, text.narrow(0, 0, learned),
        text.narrow(0, learned, held_out)
            .unfold(0, options.context + 1, std::max(options.context, held_out / options.test_windows)),
        options, phases);
  if (!options.out.empty()) save_weights(options.out, state_of(*model));

  phases.enter("sampling");
  const std::string sample = write_sample(model, options);
  phases.print();
  std::fprintf(stderr, "%s\n", sample.c_str());
}

}  // namespace

int main(int argc, char** argv) { return run_program("native_tiny_lm", argc, argv, parse_options, run); }
