#include "transfer_boundary.h"

namespace cloister::bench {

Result<Crossings> measure_boundary(const Locations& locations, const TransferData& data, const Experiment& experiment) {
  CLOISTER_TRY(const ScratchFolder scratch, ScratchFolder::create());
  host::RunRequest request;
  request.arguments = experiment.arguments();
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::dataset, "train", data.train));
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::dataset, "test", data.test));
  CLOISTER_CHECK(host::add_grant(request.grants, host::GrantKind::model, "backbone", data.weights));
  CLOISTER_CHECK(
      host::add_grant(request.grants, host::GrantKind::output, "weights", scratch.path() / "weights.safetensors"));
  return measure_crossings(locations, "transfer", request, experiment.threads);
}

}  // namespace cloister::bench
