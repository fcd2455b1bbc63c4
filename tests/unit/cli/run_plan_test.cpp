#include "cloister/cli/run_plan.h"

#include <gtest/gtest.h>

#include "scratch_folder.h"

namespace cloister::cli {
namespace {

Job small_job() {
  Job job;
  job.component = "folder/transfer.wasm";
  return job;
}

TEST(RunPlan, HasDefaults) {
  const auto plan = plan_run(small_job());
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->request.name, "transfer");
  EXPECT_EQ(plan->request.seed, 0U);
  EXPECT_EQ(plan->host.backend, host::BackendKind::torch);
  EXPECT_EQ(plan->host.device, engine::Device{});
  EXPECT_EQ(plan->host.threads, available_processors());
  EXPECT_EQ(plan->host.instances, 1U);
}

TEST(RunPlan, TakesTheJobsValues) {
  Job job = small_job();
  job.backend = "stub";
  job.threads = 3;
  job.seed = 9;
  job.limits = {{"handles", "12"}};
  job.arguments = std::vector<std::string>{"a"};
  const auto plan = plan_run(job);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->host.backend, host::BackendKind::stub);
  EXPECT_EQ(plan->host.threads, 3);
  EXPECT_EQ(plan->request.seed, 9U);
  EXPECT_EQ(plan->request.limits.handles, 12U);
  EXPECT_EQ(plan->request.arguments, (std::vector<std::string>{"a"}));
}

// The job file that docs/job-file.md shows: every key of it is taken and does what the page says.
TEST(RunPlan, TakesTheDocumentedJobFile) {
  const auto job = read_job_file(JOB_EXAMPLE);
  ASSERT_TRUE(job) << job.error().message;
  const auto plan = plan_run(*job);
  ASSERT_TRUE(plan) << plan.error().message;
  const std::filesystem::path folder = std::filesystem::path(JOB_EXAMPLE).parent_path();
  const host::RunRequest& request = plan->request;
  EXPECT_EQ(plan->component, folder / "transfer.wasm");
  EXPECT_EQ(plan->directory, folder / "runs/transfer");
  EXPECT_EQ(plan->host.backend, host::BackendKind::torch);
  EXPECT_EQ(plan->host.device, (engine::Device{engine::Device::Kind::cuda, 0}));
  EXPECT_EQ(plan->host.threads, 4);
  EXPECT_EQ(request.seed, 1U);
  EXPECT_EQ(request.arguments, (std::vector<std::string>{"--backbone", "lite0", "--epochs", "20"}));
  EXPECT_EQ(request.grants.datasets.at("train"), folder / "mnist/train-images-idx3-ubyte");
  EXPECT_EQ(request.grants.datasets.at("test"), folder / "mnist/t10k-images-idx3-ubyte");
  EXPECT_EQ(request.grants.models.at("backbone"), folder / "efficientnet-lite0.safetensors");
  EXPECT_EQ(request.grants.outputs.at("weights"), folder / "results/weights.safetensors");
  EXPECT_EQ(request.limits.time_ns, std::uint64_t{30} * 60 * 1'000'000'000);
  EXPECT_EQ(request.limits.tensor_bytes, std::uint64_t{4} << 30);
  EXPECT_EQ(request.limits.egress_bytes, std::uint64_t{1} << 20);
  EXPECT_EQ(request.limits.handles, 50'000U);
}

TEST(RunPlan, RefusesWhatDoesNotExist) {
  EXPECT_FALSE(plan_run(Job{}));
  for (const auto& change : std::vector<void (*)(Job&)>{
           [](Job& job) { job.device = "tpu"; }, [](Job& job) { job.backend = "jax"; },
           [](Job& job) { job.threads = 0; }, [](Job& job) { job.threads = 1 << 20; },
           [](Job& job) { job.limits = {{"bogus", "1"}}; }, [](Job& job) { job.directory = ""; },
           [](Job& job) { job.arguments = {std::string(32769, 'x')}; },
           [](Job& job) { job.arguments = std::vector<std::string>(2049, "x"); },
           [](Job& job) {
             job.backend = "stub";
             job.device = "cuda";
           }}) {
    Job job = small_job();
    change(job);
    const auto plan = plan_run(job);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, ErrorCode::invalid_argument);
  }
}

TEST(RunPlan, TakesTheLargestArguments) {
  Job job = small_job();
  job.arguments = std::vector<std::string>(2048, std::string(32768, 'x'));
  EXPECT_TRUE(plan_run(job));
}

TEST(ParseDevice, KnowsItsForms) {
  using engine::Device;
  EXPECT_EQ(*parse_device("cpu"), Device{});
  EXPECT_EQ(*parse_device("cuda"), (Device{Device::Kind::cuda, 0}));
  EXPECT_EQ(*parse_device("cuda:3"), (Device{Device::Kind::cuda, 3}));
  for (const char* text : {"", "cuda:", "cuda:-1", "cuda:1x", "cpu:0", "cuda:4294967296"}) {
    EXPECT_FALSE(parse_device(text)) << text;
  }
}

TEST(CheckFiles, NamesWhatIsMissing) {
  const ScratchFolder scratch;
  Job job;
  job.component = scratch.put("a.wasm", "x").string();
  job.grants.models.emplace("train", scratch.put("m", "x"));
  EXPECT_TRUE(check_files(*plan_run(job)));

  job.grants.models.emplace("lite0", scratch.path() / "gone");
  const auto missing = check_files(*plan_run(job));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::bad_data);
  EXPECT_NE(missing.error().message.find("the model 'lite0'"), std::string::npos);

  job.component = (scratch.path() / "b.wasm").string();
  EXPECT_NE(check_files(*plan_run(job)).error().message.find("the component"), std::string::npos);
}

TEST(CheckFiles, TwoOutputsMayNotShareAPath) {
  const ScratchFolder scratch;
  Job job;
  job.component = scratch.put("a.wasm", "x").string();
  job.grants.outputs.emplace("one", scratch.path() / "w");
  job.grants.outputs.emplace("two", scratch.path() / "." / "w");
  const auto checked = check_files(*plan_run(job));
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("'one' and the output 'two'"), std::string::npos);
}

TEST(CheckFiles, AnOutputMayNotReplaceAnInput) {
  const ScratchFolder scratch;
  Job job;
  job.component = scratch.put("a.wasm", "x").string();
  job.grants.models.emplace("lite0", scratch.put("m", "x"));
  job.grants.outputs.emplace("weights", scratch.path() / "m");
  const auto checked = check_files(*plan_run(job));
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("'weights'"), std::string::npos);
}

TEST(CheckFiles, NothingOfTheOperatorsIsReplaced) {
  const ScratchFolder scratch;
  Job job;
  job.component = scratch.put("a.wasm", "x").string();
  job.job_file = scratch.put("job.toml", "x").string();
  job.directory = (scratch.path() / "run").string();
  job.grants.datasets.emplace("test", scratch.put("t10k-images-idx3-ubyte", "x"));
  std::filesystem::create_directory(scratch.path() / "run");
  for (const char* name : {"a.wasm", "job.toml", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", "run",
                           "run/run.json", "run/metrics.jsonl", "run/loss.svg", "run/metrics.svg", "run/outputs"}) {
    job.grants.outputs = {{"weights", scratch.path() / name}};
    const auto checked = check_files(*plan_run(job));
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument) << name;
    EXPECT_NE(checked.error().message.find("the output 'weights'"), std::string::npos) << checked.error().message;
  }
  job.grants.outputs = {{"weights", scratch.path() / "run" / "weights"}};
  EXPECT_TRUE(check_files(*plan_run(job)));
}

TEST(CheckFiles, TheRunsFolderIsNoClassOfADataset) {
  const ScratchFolder scratch;
  Job job;
  job.component = scratch.put("a.wasm", "x").string();
  std::filesystem::create_directory(scratch.path() / "images");
  job.grants.datasets.emplace("train", scratch.path() / "images");
  for (const char* inside : {"images", "images/run", "images/../images/run"}) {
    job.directory = (scratch.path() / inside).string();
    const auto checked = check_files(*plan_run(job));
    ASSERT_FALSE(checked) << inside;
    EXPECT_NE(checked.error().message.find("the dataset 'train'"), std::string::npos) << checked.error().message;
  }
  job.directory.reset();
  job.grants.datasets = {{"train", "."}};
  EXPECT_FALSE(check_files(*plan_run(job)));
}

}  // namespace
}  // namespace cloister::cli
