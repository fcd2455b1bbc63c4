// Putting a checkpoint back into the tensors and optimizers of a workload: first everything is checked, then written.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checkpoint_file.h"
#include "cloister/engine/optimizers.h"
#include "session.h"

namespace cloister::host {

// What a workload names for one checkpoint; views and pointers last as long as its call.
struct CheckpointThings {
  std::map<std::string_view, const engine::Tensor*> tensors;
  std::map<std::string_view, engine::Optimizer*> optimizers;
};

struct CheckpointProblem {
  Error error;
  bool is_about_file = false;  // then its sentence has the file's path in it
};

class CheckpointRestore {
 public:
  // Holds the checkpoint against the things and reads what will be put into the optimizers. Nothing is changed.
  // REQUIRES: session.has_backend(). All arguments outlive the object.
  // Problems: bad_data for names, kinds, shapes or dtypes that differ; quota_exceeded.
  static Expected<CheckpointRestore, CheckpointProblem> prepare(Session& session, std::string_view name,
                                                                const CheckpointFile& file,
                                                                const CheckpointThings& things);

  [[nodiscard]] const std::string& position() const { return position_; }

  // Writes the tensors, the optimizers, the metrics so far, and the instance's generator, gradient mode and clock.
  // Errors: io, bad_data for a file that changed; quota_exceeded. Some things are written then and some not.
  Result<void> commit();

 private:
  CheckpointRestore(Session& session, const CheckpointFile& file, const CheckpointThings& things)
      : session_(session), file_(file), things_(things) {}

  Result<void> check(std::string_view name);
  Result<void> check_optimizer(std::string_view name, std::string_view key, const engine::Optimizer& optimizer);
  Result<void> expect(std::string_view name, std::string_view what, std::string key, Dtype dtype, engine::Shape shape);
  Result<void> check_nothing_else(std::string_view name) const;
  Result<void> read();
  Result<engine::Tensor> load(const data::StoredTensor& stored);

  Session& session_;
  const CheckpointFile& file_;
  const CheckpointThings& things_;
  std::set<std::string, std::less<>> expected_;
  std::map<std::string_view, std::vector<engine::ParameterState>> states_;  // by the optimizer's name
  std::string position_, metrics_, generator_;
};

}  // namespace cloister::host
