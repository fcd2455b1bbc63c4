// Compiles as it stands; with WRONG_RESULT or WRONG_PARAMETER the override no longer fits the WIT and must be refused.
#include <cloister/bindings/testing/control.h>

namespace {

class Control final : public cloister::bindings::testing::control::Host {
 public:
#ifdef WRONG_RESULT
  cloister::sandbox::Call<int> which() override { return 1; }
#else
  cloister::sandbox::Call<std::string> which() override { return std::string(); }
#endif
#ifdef WRONG_PARAMETER
  cloister::sandbox::Call<void> received(std::uint64_t) override { return {}; }
#else
  cloister::sandbox::Call<void> received(std::string_view) override { return {}; }
#endif
};

}  // namespace

int main() {
  Control control;
#ifdef FORGED_HANDLE
  // Only a ResourceTable makes handles.
  struct Tag;
  cloister::sandbox::Borrow<Tag> forged(7);
#endif
  return control.which().has_value() ? 0 : 1;
}
