// From trees to the language: the program itself, and its text in C++.
#include "Tree.h"

#include <cstdio>
#include <functional>
#include <optional>

namespace mercer::fuzz {
namespace {

/// An input that has a dimension of a class.
std::pair<int, int> dimensionOf(const Case &test, int sizeClass) {
  for (std::size_t n = 0; n < test.tensors.size(); ++n)
    if (test.tensors[n].role == TensorInfo::input)
      for (std::size_t d = 0; d < test.tensors[n].dims.size(); ++d)
        if (test.tensors[n].dims[d] == sizeClass)
          return {static_cast<int>(n), static_cast<int>(d)};
  throw std::runtime_error("the fuzzer has made a case without a tensor of class " +
                           std::to_string(sizeClass));
}

/// Does the index subscript a dimension of an input alone somewhere in the tree?
bool subscriptsAlone(const Case &test, const Tree &tree, int index) {
  const TensorInfo *tensor =
      tree->op == Op::read ? &test.tensors[static_cast<std::size_t>(tree->what)] : nullptr;
  for (const Tree &operand : tree->operands) {
    bool reads = tensor && tensor->role == TensorInfo::input && !tree->padded;
    if ((reads && operand->op == Op::index && operand->what == index) ||
        subscriptsAlone(test, operand, index))
      return true;
  }
  return false;
}

/// Indices that need a given extent: no input tells it inside of one of their binders.
void findExplicit(const Case &test, const std::vector<int> &bound, const Tree &body, std::set<int> &found) {
  for (int index : bound)
    if (!subscriptsAlone(test, body, index))
      found.insert(index);
}
void findExplicitBelow(const Case &test, const Tree &tree, std::set<int> &found) {
  if (tree->op == Op::reduce) {
    for (int index : tree->bound) {
      bool alone = false;
      for (const Tree &operand : tree->operands)
        alone |= subscriptsAlone(test, operand, index);
      if (!alone)
        found.insert(index);
    }
  }
  for (const Tree &operand : tree->operands)
    findExplicitBelow(test, operand, found);
}
std::set<int> explicitIndices(const Case &test) {
  std::set<int> found;
  for (std::size_t n = 0; n < test.indices.size(); ++n)
    if (test.indices[n].isExplicit || test.indices[n].trim || test.indices[n].sizeClass >= sizeClasses)
      found.insert(static_cast<int>(n));
  for (const TensorInfo &tensor : test.tensors)
    if (tensor.body)
      findExplicit(test, tensor.bound, tensor.body, found), findExplicitBelow(test, tensor.body, found);
  for (const OutputInfo &output : test.outputs)
    findExplicit(test, output.bound, output.body, found), findExplicitBelow(test, output.body, found);
  return found;
}

class Builder {
public:
  explicit Builder(const Case &test) : test_(test) {
    for (const TensorInfo &tensor : test.tensors) {
      tensors_.emplace_back();
      if (tensor.role == TensorInfo::input)
        tensors_.back() = Tensor(tensor.name, static_cast<int>(tensor.dims.size()), tensor.kind);
    }
    std::set<int> given = explicitIndices(test);
    for (std::size_t n = 0; n < test.indices.size(); ++n) {
      const IndexInfo &info = test.indices[n];
      std::string name = "i" + std::to_string(n);
      if (!given.count(static_cast<int>(n)))
        indices_.push_back(Index(name));
      else if (info.trim)
        indices_.push_back(Index(name, sizeExpr(info.sizeClass) - info.trim));
      else
        indices_.push_back(Index(name, sizeExpr(info.sizeClass)));
    }
    for (std::size_t n = 0; n < test.tensors.size(); ++n)
      if (const TensorInfo &tensor = test.tensors[n]; tensor.body)
        tensors_[n] = Tensor(indicesOf(tensor.bound), expression(tensor.body));
  }

  Program program() {
    std::vector<Tensor> inputs, variables;
    for (std::size_t n = 0; n < test_.tensors.size(); ++n)
      if (test_.tensors[n].role == TensorInfo::input)
        inputs.push_back(tensorAt(static_cast<int>(n)));
    std::vector<Output> outputs;
    for (const OutputInfo &output : test_.outputs) {
      if (output.bound.empty())
        outputs.push_back({output.name, expression(output.body)});
      else
        outputs.push_back({output.name, indicesOf(output.bound), expression(output.body)});
    }
    for (int tensor : test_.withRespectTo)
      variables.push_back(tensorAt(tensor));
    Program program("random", inputs, outputs);
    switch (test_.wrapper) {
    case Wrapper::none:
      return program;
    case Wrapper::valueAndGradient:
      return value_and_gradient(program, variables);
    case Wrapper::gradient:
      return gradient(program, variables);
    case Wrapper::vjp:
      return vjp(program, variables);
    case Wrapper::jvp:
      return jvp(program, variables);
    case Wrapper::hessianVector:
      return hessian_vector_product(program, variables[0]);
    }
    return program;
  }

private:
  /// Throws when a case names a tensor that it has not, as one that was cut too far may.
  const Tensor &tensorAt(int number) { return tensors_[static_cast<std::size_t>(number)].value(); }

  Expr sizeExpr(int sizeClass) {
    if (sizeClass >= sizeClasses)
      return Expr(test_.sizeOf(sizeClass));
    auto [tensor, dimension] = dimensionOf(test_, sizeClass);
    return extent(tensorAt(tensor), dimension);
  }

  Indices indicesOf(const std::vector<int> &bound) {
    std::vector<Index> indices;
    for (int index : bound)
      indices.push_back(indices_[static_cast<std::size_t>(index)]);
    return Indices(indices);
  }

  Expr expression(const Tree &tree) {
    if (auto found = built_.find(tree); found != built_.end())
      return found->second;
    Expr result = make(*tree);
    built_.emplace(tree, result);
    return result;
  }

  /// What is built inside of a derivative is about its variable and good only there.
  template <class Work>
  auto inside(int variable, const Tensor &u, Work work) {
    auto outer = built_;
    tensors_[static_cast<std::size_t>(variable)] = u;
    auto result = work();
    built_ = std::move(outer);
    return result;
  }

  Tensor partOf(int tensor, const Tree *subscripts, std::size_t count) {
    Tensor part = tensorAt(tensor);
    for (std::size_t n = 0; n < count; ++n)
      part = part[expression(subscripts[n])];
    return part;
  }

  Expr make(const Node &node) {
    auto operand = [&](std::size_t n) { return expression(node.operands[n]); };
    switch (node.op) {
    case Op::number:
      return node.kind == boolean   ? Expr(node.number != 0)
             : node.kind == integer ? Expr(static_cast<std::int64_t>(node.number))
                                    : Expr(node.number);
    case Op::index:
      return Expr(indices_[static_cast<std::size_t>(node.what)]);
    case Op::extent:
      return sizeExpr(node.what);
    case Op::read: {
      std::vector<Expr> subscripts;
      for (std::size_t n = 0; n < node.operands.size(); ++n)
        subscripts.push_back(operand(n));
      Tensor tensor = tensorAt(node.what);
      if (node.padded)
        tensor = padded(tensor,
                        node.kind == real ? Expr(node.number) : Expr(static_cast<std::int64_t>(node.number)));
      return tensor.read(subscripts, std::source_location::current());
    }
    case Op::unary:
      return unaryRows()[static_cast<std::size_t>(node.what)].make(operand(0));
    case Op::binary: {
      Expr a = operand(0), b = operand(1);
      return binaryRows()[static_cast<std::size_t>(node.what)].make(a, b);
    }
    case Op::choose: {
      Expr a = operand(0), b = operand(1), c = operand(2);
      return where(a, b, c);
    }
    case Op::clamp: {
      Expr a = operand(0), b = operand(1), c = operand(2);
      return clamp(a, b, c);
    }
    case Op::reduce: {
      Expr value = operand(0), predicate = node.operands.size() > 1 ? operand(1) : Expr(true);
      return reduceRows()[static_cast<std::size_t>(node.what)].make(indicesOf(node.bound), value, predicate);
    }
    case Op::vectors: {
      std::vector<Tensor> parts;
      std::size_t next = 0;
      for (int tensor : node.tensors) {
        std::size_t fixed = test_.tensors[static_cast<std::size_t>(tensor)].dims.size() - 1;
        parts.push_back(partOf(tensor, node.operands.data() + next, fixed));
        next += fixed;
      }
      return vectorRows()[static_cast<std::size_t>(node.what)].make(parts);
    }
    case Op::gradient: {
      std::size_t rank = test_.tensors[static_cast<std::size_t>(node.what)].dims.size();
      std::size_t fixed = test_.tensors[static_cast<std::size_t>(node.tensors[0])].dims.size() - rank;
      Tensor at = partOf(node.tensors[0], node.operands.data() + 1, fixed);
      Tensor slope = mercer::gradient(
          [&](const Tensor &u) { return inside(node.what, u, [&] { return expression(node.operands[0]); }); },
          at);
      std::vector<Expr> subscripts;
      for (std::size_t n = 0; n < rank; ++n)
        subscripts.push_back(operand(1 + fixed + n));
      return slope.read(subscripts, std::source_location::current());
    }
    case Op::derivative: {
      // The variable is a tensor of rank 0 whose value is the scalar.
      Expr at = operand(1);
      return derivative(
          [&](const Expr &t) {
            return inside(node.what, Tensor(Indices(std::vector<Index>{}), t),
                          [&] { return expression(node.operands[0]); });
          },
          at);
    }
    }
    return Expr(0.0);
  }

  const Case &test_;
  std::vector<std::optional<Tensor>> tensors_;
  std::vector<Index> indices_;
  std::map<Tree, Expr> built_;
};

/// The same as text.
class CppPrinter {
public:
  explicit CppPrinter(const Case &test) : test_(test) {}

  std::string function(const std::string &name) {
    std::string text = "Program " + name + "() {\n", inputs, wrt;
    for (const TensorInfo &tensor : test_.tensors)
      if (tensor.role == TensorInfo::input) {
        text += "  Tensor " + tensor.name + "(\"" + tensor.name + "\", " + std::to_string(tensor.dims.size());
        text += tensor.kind == real ? ");" : tensor.kind == integer ? ", integer);" : ", boolean);";
        text += " // " + std::string(name_of(tensor.dtype)) + "\n";
        inputs += (inputs.empty() ? "" : ", ") + tensor.name;
      }
    std::set<int> given = explicitIndices(test_), used;
    for (std::size_t n = 0; n < test_.indices.size(); ++n) {
      const IndexInfo &info = test_.indices[n];
      if (!isUsed(static_cast<int>(n)))
        continue;
      std::string index = "i" + std::to_string(n);
      text += "  Index " + index + "(\"" + index + "\"";
      if (given.count(static_cast<int>(n)))
        text += ", " + sizeText(info.sizeClass) + (info.trim ? " - " + std::to_string(info.trim) : "");
      text += ");\n";
    }
    for (const TensorInfo &tensor : test_.tensors)
      if (tensor.body)
        text +=
            "  Tensor " + tensor.name + "(" + list(tensor.bound) + ", " + expression(tensor.body) + ");\n";
    std::string outputs;
    for (const OutputInfo &output : test_.outputs)
      outputs += std::string(outputs.empty() ? "" : ",\n                  ") + "{\"" + output.name + "\"" +
                 (output.bound.empty() ? "" : ", " + list(output.bound)) + ", " + expression(output.body) +
                 "}";
    text += "  Program program(\"random\", {" + inputs + "},\n                 {" + outputs + "});\n";
    for (int tensor : test_.withRespectTo)
      wrt += (wrt.empty() ? "" : ", ") + nameOf(tensor);
    static const char *wrappers[] = {"",    "value_and_gradient",    "gradient", "vjp",
                                     "jvp", "hessian_vector_product"};
    if (test_.wrapper == Wrapper::none)
      text += "  return program;\n}\n";
    else if (test_.wrapper == Wrapper::hessianVector)
      text += "  return hessian_vector_product(program, " + wrt + ");\n}\n";
    else
      text += std::string("  return ") + wrappers[static_cast<int>(test_.wrapper)] + "(program, {" + wrt +
              "});\n}\n";
    return text;
  }

private:
  bool isUsed(int index) {
    std::function<bool(const Tree &)> inTree = [&](const Tree &tree) {
      if (tree->op == Op::index && tree->what == index)
        return true;
      for (int bound : tree->bound)
        if (bound == index)
          return true;
      for (const Tree &operand : tree->operands)
        if (inTree(operand))
          return true;
      return false;
    };
    auto in = [&](const std::vector<int> &bound, const Tree &body) {
      return std::find(bound.begin(), bound.end(), index) != bound.end() || inTree(body);
    };
    for (const TensorInfo &tensor : test_.tensors)
      if (tensor.body && in(tensor.bound, tensor.body))
        return true;
    for (const OutputInfo &output : test_.outputs)
      if (in(output.bound, output.body))
        return true;
    return false;
  }

  std::string nameOf(int tensor) { return test_.tensors[static_cast<std::size_t>(tensor)].name; }

  std::string sizeText(int sizeClass) {
    if (sizeClass >= sizeClasses)
      return std::to_string(test_.sizeOf(sizeClass));
    auto [tensor, dimension] = dimensionOf(test_, sizeClass);
    return "extent(" + nameOf(tensor) + ", " + std::to_string(dimension) + ")";
  }

  static std::string list(const std::vector<int> &bound) {
    std::string text;
    for (int index : bound)
      text += (text.empty() ? "i" : ", i") + std::to_string(index);
    return bound.size() == 1 ? text : "{" + text + "}";
  }

  static std::string numberText(Kind kind, double number) {
    if (kind == boolean)
      return number != 0 ? "Expr(true)" : "Expr(false)";
    char text[40];
    std::snprintf(text, sizeof text, kind == integer ? "Expr(%.0f)" : "Expr(double(%.17g))", number);
    return text;
  }

  std::string expression(const Tree &tree) {
    auto operands = [&](std::size_t first, std::size_t end) {
      std::string text;
      for (std::size_t n = first; n < end; ++n)
        text += (n > first ? ", " : "") + expression(tree->operands[n]);
      return text;
    };
    auto part = [&](int tensor, std::size_t first, std::size_t count) {
      std::string text = nameOf(tensor);
      for (std::size_t n = 0; n < count; ++n)
        text += "[" + expression(tree->operands[first + n]) + "]";
      return text;
    };
    std::size_t count = tree->operands.size();
    switch (tree->op) {
    case Op::number:
      return numberText(tree->kind, tree->number);
    case Op::index:
      return "i" + std::to_string(tree->what);
    case Op::extent:
      return sizeText(tree->what);
    case Op::read: {
      std::string tensor = nameOf(tree->what);
      if (tree->padded)
        tensor = "padded(" + tensor + ", " + numberText(tree->kind, tree->number) + ")";
      return tensor + "(" + operands(0, count) + ")";
    }
    case Op::unary:
      return unaryRows()[static_cast<std::size_t>(tree->what)].name + ("(" + operands(0, 1) + ")");
    case Op::binary: {
      const BinaryRow &row = binaryRows()[static_cast<std::size_t>(tree->what)];
      if (!row.isOperator)
        return row.name + ("(" + operands(0, 2) + ")");
      return "(Expr(" + operands(0, 1) + ") " + row.name + " " + operands(1, 2) + ")";
    }
    case Op::choose:
      return "where(" + operands(0, 3) + ")";
    case Op::clamp:
      return "clamp(" + operands(0, 3) + ")";
    case Op::reduce: {
      const ReduceRow &row = reduceRows()[static_cast<std::size_t>(tree->what)];
      std::string name = row.name;
      std::string terms = name == "count" && count > 1
                              ? "(" + operands(0, 1) + ") && (" + operands(1, 2) + ")"
                              : operands(0, count);
      return name + "(" + list(tree->bound) + ", " + terms + ")";
    }
    case Op::vectors: {
      std::string text = vectorRows()[static_cast<std::size_t>(tree->what)].name + std::string("(");
      std::size_t next = 0;
      for (std::size_t n = 0; n < tree->tensors.size(); ++n) {
        std::size_t fixed = test_.tensors[static_cast<std::size_t>(tree->tensors[n])].dims.size() - 1;
        text += (n ? ", " : "") + part(tree->tensors[n], next, fixed);
        next += fixed;
      }
      return text + ")";
    }
    case Op::gradient: {
      std::size_t rank = test_.tensors[static_cast<std::size_t>(tree->what)].dims.size();
      std::size_t fixed = test_.tensors[static_cast<std::size_t>(tree->tensors[0])].dims.size() - rank;
      return "gradient([&](const Tensor &" + nameOf(tree->what) + ") { return " +
             expression(tree->operands[0]) + "; }, " + part(tree->tensors[0], 1, fixed) + ")(" +
             operands(1 + fixed, count) + ")";
    }
    case Op::derivative:
      return "derivative([&](const Expr &at) { Tensor " + nameOf(tree->what) +
             "(Indices(std::vector<Index>{}), at); return " + expression(tree->operands[0]) + "; }, " +
             expression(tree->operands[1]) + ")";
    }
    return {};
  }

  const Case &test_;
};

} // namespace

Program buildProgram(const Case &test) { return Builder(test).program(); }

std::vector<int> inputTensors(const Case &test) {
  std::vector<int> inputs;
  for (std::size_t n = 0; n < test.tensors.size(); ++n)
    if (test.tensors[n].role == TensorInfo::input)
      inputs.push_back(static_cast<int>(n));
  return inputs;
}

std::string printCpp(const Case &test, const std::string &name) { return CppPrinter(test).function(name); }

} // namespace mercer::fuzz
