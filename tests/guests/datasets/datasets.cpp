// Prints what the dataset `data` has and gives: a line for each column, and for each tensor of each batch its dtype,
// shape and elements (of images their sum). What is done to it on the way is said by the arguments.
#include <cloister/cloister.h>

#include <cstdio>
#include <numeric>
#include <string>

using namespace cloister;

namespace {

std::string text_of(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) text += (text.empty() ? "" : ",") + std::to_string(size);
  return "[" + text + "]";
}

// "a,b/c" is {{"a", "b"}, {"c"}}.
std::vector<std::vector<std::string>> groups_of(std::string_view text) {
  std::vector<std::vector<std::string>> groups;
  if (text.empty()) return groups;
  groups.push_back({""});
  for (const char c : text) {
    if (c == '/')
      groups.push_back({""});
    else if (c == ',')
      groups.back().push_back("");
    else
      groups.back().back() += c;
  }
  return groups;
}

void print(const Tensor& tensor) {
  const std::vector<std::int64_t> shape = tensor.sizes();
  std::printf("tensor %d %s", static_cast<int>(tensor.dtype()), text_of(shape).c_str());
  if (shape.size() > 2) {
    std::printf(" sum %lld\n", static_cast<long long>(tensor.to(kInt64).sum().item<std::int64_t>()));
    return;
  }
  for (const float element : tensor.to(kFloat32).read<float>()) std::printf(" %g", static_cast<double>(element));
  std::printf("\n");
}

Expected<Dataset> derived(Dataset dataset, Args& args) {
  const auto number = [&](const char* name, std::int64_t otherwise) {
    return static_cast<std::uint64_t>(args.integer(name, otherwise));
  };
  if (const auto length = number("window", 0); length > 0) {
    CLOISTER_TRY(dataset, dataset.windows(length, number("stride", 1)));
  }
  if (const auto draws = number("draws", 0); draws > 0) {
    CLOISTER_TRY(dataset, dataset.sample_classes(std::vector<double>(dataset.classes().size(), 1), draws, 1));
  }
  if (args.flag("shuffled")) {
    CLOISTER_TRY(dataset, dataset.shuffle(1));
  }
  if (const auto skipped = number("skip", 0); skipped > 0) {
    CLOISTER_TRY(dataset, dataset.skip(skipped));
  }
  if (const auto taken = number("take", 0); taken > 0) {
    CLOISTER_TRY(dataset, dataset.take(taken));
  }
  if (args.flag("halves")) {
    CLOISTER_TRY(auto parts, dataset.split_fractions(std::vector{0.5, 0.5}));
    std::printf("halves %llu %llu\n", static_cast<unsigned long long>(parts[0].size()),
                static_cast<unsigned long long>(parts[1].size()));
    return std::move(parts[1]);
  }
  return dataset;
}

Expected<void> show(Args& args) {
  BatchOptions options;
  options.size = static_cast<std::uint32_t>(args.integer("batch", 4));
  options.drop_last = args.flag("drop-last");
  options.columns = groups_of(args.text("columns", ""));
  if (const auto side = args.integer("resize", 0); side > 0) options.resize = side;
  options.rgb = args.flag("rgb");
  if (args.flag("augment")) {
    options.augment = Augmentation{.seed = 3, .random_resized_crop = std::pair{0.5, 1.0}, .horizontal_flip = 0.5};
  }
  CLOISTER_TRY(Dataset whole, Dataset::open("data"));
  CLOISTER_TRY(const auto columns, whole.columns());
  for (const Column& column : columns) {
    std::printf("column %s %d %s", column.name.c_str(), static_cast<int>(column.dtype), text_of(column.shape).c_str());
    for (const std::string& name : column.classes) std::printf(" %s", name.c_str());
    std::printf("\n");
  }
  CLOISTER_TRY(const Dataset dataset, derived(std::move(whole), args));
  CLOISTER_CHECK(args.finish());
  std::printf("samples %llu\n", static_cast<unsigned long long>(dataset.size()));
  CLOISTER_TRY(Batches batches, dataset.batches(options));
  for (auto& batch : batches) {
    if (!batch) return std::unexpected(batch.error());
    for (const Tensor& tensor : batch->tensors) print(tensor);
  }
  return {};
}

}  // namespace

CLOISTER_WORKLOAD(show)
