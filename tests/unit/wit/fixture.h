// Runs components of the test world against TestHost.
#pragma once

#include <cloister/bindings/testing/forbidden.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "test_host.h"
#include "test_library.h"

namespace wit_test {

template <auto Delete>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Delete(pointer);
  }
};
using Engine = std::unique_ptr<wasm_engine_t, Deleter<wasm_engine_delete>>;
using Component = std::unique_ptr<wasmtime_component_t, Deleter<wasmtime_component_delete>>;
using Linker = std::unique_ptr<wasmtime_component_linker_t, Deleter<wasmtime_component_linker_delete>>;
using Store = std::unique_ptr<wasmtime_store_t, Deleter<wasmtime_store_delete>>;

// The message of an error, which it deletes; empty for none.
inline std::string take_message(wasmtime_error_t* error) {
  if (error == nullptr) return {};
  wasm_byte_vec_t bytes;
  wasmtime_error_message(error, &bytes);
  std::string text(bytes.data, bytes.size);
  wasm_byte_vec_delete(&bytes);
  wasmtime_error_delete(error);
  return text;
}

inline std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One engine and linker for a whole test program; an instance a call.
class WitTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    wasm_config_t* config = wasm_config_new();
    wasmtime_config_wasm_component_model_set(config, true);
    wasmtime_config_concurrency_support_set(config, false);
    engine() = Engine(wasm_engine_new_with_config(config));
    linker() = Linker(wasmtime_component_linker_new(engine().get()));
    auto* raw = linker().get();
    ASSERT_EQ("", take_message(bindings::types::add_to_linker(
                      raw, [](void* data) -> bindings::types::Host& { return host(data).types; })));
    ASSERT_EQ("", take_message(bindings::counters::add_to_linker(
                      raw, [](void* data) -> bindings::counters::Host& { return host(data).counters; })));
    ASSERT_EQ("", take_message(bindings::users::add_to_linker(
                      raw, [](void* data) -> bindings::users::Host& { return host(data).users; })));
    ASSERT_EQ("", take_message(bindings::control::add_to_linker(
                      raw, [](void* data) -> bindings::control::Host& { return host(data).control; })));
    ASSERT_EQ("", take_message(bindings::forbidden::add_to_linker(raw)));
    guest() = compile(read_file(WIT_TEST_GUEST));
    // The guest's C library imports WASI for calls that no case makes.
    ASSERT_EQ("", take_message(cloister_test_stub_wasi(raw, guest().get())));
  }
  static void TearDownTestSuite() {
    guest().reset();
    linker().reset();
    engine().reset();
  }

  // From a binary or from text.
  static Component compile(std::string_view bytes) {
    wasmtime_component_t* component = nullptr;
    EXPECT_EQ("", take_message(wasmtime_component_new(
                      engine().get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), &component)));
    return Component(component);
  }

  // Runs one case of the guest in a fresh instance. Returns the message of the error or trap, if any.
  std::string run(std::string_view name) {
    host_ = std::make_unique<TestHost>();
    host_->control.name = name;
    return call(*guest(), "");
  }

  // Instantiates `component` and calls `export_name: func()`, or `run` if that is empty.
  std::string call(const wasmtime_component_t& component, std::string_view export_name) {
    if (host_ == nullptr) host_ = std::make_unique<TestHost>();
    const Store store(wasmtime_store_new(engine().get(), host_.get(), nullptr));
    wasmtime_context_t* context = wasmtime_store_context(store.get());
    if (hostcall_fuel_ != 0) cloister_test_set_hostcall_fuel(context, hostcall_fuel_);
    wasmtime_component_instance_t instance;
    std::string error = take_message(cloister_test_instantiate(linker().get(), &component, context, &instance));
    if (!error.empty()) return error;
    if (!export_name.empty()) {
      return take_message(cloister_test_call(&instance, context, export_name.data(), export_name.size()));
    }
    wasm_byte_vec_t message{0, nullptr};
    error = take_message(cloister_test_run(&instance, context, &message));
    if (message.size != 0) error = "run failed: " + std::string(message.data, message.size);
    wasm_byte_vec_delete(&message);
    return error;
  }

  // What the host got, and what the guest got back.
  [[nodiscard]] const std::string& host_got() const { return host_->types.log; }
  [[nodiscard]] const std::string& guest_got() const { return host_->control.text; }

  static Engine& engine() {
    static Engine instance;
    return instance;
  }
  static Component& guest() {
    static Component instance;
    return instance;
  }
  std::unique_ptr<TestHost> host_;
  std::size_t hostcall_fuel_ = 0;  // 0: Wasmtime's own

 private:
  static Linker& linker() {
    static Linker instance;
    return instance;
  }
  static TestHost& host(void* data) { return *static_cast<TestHost*>(data); }
};

}  // namespace wit_test
