#include "stored_dataset.h"

#include <fmt/format.h>

namespace cloister::data {

std::vector<std::string> numbered_classes(std::int64_t largest) {
  std::vector<std::string> classes;
  for (std::int64_t label = 0; label <= largest; ++label) classes.push_back(fmt::to_string(label));
  return classes;
}

std::vector<Column> image_columns(std::vector<std::int64_t> image_shape, std::vector<std::string> classes) {
  std::vector<Column> columns(2);
  columns[0].name = "image";
  columns[0].dtype = Dtype::uint8;
  columns[0].shape = std::move(image_shape);
  columns[1].name = "label";
  columns[1].dtype = Dtype::int64;
  columns[1].classes = std::move(classes);
  return columns;
}

}  // namespace cloister::data
