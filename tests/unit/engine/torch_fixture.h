// Libtorch's tensors and ours, side by side.
#pragma once

#include <ATen/ATen.h>

#include "backend_fixture.h"

namespace cloister::engine {

inline at::Tensor at_of(const Tensor& tensor) {
  return at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::unsafe_reclaim_from_nonowning(
      static_cast<at::TensorImpl*>(tensor.body())));
}

class TorchTest : public BackendTest {
 protected:
  explicit TorchTest(ContextOptions options = {}) : BackendTest(BackendKind::torch, options) {}

  Tensor wrap(at::Tensor tensor) { return {*backend_, tensor.unsafeReleaseTensorImpl()}; }

  // The same bits, NaNs included, in the same shape and dtype.
  static void expect_same(const at::Tensor& ours, const at::Tensor& theirs) {
    ASSERT_EQ(ours.scalar_type(), theirs.scalar_type());
    ASSERT_EQ(ours.sizes(), theirs.sizes());
    const at::Tensor a = ours.detach().contiguous();
    const at::Tensor b = theirs.detach().contiguous();
    if (a.numel() != 0) {
      EXPECT_EQ(std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()), 0) << ours << "\n" << theirs;
    }
  }
};

}  // namespace cloister::engine
