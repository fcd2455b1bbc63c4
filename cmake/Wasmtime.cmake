include_guard(GLOBAL)
# cloister::wasmtime: the Rust static library (Wasmtime, our extension, the generated shims), its headers, and the generated
# C++ bindings of world `workload`.
include(CargoTool)
set(CLOISTER_RUST_PROFILE fat CACHE STRING "cargo profile: fat is what ships; release builds in seconds, host calls cost 2-3 times more")
set_property(CACHE CLOISTER_RUST_PROFILE PROPERTY STRINGS fat release)
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
