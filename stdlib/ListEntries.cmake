# The library's entries, found in the text of the headers that stdlib.h includes.

# The headers of stdlib.h, those of one family beside each other: in `headers` their file names, in `families` the family of each.
function(mercer_list_headers folder headers families)
  file(STRINGS ${folder}/stdlib.h includes REGEX "^#include \"mercer/stdlib/")
  set(order "")
  foreach(include ${includes})
    string(REGEX REPLACE "^#include \"mercer/stdlib/(.*)\"$" "\\1" header "${include}")
    file(READ ${folder}/${header} text)
    if(NOT text MATCHES "\nnamespace mercer::stdlib::([a-z_]+) {")
      message(FATAL_ERROR "${header}: no line 'namespace mercer::stdlib::FAMILY {'")
    endif()
    list(APPEND order ${CMAKE_MATCH_1})
    list(APPEND of_${CMAKE_MATCH_1} ${header})
  endforeach()
  list(REMOVE_DUPLICATES order)
  set(all_headers "")
  set(all_families "")
  foreach(family ${order})
    foreach(header ${of_${family}})
      list(APPEND all_headers ${header})
      list(APPEND all_families ${family})
    endforeach()
  endforeach()
  set(${headers} ${all_headers} PARENT_SCOPE)
  set(${families} ${all_families} PARENT_SCOPE)
endfunction()

# MERCER_ENTRY(FAMILY, NAME) for every `NAME = define(` of a header.
function(mercer_list_entries path family output)
  file(READ ${path} text)
  string(REGEX MATCHALL "\ninline constexpr auto [a-z0-9_]+ =[ \n]+define\\(" declarations "${text}")
  set(list "")
  foreach(declaration ${declarations})
    string(REGEX REPLACE "^\ninline constexpr auto ([a-z0-9_]+) .*" "\\1" name "${declaration}")
    string(APPEND list "MERCER_ENTRY(${family}, ${name})\n")
  endforeach()
  set(${output} "${list}" PARENT_SCOPE)
endfunction()

# Run by itself: cmake -D STDLIB=FOLDER -D OUTPUT=FOLDER -P ListEntries.cmake writes Entries.inc with all entries, Headers.inc with
# MERCER_HEADER(NAME) for each header, and for each header a source NAME.cpp that adds its entries to the
# registry and defines the public functions. What has not changed is left
# as it is, so that only the headers that have are compiled again.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  mercer_list_headers(${STDLIB} headers families)
  set(all "")
  set(names "")
  foreach(header family IN ZIP_LISTS headers families)
    mercer_list_entries(${STDLIB}/${header} ${family} entries)
    string(APPEND all "${entries}")
    cmake_path(GET header STEM name)
    string(APPEND names "MERCER_HEADER(${name})\n")
    file(CONFIGURE OUTPUT ${OUTPUT}/${name}.cpp CONTENT
"#include \"mercer/stdlib/${header}\"

#include \"mercer/stdlib/Describe.h\"

#define MERCER_ENTRY(FAMILY, NAME) list.push_back(description_of(#FAMILY, FAMILY::NAME));
void mercer::stdlib::append_${name}(std::vector<EntryInfo> &list) {
${entries}}
#undef MERCER_ENTRY

#define MERCER_ENTRY(FAMILY, NAME) constinit const auto &NAME = mercer::stdlib::FAMILY::NAME;
namespace mercer::${family} {
${entries}}
")
  endforeach()
  file(CONFIGURE OUTPUT ${OUTPUT}/Entries.inc CONTENT "${all}")
  file(CONFIGURE OUTPUT ${OUTPUT}/Headers.inc CONTENT "${names}")
endif()
