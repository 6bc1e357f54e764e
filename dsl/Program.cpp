// Programs: names, counts, and the graph.
#include "mercer/dsl/Elaborate.h"
#include "mercer/dsl/Node.h"

#include <algorithm>
#include <cctype>
#include <unordered_set>

namespace mercer {
namespace dsl {
namespace {

constexpr std::string_view keywords[] = {
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "char8_t", "char16_t", "char32_t", "class", "compl", "concept", "const", "consteval", "constexpr", "constinit",
    "const_cast", "continue", "co_await", "co_return", "co_yield", "decltype", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
    "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or",
    "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return",
    "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this",
    "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "typeof", "union", "unsigned", "using",
    "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq"};

} // namespace

void check_name(std::string_view name, std::string_view what, std::source_location where) {
  std::string shown(name.substr(0, 40));
  if (name.size() > limits::name)
    throw Error(ErrorCode::limit_exceeded,
                std::string(what) + " name '" + shown + "...' has " + std::to_string(name.size()) +
                    " characters; the limit is " + std::to_string(limits::name),
                where);
  auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; };
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  bool identifier = !name.empty() && letter(name.front()) && static_cast<unsigned char>(name.front()) < 128 &&
                    std::all_of(name.begin(), name.end(), [&](char c) {
                      return static_cast<unsigned char>(c) < 128 && (letter(c) || digit(c));
                    });
  if (!identifier)
    throw Error(ErrorCode::bad_name, std::string(what) + " name '" + shown + "' is not a C identifier", where);
  if (std::find(std::begin(keywords), std::end(keywords), name) != std::end(keywords))
    throw Error(ErrorCode::bad_name, std::string(what) + " name '" + shown + "' is a keyword of C or C++", where);
}

} // namespace dsl

Output::Output(std::string_view name, Indices indices, Expr value, std::source_location where)
    : name(name), indices(indices.list()), value(std::move(value)), where(where) {}
Output::Output(std::string_view name, Expr scalar, std::source_location where)
    : name(name), value(std::move(scalar)), where(where) {}

namespace {

void check_count(const std::string &program, std::string_view what, std::size_t count, std::size_t limit,
                 std::source_location where) {
  if (count > limit)
    throw Error(ErrorCode::limit_exceeded,
                "program '" + program + "' has " + std::to_string(count) + " " + std::string(what) +
                    "; the limit is " + std::to_string(limit),
                where);
}

/// Number of different nodes; stops just above the limit.
std::size_t count_nodes(const std::vector<Output> &outputs) {
  std::unordered_set<const void *> seen;
  std::vector<const ExprNode *> expressions;
  std::vector<const TensorNode *> tensors;
  auto expression = [&](const ExprNode *node) {
    if (node && seen.insert(node).second)
      expressions.push_back(node);
  };
  auto tensor = [&](const TensorNode *node) {
    if (node && seen.insert(node).second)
      tensors.push_back(node);
  };
  for (const Output &output : outputs)
    expression(output.value.node().get());
  while ((!expressions.empty() || !tensors.empty()) && seen.size() <= 2 * limits::nodes) {
    if (!expressions.empty()) {
      const ExprNode *node = expressions.back();
      expressions.pop_back();
      for (const Expr &operand : node->operands)
        expression(operand.node().get());
      expression(node->expansion.get());
      tensor(node->tensor.get());
      for (const Index &index : node->indices)
        if (index.node()->extent)
          expression(index.node()->extent->node().get());
    } else {
      const TensorNode *node = tensors.back();
      tensors.pop_back();
      if (node->body)
        expression(node->body->node().get());
      if (node->fill)
        expression(node->fill->node().get());
      for (const Expr &subscript : node->subscripts)
        expression(subscript.node().get());
      tensor(node->base.get());
    }
  }
  return seen.size();
}

void check_program(const ProgramNode &program) {
  auto fail = [&](ErrorCode code, const std::string &text, std::source_location where) {
    throw Error(code, "program '" + program.name + "': " + text, where);
  };
  dsl::check_name(program.name, "program", program.where);
  check_count(program.name, "arguments", program.inputs.size() + program.outputs.size(), limits::arguments,
              program.where);
  std::unordered_set<std::string> names;
  std::unordered_set<const TensorNode *> inputs;
  for (const Tensor &input : program.inputs) {
    auto node = dsl::input_node(input);
    if (!node)
      fail(ErrorCode::missing_input,
           input.name().empty() ? "one of the inputs is a definition, not an input"
                                : "'" + input.name() + "' is a definition, not an input",
           program.where);
    if (!names.insert(node->name).second)
      fail(ErrorCode::duplicate_name, "name '" + node->name + "' occurs twice", program.where);
    inputs.insert(node.get());
  }
  if (program.outputs.empty())
    fail(ErrorCode::output_count, "there is no output", program.where);
  for (const Output &output : program.outputs) {
    dsl::check_name(output.name, "output", output.where);
    if (!names.insert(output.name).second)
      fail(ErrorCode::duplicate_name, "name '" + output.name + "' occurs twice", output.where);
    check_count(program.name, "indices of output '" + output.name + "'", output.indices.size(),
                limits::output_indices, output.where);
    check_count(program.name, "dimensions of output '" + output.name + "'", output.indices.size(), limits::rank,
                output.where);
    for (std::size_t a = 0; a < output.indices.size(); ++a)
      for (std::size_t b = 0; b < a; ++b)
        if (output.indices[a].node() == output.indices[b].node())
          fail(ErrorCode::duplicate_name,
               "output '" + output.name + "' names index '" + output.indices[a].name() + "' twice", output.where);
  }
  std::size_t nodes = count_nodes(program.outputs);
  check_count(program.name, "nodes", nodes, limits::nodes, program.where);
}

} // namespace

Program::Program(std::string_view name, std::vector<Tensor> inputs, std::vector<Output> outputs,
                 std::source_location where) {
  auto node = std::make_shared<ProgramNode>();
  node->name = name;
  node->inputs = std::move(inputs);
  node->outputs = std::move(outputs);
  node->where = where;
  check_program(*node);
  int depth = 0;
  for (const Output &output : node->outputs)
    depth = std::max(depth, output.value.node()->depth);
  dsl::with_deep_stack(depth, [&] { node->graph = dsl::elaborate(*node); });
  node_ = std::move(node);
}

const std::string &Program::name() const { return node_->name; }
std::span<const Tensor> Program::inputs() const { return node_->inputs; }
std::span<const Output> Program::outputs() const { return node_->outputs; }
std::source_location Program::where() const { return node_->where; }
const dsl::Graph &Program::graph() const { return node_->graph; }

} // namespace mercer
