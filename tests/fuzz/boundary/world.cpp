#include "world.h"

#include <array>
#include <numeric>

#include "cloister/base/bytes.h"
#include "cloister/base/file.h"
#include "cloister/data/idx.h"
#include "cloister/data/safetensors.h"
#include "handles.h"

namespace cloister::host::fuzz {
namespace {

namespace fs = std::filesystem;
namespace ml = bindings::ml;

constexpr std::string_view kIdxImages = "images-idx3-ubyte";
constexpr std::string_view kIdxLabels = "labels-idx1-ubyte";

template <class T>
T need(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().message.c_str());
  FUZZ_REQUIRE(result.has_value());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// The bytes 1, 2, 3, ...
std::vector<std::uint8_t> counting(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

void put_safetensors(const fs::path& path, std::vector<data::TensorSpec> specs) {
  auto writer = need(data::SafetensorsWriter::create(path.string(), std::move(specs)));
  for (const data::TensorSpec& spec : writer.order()) {
    const auto size = need(checked_byte_size(spec.shape, element_size(spec.dtype)));
    const std::vector<std::uint8_t> bytes = counting(size);
    need(writer.write(std::as_bytes(std::span(bytes))));
  }
  need(writer.commit());
}

void put_idx(const fs::path& path, std::initializer_list<std::int64_t> shape) {
  const std::vector<std::int64_t> sizes = shape;
  auto writer = need(data::IdxWriter::create(path.string(), sizes));
  const std::vector<std::uint8_t> bytes = counting(need(checked_byte_size(sizes, 1)));
  need(writer.write(std::as_bytes(std::span(bytes))));
  need(writer.commit());
}

HostOptions options_of(BackendKind kind) {
  HostOptions options;
  options.backend = kind;
  return options;
}

}  // namespace

World::World(BackendKind kind) : options_(options_of(kind)), backend_(options_) {
  put_files();
  neighbours_request_ = request();
  neighbour_ = session(neighbours_request_);
  const Session::Inside inside(*neighbour_);
  FUZZ_REQUIRE(neighbour_->need_backend().has_value());
  std::vector<engine::Tensor> tensors;
  const std::vector<std::uint8_t> bytes = counting(64);
  tensors.push_back(need(neighbour_->backend().from_bytes(bytes, std::array<std::int64_t, 2>{4, 4}, Dtype::float32)));
  tensors.push_back(need(neighbour_->backend().from_bytes(bytes, std::array<std::int64_t, 1>{8}, Dtype::int64)));
  tensors.push_back(
      need(need(models_.open(neighbours_request_.grants.models["weights"], backend_.opened()))->tensor(0)));
  auto handles = neighbour_->give_all(tensors);
  FUZZ_REQUIRE(handles.has_value());
  for (auto& handle : *handles) foreign_.push_back(number_of(std::move(handle)));
  for (const std::uint32_t each : foreign_) {
    const auto* tensor = neighbour_->tables.tensors.find(handle_of<sandbox::Borrow<ml::tensors::Tensor>>(each));
    const engine::HostBytes now = need(neighbour_->backend().read(*tensor));
    contents_.emplace_back(now.data, now.data + now.size);
  }
}

void World::put_files() {
  const fs::path data = folder_.path() / "data";
  fs::create_directories(data);
  fs::create_directories(folder_.path() / "out");
  put_safetensors(data / "weights.safetensors",
                  {{"a", Dtype::float32, {2, 3}}, {"b", Dtype::int64, {4}}, {"x", Dtype::bfloat16, {1, 2, 3, 3}}});
  put_safetensors(data / "arrays.safetensors", {{"a", Dtype::float32, {6, 2}}, {"label", Dtype::uint8, {6}}});
  put_idx(data / kIdxImages, {5, 6, 4});
  put_idx(data / kIdxLabels, {5});
  need(write_file((data / "table.csv").string(),
                  std::string_view("a,b,label\n1,0.5,x\n2,1.5,y\n3,-2,x\n4,1e3,\"z, z\"\n")));
  need(write_file((data / "text.txt").string(), std::string_view("Twelve bytes")));
}

RunRequest World::request() const {
  const fs::path data = folder_.path() / "data";
  RunRequest request;
  request.grants.models["weights"] = data / "weights.safetensors";
  request.grants.datasets["arrays"] = data / "arrays.safetensors";
  request.grants.datasets["images"] = data / kIdxImages;
  request.grants.datasets["table"] = data / "table.csv";
  request.grants.datasets["text"] = data / "text.txt";
  request.grants.outputs["result"] = folder_.path() / "out" / "result";
  request.grants.outputs["other"] = folder_.path() / "out" / "other";
  request.checkpoints = folder_.path() / "checkpoints";
  fs::remove_all(request.checkpoints);
  request.limits.tensor_bytes = std::uint64_t{1} << 20;
  request.limits.handles = 48;
  request.limits.egress_bytes = std::uint64_t{64} << 10;
  return request;
}

std::unique_ptr<Session> World::session(const RunRequest& request) {
  return std::make_unique<Session>(SessionSetting{request, observer_, backend_, models_});
}

void World::check_neighbour() {
  const Session::Inside inside(*neighbour_);
  for (std::size_t i = 0; i < foreign_.size(); ++i) {
    const auto* tensor = neighbour_->tables.tensors.find(handle_of<sandbox::Borrow<ml::tensors::Tensor>>(foreign_[i]));
    FUZZ_REQUIRE(tensor != nullptr);
    const engine::HostBytes now = need(neighbour_->backend().read(*tensor));
    FUZZ_REQUIRE(std::ranges::equal(std::span(now.data, now.size), contents_[i]));
  }
}

}  // namespace cloister::host::fuzz
