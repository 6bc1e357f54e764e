# The build of a library of mercer_add_library, from outside: cmake -D SOURCE= -D FOLDER= -D PREFIX= -D GENERATOR= -D COMPILER= -P this
# A program that is no program stops it with one message at the user's line and leaves nothing; a change of a source makes it again; without
# a change nothing runs. The folder's name has a space.
file(REMOVE_RECURSE "${FOLDER}")
function(build value result output)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${FOLDER} -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${PREFIX}
                          -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_CXX_FLAGS=-DMERCER_TEST_VALUE=${value}"
                  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${FOLDER} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} ${status} PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()
set(object "${FOLDER}/broken.mercer/broken.o")

build(0 result output)
if(result EQUAL 0 OR NOT output MATCHES "broken\\.cpp:13: MERCER_EXPORT\\(rows\\): [^\n]*broken\\.cpp:[0-9]+: [^\n]*'j'")
  message(FATAL_ERROR "an unbound index must stop the build at its line: ${result}\n${output}")
endif()
file(GLOB left "${FOLDER}/broken.mercer/*")
if(left)
  message(FATAL_ERROR "a failed build leaves ${left}")
endif()

build(1 result output)
if(NOT result EQUAL 0 OR NOT EXISTS "${object}" OR NOT EXISTS "${FOLDER}/libbroken.a")
  message(FATAL_ERROR "the build must succeed: ${result}\n${output}")
endif()
file(SHA256 "${object}" first)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${FOLDER} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(output MATCHES "Compiling the programs")
  message(FATAL_ERROR "nothing has changed, but the generator runs:\n${output}")
endif()

build(2 result output)
if(NOT result EQUAL 0 OR NOT output MATCHES "Compiling the programs of broken")
  message(FATAL_ERROR "a change must make the object again: ${result}\n${output}")
endif()
file(SHA256 "${object}" second)
if(first STREQUAL second)
  message(FATAL_ERROR "the object is the old one")
endif()
