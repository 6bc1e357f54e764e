#include "Evaluate.h"

#include "mercer/dsl/Graph.h"

#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

namespace mercer {
namespace {

using namespace dsl;

class Evaluator {
public:
  Evaluator(const Graph &graph, const std::map<std::string, Values> &inputs)
      : graph_(graph), at_(graph.indices.size()) {
    for (const Graph::Input &input : graph.inputs)
      inputs_.push_back(&inputs.at(input.name));
  }

  std::vector<double> output(const Graph::Output &output) {
    std::vector<double> result;
    loop(output.indices, [&] { result.push_back(value(output.value)); });
    return result;
  }

private:
  void loop(const std::vector<std::int32_t> &indices, const std::function<void()> &body,
            std::size_t from = 0) {
    if (from == indices.size())
      return body();
    auto extent = static_cast<std::int64_t>(value(graph_.indices[indices[from]].extent));
    for (std::int64_t position = 0; position < extent; ++position) {
      at_[indices[from]] = position;
      loop(indices, body, from + 1);
    }
  }

  double reduce(const Graph::Node &node) {
    double total = node.reduction == Reduction::prod || node.reduction == Reduction::all ? 1 : 0;
    double infinity = std::numeric_limits<double>::infinity();
    double best =
        node.reduction == Reduction::max || node.reduction == Reduction::argmax ? -infinity : infinity;
    double position = -1;
    // An inner reduction may bind the same index again: what it is outside is put back.
    std::vector<std::int64_t> outside = at_;
    loop(node.indices, [&] {
      if (node.operands.size() > 1 && value(node.operands[1]) == 0)
        return;
      double term = value(node.operands[0]);
      switch (node.reduction) {
      case Reduction::sum:
        total += term;
        break;
      case Reduction::prod:
      case Reduction::all:
        total *= term;
        break;
      case Reduction::any:
        total = total || term;
        break;
      case Reduction::logsumexp:
        total += std::exp(term);
        break;
      case Reduction::min:
      case Reduction::argmin:
        if (term < best) {
          best = term;
          position = static_cast<double>(at_[node.indices[0]]);
        }
        break;
      case Reduction::max:
      case Reduction::argmax:
        if (term > best) {
          best = term;
          position = static_cast<double>(at_[node.indices[0]]);
        }
        break;
      }
    });
    at_ = outside;
    switch (node.reduction) {
    case Reduction::logsumexp:
      return std::log(total);
    case Reduction::min:
    case Reduction::max:
      return best;
    case Reduction::argmin:
    case Reduction::argmax:
      return position;
    default:
      return total;
    }
  }

  double read(const Graph::Node &node) {
    if (node.guard != noNode && value(node.guard) == 0)
      return 0;
    const Values &input = *inputs_[node.symbol];
    std::int64_t offset = 0;
    for (std::size_t n = 0; n < node.operands.size(); ++n) {
      auto position = static_cast<std::int64_t>(value(node.operands[n]));
      if (position < 0 || position >= input.shape[n])
        throw std::out_of_range("read outside of " + graph_.inputs[node.symbol].name);
      offset = offset * input.shape[n] + position;
    }
    return input.data[offset];
  }

  double apply(const Graph::Node &node) {
    auto operand = [&](int n) { return value(node.operands[n]); };
    switch (node.function) {
    case Function::add:
      return operand(0) + operand(1);
    case Function::sub:
      return operand(0) - operand(1);
    case Function::mul:
      return operand(0) * operand(1);
    case Function::div:
      return operand(0) / operand(1);
    case Function::neg:
      return -operand(0);
    case Function::floor_div:
      return std::floor(operand(0) / operand(1));
    case Function::mod:
      return operand(0) - operand(1) * std::floor(operand(0) / operand(1));
    case Function::square:
      return operand(0) * operand(0);
    case Function::root:
      return std::sqrt(operand(0));
    case Function::exp:
      return std::exp(operand(0));
    case Function::maximum:
      return std::max(operand(0), operand(1));
    case Function::minimum:
      return std::min(operand(0), operand(1));
    case Function::to_real:
      return operand(0);
    case Function::eq:
      return operand(0) == operand(1);
    case Function::ne:
      return operand(0) != operand(1);
    case Function::lt:
      return operand(0) < operand(1);
    case Function::le:
      return operand(0) <= operand(1);
    case Function::gt:
      return operand(0) > operand(1);
    case Function::ge:
      return operand(0) >= operand(1);
    case Function::logical_and:
      return operand(0) && operand(1);
    case Function::logical_or:
      return operand(0) || operand(1);
    case Function::logical_not:
      return !operand(0);
    case Function::select:
      return operand(0) ? operand(1) : operand(2);
    default:
      throw std::logic_error("the test's evaluator lacks a function");
    }
  }

  double value(NodeId id) {
    const Graph::Node &node = graph_.nodes[id];
    switch (node.kind) {
    case NodeKind::real_constant:
      return node.real;
    case NodeKind::integer_constant:
    case NodeKind::boolean_constant:
      return static_cast<double>(node.integer);
    case NodeKind::index:
      return static_cast<double>(at_[node.symbol]);
    case NodeKind::size:
      return static_cast<double>(inputs_[node.symbol]->shape[node.integer]);
    case NodeKind::apply:
      return apply(node);
    case NodeKind::reduce:
      return reduce(node);
    case NodeKind::read:
      return read(node);
    default:
      throw std::logic_error("the test's evaluator knows no derivatives");
    }
  }

  const Graph &graph_;
  std::vector<std::int64_t> at_;
  std::vector<const Values *> inputs_;
};

} // namespace

std::vector<double> evaluate(const Program &program, const std::map<std::string, Values> &inputs) {
  const Graph &graph = program.graph();
  return Evaluator(graph, inputs).output(graph.outputs.front());
}

} // namespace mercer
