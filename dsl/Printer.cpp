// Expressions as text in the notation of papers, and as LaTeX.
#include "mercer/dsl/Node.h"

#include <cmath>
#include <cstdio>
#include <map>
#include <set>

namespace mercer {
namespace {

using dsl::Function;

/// How tightly the outermost operator of a text binds. A reduction stands before a product and takes all of it.
enum Binding { lowest, logical_or, logical_and, comparison, additive, prefix, multiplicative, unary, atom };

struct Text {
  std::string text;
  Binding binding = atom;
};

struct Infix {
  Function function;
  const char *text, *latex;
  Binding binding;
};
constexpr Infix infixes[] = {
    {Function::add, " + ", " + ", additive},           {Function::sub, " - ", " - ", additive},
    {Function::mul, " ", " \\, ", multiplicative},      {Function::div, " / ", " / ", multiplicative},
    {Function::mod, " mod ", " \\bmod ", multiplicative}, {Function::eq, " = ", " = ", comparison},
    {Function::ne, " ≠ ", " \\ne ", comparison},        {Function::lt, " < ", " < ", comparison},
    {Function::le, " ≤ ", " \\le ", comparison},        {Function::gt, " > ", " > ", comparison},
    {Function::ge, " ≥ ", " \\ge ", comparison},        {Function::logical_and, " ∧ ", " \\land ", logical_and},
    {Function::logical_or, " ∨ ", " \\lor ", logical_or}};

constexpr std::string_view function_names[] = {
#define MERCER_ELEMENTWISE(name, ...) #name,
#include "mercer/dsl/ops/Elementwise.def"
};

std::string number(double value) {
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

class Printer {
public:
  Printer(bool latex, std::size_t part_size) : latex_(latex), part_size_(part_size) {}

  std::string print(const Expr &expr) { return expression(*expr.node()).text; }

  /// Definitions of the parts that were too long to stand in their place.
  const std::vector<std::string> &parts() const { return parts_; }

private:
  std::string key(const ExprNode &node) const {
    std::string key(reinterpret_cast<const char *>(&node), 0);
    key = std::to_string(reinterpret_cast<std::uintptr_t>(&node));
    for (const Index &index : node.free->indices)
      if (auto found = replaced_.find(index.node().get()); found != replaced_.end() && !found->second.empty())
        key += "|" + found->second.back().text;
    return key;
  }

  Text expression(const ExprNode &node) {
    std::string memo_key = key(node);
    if (auto known = memo_.find(memo_key); known != memo_.end())
      return known->second;
    Text made = fresh(node);
    if (made.text.size() > part_size_) {
      std::string name = "v" + std::to_string(parts_.size() + 1);
      if (latex_)
        name = "v_{" + std::to_string(parts_.size() + 1) + "}";
      parts_.push_back(name + " = " + made.text);
      made = {name};
    }
    memo_.emplace(std::move(memo_key), made);
    return made;
  }

  std::string operand(const Expr &expr, Binding least) { return enclosed(expression(*expr.node()), least); }

  std::string enclosed(const Text &text, Binding least) const {
    if (text.binding >= least)
      return text.text;
    return (latex_ ? "\\left(" : "(") + text.text + (latex_ ? "\\right)" : ")");
  }

  static std::string escaped(std::string_view name) {
    std::string result;
    for (char c : name)
      result += c == '_' ? std::string("\\_") : std::string(1, c);
    return result;
  }

  std::string name_of(const std::string &name) const {
    static const std::set<std::string_view> letters = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta",
                                                       "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma",
                                                       "tau", "phi", "chi", "psi", "omega"};
    if (!latex_)
      return name;
    if (letters.contains(name))
      return "\\" + name;
    return name.size() > 1 ? "\\mathrm{" + escaped(name) + "}" : escaped(name);
  }

  std::string function_of(std::string_view name) const {
    static const std::set<std::string_view> known = {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh"};
    if (!latex_)
      return std::string(name);
    return known.contains(name) ? "\\" + std::string(name) : "\\operatorname{" + escaped(name) + "}";
  }

  /// 2.5e-08 is no notation of papers.
  Text constant(double value) const {
    Binding binding = std::signbit(value) ? unary : atom;
    std::string text = number(value);
    if (!latex_)
      return {text, binding};
    if (std::isnan(value))
      return {"\\mathrm{NaN}", binding};
    if (std::isinf(value))
      return {value > 0 ? "\\infty" : "-\\infty", binding};
    std::size_t exponent = text.find('e');
    if (exponent == std::string::npos)
      return {text, binding};
    std::string power = "10^{" + std::to_string(std::stoi(text.substr(exponent + 1))) + "}", factor = text.substr(0, exponent);
    if (factor == "1" || factor == "-1")
      return {factor.substr(0, factor.size() - 1) + power, unary};
    return {factor + " \\cdot " + power, multiplicative};
  }

  std::string call(const std::string &name, const std::vector<Expr> &operands) {
    std::string list;
    for (const Expr &expr : operands)
      list += (list.empty() ? "" : ", ") + expression(*expr.node()).text;
    return function_of(name) + (latex_ ? "\\left(" + list + "\\right)" : "(" + list + ")");
  }

  Text fresh(const ExprNode &node) {
    switch (node.op) {
    case ExprOp::real_constant:
      return constant(node.real);
    case ExprOp::integer_constant:
      return {std::to_string(node.integer), node.integer < 0 ? unary : atom};
    case ExprOp::boolean_constant:
      return {node.integer ? "true" : "false"};
    case ExprOp::index:
      return index(node.indices[0]);
    case ExprOp::index_extent:
      return {latex_ ? "|" + index(node.indices[0]).text + "|" : "extent(" + index(node.indices[0]).text + ")"};
    case ExprOp::tensor_extent:
      return {function_of("extent") + "(" + tensor_name(*node.tensor) + ", " + std::to_string(node.integer) + ")"};
    case ExprOp::read: {
      std::vector<Text> at;
      for (const Expr &subscript : node.operands)
        at.push_back(expression(*subscript.node()));
      return read(*node.tensor, at);
    }
    case ExprOp::apply:
      return apply(node);
    case ExprOp::composite:
      return {call(node.name, node.operands)};
    case ExprOp::reduce:
      return reduce(node);
    case ExprOp::named:
      return expression(*node.operands[0].node());
    case ExprOp::tangent: {
      std::string along;
      for (const auto &[variable, direction] : node.directions)
        along += (along.empty() ? "" : ", ") + direction.name();
      return {(latex_ ? "D_{" : "D[") + along + (latex_ ? "} " : "] ") + operand(node.operands[0], unary), unary};
    }
    }
    return {};
  }

  Text index(const Index &index) {
    auto found = replaced_.find(index.node().get());
    if (found != replaced_.end() && !found->second.empty())
      return found->second.back();
    return {name_of(index.name())};
  }

  Text apply(const ExprNode &node) {
    for (const Infix &infix : infixes)
      if (infix.function == node.function) {
        if (latex_ && node.function == Function::div)
          return {"\\frac{" + operand(node.operands[0], lowest) + "}{" + operand(node.operands[1], lowest) + "}"};
        bool associative = infix.function == Function::add || infix.function == Function::logical_and ||
                           infix.function == Function::logical_or;
        Binding right = associative ? infix.binding : static_cast<Binding>(infix.binding + 1);
        if (infix.function == Function::mul)
          right = static_cast<Binding>(unary + 1);
        // -a b reads the same as (-a) b and as -(a b).
        const ExprNode &first = *node.operands[0].node();
        bool negated = infix.binding == multiplicative && first.op == ExprOp::apply && first.function == Function::neg &&
                       expression(*first.operands[0].node()).binding >= multiplicative;
        Binding left = negated ? additive : infix.binding;
        return {operand(node.operands[0], left) + (latex_ ? infix.latex : infix.text) +
                    operand(node.operands[1], right),
                left};
      }
    switch (node.function) {
    case Function::neg:
      return {"-" + operand(node.operands[0], prefix), additive};
    case Function::logical_not:
      return {(latex_ ? "\\lnot " : "¬") + operand(node.operands[0], atom), unary};
    case Function::to_real:
      return expression(*node.operands[0].node());
    case Function::square:
      return {operand(node.operands[0], atom) + (latex_ ? "^{2}" : "²"), unary};
    case Function::sqrt:
    case Function::root:
      return latex_ ? Text{"\\sqrt{" + operand(node.operands[0], lowest) + "}"}
                    : Text{"√" + operand(node.operands[0], atom), unary};
    case Function::pow:
      return {operand(node.operands[0], atom) + (latex_ ? "^{" : "^") +
                  operand(node.operands[1], latex_ ? lowest : atom) + (latex_ ? "}" : ""),
              unary};
    case Function::abs:
      return {"|" + operand(node.operands[0], lowest) + "|"};
    case Function::floor_div:
      return {(latex_ ? "\\lfloor " : "⌊") + operand(node.operands[0], multiplicative) + " / " +
              operand(node.operands[1], unary) + (latex_ ? " \\rfloor" : "⌋")};
    case Function::select:
      return {call("where", node.operands)};
    default:
      return {call(std::string(function_names[static_cast<int>(node.function)]), node.operands)};
    }
  }

  Text reduce(const ExprNode &node) {
    static const std::map<std::string_view, std::pair<const char *, const char *>> signs = {
        {"sum", {"Σ", "\\sum"}},   {"prod", {"Π", "\\prod"}}, {"min", {"min", "\\min"}},
        {"max", {"max", "\\max"}}, {"any", {"∃", "\\exists"}},   {"all", {"∀", "\\forall"}}};
    auto sign = signs.find(node.name);
    std::string name = sign != signs.end() ? (latex_ ? sign->second.second : sign->second.first)
                                           : function_of(node.name);
    for (const Index &bound : node.indices)
      replaced_[bound.node().get()].push_back({name_of(bound.name())});
    std::string over;
    for (const Index &bound : node.indices)
      over += (over.empty() ? "" : ", ") + name_of(bound.name());
    const ExprNode &predicate = *node.operands[1].node();
    bool everywhere = predicate.op == ExprOp::boolean_constant && predicate.integer;
    if (!everywhere)
      over += (latex_ ? " : " : ": ") + expression(predicate).text;
    if (node.form == ReduceForm::variance && node.integer != 0)
      over += "; ddof " + std::to_string(node.integer);
    std::string range = latex_ ? "_{" + over + "} " : "[" + over + "] ";
    bool counts = node.form == ReduceForm::count;
    Text result{counts ? name + range.substr(0, range.size() - 1) : name + range + operand(node.operands[0], prefix),
                counts ? atom : prefix};
    for (const Index &bound : node.indices)
      replaced_[bound.node().get()].pop_back();
    return result;
  }

  std::string tensor_name(const TensorNode &tensor) {
    if (!tensor.name.empty())
      return name_of(tensor.name);
    if (tensor.op == TensorOp::variable) {
      auto [found, fresh] = variables_.try_emplace(&tensor);
      if (fresh)
        found->second = std::string(1, "uvw"[(variables_.size() - 1) % 3]) +
                        (variables_.size() > 3 ? std::to_string((variables_.size() - 1) / 3) : "");
      return found->second;
    }
    if (tensor.base)
      return tensor_name(*tensor.base);
    return "tensor";
  }

  Text read(const TensorNode &tensor, const std::vector<Text> &at) {
    switch (tensor.op) {
    case TensorOp::definition: {
      for (std::size_t n = 0; n < at.size(); ++n)
        replaced_[tensor.indices[n].node().get()].push_back(at[n]);
      Text result = expression(*tensor.body->node());
      for (const Index &bound : tensor.indices)
        replaced_[bound.node().get()].pop_back();
      return result;
    }
    case TensorOp::partial: {
      std::vector<Text> whole;
      for (const Expr &subscript : tensor.subscripts)
        whole.push_back(expression(*subscript.node()));
      whole.insert(whole.end(), at.begin(), at.end());
      return read(*tensor.base, whole);
    }
    case TensorOp::padded:
      return read(*tensor.base, at);
    case TensorOp::gradient:
    case TensorOp::input_gradient: {
      const TensorNode &variable = tensor.op == TensorOp::gradient ? *tensor.variable : *tensor.base;
      std::string by = subscripted(tensor_name(variable), at);
      std::string body = expression(*tensor.body->node()).text;
      std::string result = latex_ ? "\\frac{\\partial}{\\partial " + by + "}\\left[" + body + "\\right]"
                                  : "∂[" + body + "]/∂" + by;
      if (tensor.op == TensorOp::gradient)
        result += (latex_ ? "_{" : "{") + tensor_name(variable) + " = " + point(*tensor.base) + "}";
      return {result};
    }
    default:
      return {subscripted(tensor_name(tensor), at)};
    }
  }

  /// A tensor without its last subscripts: x(i, ·).
  std::string point(const TensorNode &tensor) {
    std::vector<Text> dots(static_cast<std::size_t>(tensor.rank), Text{latex_ ? "\\cdot" : "·"});
    return read(tensor, dots).text;
  }

  std::string subscripted(const std::string &name, const std::vector<Text> &at) const {
    if (at.empty())
      return name;
    std::string list;
    for (const Text &subscript : at)
      list += (list.empty() ? "" : ", ") + subscript.text;
    return latex_ ? name + "_{" + list + "}" : name + "(" + list + ")";
  }

  bool latex_;
  std::size_t part_size_;
  std::map<const IndexNode *, std::vector<Text>> replaced_;
  std::map<const TensorNode *, std::string> variables_;
  std::unordered_map<std::string, Text> memo_;
  std::vector<std::string> parts_;
};

std::string print(const Expr &expr, bool latex) {
  std::string result;
  dsl::with_deep_stack(expr.node()->depth, [&] {
    // In one piece when that is short enough; sharing would make some expressions exponentially long.
    Printer whole(latex, limits::text);
    result = whole.print(expr);
    if (whole.parts().empty())
      return;
    Printer split(latex, 4096);
    result = split.print(expr);
    for (const std::string &part : split.parts())
      result += (latex ? " \\\\\n" : "\nwhere ") + part;
  });
  return result;
}

} // namespace

std::string to_text(const Expr &expr) { return print(expr, false); }
std::string to_latex(const Expr &expr) { return print(expr, true); }

std::string to_text(const Program &program) {
  std::string result = program.name() + "(";
  bool first = true;
  for (const Tensor &input : program.inputs()) {
    result += (first ? "" : ", ") + input.name() + ": " + std::string(dsl::name_of(input.kind()));
    if (input.rank())
      result += " of rank " + std::to_string(input.rank());
    first = false;
  }
  result += ")\n";
  for (const Output &output : program.outputs()) {
    std::string at;
    for (const Index &index : output.indices)
      at += (at.empty() ? "(" : ", ") + index.name();
    result += "  " + output.name + at + (at.empty() ? "" : ")") + " = " + to_text(output.value) + "\n";
  }
  return result;
}

} // namespace mercer
