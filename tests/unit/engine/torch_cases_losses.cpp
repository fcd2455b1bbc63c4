#include "torch_cases.h"

namespace cloister::engine {

namespace {

using S = Sizes;
using B = TensorBackend;
using V = std::vector<Tensor>;
using R = Result<Tensor>;

at::Tensor classes() { return at::tensor({3, 0, 4, 1, -7, 4, 2}, at::kLong); }

}  // namespace

// A row for each reduction.
// libtorch has no gradient for the weights of classes and elements: they are detached.
std::vector<Case> loss_cases() {
  std::vector<Case> all;
  using Ours = std::function<R(B&, const V&, Reduction)>;
  using Theirs = std::function<at::Tensor(const Inputs&, std::int64_t)>;
  const auto add = [&all](std::array<const char*, 3> names, const std::vector<S>& shapes, const Ours& ours,
                          const Theirs& theirs) {
    for (const Reduction reduction : {Reduction::none, Reduction::mean, Reduction::sum}) {
      all.push_back({names[static_cast<std::size_t>(reduction)], shapes,
                     [=](B& b, const V& x) -> R { return ours(b, x, reduction); },
                     [=](const Inputs& x) { return theirs(x, static_cast<std::int64_t>(reduction)); }, kExact});
    }
  };
  const S in{4, 5};
  add(
      {"mse_loss_none", "mse_loss", "mse_loss_sum"}, {in, in},
      [](B& b, const V& x, Reduction r) { return b.mse_loss(x[0], x[1], r); },
      [](const Inputs& x, std::int64_t r) { return at::mse_loss(x[0], x[1], r); });
  add(
      {"l1_loss_none", "l1_loss", "l1_loss_sum"}, {in, in},
      [](B& b, const V& x, Reduction r) { return b.l1_loss(x[0], x[1], r); },
      [](const Inputs& x, std::int64_t r) { return at::l1_loss(x[0], x[1], r); });
  add(
      {"smooth_l1_loss_none", "smooth_l1_loss", "smooth_l1_loss_sum"}, {in, in},
      [](B& b, const V& x, Reduction r) { return b.smooth_l1_loss(x[0], x[1], r, 0.5); },
      [](const Inputs& x, std::int64_t r) { return at::smooth_l1_loss(x[0], x[1], r, 0.5); });
  add(
      {"huber_loss_none", "huber_loss", "huber_loss_sum"}, {in, in},
      [](B& b, const V& x, Reduction r) { return b.huber_loss(x[0], x[1], r, 0.5); },
      [](const Inputs& x, std::int64_t r) { return at::huber_loss(x[0], x[1], r, 0.5); });
  add(
      {"kl_div_none", "kl_div", "kl_div_sum"}, {in, in},
      [](B& b, const V& x, Reduction r) { return b.kl_div(x[0], x[1], r, false); },
      [](const Inputs& x, std::int64_t r) { return at::kl_div(x[0], x[1], r, false); });
  add(
      {"kl_div_log_none", "kl_div_log", "kl_div_log_sum"}, {in, in},
      [](B& b, const V& x, Reduction r) { return b.kl_div(x[0], x[1], r, true); },
      [](const Inputs& x, std::int64_t r) { return at::kl_div(x[0], x[1], r, true); });
  add(
      {"binary_cross_entropy_none", "binary_cross_entropy", "binary_cross_entropy_sum"}, {in, in, {5}},
      [](B& b, const V& x, Reduction r) -> R {
        CLOISTER_TRY(const Tensor probability, b.sigmoid(x[0]));
        CLOISTER_TRY(const Tensor target, b.sigmoid(x[1]));
        CLOISTER_TRY(const Tensor weight, b.detach(x[2]));
        return b.binary_cross_entropy(probability, target, &weight, r);
      },
      [](const Inputs& x, std::int64_t r) {
        return at::binary_cross_entropy(at::sigmoid(x[0]), at::sigmoid(x[1]), x[2].detach(), r);
      });
  add(
      {"binary_cross_entropy_with_logits_none", "binary_cross_entropy_with_logits",
       "binary_cross_entropy_with_logits_sum"},
      {in, in, {5}, {4, 1}},
      [](B& b, const V& x, Reduction r) -> R {
        CLOISTER_TRY(const Tensor weight, b.detach(x[2]));
        CLOISTER_TRY(const Tensor positive, b.detach(x[3]));
        return b.binary_cross_entropy_with_logits(x[0], x[1], &weight, &positive, r);
      },
      [](const Inputs& x, std::int64_t r) {
        return at::binary_cross_entropy_with_logits(x[0], x[1], x[2].detach(), x[3].detach(), r);
      });
  add(
      {"cross_entropy_weighted_none", "cross_entropy_weighted", "cross_entropy_weighted_sum"}, {{7, 5}, {5}},
      [](B& b, const V& x, Reduction r) -> R {
        CLOISTER_TRY(const Tensor weight, b.detach(x[1]));
        return b.cross_entropy(x[0], handle(b, classes()), &weight, {r, -7, 0.2});
      },
      [](const Inputs& x, std::int64_t r) {
        return at::cross_entropy_loss(x[0], classes(), x[1].detach(), r, -7, 0.2);
      });
  add(
      {"cross_entropy_images_none", "cross_entropy_images", "cross_entropy_images_sum"}, {{2, 5, 3, 4}},
      [](B& b, const V& x, Reduction r) {
        return b.cross_entropy(x[0], handle(b, at::arange(24, at::kLong).remainder(5).view({2, 3, 4})), nullptr,
                               {r, -100, 0});
      },
      [](const Inputs& x, std::int64_t r) {
        return at::cross_entropy_loss(x[0], at::arange(24, at::kLong).remainder(5).view({2, 3, 4}), {}, r);
      });
  add(
      {"nll_loss_none", "nll_loss", "nll_loss_sum"}, {{7, 5}, {5}},
      [](B& b, const V& x, Reduction r) -> R {
        CLOISTER_TRY(const Tensor weight, b.detach(x[1]));
        return b.nll_loss(x[0], handle(b, classes()), &weight, r, -7);
      },
      [](const Inputs& x, std::int64_t r) { return at::nll_loss_nd(x[0], classes(), x[1].detach(), r, -7); });
  add(
      {"nll_loss_lines_none", "nll_loss_lines", "nll_loss_lines_sum"}, {{2, 5, 3}},
      [](B& b, const V& x, Reduction r) {
        return b.nll_loss(x[0], handle(b, at::ones({2, 3}, at::kLong)), nullptr, r, -100);
      },
      [](const Inputs& x, std::int64_t r) { return at::nll_loss_nd(x[0], at::ones({2, 3}, at::kLong), {}, r); });
  add(
      {"cross_entropy_single_none", "cross_entropy_single", "cross_entropy_single_sum"}, {{5}},
      [](B& b, const V& x, Reduction r) {
        return b.cross_entropy(x[0], handle(b, at::full({}, 2, at::kLong)), nullptr, {r, -100, 0});
      },
      [](const Inputs& x, std::int64_t r) { return at::cross_entropy_loss(x[0], at::full({}, 2, at::kLong), {}, r); });
  return all;
}

}  // namespace cloister::engine
