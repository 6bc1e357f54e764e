// Activations of networks, chosen by name.
#pragma once

#include "mercer/language.h"

#include <string>

namespace mercer::stdlib {

/// The activation of this name: relu, tanh, erf, cos, sin, step, linear, softplus, gelu or sigmoid.
/// @throws Error(bad_option), which names the entry and its parameter
std::function<Expr(const Expr &)> activation(const char *entry, const char *parameter,
                                             const std::string &name);

} // namespace mercer::stdlib
