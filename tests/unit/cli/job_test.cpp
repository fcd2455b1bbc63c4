#include "cloister/cli/job.h"

#include <gtest/gtest.h>

#include "scratch_folder.h"

namespace cloister::cli {
namespace {

std::string error_of(std::string_view toml) {
  const auto job = parse_job(toml, "job.toml", "jobs");
  EXPECT_FALSE(job);
  if (job) return {};
  EXPECT_EQ(job.error().code, ErrorCode::invalid_argument);
  return job.error().message;
}

TEST(JobFile, HasEveryField) {
  const auto job = parse_job(R"(
component = "a.wasm"
arguments = ["--epochs", "3"]
deny = ["content-dependent"]
device = "cuda:1"
backend = "torch"
seed = 7
threads = 2
directory = "../runs/a"
[grants.dataset]
train = "data/train"
[grants.model]
lite0 = "/models/lite0.safetensors"
[outputs]
weights = "w.safetensors"
[limits]
time = "10m"
handles = 50
)",
                             "job.toml", "jobs");
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->component, "jobs/a.wasm");
  EXPECT_EQ(job->arguments, (std::vector<std::string>{"--epochs", "3"}));
  EXPECT_TRUE(job->deny_content_dependent);
  EXPECT_EQ(job->device, "cuda:1");
  EXPECT_EQ(job->backend, "torch");
  EXPECT_EQ(job->seed, 7U);
  EXPECT_EQ(job->threads, 2);
  EXPECT_EQ(job->directory, "runs/a");
  EXPECT_EQ(job->grants.datasets.at("train"), "jobs/data/train");
  EXPECT_EQ(job->grants.models.at("lite0"), "/models/lite0.safetensors");
  EXPECT_EQ(job->grants.outputs.at("weights"), "jobs/w.safetensors");
  EXPECT_EQ(job->limits, (std::map<std::string, std::string>{{"time", "10m"}, {"handles", "50"}}));
}

TEST(JobFile, OutputsMayBeNamesAlone) {
  const auto job = parse_job("outputs = [\"weights\", \"notes\"]", "job.toml", "");
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->grants.outputs.size(), 2U);
  EXPECT_TRUE(job->grants.outputs.at("notes").empty());
}

TEST(JobFile, ErrorsNameFileLineAndKey) {
  EXPECT_EQ(error_of("seed = 1\nsede = 2").rfind("job.toml:2: unknown key 'sede'", 0), 0U);
  EXPECT_EQ(error_of("\n\nseed = -1"), "job.toml:3: 'seed' must be a whole number");
  EXPECT_EQ(error_of("threads = 4294967296"), "job.toml:1: 'threads' must be a whole number");
  EXPECT_EQ(error_of("component = 3"), "job.toml:1: 'component' must be a string");
  EXPECT_EQ(error_of("component = \"\""), "job.toml:1: 'component' must be a path");
  EXPECT_EQ(error_of("arguments = [\"a\",\n1]"), "job.toml:2: 'arguments' must be an array of strings");
  EXPECT_EQ(error_of("[grants.output]\na = \"b\"").rfind("job.toml:1: unknown key 'grants.output'", 0), 0U);
  EXPECT_EQ(error_of("[grants.dataset]\na = 1"), "job.toml:2: 'grants.dataset.a' must be a string");
  EXPECT_EQ(error_of("outputs = [\"a=b\"]"), "job.toml:1: 'outputs' must be an array of names");
  EXPECT_EQ(error_of("deny = [\"content-dependent\",\n\"egress\"]").rfind("job.toml:2: 'egress'", 0), 0U);
  EXPECT_EQ(error_of("deny = true"), "job.toml:1: 'deny' must be an array of strings");
  EXPECT_EQ(error_of("\nthreads = 0").rfind("job.toml:2: 0 threads", 0), 0U);
  EXPECT_EQ(error_of("\ndevice = \"gpu\"").rfind("job.toml:2: 'gpu' is no device", 0), 0U);
  EXPECT_EQ(error_of("backend = \"jax\"").rfind("job.toml:1: 'jax' is no backend", 0), 0U);
  EXPECT_EQ(error_of("[limits]\n\nbogus = 1").rfind("job.toml:3: there is no limit 'bogus'", 0), 0U);
  EXPECT_EQ(error_of("[grants.model]\n\"a b\" = \"x\"").rfind("job.toml:2: ", 0), 0U);
  EXPECT_EQ(error_of("seed = \nx").rfind("job.toml:1: not valid TOML: ", 0), 0U);
}

TEST(JobFile, PathsAreRelativeToTheFile) {
  const ScratchFolder scratch;
  const auto path = scratch.put("jobs/a.toml", "component = \"a.wasm\"");
  const auto job = read_job_file(path.string());
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->component, (scratch.path() / "jobs/a.wasm").string());
}

TEST(JobFile, AMissingOrHugeFileIsAnError) {
  const ScratchFolder scratch;
  EXPECT_EQ(read_job_file((scratch.path() / "no.toml").string()).error().code, ErrorCode::io);
  const auto path = scratch.put("big.toml", std::string((1 << 20) + 1, ' '));
  EXPECT_EQ(read_job_file(path.string()).error().code, ErrorCode::bad_data);
  EXPECT_EQ(read_job_file(scratch.path().string()).error().code, ErrorCode::bad_data);
}

TEST(Flags, AreReadAndRefused) {
  Job job;
  EXPECT_TRUE(add_grant(job, "dataset:train=a=b"));
  EXPECT_EQ(job.grants.datasets.at("train"), "a=b");
  EXPECT_TRUE(add_output(job, "weights"));
  EXPECT_TRUE(add_output(job, "log=/tmp/log"));
  EXPECT_TRUE(add_limit(job, "tensors=2GiB"));
  EXPECT_TRUE(set_seed(job, "9223372036854775807"));
  EXPECT_TRUE(set_threads(job, "4"));
  for (const char* text : {"", "train=a", "video:a=b", "dataset:a", "dataset:=b", "dataset:a=", "dataset:a/b=c",
                           "dataset:train=again", "output:a=b"}) {
    EXPECT_FALSE(add_grant(job, text)) << text;
  }
  for (const char* text : {"", "=a", "a=", "../x", "weights", "weights=/tmp/x"})
    EXPECT_FALSE(add_output(job, text)) << text;
  for (const char* text : {"", "tensors", "tensors=", "tensors=lots", "bogus=1", "tensors=1GiB"}) {
    EXPECT_FALSE(add_limit(job, text)) << text;
  }
  for (const char* text : {"", "-1", "1.5", "0x10", "9223372036854775808", "1 "})
    EXPECT_FALSE(set_seed(job, text)) << text;
  EXPECT_FALSE(set_threads(job, "2147483648"));
  EXPECT_FALSE(add_denial(job, "metrics"));
  EXPECT_FALSE(job.deny_content_dependent);
  EXPECT_TRUE(add_denial(job, "content-dependent"));
  EXPECT_TRUE(job.deny_content_dependent);
}

TEST(ParseJob, BrokenImagesAreLeftOutIfItSaysSo) {
  const auto parsed = [](std::string_view value) {
    return parse_job("skip-broken = " + std::string(value), "job.toml", "");
  };
  EXPECT_TRUE(parsed("true")->skip_broken);
  EXPECT_FALSE(parsed("false")->skip_broken);
  const auto wrong = parsed("1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "job.toml:1: 'skip-broken' must be true or false");
}

TEST(Merge, FlagsOverrideTheFile) {
  const auto file = parse_job(R"(
component = "a.wasm"
seed = 1
device = "cuda"
arguments = ["x"]
[grants.dataset]
train = "old"
test = "kept"
[limits]
time = "1m"
memory = "1GiB"
)",
                              "job.toml", "");
  ASSERT_TRUE(file) << file.error().message;
  Job flags;
  ASSERT_TRUE(add_grant(flags, "dataset:train=new"));
  ASSERT_TRUE(add_limit(flags, "time=2m"));
  ASSERT_TRUE(set_seed(flags, "5"));
  const Job job = merge(*file, flags);
  EXPECT_EQ(job.component, "a.wasm");
  EXPECT_EQ(job.seed, 5U);
  EXPECT_EQ(job.device, "cuda");
  EXPECT_EQ(job.arguments, (std::vector<std::string>{"x"}));
  EXPECT_EQ(job.grants.datasets.at("train"), "new");
  EXPECT_EQ(job.grants.datasets.at("test"), "kept");
  EXPECT_EQ(job.limits.at("time"), "2m");
  EXPECT_EQ(job.limits.at("memory"), "1GiB");
  EXPECT_FALSE(job.deny_content_dependent);
  flags.deny_content_dependent = true;
  EXPECT_TRUE(merge(*file, flags).deny_content_dependent);
  EXPECT_FALSE(job.skip_broken);
  flags.skip_broken = true;
  EXPECT_TRUE(merge(*file, flags).skip_broken);
  flags.arguments = std::vector<std::string>{"y", "z"};
  EXPECT_EQ(merge(*file, flags).arguments, (std::vector<std::string>{"y", "z"}));
}

}  // namespace
}  // namespace cloister::cli
