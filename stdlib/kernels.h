// Kernels as values that compose, and the library's kernel functions.
#pragma once

#include "mercer/library.h"
#include "mercer/stdlib/Kernel.h"
