// A folder of class folders of image files: what is in it, and reading one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cloister/base/file.h"
#include "cloister/base/result.h"
#include "hashed_file.h"

namespace cloister::data {

struct ImageFile {
  std::string path;  // relative to the folder: CLASS/NAME
  std::uint16_t label = 0;
  FileIdentity identity;
};

struct ImageFolder {
  std::string path;
  UniqueFd folder;
  std::vector<ImageFile> files;  // class by class, sorted by the bytes of their names
  std::vector<std::string> classes;
  std::unique_ptr<DigestTable> digests;  // of whole files
  std::shared_ptr<ReadMeter> meter;      // none: nobody is told of what is read
};

// Lists a folder; no file is opened. Errors: io; bad_data for links and for what is no folder of class folders.
Result<std::shared_ptr<ImageFolder>> list_image_folder(const std::string& path);

// The whole file of sample `index`, proved to be what it was at the opening and in earlier passes.
// Errors: io; bad_data for one that changed; what the folder's meter says.
Result<void> read_image_file(const ImageFolder& folder, std::size_t index, std::vector<std::byte>& bytes);

}  // namespace cloister::data
