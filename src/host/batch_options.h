// The options of a pass between the WIT and the readers.
#pragma once

#include <cloister/bindings/ml/datasets.h>

#include <string>

#include "cloister/data/batch_stream.h"

namespace cloister::host {

[[nodiscard]] data::BatchOptions to_data(const bindings::ml::datasets::BatchOptionsView& options, bool skip_broken);

// For the run's record: all that was chosen; what was left at its default only where it has no other mark.
[[nodiscard]] std::string describe(const bindings::ml::datasets::BatchOptionsView& options);

}  // namespace cloister::host
