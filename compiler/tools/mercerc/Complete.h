// Completion of command lines, made of what the command line itself is made of.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace mercer::tools {

/// What may follow `words`, of which the last may be incomplete, one line each. An empty line of words is completed too.
std::string completions(const CLI::App &app, const std::vector<std::string> &words);

/// The script that a shell ("bash", "zsh") reads once; it asks `mercerc complete`.
std::string completion_script(const std::string &shell);

} // namespace mercer::tools
