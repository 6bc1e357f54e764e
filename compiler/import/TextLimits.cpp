#include "compiler/import/TextLimits.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"

#include <optional>

namespace mercer::compiler {
namespace {

std::string line(llvm::StringRef text, std::size_t position) {
  return "line " + std::to_string(text.take_front(position).count('\n') + 1);
}

/// Position after a string literal that starts at `position`.
std::size_t afterString(llvm::StringRef text, std::size_t position) {
  for (++position; position < text.size() && text[position] != '"' && text[position] != '\n'; ++position)
    if (text[position] == '\\')
      ++position;
  return position + 1;
}

bool isWordCharacter(char c) { return llvm::isAlnum(c) || c == '_' || c == '.' || c == '$'; }

} // namespace

std::string exceededLimit(llvm::StringRef text) {
  if (text.size() > mostBytes)
    return "a text has at most " + std::to_string(mostBytes) + " bytes, but this has " +
           std::to_string(text.size());
  if (std::size_t zero = text.find('\0'); zero != llvm::StringRef::npos)
    return line(text, zero) + ": a text has no zero byte";
  unsigned depth = 0, operators = 0;
  std::optional<unsigned> affineDepth; // of the affine map or set around the position
  std::size_t equations = 0;
  for (std::size_t position = 0; position < text.size();) {
    char c = text[position];
    if (c == '"') {
      position = afterString(text, position);
    } else if (c == '/' && text.substr(position).starts_with("//")) {
      position = std::min(text.find('\n', position), text.size());
    } else if (isWordCharacter(c)) {
      std::size_t end = position;
      while (end < text.size() && isWordCharacter(text[end]))
        ++end;
      if (end - position > mostDigits)
        return line(text, position) + ": a number or name has at most " + std::to_string(mostDigits) +
               " characters, but this has " + std::to_string(end - position);
      llvm::StringRef word = text.slice(position, end);
      if (word.starts_with("affine_"))
        affineDepth = depth, operators = 0;
      operators += word == "mod" || word == "floordiv" || word == "ceildiv";
      position = end;
    } else {
      bool arrow = c == '>' && position > 0 && text[position - 1] == '-';
      bool comparison = (c == '<' || c == '>') && affineDepth && text.substr(position + 1).starts_with("=");
      if (c == '(' || c == '[' || c == '{' || (c == '<' && !comparison))
        ++depth;
      else if ((c == ')' || c == ']' || c == '}' || (c == '>' && !arrow && !comparison)) && depth > 0)
        --depth;
      if (affineDepth && depth <= *affineDepth)
        if (c == ')' || c == ']' || c == '}' || (c == '>' && !arrow && !comparison))
          affineDepth.reset();
      operators += c == '+' || c == '-' || c == '*';
      if (affineDepth && operators > mostOperators)
        return line(text, position) + ": an affine map has at most " + std::to_string(mostOperators) +
               " operators";
      if (depth > mostBrackets)
        return line(text, position) + ": brackets are at most " + std::to_string(mostBrackets) + " deep";
      equations += c == '=' || c == '\n';
      if (equations > 4 * mostOps)
        return "a text has at most " + std::to_string(mostOps) + " ops";
      ++position;
    }
  }
  return {};
}

} // namespace mercer::compiler
