// Interface `ops`: its operators are generated calls of the engine.
#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

class Ops final : public bindings::ml::ops::Host {
 public:
  explicit Ops(Session& session) : session_(session) {}

  sandbox::Call<void> manual_seed(std::uint64_t seed) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"ops.manual-seed">);
    session_.manual_seed(seed);
    return {};
  }

#include "operator_calls.inc"

 private:
  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<bindings::ml::ops::Host> make_interface(Session& session) {
  return std::make_unique<Ops>(session);
}

}  // namespace cloister::host
