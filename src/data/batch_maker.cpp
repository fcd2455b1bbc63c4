#include "batch_maker.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "sample_order.h"

namespace cloister::data {
namespace {

constexpr std::uint64_t kPieceRows = 16384;
constexpr std::size_t kPieceRuns = 4096;
constexpr std::uint64_t kScratchElements = 1 << 20;  // in the scratch memory of all columns together

float widened(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half} >> 15 << 31;
  const std::uint32_t exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 0) {
    const float small = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -small : small;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

template <class To, class From, class Convert>
void spread(const std::byte* from, std::uint64_t count, std::byte* to, std::size_t stride, const Convert& convert) {
  for (std::uint64_t i = 0; i < count; ++i, from += sizeof(From), to += stride) {
    From value;
    std::memcpy(&value, from, sizeof(value));
    const To converted = convert(value);
    std::memcpy(to, &converted, sizeof(converted));
  }
}

// Elements of `dtype`, one after the other, to every `stride` bytes, as To.
template <class To>
void spread(Dtype dtype, const std::byte* from, std::uint64_t count, std::byte* to, std::size_t stride) {
  const auto plain = [](auto value) { return static_cast<To>(value); };
  switch (dtype) {
    case Dtype::bool_:
    case Dtype::uint8:
      return spread<To, std::uint8_t>(from, count, to, stride, plain);
    case Dtype::int8:
      return spread<To, std::int8_t>(from, count, to, stride, plain);
    case Dtype::int16:
      return spread<To, std::int16_t>(from, count, to, stride, plain);
    case Dtype::int32:
      return spread<To, std::int32_t>(from, count, to, stride, plain);
    case Dtype::int64:
      return spread<To, std::int64_t>(from, count, to, stride, plain);
    case Dtype::float16:
      return spread<To, std::uint16_t>(from, count, to, stride,
                                       [](std::uint16_t half) { return static_cast<To>(widened(half)); });
    case Dtype::bfloat16:
      return spread<To, std::uint16_t>(from, count, to, stride, [](std::uint16_t half) {
        return static_cast<To>(std::bit_cast<float>(std::uint32_t{half} << 16));
      });
    case Dtype::float32:
      return spread<To, float>(from, count, to, stride, plain);
    case Dtype::float64:
      return spread<To, double>(from, count, to, stride, plain);
  }
}

}  // namespace

BatchMaker::BatchMaker(const BatchPlan& plan) : plan_(plan), reader_(plan.dataset->stored().reader(plan.form)) {
  std::size_t gathered = 0;
  for (const TensorPlan& tensor : plan.tensors) {
    if (tensor.columns.size() > 1) gathered += tensor.columns.size();
  }
  piece_rows_ = std::clamp<std::uint64_t>(kScratchElements / std::max<std::size_t>(gathered, 1), 1, kPieceRows);
  scratch_.resize(gathered);
}

Result<Batch> BatchMaker::make(std::uint64_t first, std::uint64_t count, const Allocate& allocate,
                               const std::stop_token& stop) {
  batch_ = {};
  for (const TensorPlan& plan : plan_.tensors) {
    BatchTensor& tensor = batch_.tensors.emplace_back();
    CLOISTER_TRY(tensor.bytes, allocate(static_cast<std::size_t>(count * plan_.rows * plan.row_bytes)));
    tensor.dtype = plan.dtype;
    tensor.shape = {0};
    tensor.shape.insert(tensor.shape.end(), plan.shape.begin(), plan.shape.end());
  }
  stop_ = stop;
  place_ = first;
  done_rows_ = 0;
  const SampleOrder& order = plan_.dataset->order();
  const auto sink = [this](const Run& run) { return add(run); };
  if (plan_.options.shuffle_seed) {
    const auto* shuffled = reinterpret_cast<const std::uint32_t*>(plan_.order.data());
    for (std::uint64_t i = first; i < first + count; ++i) CLOISTER_CHECK(order.visit(shuffled[i], 1, sink));
  } else {
    CLOISTER_CHECK(order.visit(first, count, sink));
  }
  CLOISTER_CHECK(flush());
  // Only single images are left out.
  for (BatchTensor& tensor : batch_.tensors) {
    tensor.shape.front() = static_cast<std::int64_t>(done_rows_ / plan_.rows);
  }
  return std::move(batch_);
}

Result<void> BatchMaker::add(const Run& run) {
  for (std::uint64_t first = run.first, left = run.count; left > 0;) {
    const std::uint64_t count = std::min(left, piece_rows_ - pending_rows_);
    if (!runs_.empty() && runs_.back().first + runs_.back().count == first) {
      runs_.back().count += count;
    } else {
      runs_.push_back({first, count});
    }
    pending_rows_ += count;
    first += count;
    left -= count;
    if (pending_rows_ == piece_rows_ || runs_.size() == kPieceRuns) CLOISTER_CHECK(flush());
  }
  return {};
}

// Reads what add() has noted.
Result<void> BatchMaker::flush() {
  if (runs_.empty()) return {};
  const auto rows = static_cast<std::size_t>(pending_rows_);
  const std::vector<Column>& columns = plan_.dataset->stored().columns();
  std::vector<Target> targets;
  std::size_t scratch = 0;
  for (std::size_t i = 0; i < plan_.tensors.size(); ++i) {
    const TensorPlan& tensor = plan_.tensors[i];
    if (tensor.columns.size() == 1) {
      const auto size = static_cast<std::size_t>(tensor.row_bytes);
      targets.push_back({tensor.columns.front(), batch_.tensors[i].bytes.bytes().subspan(
                                                     static_cast<std::size_t>(done_rows_) * size, rows * size)});
      continue;
    }
    for (const std::size_t column : tensor.columns) {
      scratch_[scratch].resize(rows * element_size(columns[column].dtype));
      targets.push_back({column, scratch_[scratch++]});
    }
  }
  CLOISTER_TRY(const std::uint64_t read, reader_->read(runs_, place_, targets, stop_));
  scratch = 0;
  for (std::size_t i = 0; i < plan_.tensors.size(); ++i) {
    const TensorPlan& tensor = plan_.tensors[i];
    if (tensor.columns.size() == 1) continue;
    gather(tensor, scratch, read, batch_.tensors[i].bytes.data() + done_rows_ * tensor.row_bytes);
    scratch += tensor.columns.size();
  }
  done_rows_ += read;
  place_ += pending_rows_;
  pending_rows_ = 0;
  runs_.clear();
  return {};
}

// Puts columns side by side: `rows` of each, from scratch_[scratch] on.
void BatchMaker::gather(const TensorPlan& tensor, std::size_t scratch, std::uint64_t rows, std::byte* out) const {
  const auto stride = static_cast<std::size_t>(tensor.row_bytes);
  for (const std::size_t column : tensor.columns) {
    const Dtype dtype = plan_.dataset->stored().columns()[column].dtype;
    const std::byte* from = scratch_[scratch++].data();
    if (tensor.dtype == Dtype::int64) {
      spread<std::int64_t>(dtype, from, rows, out, stride);
    } else {
      spread<float>(dtype, from, rows, out, stride);
    }
    out += element_size(tensor.dtype);
  }
}

}  // namespace cloister::data
