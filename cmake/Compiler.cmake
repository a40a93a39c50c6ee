# One compiler: clang 19 with libstdc++ 12.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "Freehold is built with clang 19 or newer, not ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. "
    "g++ 12 miscompiles coroutines (temporaries in a statement with co_await are destroyed twice). "
    "Install clang-19 and lld-19, or simply use ./dev, which does.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                        FREEHOLD_VERSION="${PROJECT_VERSION}")

set(FREEHOLD_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
if(FREEHOLD_SANITIZE)
  add_compile_options(-fsanitize=${FREEHOLD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FREEHOLD_SANITIZE})
endif()

option(FREEHOLD_FUZZ "Build the libFuzzer targets (*_fuzz.cpp)" OFF)
if(FREEHOLD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_custom_target(fuzzers)
endif()

# Warnings are for our own code; the schema's generated sources are compiled without them.
add_library(freehold_warnings INTERFACE)
target_compile_options(freehold_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror)
