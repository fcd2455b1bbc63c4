#include "support.h"

#include <algorithm>
#include <cstdlib>

namespace cloister::host::test {

std::string sentence(const GuestError& error) {
  return std::visit([](const auto& chosen) { return chosen.value; }, error.value);
}

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "cloister-host-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder");
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::uint32_t SessionTest::floats(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
  const auto bytes = std::as_bytes(std::span(values));
  return rep(good(make<ml::tensors::Host>()->tensor_from_bytes(
      {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, shape, ml::tensors::Dtype::float32)));
}

std::uint32_t SessionTest::integers(const std::vector<std::int64_t>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  const auto size = static_cast<std::int64_t>(values.size());
  return rep(good(make<ml::tensors::Host>()->tensor_from_bytes(
      {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, {&size, 1}, ml::tensors::Dtype::int64)));
}

std::vector<float> SessionTest::read_floats(std::uint32_t handle) {
  const sandbox::Bytes bytes = good(make<ml::tensors::Host>()->tensor_read(tensor(handle)));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<std::uint8_t*>(values.data()));
  return values;
}

}  // namespace cloister::host::test
