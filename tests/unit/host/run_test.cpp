// Whole runs of components written as WebAssembly text, so that these tests need no guest toolchain.
#include <fmt/format.h>

#include <thread>

#include <wasmtime.h>
#include "cloister/base/file.h"

#include "support.h"

namespace cloister::host::test {
namespace {

using namespace std::chrono_literals;

// A component that imports `imports` (component level, with core functions lowered by `lowered`) and whose `run`
// executes `body` and returns the result that lies at address `result`: 16 is ok, 64 the error "no luck".
std::string component(std::string_view body, int result = 16, std::string_view imports = "",
                      std::string_view core_imports = "", std::string_view exports = "") {
  return fmt::format(
      R"((component
    {imports}
    (core module $m
      {core_imports}
      (memory (export "memory") 1)
      (data (i32.const 64) "\01\00\00\00\20\00\00\00\07\00\00\00")
      (data (i32.const 32) "no luck")
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "run") (result i32) (local $p i32) {body} (i32.const {result})))
    (core instance $i (instantiate $m {with}))
    (func (export "run") (result (result (error string)))
      (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))))",
      fmt::arg("imports", imports), fmt::arg("core_imports", core_imports), fmt::arg("body", body),
      fmt::arg("result", result),
      fmt::arg("with", exports.empty() ? std::string() : fmt::format(R"((with "host" (instance {})))", exports)));
}

std::string exiting(int code) {
  return component(
      fmt::format("(call $exit (i32.const {}))", code), 16,
      R"((import "wasi:cli/exit@0.2.12" (instance $e (export "exit-with-code" (func (param "status-code" u8)))))
                      (core func $f (canon lower (func $e "exit-with-code"))))",
      R"((import "host" "exit" (func $exit (param i32))))", R"((export "exit" (func $f)))");
}

class RunTest : public ::testing::Test {
 protected:
  static Host& host() {
    static const auto shared = [] {
      HostOptions options;
      options.backend = BackendKind::stub;
      auto made = Host::create(options);
      if (!made) throw std::runtime_error(made.error().message);
      return *std::move(made);
    }();
    return *shared;
  }
  static Result<Workload> load(std::string_view text) { return load(host(), text); }
  static Result<Workload> load(Host& where, std::string_view text) {
    wasm_byte_vec_t binary;
    if (wasmtime_error_t* error = wasmtime_wat2wasm(text.data(), text.size(), &binary)) {
      wasmtime_error_delete(error);  // no text of a component: its bytes as they are
      return where.load(std::as_bytes(std::span(text)), "guest");
    }
    auto workload = where.load(std::as_bytes(std::span(binary.data, binary.size)), "guest");
    wasm_byte_vec_delete(&binary);
    return workload;
  }
  RunReport run(std::string_view text) {
    auto workload = load(text);
    if (!workload) throw std::runtime_error(workload.error().message);
    auto report = host().run(*workload, request, observer);
    if (!report) throw std::runtime_error(report.error().message);
    return *std::move(report);
  }

  RunRequest request;
  Recorder observer;
};

TEST_F(RunTest, AnEmptyWorkloadRunsWithoutABackend) {
  const RunReport report = run(component(""));
  EXPECT_EQ(report.status, RunStatus::ok) << report.error;
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.engine, "");
  EXPECT_EQ(report.device, "cpu");
  EXPECT_EQ(report.egress_total(), 2U);
  EXPECT_EQ(report.component, load(component(""))->digest());
  EXPECT_GT(report.used[static_cast<std::size_t>(LimitKind::memory)], 0U);
  EXPECT_GT(report.wall.count(), 0);
  EXPECT_GE(report.wall, report.instantiate);
  ASSERT_EQ(report.phases.size(), 1U);
}

TEST_F(RunTest, AnErrorOfTheWorkloadIsItsOwnText) {
  request.name = "demo";
  const RunReport report = run(component("", 64));
  EXPECT_EQ(report.status, RunStatus::failed);
  EXPECT_EQ(report.error, "the workload 'demo' failed: no luck");
  EXPECT_EQ(report.exit_code, 1);
  EXPECT_EQ(report.egress[static_cast<std::size_t>(EgressKind::exit)], 2U + 7U);
}

TEST_F(RunTest, AnErrorThatDoesNotFitTheEgressIsHeldBack) {
  request.limits.egress_bytes = 7;
  const RunReport report = run(component("", 64));
  EXPECT_EQ(report.status, RunStatus::failed);
  EXPECT_EQ(report.error.find("no luck"), std::string::npos) << report.error;
  EXPECT_EQ(report.egress_total(), 2U);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_NE(report.notes[0].find("--limit egress="), std::string::npos);
}

TEST_F(RunTest, ATrapIsTheGuestsBug) {
  const RunReport report = run(component("(unreachable)"));
  EXPECT_EQ(report.status, RunStatus::trap);
  EXPECT_EQ(report.code, ErrorCode::trap);
  EXPECT_NE(report.error, "");
}

TEST_F(RunTest, ExitCodesAreReported) {
  EXPECT_EQ(run(exiting(0)).status, RunStatus::ok);
  const RunReport report = run(exiting(3));
  EXPECT_EQ(report.status, RunStatus::failed);
  EXPECT_EQ(report.exit_code, 3);
  EXPECT_NE(report.error.find("exited with code 3"), std::string::npos);
}

TEST_F(RunTest, ALoopEndsAtTheTimeLimit) {
  request.limits.time_ns = 50'000'000;
  const RunReport report = run(component("(loop $l (br $l))"));
  EXPECT_EQ(report.status, RunStatus::limit);
  EXPECT_EQ(report.code, ErrorCode::quota_exceeded);
  EXPECT_NE(report.error.find("--limit time="), std::string::npos) << report.error;
}

TEST_F(RunTest, ALoopEndsAtTheCpuLimitAndTheNeighbourDoesNot) {
  request.limits.cpu_ns = 50'000'000;
  const auto looping = load(component("(loop $l (br $l))"));
  const auto brief = load(component(""));
  ASSERT_TRUE(looping && brief);
  auto neighbour = host().instantiate(*brief, request, observer);
  ASSERT_TRUE(neighbour) << neighbour.error().message;
  const auto report = host().run(*looping, request, observer);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->status, RunStatus::limit);
  EXPECT_EQ(report->code, ErrorCode::quota_exceeded);
  EXPECT_NE(report->error.find("--limit cpu="), std::string::npos) << report->error;
  const auto cpu = static_cast<std::size_t>(LimitKind::cpu);
  EXPECT_GE(report->used[cpu], request.limits.cpu_ns);
  // It was alive meanwhile, on the same thread.
  const RunReport beside = (*neighbour)->run();
  EXPECT_EQ(beside.status, RunStatus::ok) << beside.error;
  EXPECT_LT(beside.used[cpu], report->used[cpu]);
}

TEST_F(RunTest, MemoryThatIsRefusedExplainsTheTrap) {
  request.limits.memory_bytes = 1 << 20;
  const RunReport report =
      run(component("(if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then (unreachable)))"));
  EXPECT_EQ(report.status, RunStatus::limit);
  EXPECT_NE(report.error.find("--limit memory="), std::string::npos) << report.error;
}

TEST_F(RunTest, MemoryThatIsRefusedExplainsTheFailure) {
  request.limits.memory_bytes = 1 << 20;
  const RunReport report = run(component("(drop (memory.grow (i32.const 100)))", 64));
  EXPECT_EQ(report.status, RunStatus::limit);
  EXPECT_NE(report.error.find("no luck"), std::string::npos) << report.error;
  EXPECT_NE(report.error.find("--limit memory="), std::string::npos) << report.error;
}

TEST_F(RunTest, RecursionIsATrap) {
  const RunReport report = run(component("", 16, "", "(func $r (result i32) (i32.add (call $r) (i32.const 1)))"));
  EXPECT_EQ(report.status, RunStatus::ok);
  const RunReport deep =
      run(component("(drop (call $r))", 16, "", "(func $r (result i32) (i32.add (call $r) (i32.const 1)))"));
  EXPECT_EQ(deep.status, RunStatus::trap);
}

TEST_F(RunTest, RunsDoNotDisturbEachOther) {
  EXPECT_EQ(run(component("(unreachable)")).status, RunStatus::trap);
  EXPECT_EQ(run(component("")).status, RunStatus::ok);
}

TEST_F(RunTest, SameRequestSameFacts) {
  request.arguments = {"a"};
  const RunReport first = run(component(""));
  EXPECT_EQ(first.imports_digest, run(component("")).imports_digest);
  request.arguments = {"b"};
  EXPECT_NE(first.imports_digest, run(component("")).imports_digest);
}

TEST_F(RunTest, ManyInstancesLiveAtOnce) {
  const auto workload = load(component(""));
  ASSERT_TRUE(workload);
  std::vector<std::unique_ptr<Instance>> instances;
  for (int i = 0; i < 16; ++i) {
    auto instance = host().instantiate(*workload, request, observer);
    ASSERT_TRUE(instance) << instance.error().message;
    instances.push_back(*std::move(instance));
  }
  const auto full = host().instantiate(*workload, request, observer);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::quota_exceeded);
  for (auto& instance : instances) EXPECT_EQ(instance->run().status, RunStatus::ok);
}

TEST_F(RunTest, TheRequestIsCopied) {
  const auto workload = load(component(""));
  auto temporary = std::make_unique<RunRequest>();
  temporary->name = "gone";
  auto instance = host().instantiate(*workload, *temporary, observer);
  ASSERT_TRUE(instance);
  temporary.reset();
  EXPECT_EQ((*instance)->run().imports[1].detail, "gone");
}

TEST_F(RunTest, InterruptEndsRunsOfNowAndLater) {
  HostOptions options;
  options.backend = BackendKind::stub;
  auto own_host = Host::create(options);
  ASSERT_TRUE(own_host);
  const std::string text = component("(loop $l (br $l))");
  const auto workload = load(**own_host, text);
  ASSERT_TRUE(workload);
  std::thread interrupter([&] {
    std::this_thread::sleep_for(30ms);
    (*own_host)->interrupt();
  });
  const auto report = (*own_host)->run(*workload, request, observer);
  interrupter.join();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->status, RunStatus::interrupted);
  EXPECT_EQ(report->code, ErrorCode::interrupted);
  const auto later = (*own_host)->run(*workload, request, observer);
  ASSERT_TRUE(later);
  EXPECT_EQ(later->status, RunStatus::interrupted);
}

TEST_F(RunTest, WhatIsNoWorkloadIsNotLoaded) {
  const auto garbage = load("not a component");
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code, ErrorCode::bad_data);
  EXPECT_EQ(garbage.error().message.find("'guest'"), 0U);
  EXPECT_FALSE(load("(component)"));
  const auto foreign = load(R"((component (import "wasi:sockets/tcp@0.2.0" (instance (export "x" (func))))))");
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().message.find("wasi:sockets"), std::string::npos) << foreign.error().message;
  EXPECT_FALSE(host().load("/nonexistent/guest.wasm"));
}

TEST_F(RunTest, ABadRequestIsAnErrorBeforeTheGuestStarts) {
  const auto workload = load(component("(unreachable)"));
  request.grants.datasets["x"] = "/proc/self/nothing";
  const auto report = host().run(*workload, request, observer);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace cloister::host::test
