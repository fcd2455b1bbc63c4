#include <array>

#include "cloister/base/file.h"
#include "cloister/data/safetensors.h"
#include "support.h"

namespace cloister::host::test {
namespace {

using Model = ml::models::Model;

class ModelsTest : public SessionTest {
 protected:
  // A file with float32 tensors "a" = {1, 2} and "b", which has no elements.
  std::filesystem::path write_model(std::string_view name, float first = 1) {
    const std::filesystem::path path = scratch / name;
    auto writer =
        data::SafetensorsWriter::create(path.string(), {{"b", Dtype::float32, {0}}, {"a", Dtype::float32, {2}}});
    EXPECT_TRUE(writer);
    const std::vector<float> values{first, 2};
    for (const data::TensorSpec& spec : writer->order()) {
      EXPECT_TRUE(writer->write(spec.name == "a" ? std::as_bytes(std::span(values)) : std::span<const std::byte>()));
    }
    EXPECT_TRUE(writer->commit());
    return path;
  }
  std::uint32_t open(std::string_view name) { return rep(good(make<ml::models::Host>()->model_open(name))); }
};

TEST_F(ModelsTest, ParametersByName) {
  request.grants.models["net"] = write_model("m.safetensors");
  const std::uint32_t model = open("net");
  auto interface = make<ml::models::Host>();
  EXPECT_EQ(*interface->model_names(lend<Model>(model)), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read_floats(rep(good(interface->model_parameter(lend<Model>(model), "a")))), (std::vector<float>{1, 2}));
  EXPECT_EQ(read_floats(rep(good(interface->model_parameter(lend<Model>(model), "b")))), std::vector<float>());
  refused<GuestError::InvalidArgument>(interface->model_parameter(lend<Model>(model), "c"));
  refused<GuestError::Unsupported>(interface->model_forward(lend<Model>(model), {}));
  auto all = good(interface->model_parameters(lend<Model>(model)));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(std::get<0>(all[0]), "a");
  EXPECT_EQ(read_floats(rep(std::move(std::get<1>(all[0])))), (std::vector<float>{1, 2}));
}

TEST_F(ModelsTest, GrantedWeightsDoNotChange) {
  request.grants.models["net"] = write_model("m.safetensors");
  const std::uint32_t model = open("net");
  auto interface = make<ml::models::Host>();
  const std::uint32_t mine = rep(good(interface->model_parameter(lend<Model>(model), "a")));
  good(make<ml::ops::Host>()->mul_scalar_in_place(tensor(mine), ml::tensors::Scalar::Float{100}));
  EXPECT_EQ(read_floats(mine), (std::vector<float>{100, 200}));
  EXPECT_EQ(read_floats(rep(good(interface->model_parameter(lend<Model>(model), "a")))), (std::vector<float>{1, 2}));
}

TEST_F(ModelsTest, OpenedOnceAProcessUnlessTheFileChanges) {
  request.grants.models["net"] = write_model("m.safetensors");
  floats({1}, {1});
  const auto first = models.open(request.grants.models["net"], session().shared_backend());
  const auto second = models.open(request.grants.models["net"], session().shared_backend());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->get(), second->get());
  write_model("m.safetensors", 5);
  const auto third = models.open(request.grants.models["net"], session().shared_backend());
  ASSERT_TRUE(third);
  EXPECT_NE(third->get(), first->get());
  EXPECT_NE((*third)->digest(), (*first)->digest());
}

TEST_F(ModelsTest, WhatIsNotGrantedIsNamedWithItsFlag) {
  const std::string why = refused<GuestError::NotGranted>(make<ml::models::Host>()->model_open("net"));
  EXPECT_NE(why.find("--grant model:net=PATH"), std::string::npos) << why;
  EXPECT_EQ(backend.opened(), nullptr);
}

TEST_F(ModelsTest, DamagedFilesAreBadDataWithoutTheirPath) {
  const std::filesystem::path path = scratch / "broken.safetensors";
  ASSERT_TRUE(write_file(path.string(), "not a model at all"));
  request.grants.models["net"] = path;
  const std::string why = refused<GuestError::BadData>(make<ml::models::Host>()->model_open("net"));
  EXPECT_EQ(why.find(scratch.path().string()), std::string::npos) << why;
  const RunReport filled = report();
  ASSERT_EQ(filled.notes.size(), 1U);
  EXPECT_NE(filled.notes[0].find("the model 'net'"), std::string::npos) << filled.notes[0];
  EXPECT_NE(filled.notes[0].find("broken.safetensors"), std::string::npos);
  EXPECT_EQ(egress(EgressKind::outcome), 8U);
}

TEST_F(ModelsTest, WhatIsNoFileIsBadData) {
  request.grants.models["net"] = scratch.path();
  refused<GuestError::BadData>(make<ml::models::Host>()->model_open("net"));
}

TEST_F(ModelsTest, ABoolThatIsNeitherIsBadData) {
  const std::filesystem::path path = scratch / "odd.safetensors";
  auto writer = data::SafetensorsWriter::create(path.string(), {{"mask", Dtype::bool_, {2}}});
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->write(std::array{std::byte{1}, std::byte{2}}));
  ASSERT_TRUE(writer->commit());
  request.grants.models["net"] = path;
  refused<GuestError::BadData>(make<ml::models::Host>()->model_open("net"));
  const RunReport filled = report();
  ASSERT_EQ(filled.notes.size(), 1U);
  EXPECT_NE(filled.notes[0].find("'mask' of"), std::string::npos) << filled.notes[0];
  EXPECT_NE(filled.notes[0].find("odd.safetensors"), std::string::npos) << filled.notes[0];
}

TEST_F(ModelsTest, TheReportHasTheDigest) {
  request.grants.models["net"] = write_model("m.safetensors");
  open("net");
  open("net");
  const RunReport filled = report();
  ASSERT_EQ(filled.grants.size(), 1U);
  EXPECT_TRUE(filled.grants[0].used);
  ASSERT_TRUE(filled.grants[0].digest);
  const auto facts = std::count_if(filled.imports.begin(), filled.imports.end(), [&](const ImportFact& fact) {
    return fact.kind == "model" && fact.detail == hex(*filled.grants[0].digest);
  });
  EXPECT_EQ(facts, 1);
}

TEST_F(ModelsTest, HandlesForAllParametersOrNone) {
  request.grants.models["net"] = write_model("m.safetensors");
  request.limits.handles = 2;
  const std::uint32_t model = open("net");
  refused<GuestError::QuotaExceeded>(make<ml::models::Host>()->model_parameters(lend<Model>(model)));
  EXPECT_EQ(session().handles.used(), 1U);
}

}  // namespace
}  // namespace cloister::host::test
