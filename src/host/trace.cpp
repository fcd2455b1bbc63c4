#include "trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "cloister/base/bytes.h"
#include "cloister/engine/tensor_backend.h"

namespace cloister::host {
namespace {

constexpr std::size_t kBuffer = std::size_t{64} << 10;
constexpr std::string_view kEnd = "\n]\n";
// Elements of a list that are told.
constexpr std::size_t kMaxShown = 16;

// Adds to a list that is cut where it gets long.
template <class... Arguments>
void append(std::string& list, fmt::format_string<Arguments...> form, Arguments&&... arguments) {
  constexpr std::string_view kCut = ", ...";
  constexpr std::size_t kRoom = CallTrace::kMaxText - kCut.size();
  if (list.size() >= kRoom) return;
  const std::size_t before = list.size();
  if (!list.empty()) list += ", ";
  fmt::format_to(std::back_inserter(list), form, std::forward<Arguments>(arguments)...);
  if (list.size() <= kRoom) return;
  list.resize(before);
  list += kCut;
  list.resize(std::max(list.size(), kRoom), ' ');
}

std::string sizes_text(engine::Shape sizes) {
  std::string text = "[";
  for (std::size_t i = 0; i < std::min(sizes.size(), kMaxShown); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : ",", sizes[i]);
  }
  return text + (sizes.size() > kMaxShown ? ",...]" : "]");
}

std::string tensor_text(const engine::Tensor* tensor) {
  if (tensor == nullptr || tensor->backend() == nullptr) return "none";
  const engine::TensorBackend& backend = *tensor->backend();
  return std::string(dtype_name(backend.dtype(*tensor))) + sizes_text(backend.shape(*tensor));
}

template <class List, class Pointer>
std::string list_text(const List& list, const Pointer& pointer) {
  std::string text = "[";
  for (std::size_t i = 0; i < std::min(list.size(), kMaxShown); ++i) {
    text += (i == 0 ? "" : ", ") + tensor_text(pointer(list[i]));
  }
  if (list.size() > kMaxShown) text += fmt::format(", {} more", list.size() - kMaxShown);
  return text + "]";
}

// Between the quotes of JSON. What is no UTF-8 loses what is not ASCII.
std::string escaped(std::string_view text) {
  std::string out;
  const bool keep = is_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += byte < 0x80 || keep ? c : '?';
    }
  }
  return out;
}

double microseconds(CallTrace::Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

}  // namespace

Result<std::unique_ptr<CallTrace>> CallTrace::create(const std::filesystem::path& path, std::string_view name,
                                                     std::uint64_t max_file) {
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!file) return fail_errno("write", path.string(), errno);
  std::unique_ptr<CallTrace> trace(new CallTrace(std::move(file), path.string(), max_file));
  trace->buffer_.reserve(kBuffer);
  trace->add(fmt::format(R"([{{"name":"process_name","ph":"M","pid":1,"args":{{"name":"{}"}}}})", escaped(name)));
  return trace;
}

void CallTrace::begin() {
  in_.clear();
  out_.clear();
  error_.clear();
}

void CallTrace::argument(const engine::Tensor* tensor) { append(in_, "{}", tensor_text(tensor)); }
void CallTrace::argument(std::span<const engine::Tensor> tensors) {
  append(in_, "{}", list_text(tensors, [](const engine::Tensor& tensor) { return &tensor; }));
}
void CallTrace::argument(std::span<const engine::Tensor* const> tensors) {
  append(in_, "{}", list_text(tensors, [](const engine::Tensor* tensor) { return tensor; }));
}
void CallTrace::argument(engine::Shape sizes) { append(in_, "{}", sizes_text(sizes)); }
void CallTrace::argument(Dtype dtype) { append(in_, "{}", dtype_name(dtype)); }
void CallTrace::argument(const engine::Scalar& scalar) {
  std::visit([this](auto value) { append(in_, "{}", value); }, scalar);
}
void CallTrace::argument(bool value) { append(in_, "{}", value); }
void CallTrace::argument(std::int64_t value) { append(in_, "{}", value); }
void CallTrace::argument(double value) { append(in_, "{}", value); }
void CallTrace::argument(std::string_view text) { append(in_, "'{}'", text.substr(0, kMaxText)); }

void CallTrace::result(const engine::Tensor& tensor) { append(out_, "{}", tensor_text(&tensor)); }
void CallTrace::failed(std::string_view sentence) { error_ = sentence.substr(0, kMaxText); }

void CallTrace::end(std::string_view function, Clock::time_point start, Clock::duration duration) {
  if (left_out_ > 0) {
    ++left_out_;
    return;
  }
  std::string line = fmt::format(R"({{"name":"{}","ph":"X","ts":{:.3f},"dur":{:.3f},"pid":1,"tid":1,"args":{{)",
                                 function, microseconds(start - start_), microseconds(duration));
  auto field = [&line, first = true](std::string_view name, const std::string& text) mutable {
    if (text.empty()) return;
    fmt::format_to(std::back_inserter(line), R"({}"{}":"{}")", first ? "" : ",", name, escaped(text));
    first = false;
  };
  field("in", in_);
  field("out", out_);
  field("error", error_);
  line += "}}";
  if (failure_ || written_ + line.size() + 2 + kEnd.size() > max_file_) {
    left_out_ = 1;
    return;
  }
  add(",\n");
  add(line);
  ++calls_;
}

void CallTrace::add(std::string_view text) {
  if (buffer_.size() + text.size() > kBuffer) flush();
  buffer_ += text;
  written_ += text.size();
}

void CallTrace::flush() {
  std::string_view left = buffer_;
  while (!left.empty() && !failure_) {
    const ssize_t count = ::write(file_.get(), left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      failure_ = fail_errno("write", path_, errno).error();
    } else {
      left.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  buffer_.clear();
}

std::optional<std::string> CallTrace::finish() {
  add(kEnd);
  flush();
  if (failure_) return fmt::format("the trace is not whole: {}", failure_->message);
  if (left_out_ == 0) return std::nullopt;
  return fmt::format(
      "the trace has the first {} calls and not the last {}, which would not fit in {} bytes; trace a "
      "shorter run",
      calls_, left_out_, max_file_);
}

}  // namespace cloister::host
