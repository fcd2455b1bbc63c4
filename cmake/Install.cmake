# What `make install` installs, apart from completions and libtorch (tools/install.sh adds those). The command finds its
# backend in ../lib from itself, and the backend finds libtorch in lib/cloister/torch beside it: wherever the tree lies,
# nothing is loaded by a path of the machine that built it.
install(TARGETS cloister RUNTIME DESTINATION bin)
if(CLOISTER_TORCH)
  set_target_properties(cloister_torch PROPERTIES INSTALL_RPATH "$ORIGIN/cloister/torch/lib")
  install(TARGETS cloister_torch LIBRARY DESTINATION lib)
endif()
if(CLOISTER_GUESTS)
  foreach(name empty hello mnist-cnn photos tiny-lm transfer)
    install(FILES ${CMAKE_BINARY_DIR}/components/${name}.wasm DESTINATION share/cloister/components)
  endforeach()
  # What building a guest takes, besides clang.
  install(PROGRAMS ${CLOISTER_WIT} DESTINATION bin)
  install(DIRECTORY guest/cpp/include guest/cpp/src DESTINATION share/cloister/sdk/cpp)
  install(DIRECTORY ${CLOISTER_OPERATORS}/guest/cloister DESTINATION share/cloister/sdk/cpp/include)
  install(DIRECTORY wit DESTINATION share/cloister FILES_MATCHING PATTERN "*.wit")
  install(DIRECTORY guest/cpp/template DESTINATION share/cloister/sdk/cpp)
  install(DIRECTORY guest/rust/src guest/rust/template DESTINATION share/cloister/sdk/rust)
  install(FILES guest/rust/Cargo.toml Cargo.lock DESTINATION share/cloister/sdk/rust)
  install(FILES workloads/hello/hello.cpp DESTINATION share/cloister/sdk/examples)
endif()
install(FILES docs/cloister.1 DESTINATION share/man/man1)
install(FILES LICENSE NOTICE DESTINATION share/doc/cloister)
