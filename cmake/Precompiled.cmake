# Two precompiled headers, one for sources and one for unit tests: freehold_precompile(TARGET sources|tests).
#
# Their flags are those that all layers share, since a compiler refuses a header compiled with other definitions.
foreach(kind sources tests)
  file(WRITE ${CMAKE_BINARY_DIR}/precompiled_${kind}.cpp.new "")
  file(COPY_FILE ${CMAKE_BINARY_DIR}/precompiled_${kind}.cpp.new ${CMAKE_BINARY_DIR}/precompiled_${kind}.cpp ONLY_IF_DIFFERENT)
  add_library(precompiled_${kind} OBJECT ${CMAKE_BINARY_DIR}/precompiled_${kind}.cpp)
  # Not from the cache: a comment that changes leaves the preprocessed text as it is, but the compiler compares sizes.
  set_target_properties(precompiled_${kind} PROPERTIES CXX_COMPILER_LAUNCHER "")
endforeach()
target_link_libraries(precompiled_sources PRIVATE Boost::headers Threads::Threads protobuf::libprotobuf-lite)
target_link_libraries(precompiled_tests PRIVATE Boost::headers Threads::Threads protobuf::libprotobuf-lite GTest::gmock)
target_precompile_headers(precompiled_sources PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
target_precompile_headers(precompiled_tests PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled_test.hpp)
# Tests are programs, and those are compiled with -fPIE.
set_target_properties(precompiled_tests PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(precompiled_tests PRIVATE -fPIE)
# Neither the date nor the place of the header decides whether the compiler's cache serves, but what it holds: ccache reads a
# sum of that beside it (CCACHE_PCH_EXTSUM), so that every checkout is served.
add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -Xclang -include-pch -Xclang <PCH_FILE>)
function(freehold_write_sum kind header)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -std=c++23 -E -P ${CMAKE_SOURCE_DIR}/cmake/${header}
                  OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(SHA256 sum "${text}")
  file(WRITE ${CMAKE_BINARY_DIR}/CMakeFiles/precompiled_${kind}.dir/cmake_pch.hxx.pch.sum ${sum})
endfunction()
freehold_write_sum(sources precompiled.hpp)
freehold_write_sum(tests precompiled_test.hpp)

function(freehold_precompile target kind)
  target_precompile_headers(${target} REUSE_FROM precompiled_${kind})
endfunction()
