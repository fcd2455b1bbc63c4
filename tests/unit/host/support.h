// A session over the stub backend, and handles as the binding code would make them.
#pragma once

#include <cloister/sandbox/binding_codec.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "backend_slot.h"
#include "interfaces.h"
#include "session.h"

namespace cloister::host::test {

namespace ml = bindings::ml;
using Tensor = ml::tensors::Tensor;
using GuestError = ml::tensors::Error;

// What an observer heard.
struct Recorder final : RunObserver {
  void phase(std::string_view name, std::optional<std::uint64_t> total) override { phases.emplace_back(name, total); }
  void progress(std::uint64_t done, std::uint64_t items) override { progresses.emplace_back(done, items); }
  void scalar(std::string_view name, std::uint64_t step, double value) override {
    scalars.emplace_back(name, step, value);
  }
  void matrix(std::string_view name, const MatrixView& matrix) override {
    matrices.push_back({std::string(name),
                        {matrix.rows.begin(), matrix.rows.end()},
                        {matrix.columns.begin(), matrix.columns.end()},
                        {matrix.values.begin(), matrix.values.end()}});
  }
  void guest_output(GuestStream stream, std::string_view bytes) override {
    (stream == GuestStream::out ? out : err) += bytes;
  }

  std::vector<std::pair<std::string, std::optional<std::uint64_t>>> phases;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> progresses;
  std::vector<std::tuple<std::string, std::uint64_t, double>> scalars;
  struct Matrix {
    std::string name;
    std::vector<std::string> rows, columns;
    std::vector<double> values;
  };
  std::vector<Matrix> matrices;
  std::string out, err;
};

// The number behind a handle, and the handle lent for a call, as binding code does it.
template <class R>
std::uint32_t rep(sandbox::Own<R> handle) {
  return sandbox::binding::Codec<sandbox::Own<R>>::encode(std::move(handle));
}
template <class R>
sandbox::Borrow<R> lend(std::uint32_t rep) {
  sandbox::binding::Arena arena;
  return sandbox::binding::Codec<sandbox::Borrow<R>>::decode(rep, arena);
}
template <class R>
sandbox::Own<R> own(std::uint32_t rep) {
  sandbox::binding::Arena arena;
  return sandbox::binding::Codec<sandbox::Own<R>>::decode(rep, arena);
}
inline sandbox::Borrow<Tensor> tensor(std::uint32_t rep) { return lend<Tensor>(rep); }

// The sentence of a WIT error, whatever its case.
[[nodiscard]] std::string sentence(const GuestError& error);

// The value of a call that must neither trap nor fail.
template <class T>
T good(sandbox::Call<Expected<T, GuestError>> answer) {
  if (!answer) {
    ADD_FAILURE() << answer.error().reason();
    throw std::runtime_error("trap");
  }
  if (!*answer) {
    ADD_FAILURE() << sentence(answer->error());
    throw std::runtime_error("error");
  }
  if constexpr (!std::is_void_v<T>) return std::move(**answer);
}

// Expects an error of the given case, and returns its sentence.
template <class Case, class T>
std::string refused(sandbox::Call<Expected<T, GuestError>> answer) {
  if (!answer) return ADD_FAILURE() << "trap: " << answer.error().reason(), "";
  if (*answer) return ADD_FAILURE() << "no error", "";
  const auto* found = std::get_if<Case>(&answer->error().value);
  if (found == nullptr) return ADD_FAILURE() << "another case: " << sentence(answer->error()), "";
  return found->value;
}

// A folder that goes with the test.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Fill `request` first; the session is made by the first use.
class SessionTest : public ::testing::Test {
 protected:
  SessionTest() : backend(stub_options()) {}

  static HostOptions stub_options() {
    HostOptions options;
    options.backend = BackendKind::stub;
    return options;
  }

  Session& session() {
    if (!session_) {
      session_ = std::make_unique<Session>(SessionSetting{request, observer, backend, models, declared});
      inside_ = std::make_unique<Session::Inside>(*session_);
    }
    return *session_;
  }
  template <class Host>
  std::unique_ptr<Host> make() {
    return make_interface<Host>(session());
  }

  // A float32 tensor of these values.
  std::uint32_t floats(const std::vector<float>& values, const std::vector<std::int64_t>& shape);
  std::uint32_t integers(const std::vector<std::int64_t>& values);
  std::vector<float> read_floats(std::uint32_t rep);

  RunReport report(RunStatus status = RunStatus::ok) {
    RunReport report;
    report.status = status;
    session().fill(report);
    return report;
  }
  std::uint64_t egress(EgressKind kind) { return session().egress.by_kind()[static_cast<std::size_t>(kind)]; }

  Scratch scratch;
  RunRequest request;
  std::vector<DeclaredGrant> declared;
  Recorder observer;
  BackendSlot backend;
  ModelStore models;

 private:
  std::unique_ptr<Session> session_;
  std::unique_ptr<Session::Inside> inside_;
};

}  // namespace cloister::host::test
