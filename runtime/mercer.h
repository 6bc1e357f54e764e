// All of Mercer.
#pragma once

#include "mercer/language.h"
#include "mercer/program.h"
#include "mercer/runtime.h"

#include "mercer/kernels.h"

#if __has_include("mercer/stdlib/stdlib.h")
#include "mercer/stdlib/stdlib.h"
#endif
