#include "context.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <fmt/format.h>

#include <algorithm>

#include "explain.h"
#include "torch_allocator.h"

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
  // Where nothing is recorded, operators need not pass through autograd's layer to find that out; inference mode leaves
  // it out as well.
  thread_local std::optional<c10::impl::ExcludeDispatchKeyGuard> below_autograd;
  below_autograd.reset();
  inference.reset();  // restores what it found, so it must go before the mode is set
  c10::GradMode::set_enabled(mode == GradMode::grad);
  if (mode == GradMode::inference) inference.emplace(true);
  if (mode == GradMode::no_grad) below_autograd.emplace(c10::autograd_dispatch_keyset);
  t_current.installed = mode;
}

// libtorch looks at each number of a state by itself; together they must not lead its engine beyond its table.
bool is_sound(const at::Generator& generator) {
  if (generator.device().type() != at::kCPU) return true;
  const at::mt19937_data_pod engine = at::check_generator<at::CPUGeneratorImpl>(generator)->engine().data();
  return engine.left_ >= 1 && engine.next_ <= at::MERSENNE_STATE_N &&
         static_cast<std::int64_t>(engine.next_) + engine.left_ <= at::MERSENNE_STATE_N + 1;
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
  engine::set_deadline(owner_->account, deadline);
}

void TorchContext::set_cpu_left(std::chrono::nanoseconds left) { engine::set_cpu_left(owner_->account, left); }

std::chrono::nanoseconds TorchContext::team_cpu_time() const {
  const std::lock_guard lock(team_mutex_);
  if (team_ == nullptr) return team_cpu_time_;
  muster_due_.store(true, std::memory_order_relaxed);
  return team_cpu_time_ + team_->cpu_time() - team_before_;
}

void TorchContext::join_team() {
  if (at::get_num_threads() <= 1) return;
  const std::lock_guard lock(team_mutex_);
  team_ = Team::of_this_thread();
  team_before_ = team_->cpu_time();
  muster_due_.store(true, std::memory_order_relaxed);
}

void TorchContext::leave_team() {
  const std::lock_guard lock(team_mutex_);
  if (team_ == nullptr) return;
  team_cpu_time_ += team_->cpu_time() - team_before_;
  team_.reset();
  muster_due_.store(false, std::memory_order_relaxed);
}

void TorchContext::muster() {
  try {
    if (Team::of_this_thread()->muster()) muster_due_.store(false, std::memory_order_relaxed);
  } catch (const std::exception&) {
    // There is no memory for it. It is tried again after the next look.
    muster_due_.store(false, std::memory_order_relaxed);
  }
}

void TorchContext::manual_seed(std::uint64_t seed) {
  const std::lock_guard lock(generator_.mutex());
  generator_.set_current_seed(seed);
}

Result<std::vector<std::uint8_t>> TorchContext::generator_state() const {
  try {
    at::Generator generator = generator_;
    const std::lock_guard lock(generator.mutex());
    const at::Tensor state = generator.get_state();
    const auto* bytes = state.const_data_ptr<std::uint8_t>();
    return std::vector<std::uint8_t>(bytes, bytes + state.numel());
  } catch (...) {
    return Unexpected(explain("generator_state", {}));
  }
}

Result<void> TorchContext::set_generator_state(std::span<const std::uint8_t> state) {
  const auto refuse = [&] {
    return fail(ErrorCode::bad_data,
                fmt::format("{} bytes are no state of this device's random generator; restore what "
                            "a run on the same device saved",
                            state.size()));
  };
  try {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(state.size())}, at::kByte);
    std::copy(state.begin(), state.end(), tensor.mutable_data_ptr<std::uint8_t>());
    at::Generator taken = generator_.clone();
    taken.set_state(tensor);
    if (!is_sound(taken)) return refuse();
    const std::lock_guard lock(generator_.mutex());
    generator_.set_state(tensor);
    return {};
  } catch (const Refused&) {
    return Unexpected(explain("set_generator_state", {}));
  } catch (const c10::Error&) {
    return refuse();
  } catch (...) {
    return Unexpected(explain("set_generator_state", {}));
  }
}

void TorchContext::set_grad_mode(GradMode mode) {
  mode_ = mode;
  if (t_current.context == this) install(mode);
}

TorchContext* TorchContext::current() { return t_current.context; }

TorchContext* TorchContext::enter(TorchContext* context) {
  static Silence silence;
  TorchContext* before = t_current.context;
  if (before != nullptr) before->leave_team();
  c10::WarningUtils::set_warning_handler(context != nullptr ? &silence : nullptr);
  t_current.context = context;
  t_current.owner = context != nullptr ? context->owner_ : nullptr;
  install(context != nullptr ? context->mode_ : GradMode::grad);
  if (context != nullptr) context->join_team();
  return before;
}

MemoryOwner* current_owner() { return t_current.owner; }

}  // namespace cloister::engine
