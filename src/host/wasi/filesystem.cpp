// wasi:filesystem: no directory is open to a workload. (Functions of `types` trap, see Interfaces::add_to.)
#include "interfaces.h"
#include "operator_call.h"

namespace cloister::host {
namespace {

namespace preopens = bindings::wasi_filesystem::preopens;

class Preopens final : public preopens::Host {
 public:
  explicit Preopens(Session& session) : session_(session) {}

  sandbox::Call<std::vector<std::tuple<sandbox::Own<preopens::Descriptor>, std::string>>> get_directories() override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"wasi:filesystem/preopens.get-directories">);
    return std::vector<std::tuple<sandbox::Own<preopens::Descriptor>, std::string>>();
  }

 private:
  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<preopens::Host> make_interface(Session& session) {
  return std::make_unique<Preopens>(session);
}

}  // namespace cloister::host
