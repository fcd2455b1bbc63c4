#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "misuse.h"

using namespace cloister;

namespace {

// Without limits each of these would go on until the machine gave out.

Expected<void> handles() {
  const Tensor one = zeros(1);
  std::vector<Tensor> views;
  for (;;) views.push_back(one.unsqueeze(0));
}
Expected<void> tensors() {
  std::vector<Tensor> hoard;
  for (;;) hoard.push_back(zeros(4 << 20));
}
// The same, but the program sees the refusal, lets go and goes on.
Expected<void> tensors_recover() {
  std::vector<Tensor> hoard;
  for (;;) {
    auto more = attempt<cloister_ml_ops_zeros>(IntArrayRef({4 << 20}), kFloat32);
    if (!more) {
      std::printf("refused: %s\n", more.error().message.c_str());
      break;
    }
    hoard.push_back(*std::move(more));
  }
  hoard.clear();
  std::printf("after: %lld elements\n", static_cast<long long>(zeros(4 << 20).numel()));
  return {};
}
// Every step keeps what backward would need.
Expected<void> graph() {
  Tensor weight = ones(1 << 16);
  weight.requires_grad_();
  Tensor chain = weight;
  for (;;) chain = chain.exp().log();
}
// A chain of a million steps, then let go of and, once, walked.
Expected<void> deep_graph() {
  Tensor weight = ones(1);
  weight.requires_grad_();
  {
    Tensor chain = weight;
    for (int i = 0; i < 1'000'000; ++i) chain = chain + 0;
  }
  Tensor chain = weight;
  for (int i = 0; i < 100'000; ++i) chain = chain + 0;
  chain.backward();
  std::printf("gradient %g\n", weight.grad().item<double>());
  return {};
}
Expected<void> egress_read() {
  const Tensor bytes = zeros(1 << 20, kUInt8);
  for (;;) (void)bytes.read<std::uint8_t>();
}
Expected<void> egress_item() {
  const Tensor one = zeros(1);
  for (;;) (void)one.item();
}
Expected<void> many_series() {
  for (int i = 0; i < 100; ++i) output::scalar("series-" + std::to_string(i), 0, i);
  return {};
}
Expected<void> egress_metrics() {
  for (std::uint64_t step = 0;; ++step) output::scalar("spill", step, 0);
}
Expected<void> egress_progress() {
  for (std::uint64_t step = 0;; ++step) output::progress(step);
}
Expected<void> egress_text() { return output::save_text("text", std::string(64 << 20, 'x')); }
Expected<void> memory() {
  void* last = nullptr;
  for (int mebibytes = 16;; mebibytes += 16) {
    void* const block = std::malloc(16 << 20);
    if (block == nullptr) {
      std::free(last);  // the sentence needs some
      return fail("memory ended after " + std::to_string(mebibytes - 16) + " MiB");
    }
    std::memset(block, 1, 16 << 20);
    last = block;
  }
}
Expected<void> stdout_flood() {
  const std::string line(4096, 'x');
  for (;;) std::puts(line.c_str());
}
Expected<void> stderr_flood() {
  for (;;) std::fputs("complaint\n", stderr);
}
// A host call whose argument is larger than anything that it could be for.
Expected<void> huge_name() {
  CLOISTER_TRY(auto dataset, Dataset::open(std::string(100 << 20, 'x')));
  return fail("the host took a name of 100 MiB");
}

constexpr Misuse kCases[] = {
    {"hoard-handles", handles},
    {"hoard-tensors", tensors},
    {"hoard-tensors-recover", tensors_recover},
    {"hoard-graph", graph},
    {"deep-graph", deep_graph},
    {"egress-read", egress_read},
    {"egress-item", egress_item},
    {"egress-metrics", egress_metrics},
    {"many-series", many_series},
    {"egress-progress", egress_progress},
    {"egress-text", egress_text},
    {"grow-memory", memory},
    {"stdout-flood", stdout_flood},
    {"stderr-flood", stderr_flood},
    {"huge-name", huge_name},
};

}  // namespace

std::span<const Misuse> hoarder_cases() { return kCases; }
