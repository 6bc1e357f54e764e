# A fresh prefix, moved after it was installed: the examples, a library ahead of time, and what mercerc writes are built with only that,
# by CMake and by pkg-config, and run.
#   cmake -D BUILD= -D SOURCE= -D WORK= -D COMPILER= -D C_COMPILER= -D FLAGS= -D LIBDIR= -D BINDIR= -D READELF= -D PKG_CONFIG= -P Moved.cmake
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix "${WORK}/first place")
set(prefix "${WORK}/moved to a new place")
file(RENAME "${WORK}/first place" "${prefix}")

# Nothing that a build or a loader reads may name a folder that is not there any more.
file(GLOB_RECURSE texts "${prefix}/*.cmake" "${prefix}/*.pc" "${prefix}/*.h" "${prefix}/*.def")
list(LENGTH texts count)
if(count LESS 20)
  message(FATAL_ERROR "only ${count} text files are installed: ${texts}")
endif()
foreach(file ${texts})
  file(READ ${file} text)
  foreach(folder ${BUILD} ${SOURCE} "${WORK}/first place")
    string(FIND "${text}" "${folder}" place)
    if(NOT place EQUAL -1)
      message(FATAL_ERROR "${file} names ${folder}")
    endif()
  endforeach()
endforeach()
foreach(file "${prefix}/${LIBDIR}/libmercer_runtime.so" "${prefix}/${BINDIR}/mercerc")
  execute_process(COMMAND ${READELF} --dynamic --wide "${file}" OUTPUT_VARIABLE entries COMMAND_ERROR_IS_FATAL ANY)
  if(NOT entries MATCHES "NEEDED")
    message(FATAL_ERROR "${file} needs no library: ${entries}")
  endif()
  foreach(folder ${BUILD} "${WORK}/first place")
    string(FIND "${entries}" "${folder}" place)
    if(NOT place EQUAL -1)
      message(FATAL_ERROR "${file} looks for libraries in ${folder}: ${entries}")
    endif()
  endforeach()
endforeach()

file(COPY ${SOURCE}/test/package/programs ${SOURCE}/examples/ahead_of_time DESTINATION ${WORK})
file(GLOB examples ${SOURCE}/examples/0*.cpp)
file(COPY ${examples} DESTINATION ${WORK}/programs)
foreach(project programs ahead_of_time)
  run(${CMAKE_COMMAND} -S ${WORK}/${project} -B ${WORK}/${project}/build -G Ninja "-DCMAKE_PREFIX_PATH=${prefix}"
      -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS})
  run(${CMAKE_COMMAND} --build ${WORK}/${project}/build)
endforeach()
foreach(example ${examples})
  cmake_path(GET example STEM name)
  execute_process(COMMAND ${WORK}/programs/build/${name} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${BUILD}/examples/${name} OUTPUT_VARIABLE expected COMMAND_ERROR_IS_FATAL ANY)
  foreach(text output expected) # messages name the user's file
    string(REGEX REPLACE "[^\n]*/${name}.cpp" "${name}.cpp" ${text} "${${text}}")
  endforeach()
  if(NOT output STREQUAL expected)
    message(FATAL_ERROR "${name} prints\n${output}\nbut in Mercer's own build\n${expected}")
  endif()
endforeach()
execute_process(COMMAND ${WORK}/ahead_of_time/build/train OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output MATCHES "of 600 points are classified right")
  message(FATAL_ERROR "the program that was compiled ahead of time prints ${output}")
endif()

# An object file of mercerc, linked by hand.
run("${prefix}/${BINDIR}/mercerc" compile huber_loss --emit=object -o ${WORK}/huber.o)
file(READ ${WORK}/huber.h header)
if(NOT header MATCHES "huber_loss_f32\\(")
  message(FATAL_ERROR "the header does not declare huber_loss_f32:\n${header}")
endif()
file(WRITE ${WORK}/by-hand.c "#include \"huber.h\"
#include <stdio.h>
int main(void) {
  puts(mercer_last_error());
  return huber_loss_f32 == 0;
}
")
run(${C_COMPILER} ${WORK}/by-hand.c ${WORK}/huber.o "${prefix}/${LIBDIR}/libmercer_support.a" -o ${WORK}/by-hand)
run(${WORK}/by-hand)

if(NOT PKG_CONFIG)
  message(STATUS "skipped: there is no pkg-config here")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
execute_process(COMMAND ${PKG_CONFIG} --cflags --libs mercer OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
separate_arguments(given UNIX_COMMAND "${FLAGS}")
run(${COMPILER} ${given} ${SOURCE}/test/package/stranger/main.cpp ${flags} -o ${WORK}/by-pkg-config)
run(${WORK}/by-pkg-config)
