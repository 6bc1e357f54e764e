# mercer_add_library(<name> SOURCES <file>... [TYPES <f32|f64|f16|bf16>...] [TARGETS <instruction set>...] [LINK <target>...])
#
# Makes the static library <name> and the header <name>.h of the programs that the sources export:
#
#   MERCER_EXPORT(supcon, value_and_gradient(loss, {z}));     ->     int32_t supcon_f32(const DLTensor *z, ...);
#
# The sources become a program of the build, <name>-generator, which writes the object file and the header whenever it changes.
# Programs in C or C++ that link <name> find <name>.h and need nothing of Mercer's when they run. LINK: what the sources need.
#
# TARGETS: x86-64-v2, x86-64-v3 and x86-64-v4, of which a function chooses by the processor when it runs (default: all three), or
# aarch64. A library for another processor than the build's has the code alone: compile Mercer_SUPPORT_SOURCES for that
# processor too.
function(mercer_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;TYPES;TARGETS;LINK")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mercer_add_library(${name}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "mercer_add_library(${name}): SOURCES must name a source with MERCER_EXPORT")
  endif()
  add_executable(${name}-generator ${ARG_SOURCES})
  target_link_libraries(${name}-generator PRIVATE Mercer::generator ${ARG_LINK})

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}.mercer)
  file(MAKE_DIRECTORY ${folder})
  set(options)
  foreach(type ${ARG_TYPES})
    list(APPEND options --type ${type})
  endforeach()
  foreach(target ${ARG_TARGETS})
    list(APPEND options --target ${target})
  endforeach()
  add_custom_command(OUTPUT ${folder}/${name}.o ${folder}/${name}.h
    COMMAND ${name}-generator --object ${folder}/${name}.o --header ${folder}/${name}.h ${options}
    DEPENDS ${name}-generator
    COMMENT "Compiling the programs of ${name}" VERBATIM)

  set(support $<TARGET_OBJECTS:Mercer::support_objects>)
  if(ARG_TARGETS STREQUAL aarch64 AND NOT CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL aarch64)
    set(support)
  endif()
  add_library(${name} STATIC ${folder}/${name}.o ${folder}/${name}.h ${support})
  set_source_files_properties(${folder}/${name}.o PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${name} INTERFACE ${folder})
endfunction()
