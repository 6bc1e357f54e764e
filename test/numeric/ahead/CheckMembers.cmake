# A program that calls one function of an archive has the code of no other: cmake -D ARCHIVE= -D FOLDER= -D COMPILER= -D NM= -P this
file(WRITE ${FOLDER}/one.c "#include \"few.h\"
#include <stddef.h>
int main(void) { return mercer_huber_loss_f32(NULL, NULL, NULL) == 0; }
")
execute_process(COMMAND ${COMPILER} -std=c99 ${FOLDER}/one.c ${ARCHIVE} -o ${FOLDER}/one COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${FOLDER}/one COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${NM} ${FOLDER}/one OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "mercer_huber_loss_f32")
  message(FATAL_ERROR "the function that is called is not there: ${symbols}")
endif()
foreach(other mercer_huber_loss_gradient mercer_cross_entropy mercer_mmd2_biased)
  if(symbols MATCHES ${other})
    message(FATAL_ERROR "${other} is linked, too")
  endif()
endforeach()
