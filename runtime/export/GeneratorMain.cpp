// main of the program that mercer_add_library builds of the user's sources.
#include "mercer/export.h"

int main(int count, char **arguments) { return mercer::detail::generate(count, arguments); }
