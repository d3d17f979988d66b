# The few words in which every folder's CMakeLists.txt is written.

add_library(drill_warnings INTERFACE)
target_compile_options(drill_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion
                       $<$<BOOL:${DRILL_WERROR}>:-Werror>
                       $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)

# drill_library(name SOURCES a.cc b.h ... DEPS x y ...): static library of one folder.
function(drill_library name)
  cmake_parse_arguments(L "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${L_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${L_DEPS} PRIVATE drill_warnings)
endfunction()

# drill_executable(name SOURCES ... DEPS ...): a program in build/bin.
function(drill_executable name)
  cmake_parse_arguments(E "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${E_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${E_DEPS} drill_warnings)
endfunction()

# What the sanitizers run: the tests of core, common, the controller's loop, view and journal, the
# journal contract and the simulation. They link no gRPC, so that ThreadSanitizer sees all of them.
add_custom_target(pure_tests)

# drill_test(name LABEL unit|contract|sim|rpc|integration SOURCES ... DEPS ... [TIMEOUT s]
#            [NEEDS target ...]): a GoogleTest program, one ctest entry.
# NEEDS lists the programs that the test runs (built first; found in DRILL_BIN).
function(drill_test name)
  cmake_parse_arguments(T "" "LABEL;TIMEOUT" "SOURCES;DEPS;NEEDS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${T_DEPS} test_main drill_warnings)
  target_precompile_headers(${name} REUSE_FROM test_main)
  if(T_NEEDS)
    add_dependencies(${name} ${T_NEEDS})
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 180)
  endif()
  if(T_LABEL MATCHES "^(unit|contract|sim)$" AND
     CMAKE_CURRENT_SOURCE_DIR MATCHES
       "/tests/(unit/core|unit/common|unit/server/(journal|loop|view)|contract|simulation)")
    add_dependencies(pure_tests ${name})
    list(APPEND T_LABEL pure)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABEL}" TIMEOUT ${T_TIMEOUT}
    ENVIRONMENT "DRILL_SOURCE_DIR=${CMAKE_SOURCE_DIR};DRILL_BIN=${CMAKE_BINARY_DIR}/bin")
endfunction()
