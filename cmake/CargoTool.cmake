include_guard(GLOBAL)
# What cargo makes: cloister_rust_artifacts(), and the generator of bindings, CLOISTER_WIT. What was made is kept in
# CLOISTER_CACHE: a cold build takes minutes.
find_program(CARGO cargo HINTS $ENV{HOME}/.cargo/bin)
if(NOT CARGO)
  message(FATAL_ERROR "cargo was not found; install Rust 1.95 or later (https://rustup.rs), which the generated parts need")
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

set(CLOISTER_WIT ${CLOISTER_RUST_OUT}/cloister-wit/cloister-wit)
cloister_rust_artifacts(cloister_wit_tool PROFILE release PACKAGE cloister-wit FOLDER ${CLOISTER_RUST_OUT}/cloister-wit
  ARTIFACTS cloister-wit FILES cloister-wit)
