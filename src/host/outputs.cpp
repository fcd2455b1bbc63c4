// Interface `outputs`: everything here leaves the sandbox, so it is counted before it is written or told.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "cloister/base/bytes.h"
#include "cloister/base/file.h"
#include "cloister/data/safetensors.h"
#include "interfaces.h"
#include "operator_call.h"
#include "saved_bytes.h"

namespace cloister::host {
namespace {

namespace wit = bindings::ml::outputs;
using Done = Session::Answer<void>;
using Named = std::tuple<std::string_view, TensorBorrow>;

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestLabel = 64;
constexpr std::size_t kMostLabels = 256;  // of the rows or the columns of a matrix

bool is_series_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.-/").find(c) != std::string_view::npos;
  });
}

// Neither C0, DEL nor C1: a label is one line of text. REQUIRES: `text` is UTF-8.
bool has_control_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

// What is wrong with the labels of a matrix's rows or columns; empty: nothing.
std::string complaint_about(std::span<const std::string_view> labels, std::string_view side, std::string_view name) {
  if (labels.size() > kMostLabels) {
    return fmt::format("the matrix '{}' has {} {}; give at most {}", name, labels.size(), side, kMostLabels);
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string_view label = labels[i];
    if (label.size() > kLongestLabel || !is_utf8(label) || has_control_characters(label)) {
      return fmt::format(
          "label {} of the {} of the matrix '{}' is not at most {} bytes of UTF-8 on one line; shorten it", i, side,
          name, kLongestLabel);
    }
  }
  return {};
}

// A byte where each ends, and one where all do: how many there are, and how long, is told as well.
std::uint64_t byte_count(std::span<const std::string_view> labels) {
  return std::accumulate(labels.begin(), labels.end(), std::uint64_t{1},
                         [](std::uint64_t sum, std::string_view label) { return sum + label.size() + 1; });
}

// Size and SHA-256 of a file that was just written.
Result<std::pair<std::uint64_t, Digest>> hash_file(const std::filesystem::path& path) {
  constexpr std::uint64_t kChunk = std::uint64_t{1} << 20;
  CLOISTER_TRY(const File file, File::open(path.string()));
  std::vector<std::byte> chunk(std::min(kChunk, file.size()));
  Sha256 hash;
  for (std::uint64_t offset = 0; offset < file.size(); offset += chunk.size()) {
    const std::span<std::byte> bytes(chunk.data(), std::min<std::uint64_t>(chunk.size(), file.size() - offset));
    CLOISTER_CHECK(file.read(offset, bytes));
    hash.update(bytes);
  }
  return std::pair(file.size(), hash.finish());
}

class Outputs final : public wit::Host {
 public:
  explicit Outputs(Session& session) : session_(session) {}

  Done save_tensor(std::string_view name, TensorBorrow value) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"outputs.save-tensor">);
    const Named named("tensor", value);
    return save(name, {&named, 1});
  }

  Done save_tensors(std::string_view name, std::span<const Named> values) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"outputs.save-tensors">);
    return save(name, values);
  }

  Done save_text(std::string_view name, std::string_view text) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"outputs.save-text">);
    const auto* path = granted(name);
    if (path == nullptr) return Unexpected(session_.not_granted(GrantKind::output, name));
    if (auto refused = session_.charge(EgressKind::output, name.size() + text.size(), "outputs.save-text")) {
      return Unexpected(*std::move(refused));
    }
    if (auto fits = session_.writing.charge(name, text.size()); !fits) {
      return Unexpected(session_.guest_error(std::move(fits).error()));
    }
    return finish(name, *path, write_file(path->string(), text));
  }

  Done scalar(std::string_view name, std::uint64_t step, double value) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"outputs.scalar">);
    if (auto refused = check(name, name.size() + 2 * kNumberBytes, "outputs.scalar")) {
      return Unexpected(*std::move(refused));
    }
    session_.observer.scalar(name, step, value);
    return Expected<void, wit::Error>();
  }

  Done matrix(std::string_view name, std::span<const std::string_view> rows, std::span<const std::string_view> columns,
              std::span<const double> values) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"outputs.matrix">);
    if (auto refused = check_name(name)) return Unexpected(*std::move(refused));
    std::string wrong = complaint_about(rows, "rows", name);
    if (wrong.empty()) wrong = complaint_about(columns, "columns", name);
    if (wrong.empty() && values.size() != rows.size() * columns.size()) {
      wrong = fmt::format("the matrix '{}' of {} x {} labels has {} values; give one a row and column", name,
                          rows.size(), columns.size(), values.size());
    }
    if (!wrong.empty()) return Unexpected(session_.guest_error({ErrorCode::invalid_argument, std::move(wrong)}));
    const std::uint64_t bytes = name.size() + byte_count(rows) + byte_count(columns) + kNumberBytes * values.size();
    if (auto refused = session_.charge(EgressKind::metrics, bytes, "outputs.matrix")) {
      return Unexpected(*std::move(refused));
    }
    session_.observer.matrix(name, {rows, columns, values});
    return Expected<void, wit::Error>();
  }

  Done phase(std::string_view name, const std::optional<std::uint64_t>& total) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"outputs.phase">);
    if (auto refused = check(name, name.size() + (total ? kNumberBytes : 0), "outputs.phase")) {
      return Unexpected(*std::move(refused));
    }
    if (!session_.phases.enter(name, total)) {
      return Unexpected(
          session_.guest_error({ErrorCode::invalid_argument,
                                fmt::format("a run has at most {} phases; make them longer", PhaseClock::kMaxPhases)}));
    }
    session_.observer.phase(name, total);
    return Expected<void, wit::Error>();
  }

  Done progress(std::uint64_t done, std::uint64_t items) override {
    const CallCounts::Scope scope(session_.calls, kFunctionIndex<"outputs.progress">);
    if (auto refused = session_.charge(EgressKind::metrics, 2 * kNumberBytes, "outputs.progress")) {
      return Unexpected(*std::move(refused));
    }
    session_.phases.progress(done, items);
    session_.observer.progress(done, items);
    return Expected<void, wit::Error>();
  }

 private:
  const std::filesystem::path* granted(std::string_view name) {
    const auto found = session_.request.grants.outputs.find(name);
    return found == session_.request.grants.outputs.end() ? nullptr : &found->second;
  }

  std::optional<wit::Error> check_name(std::string_view name) {
    if (is_series_name(name)) return std::nullopt;
    return session_.guest_error(
        {ErrorCode::invalid_argument,
         fmt::format("the name '{}' is not 1 to {} of A-Za-z0-9_.-/", clipped(name, kLongestName), kLongestName)});
  }

  // The error for a metric that may not be told, or nothing; its bytes are counted then.
  std::optional<wit::Error> check(std::string_view name, std::uint64_t bytes, std::string_view what) {
    if (auto wrong = check_name(name)) return wrong;
    return session_.charge(EgressKind::metrics, bytes, what);
  }

  Done save(std::string_view name, std::span<const Named> values) {
    const auto* path = granted(name);
    if (path == nullptr) return Unexpected(session_.not_granted(GrantKind::output, name));
    ArgumentCheck check;
    if (values.size() > kMaxTensors) check.many_tensors();
    std::map<std::string_view, const engine::Tensor*> tensors;
    // The name: which of the granted outputs it is, and that it was written at all.
    std::uint64_t bytes = name.size();
    for (const auto& [key, handle] : values) {
      const engine::Tensor* tensor = argument(session_, check, handle).tensor;
      if (!check.passed()) return check.refuse<void>(session_);
      if (!tensors.emplace(key, tensor).second) {
        return Unexpected(
            session_.guest_error({ErrorCode::invalid_argument,
                                  fmt::format("two tensors of the output '{}' have one name; name them apart", name)}));
      }
      // The sum cannot wrap: it is checked against the limit in each round.
      bytes += saved_bytes(session_.backend(), key, *tensor);
      if (bytes > session_.egress.left()) break;
    }
    if (auto refused = session_.charge(EgressKind::output, bytes, "outputs.save")) {
      return Unexpected(*std::move(refused));
    }
    return finish(name, *path, write(name, *path, tensors));
  }

  cloister::Result<void> write(std::string_view name, const std::filesystem::path& path,
                               const std::map<std::string_view, const engine::Tensor*>& tensors) {
    std::vector<data::TensorSpec> specs;
    specs.reserve(tensors.size());
    for (const auto& [key, tensor] : tensors) {
      const engine::Shape shape = session_.backend().shape(*tensor);
      specs.push_back({std::string(key), session_.backend().dtype(*tensor), {shape.begin(), shape.end()}});
    }
    CLOISTER_TRY(auto writer, data::SafetensorsWriter::create(path.string(), std::move(specs)));
    CLOISTER_CHECK(session_.writing.charge(name, writer.file_bytes()));
    for (const data::TensorSpec& spec : writer.order()) {
      CLOISTER_TRY(const engine::HostBytes bytes, session_.backend().read(*tensors.find(spec.name)->second));
      CLOISTER_CHECK(writer.write(std::as_bytes(std::span(bytes.data, bytes.size))));
    }
    return writer.commit();
  }

  // Records what was written, or tells why not. The path is none of the guest's business.
  Done finish(std::string_view name, const std::filesystem::path& path, cloister::Result<void> written) {
    if (written) {
      if (auto hashed = hash_file(path)) {
        GrantUse& use = session_.use_grant(GrantKind::output, name);
        std::tie(use.bytes, use.digest) = *hashed;
        return Expected<void, wit::Error>();
      } else {
        written = Unexpected(std::move(hashed).error());
      }
    }
    cloister::Error error = std::move(written).error();
    if (error.code == ErrorCode::quota_exceeded) return Unexpected(session_.guest_error(std::move(error)));
    if (error.code == ErrorCode::bad_data) error.code = ErrorCode::internal;  // it is not granted data that is bad
    return Unexpected(session_.guarded_error(
        error, fmt::format("the output '{}' could not be written; the run's notes say why", name)));
  }

  Session& session_;
};

}  // namespace

template <>
std::unique_ptr<wit::Host> make_interface(Session& session) {
  return std::make_unique<Outputs>(session);
}

}  // namespace cloister::host
