#include "mercer/dsl/Notation.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace mercer::dsl {
namespace {

std::string joined(const std::vector<std::string> &texts, std::string_view separator) {
  std::string result;
  for (const std::string &text : texts)
    result.append(result.empty() ? "" : separator).append(text);
  return result;
}

/// Signs of reductions; others have their names.
const std::string *sign_of(std::string_view reduction) {
  static const std::map<std::string_view, std::string> signs = {
      {"sum", "Σ"}, {"prod", "Π"}, {"min", "min"}, {"max", "max"}, {"any", "∃"}, {"all", "∀"}};
  auto found = signs.find(reduction);
  return found == signs.end() ? nullptr : &found->second;
}

/// Greek letters by their names.
const std::string *letter_of(std::string_view name) {
  static const std::map<std::string_view, std::string> letters = {
      {"alpha", "α"}, {"beta", "β"},   {"gamma", "γ"}, {"delta", "δ"}, {"epsilon", "ε"}, {"zeta", "ζ"}, {"eta", "η"},
      {"theta", "θ"}, {"kappa", "κ"},  {"lambda", "λ"}, {"mu", "μ"},   {"nu", "ν"},      {"xi", "ξ"},   {"pi", "π"},
      {"rho", "ρ"},   {"sigma", "σ"},  {"tau", "τ"},   {"phi", "φ"},   {"chi", "χ"},     {"psi", "ψ"},  {"omega", "ω"}};
  auto found = letters.find(name);
  return found == letters.end() ? nullptr : &found->second;
}

/// 2.5e-08 as 2.5 and -8; an exponent of 0 where there is none.
struct Decimal {
  std::string factor;
  int exponent = 0;
};
Decimal split(double value) {
  std::string text = decimal(value);
  std::size_t e = text.find('e');
  return e == std::string::npos ? Decimal{text} : Decimal{text.substr(0, e), std::stoi(text.substr(e + 1))};
}

class Unicode : public Notation {
public:
  bool is_stacked() const override { return false; }
  std::string whole(const std::string &formula, const std::vector<std::string> &parts) const override {
    std::string result = formula;
    for (const std::string &part : parts)
      result += "\nwhere " + part;
    return result;
  }
  Text constant(double value) const override {
    return {decimal(value), std::signbit(value) ? unary : atom};
  }
  std::string integer(std::int64_t value) const override { return std::to_string(value); }
  std::string truth(bool value) const override { return value ? "true" : "false"; }
  std::string name(const std::string &name) const override { return name; }
  std::string part_name(std::size_t number) const override { return "v" + std::to_string(number); }
  std::string function(std::string_view name) const override { return std::string(name); }
  std::string dot() const override { return "·"; }
  std::string enclosed(const std::string &text) const override { return "(" + text + ")"; }
  std::string list(const std::vector<std::string> &texts) const override { return joined(texts, ", "); }
  std::string call(std::string_view name, const std::vector<std::string> &operands) const override {
    return function(name) + enclosed(list(operands));
  }
  std::string extent(const std::string &index) const override { return "extent(" + index + ")"; }
  std::string infix(const std::string &left, std::string_view sign, const std::string &right) const override {
    return left + (sign.empty() ? " " : " " + std::string(sign) + " ") + right;
  }
  std::string fraction(const std::string &above, const std::string &below) const override { return above + " / " + below; }
  std::string negative(const std::string &text) const override { return "-" + text; }
  std::string negation(const std::string &text) const override { return "¬" + text; }
  std::string power(const std::string &base, const std::string &exponent) const override { return base + "^" + exponent; }
  std::string square(const std::string &base) const override { return base + "²"; }
  std::string root(const std::string &text) const override { return "√" + text; }
  std::string magnitude(const std::string &text) const override { return "|" + text + "|"; }
  std::string floor_ratio(const std::string &above, const std::string &below) const override {
    return "⌊" + above + " / " + below + "⌋";
  }
  std::string subscripted(const std::string &name, const std::vector<std::string> &subscripts) const override {
    return name + enclosed(list(subscripts));
  }
  std::string reduction(std::string_view name, const std::vector<std::string> &over, const std::string &condition,
                        const std::string &note, const std::string &body) const override {
    const std::string *sign = sign_of(name);
    return (sign ? *sign : function(name)) + "[" + list(over) + (condition.empty() ? "" : ": " + condition) +
           (note.empty() ? "" : "; " + note) + "]" + (body.empty() ? "" : " " + body);
  }
  std::string tangent(const std::vector<std::string> &along, const std::string &body) const override {
    return "D[" + list(along) + "] " + body;
  }
  std::string partial(const std::string &body, const std::string &by) const override { return "∂[" + body + "]/∂" + by; }
  std::string at(const std::string &text, const std::string &variable, const std::string &point) const override {
    return text + "{" + variable + " = " + point + "}";
  }
};

class Latex : public Notation {
public:
  bool is_stacked() const override { return true; }
  std::string whole(const std::string &formula, const std::vector<std::string> &parts) const override {
    std::string result = formula;
    for (const std::string &part : parts)
      result += " \\\\\n" + part;
    return result;
  }
  Text constant(double value) const override {
    Binding binding = std::signbit(value) ? unary : atom;
    if (std::isnan(value))
      return {"\\mathrm{NaN}", binding};
    if (std::isinf(value))
      return {value > 0 ? "\\infty" : "-\\infty", binding};
    auto [factor, exponent] = split(value); // 2.5e-08 is no notation of papers
    if (exponent == 0)
      return {factor, binding};
    std::string power = "10^{" + std::to_string(exponent) + "}";
    if (factor == "1" || factor == "-1")
      return {factor.substr(0, factor.size() - 1) + power, unary};
    return {factor + " \\cdot " + power, multiplicative};
  }
  std::string integer(std::int64_t value) const override { return std::to_string(value); }
  std::string truth(bool value) const override { return value ? "true" : "false"; }
  std::string name(const std::string &name) const override {
    if (letter_of(name))
      return "\\" + name;
    return name.size() > 1 ? "\\mathrm{" + escaped(name) + "}" : escaped(name);
  }
  std::string part_name(std::size_t number) const override { return "v_{" + std::to_string(number) + "}"; }
  std::string function(std::string_view name) const override {
    for (std::string_view known : {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh"})
      if (name == known)
        return "\\" + std::string(name);
    return "\\operatorname{" + escaped(name) + "}";
  }
  std::string dot() const override { return "\\cdot"; }
  std::string enclosed(const std::string &text) const override { return "\\left(" + text + "\\right)"; }
  std::string list(const std::vector<std::string> &texts) const override { return joined(texts, ", "); }
  std::string call(std::string_view name, const std::vector<std::string> &operands) const override {
    // The arguments of `extent` are names, never tall.
    return function(name) + (name == "extent" ? "(" + list(operands) + ")" : enclosed(list(operands)));
  }
  std::string extent(const std::string &index) const override { return "|" + index + "|"; }
  std::string infix(const std::string &left, std::string_view sign, const std::string &right) const override {
    static const std::map<std::string_view, const char *> commands = {{"", "\\,"},     {"mod", "\\bmod"}, {"≠", "\\ne"}, {"≤", "\\le"},
                                                                      {"≥", "\\ge"}, {"∧", "\\land"},   {"∨", "\\lor"}};
    auto found = commands.find(sign);
    return left + " " + (found == commands.end() ? std::string(sign) : found->second) + " " + right;
  }
  std::string fraction(const std::string &above, const std::string &below) const override {
    return "\\frac{" + above + "}{" + below + "}";
  }
  std::string negative(const std::string &text) const override { return "-" + text; }
  std::string negation(const std::string &text) const override { return "\\lnot " + text; }
  std::string power(const std::string &base, const std::string &exponent) const override {
    return base + "^{" + exponent + "}";
  }
  std::string root(const std::string &text) const override { return "\\sqrt{" + text + "}"; }
  std::string magnitude(const std::string &text) const override { return "|" + text + "|"; }
  std::string floor_ratio(const std::string &above, const std::string &below) const override {
    return "\\lfloor " + above + " / " + below + " \\rfloor";
  }
  std::string subscripted(const std::string &name, const std::vector<std::string> &subscripts) const override {
    return name + "_{" + list(subscripts) + "}";
  }
  std::string reduction(std::string_view name, const std::vector<std::string> &over, const std::string &condition,
                        const std::string &note, const std::string &body) const override {
    static const std::map<std::string_view, const char *> signs = {{"sum", "\\sum"}, {"prod", "\\prod"},  {"min", "\\min"},
                                                                   {"max", "\\max"}, {"any", "\\exists"}, {"all", "\\forall"}};
    auto sign = signs.find(name);
    return (sign == signs.end() ? function(name) : sign->second) + "_{" + list(over) +
           (condition.empty() ? "" : " : " + condition) + (note.empty() ? "" : "; " + note) + "}" +
           (body.empty() ? "" : " " + body);
  }
  std::string tangent(const std::vector<std::string> &along, const std::string &body) const override {
    return "D_{" + list(along) + "} " + body;
  }
  std::string partial(const std::string &body, const std::string &by) const override {
    return "\\frac{\\partial}{\\partial " + by + "}\\left[" + body + "\\right]";
  }
  std::string at(const std::string &text, const std::string &variable, const std::string &point) const override {
    return text + "_{" + variable + " = " + point + "}";
  }

private:
  static std::string escaped(std::string_view name) {
    std::string result;
    for (char c : name)
      result += c == '_' ? std::string("\\_") : std::string(1, c);
    return result;
  }
};

/// MathML Core, which browsers draw: https://www.w3.org/TR/mathml-core/
class MathML : public Notation {
public:
  bool is_stacked() const override { return true; }
  std::size_t part_size() const override { return 32768; } // tags take eight times the place
  std::string whole(const std::string &formula, const std::vector<std::string> &parts) const override {
    std::string result = "<math display=\"block\">" + row(formula) + "</math>";
    for (const std::string &part : parts)
      result += "\n<math display=\"block\">" + row(part) + "</math>";
    return result;
  }
  Text constant(double value) const override {
    Binding binding = std::signbit(value) ? unary : atom;
    if (std::isnan(value))
      return {"<mi>NaN</mi>", binding};
    if (std::isinf(value))
      return {value > 0 ? "<mi>∞</mi>" : "<mo>−</mo><mi>∞</mi>", binding};
    auto [factor, exponent] = split(value);
    if (exponent == 0)
      return {signed_number(factor), binding};
    std::string power = "<msup><mn>10</mn>" + row(signed_number(std::to_string(exponent))) + "</msup>";
    if (factor == "1" || factor == "-1")
      return {(factor == "1" ? "" : "<mo>−</mo>") + power, unary};
    return {signed_number(factor) + "<mo>·</mo>" + power, multiplicative};
  }
  std::string integer(std::int64_t value) const override { return signed_number(std::to_string(value)); }
  std::string truth(bool value) const override { return value ? "<mi>true</mi>" : "<mi>false</mi>"; }
  std::string name(const std::string &name) const override {
    const std::string *letter = letter_of(name);
    return "<mi>" + (letter ? *letter : escaped(name)) + "</mi>";
  }
  std::string primed(const std::string &name, std::size_t primes) const override {
    std::string signs;
    for (std::size_t n = 0; n < primes; ++n)
      signs += "′";
    return primes == 0 ? name : "<msup>" + name + "<mo>" + signs + "</mo></msup>";
  }
  std::string part_name(std::size_t number) const override {
    return "<msub><mi>v</mi><mn>" + std::to_string(number) + "</mn></msub>";
  }
  std::string function(std::string_view name) const override { return "<mi>" + escaped(name) + "</mi>"; }
  std::string dot() const override { return "<mo>·</mo>"; }
  std::string enclosed(const std::string &text) const override { return row("<mo>(</mo>" + text + "<mo>)</mo>"); }
  std::string list(const std::vector<std::string> &texts) const override { return joined(texts, "<mo>,</mo>"); }
  std::string call(std::string_view name, const std::vector<std::string> &operands) const override {
    return function(name) + "<mo>&#x2061;</mo>" + enclosed(list(operands)); // function application
  }
  std::string extent(const std::string &index) const override { return magnitude(index); }
  std::string infix(const std::string &left, std::string_view sign, const std::string &right) const override {
    if (sign.empty() && right.starts_with("<mn>")) // 0.5 · 2, not 0.5 2
      return left + dot() + right;
    if (sign.empty()) // invisible times; names of several letters stand apart
      return left + "<mo rspace=\"0.17em\">&#x2062;</mo>" + right;
    return left + "<mo>" + (sign == "mod" ? " mod " : sign == "-" ? "−" : escaped(sign)) + "</mo>" + right;
  }
  std::string fraction(const std::string &above, const std::string &below) const override {
    return "<mfrac>" + row(above) + row(below) + "</mfrac>";
  }
  std::string negative(const std::string &text) const override { return "<mo>−</mo>" + text; }
  std::string negation(const std::string &text) const override { return "<mo>¬</mo>" + text; }
  std::string power(const std::string &base, const std::string &exponent) const override {
    return "<msup>" + row(base) + row(exponent) + "</msup>";
  }
  std::string square(const std::string &base) const override { return power(base, "<mn>2</mn>"); }
  std::string root(const std::string &text) const override { return "<msqrt>" + row(text) + "</msqrt>"; }
  std::string magnitude(const std::string &text) const override {
    return row("<mo stretchy=\"true\">|</mo>" + text + "<mo stretchy=\"true\">|</mo>");
  }
  std::string floor_ratio(const std::string &above, const std::string &below) const override {
    return row("<mo>⌊</mo>" + fraction(above, below) + "<mo>⌋</mo>");
  }
  std::string subscripted(const std::string &name, const std::vector<std::string> &subscripts) const override {
    return "<msub>" + row(name) + row(list(subscripts)) + "</msub>";
  }
  std::string reduction(std::string_view name, const std::vector<std::string> &over, const std::string &condition,
                        const std::string &note, const std::string &body) const override {
    const std::string *known = sign_of(name);
    std::string sign = !known             ? function(name)
                       : *known == "Σ"    ? "<mo>∑</mo>"
                       : *known == "Π"    ? "<mo>∏</mo>"
                       : name == *known ? function(name)
                                        : "<mo>" + *known + "</mo>";
    std::string under = list(over) + (condition.empty() ? "" : "<mo>:</mo>" + condition) +
                        (note.empty() ? "" : "<mo>;</mo><mtext>" + escaped(note) + "</mtext>");
    const bool is_word = sign.starts_with("<mi>");
    return "<munder>" + sign + row(under) + "</munder>" + (is_word ? "<mspace width=\"0.17em\"></mspace>" : "") + body;
  }
  std::string tangent(const std::vector<std::string> &along, const std::string &body) const override {
    return "<msub><mi>D</mi>" + row(list(along)) + "</msub>" + body;
  }
  std::string partial(const std::string &body, const std::string &by) const override {
    return "<mfrac><mi>∂</mi>" + row("<mi>∂</mi>" + by) + "</mfrac>" + row("<mo>[</mo>" + body + "<mo>]</mo>");
  }
  std::string at(const std::string &text, const std::string &variable, const std::string &point) const override {
    return "<msub>" + row(text) + row(variable + "<mo>=</mo>" + point) + "</msub>";
  }

private:
  static std::string row(const std::string &text) { return "<mrow>" + text + "</mrow>"; }
  static std::string signed_number(const std::string &text) {
    return text.starts_with('-') ? "<mo>−</mo><mn>" + text.substr(1) + "</mn>" : "<mn>" + text + "</mn>";
  }
  static std::string escaped(std::string_view text) {
    std::string result;
    for (char c : text)
      result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return result;
  }
};

} // namespace

std::string decimal(double value) {
  if (std::isnan(value))
    return "NaN";
  if (std::isinf(value))
    return value > 0 ? "∞" : "-∞";
  char text[40];
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value)
      break;
  }
  return text;
}

const Notation &unicode() {
  static const Unicode notation;
  return notation;
}
const Notation &latex() {
  static const Latex notation;
  return notation;
}
const Notation &mathml() {
  static const MathML notation;
  return notation;
}

} // namespace mercer::dsl
