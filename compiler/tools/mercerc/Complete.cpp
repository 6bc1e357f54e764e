#include "compiler/tools/mercerc/Complete.h"

#include "compiler/tools/mercerc/Catalogue.h"

#include "mercer/stdlib/Registry.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace mercer::tools {
namespace {

constexpr const char *bash = R"sh(# mercerc completion bash > /etc/bash_completion.d/mercerc, or: source <(mercerc completion bash)
_mercerc() {
  local IFS=$'\n' found
  # Words as they are typed: bash takes --emit=mlir apart at the sign.
  local line=${COMP_LINE:0:COMP_POINT}
  found=$(IFS=' '; set -f; mercerc complete -- ${line#* } $([[ $line == *' ' ]] && echo "''") 2>/dev/null)
  local word=${line##* }
  [[ $word == --*=* ]] && found=$(sed "s/^[^=]*=//" <<<"$found")
  COMPREPLY=($found)
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _mercerc mercerc
)sh";

constexpr const char *zsh = R"sh(#compdef mercerc
# mercerc completion zsh > a folder of $fpath as _mercerc
_mercerc() {
  local -a found
  found=(${(f)"$(mercerc complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then
    compadd -S '' -- ${(M)found:#*=}
    compadd -- ${found:#*=}
  else
    _files
  fi
}
compdef _mercerc mercerc
)sh";

/// Values of an option or argument; empty: any, or a file.
std::vector<std::string> values_of(const std::string &name) {
  std::set<std::string> values;
  if (name == "NAME" || name == "NAME|FILE.mlir")
    for (const stdlib::EntryInfo &entry : stdlib::entries())
      values.insert(std::string(entry.name));
  if (name == "--family")
    for (const stdlib::EntryInfo &entry : stdlib::entries())
      values.insert(std::string(entry.family));
  if (name == "--needs")
    for (const std::string &kind : kinds_of_arguments())
      values.insert(kind);
  if (name == "--emit")
    values = {"program", "mlir", "nests", "vector", "llvm", "asm", "object", "header"};
  if (name == "--type" || name == "--types")
    values = {"f64", "f32", "bf16", "f16"};
  if (name == "--engine")
    values = {"jit", "interpreter"};
  if (name == "--target")
    values = {"host", "x86-64-v2", "x86-64-v3", "x86-64-v4"};
  if (name == "--targets")
    values = {"x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"};
  if (name == "SHELL")
    values = {"bash", "zsh"};
  return {values.begin(), values.end()};
}

} // namespace

std::string completions(const CLI::App &app, const std::vector<std::string> &words) {
  const std::string last = words.empty() || words.back() == "''" ? "" : words.back();
  const CLI::App *command = &app;
  std::size_t positionals = 0;
  for (std::size_t n = 0; n + 1 < words.size(); ++n)
    if (const std::vector<const CLI::App *> below =
            command->get_subcommands([&](const CLI::App *one) { return one->get_name() == words[n]; });
        !below.empty())
      command = below.front();
    else
      positionals += !words[n].starts_with('-');
  std::vector<std::string> found;
  const std::size_t sign = last.find('=');
  if (last.starts_with("--") && sign != std::string::npos)
    for (const std::string &value : values_of(last.substr(0, sign)))
      found.push_back(last.substr(0, sign + 1) + value);
  else if (last.starts_with('-'))
    for (const CLI::Option *option : command->get_options())
      for (const std::string &name : option->get_lnames())
        found.push_back("--" + name + (option->get_items_expected_max() > 0 && name != "help" ? "=" : ""));
  else {
    for (const CLI::App *below : command->get_subcommands([](const CLI::App *below) { return !below->get_group().empty(); }))
      found.push_back(below->get_name());
    std::size_t position = 0;
    for (const CLI::Option *option : command->get_options())
      if (option->get_positional() && position++ == positionals)
        found = values_of(option->get_name());
  }
  std::string text;
  for (const std::string &one : found)
    if (one.starts_with(last))
      text += one + "\n";
  return text;
}

std::string completion_script(const std::string &shell) { return shell == "bash" ? bash : zsh; }

} // namespace mercer::tools
