# cloister::wasmtime: the Rust static library (Wasmtime, our extension, the generated shims), its headers, and the generated
# C++ bindings of world `workload`. Cargo's target folder lies in CLOISTER_CACHE: a cold build takes minutes, and is shared.
set(CLOISTER_RUST_PROFILE fat CACHE STRING "cargo profile: fat is what ships; release builds in seconds, host calls cost 2-3 times more")
set_property(CACHE CLOISTER_RUST_PROFILE PROPERTY STRINGS fat release)
find_program(CARGO cargo HINTS $ENV{HOME}/.cargo/bin)
if(NOT CARGO)
  message(FATAL_ERROR "cargo was not found; install Rust 1.95 or later (https://rustup.rs), or configure with -DCLOISTER_SANDBOX=OFF")
endif()
set(CLOISTER_CARGO_TARGET ${CLOISTER_CACHE}/cargo)
set(CLOISTER_RUST_OUT ${CLOISTER_CARGO_TARGET}/${CLOISTER_RUST_PROFILE})
# One cargo at a time: they would wait for each other's lock anyway.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS cargo=1)

# cloister_rust_library(NAME PACKAGE package STATIC libx.a BINDINGS folder): cargo decides what is out of date, so it is asked
# at every build; it and the generator leave files alone that would not change.
function(cloister_rust_library name)
  cmake_parse_arguments(R "" "PACKAGE;STATIC;BINDINGS" "" ${ARGN})
  set(library ${CLOISTER_RUST_OUT}/${R_STATIC})
  set(bindings ${CLOISTER_RUST_OUT}/${R_BINDINGS})
  set(headers ${CLOISTER_RUST_OUT}/wasmtime-include)
  set(source ${bindings}/cloister/bindings/bindings.cpp)
  add_custom_target(${name}_cargo
    COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${CLOISTER_CARGO_TARGET}
      ${CARGO} build --locked --quiet --profile ${CLOISTER_RUST_PROFILE} --package ${R_PACKAGE}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/rust
    BYPRODUCTS ${library} ${source}
    JOB_POOL cargo
    COMMENT "Building ${R_PACKAGE} with cargo, profile ${CLOISTER_RUST_PROFILE} (the first time takes minutes)"
    VERBATIM)
  # Include folders must exist when targets are generated.
  file(MAKE_DIRECTORY ${bindings})

  add_library(${name}_rust STATIC IMPORTED GLOBAL)
  set_target_properties(${name}_rust PROPERTIES IMPORTED_LOCATION ${library})
  target_link_libraries(${name}_rust INTERFACE Threads::Threads ${CMAKE_DL_LIBS} m)
  add_dependencies(${name}_rust ${name}_cargo)

  # The thunks: generated C++ that the Rust shims call.
  add_library(${name} STATIC ${source})
  set_source_files_properties(${source} PROPERTIES GENERATED ON)
  add_dependencies(${name} ${name}_cargo)
  target_include_directories(${name} SYSTEM PUBLIC ${bindings} ${headers})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/rust/extension/include
    ${PROJECT_SOURCE_DIR}/src/sandbox/include ${PROJECT_SOURCE_DIR}/src/base/include)
  target_link_libraries(${name} PUBLIC ${name}_rust PRIVATE cloister_options)
endfunction()

cloister_rust_library(cloister_wasmtime PACKAGE cloister-wasmtime STATIC libcloister_wasmtime.a BINDINGS cloister-bindings)
add_library(cloister::wasmtime ALIAS cloister_wasmtime)
