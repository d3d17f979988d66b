# drill_static_executable(name SOURCES ... DEPS rooms... ARCHIVES pkg-config modules...): one file
# that runs on any Linux of this processor, an empty chroot included.
#
# Debian's CMake targets of gRPC, protobuf and OpenSSL name shared objects, so this does not link
# them: it takes from the rooms their own archives and headers, and from pkg-config the system's
# archives. A sanitizer needs the dynamic loader: with DRILL_SANITIZE set it is an ordinary program.

# Appends to `result` the static libraries of ours that `target` is made of, itself included.
function(drill_collect_rooms target result)
  set(found ${${result}})
  if(NOT TARGET ${target} OR ${target} IN_LIST found)
    return()
  endif()
  get_target_property(imported ${target} IMPORTED)
  get_target_property(type ${target} TYPE)
  if(imported OR NOT type STREQUAL "STATIC_LIBRARY")
    return()
  endif()
  list(APPEND found ${target})
  get_target_property(deps ${target} INTERFACE_LINK_LIBRARIES)
  foreach(dep IN LISTS deps)
    drill_collect_rooms(${dep} found)
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

function(drill_static_executable name)
  cmake_parse_arguments(E "" "" "SOURCES;DEPS;ARCHIVES" ${ARGN})
  if(DRILL_SANITIZE)
    drill_executable(${name} SOURCES ${E_SOURCES} DEPS ${E_DEPS})
    return()
  endif()
  set(rooms "")
  foreach(dep IN LISTS E_DEPS)
    drill_collect_rooms(${dep} rooms)
  endforeach()

  pkg_check_modules(${name}_ARCHIVES REQUIRED QUIET ${E_ARCHIVES})
  set(system ${${name}_ARCHIVES_STATIC_LDFLAGS})
  # Within a group the order and number of archives do not matter.
  list(REMOVE_DUPLICATES system)

  add_executable(${name} ${E_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE drill_warnings)
  # GNU ld makes it 5 % smaller than mold. It warns of getaddrinfo() in a static program, which
  # would load NSS; gRPC is told to resolve names with c-ares instead.
  target_link_options(${name} PRIVATE -static -s -fuse-ld=bfd
                      LINKER:--gc-sections,--no-warnings)
  add_dependencies(${name} ${rooms})
  set(archives "")
  foreach(room IN LISTS rooms)
    target_include_directories(${name} SYSTEM PRIVATE
      $<TARGET_PROPERTY:${room},INTERFACE_SYSTEM_INCLUDE_DIRECTORIES>)
    list(APPEND archives $<TARGET_FILE:${room}>)
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS $<TARGET_FILE:${room}>)
  endforeach()
  target_link_libraries(${name} PRIVATE -Wl,--start-group ${archives} ${system} -Wl,--end-group)
endfunction()
