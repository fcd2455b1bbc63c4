// The openers behind open_dataset; contracts as there.
#pragma once

#include <string>
#include <string_view>

#include "cloister/base/result.h"
#include "cloister/data/dataset.h"

namespace cloister::data {

Result<Dataset::Pointer> open_folder_dataset(const std::string& path, const OpenOptions& options);
Result<Dataset::Pointer> open_idx_dataset(const std::string& images_path, const OpenOptions& options);
Result<Dataset::Pointer> open_csv_dataset(const std::string& path, const OpenOptions& options);
Result<Dataset::Pointer> open_npy_dataset(const std::string& path, const OpenOptions& options);
Result<Dataset::Pointer> open_npz_dataset(const std::string& path, const OpenOptions& options);
Result<Dataset::Pointer> open_safetensors_dataset(const std::string& path, const OpenOptions& options);
Result<Dataset::Pointer> open_text_dataset(const std::string& path, const OpenOptions& options);

// Whether a file of this name, which is no folder, is opened as IDX.
[[nodiscard]] bool is_idx_name(std::string_view path);

}  // namespace cloister::data
