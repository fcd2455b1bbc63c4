// The openers behind open_dataset; contracts as there.
#pragma once

#include <memory>
#include <string>

#include "cloister/base/result.h"
#include "cloister/data/dataset.h"

namespace cloister::data {

Result<std::shared_ptr<const Dataset>> open_idx_dataset(const std::string& images_path);
Result<std::shared_ptr<const Dataset>> open_folder_dataset(const std::string& path);

}  // namespace cloister::data
