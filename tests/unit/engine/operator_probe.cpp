// Prints, for each row, its name and the dtypes that the torch backend takes on a CPU: what tools/operator_list.py
// makes docs/operator-list.md from.
#include <ATen/CPUGeneratorImpl.h>

#include <cstdio>

#include "cloister/engine/backends.h"
#include "operator_contents.h"
#include "torch_cases.h"

namespace cloister::engine {
namespace {

bool takes(TensorBackend& backend, const Row& row, std::size_t dtype) {
  if (row.dtypes == Dtypes::floating && !at::isFloatingType(kScalarTypes[dtype])) return false;
  for (const Operands& operands : row.operands) {
    const std::vector<at::ScalarType> dtypes(operands.size(), kScalarTypes[dtype]);
    std::vector<Tensor> all;
    for (at::Tensor& each : make_operands(operands, dtypes, Layout::contiguous, Numbers::ordinary)) {
      all.push_back(handle(backend, std::move(each)));
    }
    const OurOutputs outputs = row.ours({&backend, all, static_cast<Dtype>(dtype)});
    // Of nothing, operators take dtypes that they have no kernels for; what has no operands may ignore the dtype.
    if (outputs && !outputs->empty() && backend.numel(outputs->front()) > 0 &&
        (!operands.empty() || backend.dtype(outputs->front()) == static_cast<Dtype>(dtype))) {
      return true;
    }
  }
  return false;
}

bool takes(TensorBackend& backend, const Case& one, std::size_t dtype) {
  at::Generator random = at::detail::createCPUGenerator(17);
  std::vector<Tensor> all;
  for (const Sizes& shape : one.shapes) {
    const at::Tensor unit = at::rand(shape, random, at::kFloat).mul(0.9);
    const bool whole = !at::isFloatingType(kScalarTypes[dtype]);
    all.push_back(handle(backend, (whole ? unit.mul(10).add(1) : unit).to(kScalarTypes[dtype])));
  }
  return one.ours(backend, all).has_value();
}

template <class One>
void print(TensorBackend& backend, const char* name, const One& one) {
  std::printf("%s", name);
  for (std::size_t i = 0; i < kDtypeCount; ++i) {
    if (takes(backend, one, i)) std::printf(" %s", std::string(dtype_name(static_cast<Dtype>(i))).c_str());
  }
  std::printf("\n");
}

int probe() {
  const auto backend = open_torch_backend({});
  if (!backend) {
    std::fprintf(stderr, "%s\n", backend.error().message.c_str());
    return 1;
  }
  TensorBackend& torch = **backend;
  const auto context = torch.make_context({});
  const Entered entered(torch, context.get());
  for (const Family& family : operator_families()) {
    for (const Row& row : family.rows) print(torch, row.op, row);
  }
  for (const std::vector<Case>& cases : {image_cases(), layer_cases(), loss_cases()}) {
    for (const Case& one : cases) print(torch, one.name, one);
  }
  return 0;
}

}  // namespace
}  // namespace cloister::engine

int main() { return cloister::engine::probe(); }
