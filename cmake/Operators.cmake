include_guard(GLOBAL)
# What wit/ops.wit says of the operators, as C++: the backend contract, the host's calls and the SDK's operators, under
# ${CMAKE_BINARY_DIR}/operators (see rust/wit/src/operators).
include(CargoTool)
set(CLOISTER_OPERATORS ${CMAKE_BINARY_DIR}/operators)
set(operator_files engine/cloister/engine/operators.h engine/operator_overrides.inc engine/operator_lacks.inc
  host/operator_calls.inc host/operator_settings.inc guest/cloister/operator_settings.h
  guest/cloister/operator_methods.inc guest/cloister/operator_functions.h operators.json)
list(TRANSFORM operator_files PREPEND ${CLOISTER_OPERATORS}/)
file(GLOB_RECURSE wit CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/wit/*.wit)
# Unchanged files are left alone, so that what includes them is not compiled again; the stamp says that it was done.
add_custom_command(
  OUTPUT ${CLOISTER_OPERATORS}.stamp
  BYPRODUCTS ${operator_files}
  COMMAND ${CLOISTER_WIT} operators --wit ${PROJECT_SOURCE_DIR}/wit --world workload --interface ops
    --out ${CLOISTER_OPERATORS}
  COMMAND ${CMAKE_COMMAND} -E touch ${CLOISTER_OPERATORS}.stamp
  DEPENDS ${wit} ${CLOISTER_WIT} cloister_wit_tool
  COMMENT "Generating the layers of operators"
  VERBATIM)
add_custom_target(cloister_operators DEPENDS ${CLOISTER_OPERATORS}.stamp)
file(MAKE_DIRECTORY ${CLOISTER_OPERATORS}/engine ${CLOISTER_OPERATORS}/host ${CLOISTER_OPERATORS}/guest)
