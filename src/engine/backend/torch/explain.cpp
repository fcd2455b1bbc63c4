#include "explain.h"

#include <fmt/format.h>

#include <array>
#include <new>

#include "convert.h"
#include "shape.h"
#include "torch_allocator.h"

namespace cloister::engine {
namespace {

bool contains_any(std::string_view text, std::span<const std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// libtorch has few exception types; its words tell more. The tests hold the operators' usual mistakes to their code.
ErrorCode classify(std::string_view message) {
  static constexpr std::array<std::string_view, 2> kInternal{"INTERNAL ASSERT", "please report a bug"};
  static constexpr std::array<std::string_view, 12> kDtype{
      "dtype",      "not implemented for", "scalar type",    "result type", "floating point",        "data type",
      "for 'Bool'", "bool tensor",         "boolean tensor", "Input type",  "must be the same type", "but found"};
  static constexpr std::array<std::string_view, 6> kArgument{
      "in-place", "nplace ", "requires_grad", "requires grad", "nference tensor", "exceeds dimension size"};
  static constexpr std::array<std::string_view, 9> kShape{
      "size", "shape", "must match", "dimension", "-D tensor", "expanded", "mat1", "channels", "rank 4 tensor"};
  if (contains_any(message, kInternal)) return ErrorCode::internal;
  if (contains_any(message, kArgument)) return ErrorCode::invalid_argument;
  if (contains_any(message, kDtype)) return ErrorCode::dtype_mismatch;
  if (contains_any(message, kShape)) return ErrorCode::shape_mismatch;
  return ErrorCode::invalid_argument;
}

// libtorch's messages may run over lines and sentences, and end in a stack.
std::string_view first_sentence(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  for (std::size_t at = text.find(". "); at != std::string_view::npos; at = text.find(". ", at + 1)) {
    if (at + 2 < text.size() && text[at + 2] >= 'A' && text[at + 2] <= 'Z') return text.substr(0, at);
  }
  while (text.ends_with('.') || text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// What libtorch says about dtypes, in their names here and with the way out.
std::string about_dtypes(std::string_view sentence) {
  constexpr std::string_view kLacks = " not implemented for '";
  if (const std::size_t lacks = sentence.find(kLacks); lacks != std::string_view::npos) {
    const std::string_view rest = sentence.substr(lacks + kLacks.size());
    const std::string_view named = rest.substr(0, rest.find('\''));
    for (std::size_t i = 0; i < kDtypeCount; ++i) {
      const auto dtype = static_cast<Dtype>(i);
      if (named != c10::toString(scalar_type(dtype))) continue;
      return fmt::format("it does not take {}; convert to a dtype that it takes", dtype_name(dtype));
    }
  }
  return fmt::format("{}; convert to a dtype that it takes", sentence);
}

Error explained(std::string_view text, ErrorCode code, std::string_view op, std::span<const Tensor* const> operands) {
  const std::string_view sentence = first_sentence(text);
  return {code, fmt::format("{}: {}", format_call(op, operands),
                            code == ErrorCode::dtype_mismatch ? about_dtypes(sentence) : std::string(sentence))};
}

Error from_torch(const c10::Error& error, ErrorCode code, std::string_view op,
                 std::span<const Tensor* const> operands) {
  return explained(error.what_without_backtrace(), code, op, operands);
}

Error out_of_memory(std::string_view op) {
  return {ErrorCode::quota_exceeded,
          fmt::format("{}: the device has no memory left; use smaller batches or a lower --limit tensors", op)};
}

Error explain_or_throw(std::string_view op, std::span<const Tensor* const> operands) {
  try {
    throw;
  } catch (const Refused& refused) {
    return {refused.error().code, fmt::format("{}: {}", op, refused.error().message)};
  } catch (const c10::OutOfMemoryError&) {
    return out_of_memory(op);
  } catch (const c10::IndexError& error) {
    return from_torch(error, ErrorCode::invalid_argument, op, operands);
  } catch (const c10::TypeError& error) {
    return from_torch(error, ErrorCode::dtype_mismatch, op, operands);
  } catch (const c10::NotImplementedError& error) {
    const bool about_dtype = classify(error.what_without_backtrace()) == ErrorCode::dtype_mismatch;
    return from_torch(error, about_dtype ? ErrorCode::dtype_mismatch : ErrorCode::unsupported, op, operands);
  } catch (const c10::Error& error) {
    return from_torch(error, classify(error.what_without_backtrace()), op, operands);
  } catch (const std::bad_alloc&) {
    return out_of_memory(op);
  } catch (const std::exception& error) {
    // oneDNN, MKL and our own allocator's refusals that libtorch wrapped.
    const std::string_view text = error.what();
    return explained(text, classify(text), op, operands);
  } catch (...) {
    return {ErrorCode::internal, fmt::format("{}: libtorch failed without saying why", format_call(op, operands))};
  }
}

}  // namespace

std::string format_call(std::string_view op, std::span<const Tensor* const> operands) {
  std::string text(op);
  text += '(';
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (i != 0) text += ", ";
    const at::TensorImpl& impl = impl_of(*operands[i]);
    text += format_shape({impl.sizes().data(), impl.sizes().size()});
    text += ' ';
    text += dtype_name(dtype_of(c10::typeMetaToScalarType(impl.dtype())));
  }
  text += ')';
  return text;
}

Error explain(std::string_view op, std::span<const Tensor* const> operands) noexcept {
  try {
    return explain_or_throw(op, operands);
  } catch (...) {
    return {ErrorCode::internal, {}};  // no memory for words
  }
}

}  // namespace cloister::engine
