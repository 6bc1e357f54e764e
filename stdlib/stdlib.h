// Every family of the standard library.
#pragma once

#include "mercer/stdlib/KernelFunctions.h"
#include "mercer/stdlib/Classification.h"
#include "mercer/stdlib/Contrastive.h"
#include "mercer/stdlib/Detection.h"
#include "mercer/stdlib/Distillation.h"
#include "mercer/stdlib/Divergences.h"
#include "mercer/stdlib/Generative.h"
#include "mercer/stdlib/Metric.h"
#include "mercer/stdlib/Mixtures.h"
#include "mercer/stdlib/Operators.h"
#include "mercer/stdlib/Preference.h"
#include "mercer/stdlib/Regression.h"
#include "mercer/stdlib/Regularizers.h"
