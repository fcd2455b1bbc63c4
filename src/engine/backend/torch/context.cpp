#include "context.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

namespace cloister::engine {
namespace {

// Read by every allocation: plain data in the initial-exec model, without a guard.
struct Current {
  TorchContext* context = nullptr;
  MemoryOwner* owner = nullptr;
  GradMode installed = GradMode::grad;
};
__attribute__((tls_model("initial-exec"))) constinit thread_local Current t_current;

// libtorch warns on stderr by default; what a guest does is no reason to print.
class Silence final : public c10::WarningHandler {
 public:
  void process(const c10::Warning&) override {}
};

// libtorch keeps the mode in thread-local state of its own, which operators read: installing it here, once, costs the
// operators nothing.
void install(GradMode mode) {
  if (mode == t_current.installed) return;
  thread_local std::optional<c10::InferenceMode> inference;
  inference.reset();  // restores what it found, so it must go before the mode is set
  c10::GradMode::set_enabled(mode == GradMode::grad);
  if (mode == GradMode::inference) inference.emplace(true);
  t_current.installed = mode;
}

}  // namespace

TorchContext::TorchContext(const ContextOptions& options, at::Generator generator)
    : owner_(TensorAllocator::instance().open_owner(options.memory_limit_bytes)), generator_(std::move(generator)) {
  manual_seed(options.seed);
}

TorchContext::~TorchContext() {
  if (t_current.context == this) enter(nullptr);
  TensorAllocator::instance().close_owner(owner_);
}

void TorchContext::set_deadline(std::chrono::steady_clock::time_point deadline) {
  owner_->account.deadline.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
}

void TorchContext::manual_seed(std::uint64_t seed) {
  const std::lock_guard lock(generator_.mutex());
  generator_.set_current_seed(seed);
}

void TorchContext::set_grad_mode(GradMode mode) {
  mode_ = mode;
  if (t_current.context == this) install(mode);
}

TorchContext* TorchContext::current() { return t_current.context; }

TorchContext* TorchContext::enter(TorchContext* context) {
  static Silence silence;
  TorchContext* before = t_current.context;
  c10::WarningUtils::set_warning_handler(context != nullptr ? &silence : nullptr);
  t_current.context = context;
  t_current.owner = context != nullptr ? context->owner_ : nullptr;
  install(context != nullptr ? context->mode_ : GradMode::grad);
  return before;
}

MemoryOwner* current_owner() { return t_current.owner; }

}  // namespace cloister::engine
