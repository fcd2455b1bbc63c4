// Interface `autograd`.
#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

using bindings::ml::autograd::Mode;
using Backend = engine::TensorBackend;
using Handle = TensorBorrow;

static_assert(detail::same_number(Mode::grad, engine::GradMode::grad) &&
              detail::same_number(Mode::no_grad, engine::GradMode::no_grad) &&
              detail::same_number(Mode::inference, engine::GradMode::inference));

class Autograd final : public bindings::ml::autograd::Host {
 public:
  explicit Autograd(Session& session) : session_(session) {}

  sandbox::Call<void> set_mode(Mode mode) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"autograd.set-mode">);
    session_.set_grad_mode(static_cast<engine::GradMode>(mode));
    return {};
  }

  sandbox::Call<Mode> get_mode() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"autograd.get-mode">);
    return static_cast<Mode>(session_.grad_mode());
  }

  sandbox::Call<bool> requires_grad(Handle self) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"autograd.requires-grad">);
    ArgumentCheck check;
    const TensorArgument tensor = argument(session_, check, self);
    if (!check.passed()) return stale_handle();
    trace_arguments(session_, tensor);
    return session_.backend().requires_grad(tensor);
  }

  Session::Answer<void> set_requires_grad(Handle self, bool value) override {
    return call<"autograd.set-requires-grad", &Backend::set_requires_grad>(session_, self, value);
  }

  Session::Answer<void> backward(Handle self, const std::optional<Handle>& gradient, bool retain_graph) override {
    auto answer = call<"autograd.backward", &Backend::backward>(session_, self, gradient, retain_graph);
    // How much memory the gradient of a product takes depends on whether it has zeros; so with masked-fill and its
    // mask.
    if (answer && !*answer && std::holds_alternative<Session::GuestError::QuotaExceeded>(answer->error().value)) {
      CLOISTER_CHECK(session_.admit_failure("autograd.backward", ErrorCode::quota_exceeded));
    }
    return answer;
  }

  Session::Answer<std::optional<Session::TensorHandle>> grad(Handle self) override {
    using Given = Expected<std::optional<Session::TensorHandle>, Session::GuestError>;
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"autograd.grad">);
    ArgumentCheck check;
    const TensorArgument tensor = argument(session_, check, self);
    if (!check.passed()) return stale_handle();
    trace_arguments(session_, tensor);
    auto gradient = session_.backend().grad(tensor);
    if (!gradient) return Unexpected(session_.guest_error(std::move(gradient).error()));
    if (!gradient->has_value()) return Given(std::nullopt);
    auto handle = session_.give(**std::move(gradient));
    if (!handle) return Unexpected(std::move(handle).error());
    return Given(*std::move(handle));
  }

  Session::Answer<void> zero_grad(Handle self) override {
    return call<"autograd.zero-grad", &Backend::zero_grad>(session_, self);
  }

  Session::Answer<Session::TensorHandle> detach(Handle self) override {
    return call<"autograd.detach", &Backend::detach>(session_, self);
  }

 private:
  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<bindings::ml::autograd::Host> make_interface(Session& session) {
  return std::make_unique<Autograd>(session);
}

}  // namespace cloister::host
