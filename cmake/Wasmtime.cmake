include_guard(GLOBAL)
# cloister::wasmtime: the Rust static library (Wasmtime, our extension, the generated shims), its headers, and the generated
# C++ bindings of world `workload`. What cargo made is kept in CLOISTER_CACHE: a cold build takes minutes.
set(CLOISTER_RUST_PROFILE fat CACHE STRING "cargo profile: fat is what ships; release builds in seconds, host calls cost 2-3 times more")
set_property(CACHE CLOISTER_RUST_PROFILE PROPERTY STRINGS fat release)
find_program(CARGO cargo HINTS $ENV{HOME}/.cargo/bin)
if(NOT CARGO)
  message(FATAL_ERROR "cargo was not found; install Rust 1.95 or later (https://rustup.rs), or configure with -DCLOISTER_SANDBOX=OFF")
endif()
set(CLOISTER_RUST_OUT ${CMAKE_BINARY_DIR}/rust)
# One cargo at a time: they would wait for each other's lock anyway.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS cargo=1)

# cloister_rust_artifacts(TARGET PROFILE profile PACKAGE package FOLDER folder ARTIFACTS name.. FILES path..): a target that is asked
# at every build and brings the artifacts up to date; FILES are those, under FOLDER, that others depend on.
function(cloister_rust_artifacts target)
  cmake_parse_arguments(R "" "PROFILE;PACKAGE;FOLDER" "ARTIFACTS;FILES" ${ARGN})
  list(TRANSFORM R_FILES PREPEND ${R_FOLDER}/)
  add_custom_target(${target}
    COMMAND ${CMAKE_COMMAND} -E env CLOISTER_CACHE=${CLOISTER_CACHE}
      ${PROJECT_SOURCE_DIR}/rust/build_once.sh ${R_PROFILE} ${R_PACKAGE} ${R_FOLDER} ${R_ARTIFACTS}
    BYPRODUCTS ${R_FILES}
    JOB_POOL cargo
    COMMENT "Bringing ${R_PACKAGE} up to date, profile ${R_PROFILE} (the first time takes minutes)"
    VERBATIM)
endfunction()

# cloister_rust_library(NAME PROFILE profile PACKAGE package STATIC libx.a BINDINGS folder): the static library, its headers and the
# C++ half of its bindings.
function(cloister_rust_library name)
  cmake_parse_arguments(R "" "PROFILE;PACKAGE;STATIC;BINDINGS" "" ${ARGN})
  set(folder ${CLOISTER_RUST_OUT}/${R_PACKAGE})
  set(library ${folder}/${R_STATIC})
  set(bindings ${folder}/${R_BINDINGS})
  set(headers ${folder}/wasmtime-include)
  set(source ${bindings}/cloister/bindings/bindings.cpp)
  cloister_rust_artifacts(${name}_cargo PROFILE ${R_PROFILE} PACKAGE ${R_PACKAGE} FOLDER ${folder}
    ARTIFACTS ${R_STATIC} ${R_BINDINGS} wasmtime-include
    FILES ${R_STATIC} ${R_BINDINGS}/cloister/bindings/bindings.cpp)
  # Include folders must exist when targets are generated.
  file(MAKE_DIRECTORY ${bindings} ${headers})

  add_library(${name}_rust STATIC IMPORTED GLOBAL)
  set_target_properties(${name}_rust PROPERTIES IMPORTED_LOCATION ${library})
  target_link_libraries(${name}_rust INTERFACE Threads::Threads ${CMAKE_DL_LIBS} m)
  add_dependencies(${name}_rust ${name}_cargo)

  # The thunks: generated C++ that the Rust shims call.
  add_library(${name} STATIC ${source})
  set_source_files_properties(${source} PROPERTIES GENERATED ON)
  add_dependencies(${name} ${name}_cargo)
  target_include_directories(${name} SYSTEM PUBLIC ${bindings} ${headers})
  target_include_directories(${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/src/sandbox/include ${PROJECT_SOURCE_DIR}/src/base/include)
  target_link_libraries(${name} PUBLIC ${name}_rust PRIVATE cloister_options)
endfunction()

cloister_rust_library(cloister_wasmtime PROFILE ${CLOISTER_RUST_PROFILE} PACKAGE cloister-wasmtime STATIC libcloister_wasmtime.a BINDINGS cloister-bindings)
add_library(cloister::wasmtime ALIAS cloister_wasmtime)
