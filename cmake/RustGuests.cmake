include_guard(GLOBAL)
# Guests in Rust: the workspace at the root of the repository. Sets CLOISTER_RUST_GUESTS: whether this machine can build them.
include(CargoTool)
get_filename_component(cargo_folder ${CARGO} DIRECTORY)
find_program(RUSTC rustc HINTS ${cargo_folder})
execute_process(COMMAND ${RUSTC} --print target-libdir --target wasm32-wasip2
  OUTPUT_VARIABLE target_libraries OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(GLOB core ${target_libraries}/libcore-*.rlib)
if(NOT core)
  message(WARNING "The guests in Rust are not built and their tests are skipped: Rust's target wasm32-wasip2 is not installed; "
    "run `rustup target add wasm32-wasip2` and configure again.")
  set(CLOISTER_RUST_GUESTS OFF CACHE INTERNAL "whether this machine can build guests in Rust")
  return()
endif()
set(CLOISTER_RUST_GUESTS ON CACHE INTERNAL "whether this machine can build guests in Rust")

# cloister_rust_guests(NAME..): ${CMAKE_BINARY_DIR}/components/NAME.wasm of each package NAME of the workspace. Cargo's target
# folder lies in CLOISTER_CACHE; paths of this machine stay out of the components.
function(cloister_rust_guests)
  set(root ${PROJECT_SOURCE_DIR})
  set(target ${CLOISTER_CACHE}/cargo)
  set(components ${CMAKE_BINARY_DIR}/components)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${root}/wit/*.wit ${root}/guest/rust/*.rs ${root}/guest/rust/*.toml
    ${root}/tests/guests/*.rs ${root}/workloads/*.rs)
  file(MAKE_DIRECTORY ${components})
  set(outputs)
  set(copies)
  foreach(name IN LISTS ARGN)
    list(APPEND outputs ${components}/${name}.wasm)
    list(APPEND copies COMMAND ${CMAKE_COMMAND} -E copy ${target}/wasm32-wasip2/release/${name}.wasm ${components}/${name}.wasm)
  endforeach()
  set(cargo_home $ENV{CARGO_HOME})
  if(NOT cargo_home)
    set(cargo_home $ENV{HOME}/.cargo)
  endif()
  add_custom_command(OUTPUT ${outputs}
    COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${target}
      ${CARGO} build --quiet --locked --release --target wasm32-wasip2 --manifest-path ${root}/Cargo.toml
      --config "target.wasm32-wasip2.rustflags=['-Dwarnings', '--remap-path-prefix=${root}=.', '--remap-path-prefix=${cargo_home}=cargo']"
    ${copies}
    DEPENDS ${sources} ${root}/Cargo.toml ${root}/Cargo.lock
    JOB_POOL cargo
    COMMENT "Building guests in Rust (the first time takes a minute)"
    VERBATIM)
  add_custom_target(rust_guests ALL DEPENDS ${outputs})
endfunction()
