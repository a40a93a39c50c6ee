# freehold_layer(NAME USES … [PRIVATE …]): the library of src/NAME, its unit tests and its fuzzers.
#
# Headers are found through build/layers/NAME/NAME, a link to src/NAME that only those who link the layer have on their
# include path. So an #include of a layer that may not be seen does not compile: the build keeps the architecture.
function(freehold_layer name)
  cmake_parse_arguments(arg "" "" "USES;PRIVATE" ${ARGN})
  set(dir ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|/main)\\.cpp$")
  set(include ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${include})
  file(CREATE_LINK ${dir} ${include}/${name} SYMBOLIC)

  if(NOT sources)  # not begun yet
    add_library(freehold_${name} INTERFACE)
    add_library(freehold::${name} ALIAS freehold_${name})
    target_include_directories(freehold_${name} INTERFACE ${include})
    target_link_libraries(freehold_${name} INTERFACE ${arg_USES})
    return()
  endif()

  add_library(freehold_${name} STATIC ${sources})
  add_library(freehold::${name} ALIAS freehold_${name})
  target_include_directories(freehold_${name} PUBLIC ${include})
  target_link_libraries(freehold_${name} PUBLIC ${arg_USES} PRIVATE ${arg_PRIVATE} freehold_warnings)
  freehold_precompile(freehold_${name} sources)
  set_property(GLOBAL APPEND PROPERTY FREEHOLD_LAYERS ${name})

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE freehold::${name} ${arg_PRIVATE} freehold_warnings
                          GTest::gmock GTest::gtest_main)
    freehold_precompile(${name}_test tests)
    set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()

  if(FREEHOLD_FUZZ)
    foreach(source ${fuzzers})
      get_filename_component(stem ${source} NAME_WE)
      add_executable(${name}_${stem} ${source})
      target_link_libraries(${name}_${stem} PRIVATE freehold::${name} freehold_warnings)
      target_link_options(${name}_${stem} PRIVATE -fsanitize=fuzzer)
      set_target_properties(${name}_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
      add_dependencies(fuzzers ${name}_${stem})
    endforeach()
  endif()
endfunction()

# freehold_protos(NAME): the records on disk, described in NAME/*.proto, as a library.
function(freehold_protos name)
  file(GLOB protos CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.proto)
  set(out ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${out})
  add_library(freehold_${name} STATIC ${protos})
  add_library(freehold::${name} ALIAS freehold_${name})
  protobuf_generate(TARGET freehold_${name} LANGUAGE cpp PROTOC_OUT_DIR ${out}
                    IMPORT_DIRS ${CMAKE_SOURCE_DIR})
  target_include_directories(freehold_${name} SYSTEM PUBLIC ${out})
  target_link_libraries(freehold_${name} PUBLIC protobuf::libprotobuf-lite)
endfunction()

# freehold_program(NAME FROM source USES …)
function(freehold_program name)
  cmake_parse_arguments(arg "" "FROM" "USES" ${ARGN})
  add_executable(${name} ${arg_FROM})
  target_link_libraries(${name} PRIVATE ${arg_USES} freehold_warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()
