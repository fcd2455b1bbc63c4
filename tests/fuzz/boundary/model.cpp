#include "model.h"

#include <array>

#include "cloister/base/bytes.h"
#include "conversions.h"

namespace cloister::host::fuzz {
namespace {

using TensorHandle = sandbox::Borrow<ml::tensors::Tensor>;

constexpr std::uint64_t kMostCalls = 64;
// Larger tensors are let go at once: with them a call may take long, which is no fault.
constexpr std::int64_t kMostElements = 1 << 14;

struct First {
  ml::tensors::Dtype dtype;
  std::vector<std::int64_t> shape;
};

// What an instance begins with, so that few bytes reach far.
const std::vector<First>& first_tensors() {
  using enum ml::tensors::Dtype;
  static const std::vector<First> all{{float32, {2, 3}},  {int64, {3}},      {bool_, {2}},
                                      {float32, {}},      {float64, {3, 3}}, {float32, {1, 2, 4, 4}},
                                      {bfloat16, {2, 3}}, {uint8, {0, 2}}};
  return all;
}

// Whether a pointer stands in the text, as "0x7f51c0ffee" does; "2x3 and 0x2" are sizes.
bool has_address(std::string_view text) {
  for (std::size_t at = text.find("0x"); at != std::string_view::npos; at = text.find("0x", at + 1)) {
    const std::string_view rest = text.substr(at + 2);
    const std::string_view digits = rest.substr(0, rest.find_first_not_of("0123456789abcdef"));
    if (digits.size() >= 8 && digits.find_first_of("abcdef") != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Model::Model(World& world, std::span<const std::uint8_t> bytes)
    : world_(world), source_(bytes, handles_, world.foreign()), request_(world.request()) {
  const std::uint8_t settings = source_.byte();
  request_.deny_content_dependent = (settings & 1) != 0;
  request_.skip_broken = (settings & 2) != 0;
  request_.time_calls = (settings & 4) != 0;
  start(false);
}

Model::~Model() { end(); }

void Model::start(bool resume) {
  request_.resume = resume;
  session_ = world_.session(request_);
  // What the host itself has saved, it takes up again.
  if (const auto taken = session_->take_up_checkpoints(); !taken) {
    std::fprintf(stderr, "%s\n", taken.error().message.c_str());
    FUZZ_REQUIRE(taken.has_value());
  }
  inside_.emplace(*session_);
  for (const First& first : first_tensors()) {
    const auto bytes = checked_byte_size(first.shape, element_size(to_engine(first.dtype)));
    const std::vector<std::uint8_t> contents(*bytes, 1);
    auto made = host<ml::tensors::Host>().tensor_from_bytes(contents, first.shape, first.dtype);
    FUZZ_REQUIRE(settle(made));
  }
}

void Model::run() {
  const auto functions = all_functions();
  while (!source_.is_empty() && calls_ < kMostCalls && !session_->ending()) {
    const std::size_t chosen = source_.raw<std::uint16_t>() % (functions.size() + 1);
    if (chosen == functions.size()) {
      end();
      start(true);
    } else {
      functions[chosen].call(*this);
    }
    ++calls_;
    check();
  }
}

void Model::end() {
  if (!session_) return;
  handles_.for_each(session_->tables, [this]<class R>(auto& table) {
    for (const std::uint32_t number : std::exchange(handles_.of<R>().live, {})) {
      FUZZ_REQUIRE(table.take(handle_of<sandbox::Own<R>>(number)).has_value());
    }
    handles_.of<R>().gone.clear();
  });
  FUZZ_REQUIRE(session_->handles.used() == 0);
  if (session_->context() != nullptr) FUZZ_REQUIRE(session_->context()->memory().bytes.load() == 0);
  RunReport report;
  session_->fill(report);
  FUZZ_REQUIRE(report.used[static_cast<std::size_t>(LimitKind::tensors)] <= request_.limits.tensor_bytes);
  FUZZ_REQUIRE(report.used[static_cast<std::size_t>(LimitKind::handles)] <= request_.limits.handles);
  inside_.reset();
  hosts_.clear();
  session_.reset();
  world_.check_neighbour();
}

void Model::check() {
  std::size_t live = 0;
  handles_.for_each(session_->tables, [&]<class R>(auto& table) {
    FUZZ_REQUIRE(table.size() == handles_.of<R>().live.size());
    live += table.size();
  });
  FUZZ_REQUIRE(session_->handles.used() == live && live <= request_.limits.handles);
  FUZZ_REQUIRE(session_->egress.total() <= request_.limits.egress_bytes);
  if (session_->context() != nullptr) {
    const auto bytes = session_->context()->memory().bytes.load();
    FUZZ_REQUIRE(bytes >= 0 && static_cast<std::uint64_t>(bytes) <= request_.limits.tensor_bytes);
  }
}

void Model::check_sentence(std::string_view sentence) const {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const bool good = !sentence.empty() && sentence.size() <= 2'000 && is_utf8(sentence) &&
                    std::ranges::none_of(sentence, is_control) &&
                    sentence.find(world_.secret()) == std::string_view::npos &&
                    sentence.find(".cpp") == std::string_view::npos && !has_address(sentence);
  if (!good) std::fprintf(stderr, "the sentence: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  FUZZ_REQUIRE(good);
}

void Model::take_tensor(std::uint32_t number) {
  const auto handle = handle_of<TensorHandle>(number);
  ml::tensors::Host& tensors = host<ml::tensors::Host>();
  const auto shape = tensors.tensor_shape(handle);
  const auto numel = tensors.tensor_numel(handle);
  const auto dtype = tensors.tensor_dtype(handle);
  FUZZ_REQUIRE(shape && numel && dtype && static_cast<std::size_t>(*dtype) < kCases<ml::tensors::Dtype>);
  const auto product = checked_product(*shape);
  FUZZ_REQUIRE(product && *product == *numel);
  for (std::size_t i = 0; i < shape->size(); ++i) {
    const auto size = tensors.tensor_size(handle, static_cast<std::int64_t>(i));
    FUZZ_REQUIRE(size && *size && **size == (*shape)[i]);
  }
  if (*numel > kMostElements) {
    handles_.dropped<ml::tensors::Tensor>(number);
    FUZZ_REQUIRE(tensors.drop_tensor(handle_of<sandbox::Own<ml::tensors::Tensor>>(number)).has_value());
    return;
  }
  const engine::Tensor* tensor = session_->tables.tensors.find(handle);
  FUZZ_REQUIRE(tensor != nullptr);
  const auto bytes = session_->backend().read(*tensor);
  const std::size_t whole = static_cast<std::size_t>(*numel) * element_size(to_engine(*dtype));
  FUZZ_REQUIRE(bytes ? bytes->size == whole : bytes.error().code == ErrorCode::quota_exceeded);
}

}  // namespace cloister::host::fuzz
