// Expressions in the notation of papers: as text, LaTeX and MathML.
#include "mercer/dsl/Node.h"
#include "mercer/dsl/Notation.h"

#include <algorithm>
#include <map>
#include <set>

namespace mercer {
namespace {

using namespace dsl;

struct Infix {
  Function function;
  std::string_view sign;
  Binding binding;
};
constexpr Infix infixes[] = {
    {Function::add, "+", additive},           {Function::sub, "-", additive},
    {Function::mul, "", multiplicative},      {Function::div, "/", multiplicative},
    {Function::mod, "mod", multiplicative},   {Function::eq, "=", comparison},
    {Function::ne, "≠", comparison},          {Function::lt, "<", comparison},
    {Function::le, "≤", comparison},          {Function::gt, ">", comparison},
    {Function::ge, "≥", comparison},          {Function::logical_and, "∧", Binding::logical_and},
    {Function::logical_or, "∨", Binding::logical_or}};

constexpr std::string_view function_names[] = {
#define MERCER_ELEMENTWISE(name, ...) #name,
#include "mercer/dsl/ops/Elementwise.def"
};

/// What is written for an index, and the indices' names in it.
struct Subscript {
  Text text;
  std::set<std::string> names;
};

/// Names of indices that stand together: of two of one name, and of one whose name is taken, the later is k'.
std::vector<std::string> distinct_names(const std::vector<Index> &indices, std::set<std::string> taken = {}) {
  std::vector<std::string> names;
  for (const Index &index : indices) {
    names.push_back(index.name());
    while (!taken.insert(names.back()).second)
      names.back() += '\'';
  }
  return names;
}

class Printer {
public:
  Printer(const Notation &notation, std::size_t part_size, const std::vector<Index> &outer)
      : notation_(notation), part_size_(part_size) {
    bind(outer, {});
  }

  std::string print(const Expr &expr) { return expression(*expr.node()).text; }

  /// Definitions of the parts that were too long to stand in their place.
  const std::vector<std::string> &parts() const { return parts_; }

private:
  std::string key(const ExprNode &node) const {
    std::string key = std::to_string(reinterpret_cast<std::uintptr_t>(&node));
    for (const Index &index : node.free->indices)
      if (auto found = replaced_.find(index.node().get()); found != replaced_.end() && !found->second.empty())
        key += "|" + found->second.back().text.text;
    return key;
  }

  Text expression(const ExprNode &node) {
    std::string memo_key = key(node);
    if (auto known = memo_.find(memo_key); known != memo_.end())
      return known->second;
    Text made = fresh(node);
    if (made.text.size() > part_size_) {
      std::string name = notation_.part_name(parts_.size() + 1);
      parts_.push_back(notation_.infix(name, "=", made.text));
      made = {name};
    }
    memo_.emplace(std::move(memo_key), made);
    return made;
  }

  std::string operand(const Expr &expr, Binding least) { return enclosed(expression(*expr.node()), least); }

  std::string enclosed(const Text &text, Binding least) const {
    return text.binding >= least ? text.text : notation_.enclosed(text.text);
  }

  std::string call(std::string_view name, const std::vector<Expr> &operands) {
    std::vector<std::string> texts;
    for (const Expr &expr : operands)
      texts.push_back(expression(*expr.node()).text);
    return notation_.call(name, texts);
  }

  Text fresh(const ExprNode &node) {
    switch (node.op) {
    case ExprOp::real_constant:
      return notation_.constant(node.real);
    case ExprOp::integer_constant:
      return {notation_.integer(node.integer), node.integer < 0 ? unary : atom};
    case ExprOp::boolean_constant:
      return {notation_.truth(node.integer != 0)};
    case ExprOp::index:
      return index(node.indices[0]);
    case ExprOp::index_extent:
      return {notation_.extent(index(node.indices[0]).text)};
    case ExprOp::tensor_extent:
      return {notation_.call("extent", {tensor_name(*node.tensor), notation_.integer(node.integer)})};
    case ExprOp::read:
      return read(*node.tensor, subscripts(node.operands));
    case ExprOp::apply:
      return apply(node);
    case ExprOp::composite:
      return {call(node.name, node.operands)};
    case ExprOp::reduce:
      return reduce(node);
    case ExprOp::named:
      return expression(*node.operands[0].node());
    case ExprOp::tangent: {
      std::vector<std::string> along;
      for (const auto &[variable, direction] : node.directions)
        along.push_back(notation_.name(direction.name()));
      return {notation_.tangent(along, operand(node.operands[0], unary)), unary};
    }
    }
    return {};
  }

  Text index(const Index &index) {
    auto found = replaced_.find(index.node().get());
    if (found != replaced_.end() && !found->second.empty())
      return found->second.back().text;
    return {notation_.name(index.name())};
  }

  /// The names of the indices in what is written for the free indices of `node`, those in `but` left out.
  std::set<std::string> names_in(const ExprNode &node, const std::vector<Index> &but = {}) const {
    std::set<std::string> names;
    for (const Index &index : node.free->indices) {
      if (std::any_of(but.begin(), but.end(), [&](const Index &other) { return other.node() == index.node(); }))
        continue;
      auto found = replaced_.find(index.node().get());
      if (found != replaced_.end() && !found->second.empty())
        names.insert(found->second.back().names.begin(), found->second.back().names.end());
      else
        names.insert(index.name());
    }
    return names;
  }

  /// What is written for indices that are bound here, until replaced_ forgets them.
  std::vector<std::string> bind(const std::vector<Index> &indices, const std::set<std::string> &taken) {
    std::vector<std::string> texts;
    const std::vector<std::string> names = distinct_names(indices, taken);
    for (std::size_t n = 0; n < indices.size(); ++n) {
      const std::string &name = indices[n].name();
      texts.push_back(notation_.primed(notation_.name(name), names[n].size() - name.size()));
      replaced_[indices[n].node().get()].push_back({{texts[n]}, {names[n]}});
    }
    return texts;
  }

  std::vector<Subscript> subscripts(const std::vector<Expr> &exprs) {
    std::vector<Subscript> list;
    for (const Expr &expr : exprs)
      list.push_back({expression(*expr.node()), names_in(*expr.node())});
    return list;
  }

  Text apply(const ExprNode &node) {
    for (const Infix &infix : infixes)
      if (infix.function == node.function) {
        if (notation_.is_stacked() && node.function == Function::div)
          return {notation_.fraction(operand(node.operands[0], lowest), operand(node.operands[1], lowest))};
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
        return {notation_.infix(operand(node.operands[0], left), infix.sign, operand(node.operands[1], right)), left};
      }
    const Binding inner = notation_.is_stacked() ? lowest : atom; // of what a layout sets apart
    switch (node.function) {
    case Function::neg:
      return {notation_.negative(operand(node.operands[0], prefix)), additive};
    case Function::logical_not:
      return {notation_.negation(operand(node.operands[0], atom)), unary};
    case Function::to_real:
      return expression(*node.operands[0].node());
    case Function::square:
      return {notation_.square(operand(node.operands[0], atom)), unary};
    case Function::sqrt:
    case Function::root:
      return {notation_.root(operand(node.operands[0], inner)), notation_.is_stacked() ? atom : unary};
    case Function::pow:
      return {notation_.power(operand(node.operands[0], atom), operand(node.operands[1], inner)), unary};
    case Function::abs:
      return {notation_.magnitude(operand(node.operands[0], lowest))};
    case Function::floor_div:
      return {notation_.floor_ratio(operand(node.operands[0], multiplicative), operand(node.operands[1], unary))};
    case Function::select:
      return {call("where", node.operands)};
    default:
      return {call(function_names[static_cast<int>(node.function)], node.operands)};
    }
  }

  Text reduce(const ExprNode &node) {
    const std::vector<std::string> over = bind(node.indices, names_in(node, node.indices));
    const ExprNode &predicate = *node.operands[1].node();
    const bool everywhere = predicate.op == ExprOp::boolean_constant && predicate.integer;
    const bool counts = node.form == ReduceForm::count, corrected = node.form == ReduceForm::variance && node.integer != 0;
    Text result{notation_.reduction(node.name, over, everywhere ? "" : expression(predicate).text,
                                    corrected ? "ddof " + std::to_string(node.integer) : "",
                                    counts ? "" : operand(node.operands[0], prefix)),
                counts ? atom : prefix};
    for (const Index &bound : node.indices)
      replaced_[bound.node().get()].pop_back();
    return result;
  }

  std::string tensor_name(const TensorNode &tensor) {
    if (!tensor.name.empty())
      return notation_.name(tensor.name);
    if (tensor.op == TensorOp::variable) {
      auto [found, fresh] = variables_.try_emplace(&tensor);
      if (fresh)
        found->second = notation_.name(std::string(1, "uvw"[(variables_.size() - 1) % 3]) +
                                       (variables_.size() > 3 ? std::to_string((variables_.size() - 1) / 3) : ""));
      return found->second;
    }
    if (tensor.base)
      return tensor_name(*tensor.base);
    return "tensor";
  }

  Text read(const TensorNode &tensor, const std::vector<Subscript> &at) {
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
      std::vector<Subscript> whole = subscripts(tensor.subscripts);
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
      std::string result = notation_.partial(body, by);
      if (tensor.op == TensorOp::gradient)
        result = notation_.at(result, tensor_name(variable), point(*tensor.base));
      return {result};
    }
    default:
      return {subscripted(tensor_name(tensor), at)};
    }
  }

  /// A tensor without its last subscripts: x(i, ·).
  std::string point(const TensorNode &tensor) {
    std::vector<Subscript> dots(static_cast<std::size_t>(tensor.rank), Subscript{{notation_.dot()}, {}});
    return read(tensor, dots).text;
  }

  std::string subscripted(const std::string &name, const std::vector<Subscript> &at) const {
    if (at.empty())
      return name;
    std::vector<std::string> texts;
    for (const Subscript &subscript : at)
      texts.push_back(subscript.text.text);
    return notation_.subscripted(name, texts);
  }

  const Notation &notation_;
  std::size_t part_size_;
  std::map<const IndexNode *, std::vector<Subscript>> replaced_;
  std::map<const TensorNode *, std::string> variables_;
  std::unordered_map<std::string, Text> memo_;
  std::vector<std::string> parts_;
};

std::string print(const Expr &expr, const Notation &notation, const std::vector<Index> &outer = {}) {
  std::string result;
  with_deep_stack(expr.node()->depth, [&] {
    // In one piece when that is short enough; sharing would make some expressions exponentially long.
    Printer whole(notation, limits::text * notation.part_size() / 4096, outer);
    result = notation.whole(whole.print(expr), {});
    if (whole.parts().empty())
      return;
    Printer split(notation, notation.part_size(), outer);
    std::string formula = split.print(expr);
    result = notation.whole(formula, split.parts());
  });
  return result;
}

} // namespace

std::string to_text(const Expr &expr) { return print(expr, unicode()); }
std::string to_latex(const Expr &expr) { return print(expr, latex()); }
std::string to_mathml(const Expr &expr) { return print(expr, mathml()); }

std::string to_text(const Program &program) {
  std::string result = program.name() + "(";
  bool first = true;
  for (const Tensor &input : program.inputs()) {
    result += (first ? "" : ", ") + input.name() + ": " + std::string(name_of(input.kind()));
    if (input.rank())
      result += " of rank " + std::to_string(input.rank());
    first = false;
  }
  result += ")\n";
  for (const Output &output : program.outputs()) {
    std::string at;
    for (const std::string &name : distinct_names(output.indices))
      at += (at.empty() ? "(" : ", ") + name;
    result += "  " + output.name + at + (at.empty() ? "" : ")") + " = " + print(output.value, unicode(), output.indices) + "\n";
  }
  return result;
}

} // namespace mercer
