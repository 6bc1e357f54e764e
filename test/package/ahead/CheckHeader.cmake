# The header with each compiler and language, before and after the official dlpack.h:
# cmake -D HEADER= -D FOLDER= -D DLPACK= -P CheckHeader.cmake
cmake_path(GET HEADER PARENT_PATH include)
cmake_path(GET HEADER FILENAME name)
file(MAKE_DIRECTORY ${FOLDER})
set(orders "ours" "before" "after" "official")
set(own "#include \"${name}\"\n")
set(official "#include \"${DLPACK}\"\n")
set(text_ours "${own}")
set(text_before "${own}${official}")
set(text_after "${official}${own}")
set(text_official "${official}")
# The layout as numbers: equal whoever declares the structures.
set(main "#include <stddef.h>\n#include <stdio.h>\n#define AT(type, field) printf(#field \" %d\\n\", (int)offsetof(type, field))
int main(void) {
  AT(DLTensor, data); AT(DLTensor, device); AT(DLTensor, ndim); AT(DLTensor, dtype); AT(DLTensor, shape);
  AT(DLTensor, strides); AT(DLTensor, byte_offset); AT(DLDevice, device_type); AT(DLDevice, device_id);
  AT(DLDataType, code); AT(DLDataType, bits); AT(DLDataType, lanes); AT(DLManagedTensor, dl_tensor);
  AT(DLManagedTensor, manager_ctx); AT(DLManagedTensor, deleter); AT(DLManagedTensorVersioned, version);
  AT(DLManagedTensorVersioned, manager_ctx); AT(DLManagedTensorVersioned, deleter); AT(DLManagedTensorVersioned, flags);
  AT(DLManagedTensorVersioned, dl_tensor); AT(DLPackVersion, major); AT(DLPackVersion, minor);
  printf(\"%d %d %d %d\\n\", (int)sizeof(DLTensor), (int)sizeof(DLManagedTensor), (int)sizeof(DLManagedTensorVersioned), (int)sizeof(DLDevice));
  printf(\"%d %d %d %d %d %d %d %d\\n\", kDLCPU, kDLCUDAHost, kDLROCMHost, kDLInt, kDLUInt, kDLFloat, kDLBfloat, kDLBool);
  printf(\"%d %d\\n\", (int)DLPACK_FLAG_BITMASK_READ_ONLY, (int)DLPACK_FLAG_BITMASK_IS_COPIED);
  return 0;
}\n")
set(compiled 0)
set(layout "")
foreach(compiler gcc clang g++ clang++ clang-22 clang++-22)
  find_program(${compiler}_path ${compiler})
  if(NOT ${compiler}_path)
    continue()
  endif()
  set(languages c99 c11)
  set(suffix c)
  if(compiler MATCHES "\\+\\+")
    set(languages c++11 c++17)
    set(suffix cpp)
  endif()
  foreach(order ${orders})
    foreach(language ${languages})
      set(file ${FOLDER}/${order}.${suffix})
      file(WRITE ${file} "${text_${order}}${main}")
      # The official header is an outside one: its own warnings are not ours.
      execute_process(COMMAND ${${compiler}_path} -std=${language} -Wall -Wextra -Wpedantic -Wconversion -Werror -I${include}
                              ${file} -o ${FOLDER}/${order} RESULT_VARIABLE result ERROR_VARIABLE errors)
      if(NOT result EQUAL 0)
        message(FATAL_ERROR "A3: ${compiler} -std=${language}, ${order}: ${errors}")
      endif()
      execute_process(COMMAND ${FOLDER}/${order} OUTPUT_VARIABLE numbers COMMAND_ERROR_IS_FATAL ANY)
      if(layout AND NOT layout STREQUAL numbers)
        message(FATAL_ERROR "A3: ${compiler} -std=${language}, ${order}: other layout:\n${numbers}\nbefore:\n${layout}")
      endif()
      set(layout "${numbers}")
      math(EXPR compiled "${compiled} + 1")
    endforeach()
  endforeach()
endforeach()
if(compiled EQUAL 0)
  message(FATAL_ERROR "A3: no compiler was found")
endif()
message(STATUS "${compiled} programs")
