// All of Mercer.
#pragma once

#include "mercer/language.h"
#include "mercer/program.h"
#include "mercer/runtime.h"

#include "mercer/kernels.h"
#include "mercer/library.h"
#include "mercer/stdlib/Generators.h"
