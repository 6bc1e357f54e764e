#include "Shrink.h"

#include <chrono>

namespace mercer::fuzz {
namespace {

/// The `position`-th node in preorder is replaced.
Tree replaced(const Tree &tree, int &position, const Tree &with) {
  if (position-- == 0)
    return with;
  for (std::size_t n = 0; n < tree->operands.size(); ++n)
    if (Tree operand = replaced(tree->operands[n], position, with); operand != tree->operands[n]) {
      Node copy = *tree;
      copy.operands[n] = operand;
      return std::make_shared<Node>(std::move(copy));
    } else if (position < 0) {
      return tree;
    }
  return tree;
}

Tree nodeAt(const Tree &tree, int &position) {
  if (position-- == 0)
    return tree;
  for (const Tree &operand : tree->operands)
    if (Tree found = nodeAt(operand, position))
      return found;
  return nullptr;
}

/// The tree with an index replaced by 0.
Tree withoutIndex(const Tree &tree, int index) {
  if (tree->op == Op::index && tree->what == index)
    return makeNumber(integer, 0);
  Node copy = *tree;
  bool isChanged = false;
  for (Tree &operand : copy.operands) {
    Tree changed = withoutIndex(operand, index);
    isChanged |= changed != operand;
    operand = changed;
  }
  return isChanged ? std::make_shared<Node>(std::move(copy)) : tree;
}

/// What may stand for a node: constants, then its operands.
std::vector<Tree> replacements(const Tree &node) {
  std::vector<Tree> result;
  if (node->op != Op::number)
    for (double number : {1.0, 0.0})
      result.push_back(makeNumber(node->kind, number));
  for (const Tree &operand : node->operands) {
    if (operand->kind != node->kind)
      continue;
    result.push_back(operand);
    Tree freed = operand;
    for (int index : node->bound)
      freed = withoutIndex(freed, index);
    if (freed != operand)
      result.push_back(freed);
  }
  // A predicate that is not needed.
  if (node->op == Op::reduce && node->operands.size() > 1) {
    Node copy = *node;
    copy.operands.pop_back();
    result.push_back(std::make_shared<Node>(std::move(copy)));
  }
  return result;
}

class Shrinker {
public:
  Shrinker(Case test, const std::function<bool(const Case &)> &fails, double seconds)
      : test_(std::move(test)), fails_(fails),
        end_(std::chrono::steady_clock::now() +
             std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000))) {}

  Case run() {
    bool isSmaller = true;
    while (isSmaller && !isLate()) {
      isSmaller = cutProgram();
      isSmaller |= cutSizes();
      isSmaller |= cutTrees();
      isSmaller |= cutTensors();
      isSmaller |= cutOptions();
    }
    return std::move(test_);
  }

private:
  bool isLate() const { return std::chrono::steady_clock::now() > end_; }

  /// Takes the case that `change` makes if it still fails so.
  template <class Change>
  bool attempt(Change change) {
    if (isLate())
      return false;
    Case smaller = test_;
    change(smaller);
    if (!fails_(smaller))
      return false;
    test_ = std::move(smaller);
    return true;
  }

  bool cutProgram() {
    bool isSmaller = false;
    if (test_.wrapper != Wrapper::none)
      isSmaller |= attempt([](Case &test) { test.wrapper = Wrapper::none, test.withRespectTo.clear(); });
    for (std::size_t n = test_.withRespectTo.size(); test_.withRespectTo.size() > 1 && n-- > 0;)
      isSmaller |= attempt([n](Case &test) {
        test.withRespectTo.erase(test.withRespectTo.begin() + static_cast<std::ptrdiff_t>(n));
      });
    for (std::size_t n = test_.outputs.size(); test_.outputs.size() > 1 && n-- > 0;)
      isSmaller |= attempt(
          [n](Case &test) { test.outputs.erase(test.outputs.begin() + static_cast<std::ptrdiff_t>(n)); });
    for (std::size_t o = 0; o < test_.outputs.size(); ++o)
      for (std::size_t n = test_.outputs[o].bound.size(); n-- > 0;)
        isSmaller |= attempt([o, n](Case &test) {
          OutputInfo &output = test.outputs[o];
          output.body = withoutIndex(output.body, output.bound[n]);
          output.bound.erase(output.bound.begin() + static_cast<std::ptrdiff_t>(n));
        });
    return isSmaller;
  }

  bool cutSizes() {
    bool isSmaller = false;
    for (std::size_t n = 0; n < test_.sizes.size(); ++n)
      for (std::int64_t size : {std::int64_t(0), std::int64_t(1), std::int64_t(2), std::int64_t(3),
                                test_.sizes[n] / 2, test_.sizes[n] - 1})
        if (size >= 0 && size < test_.sizes[n] && attempt([&](Case &test) { test.sizes[n] = size; })) {
          isSmaller = true;
          break;
        }
    return isSmaller;
  }

  /// A tree of the case: first the outputs', then the definitions'.
  static Tree *treeOf(Case &test, std::size_t number) {
    if (number < test.outputs.size())
      return &test.outputs[number].body;
    number -= test.outputs.size();
    return number < test.tensors.size() && test.tensors[number].body ? &test.tensors[number].body : nullptr;
  }

  bool cutTrees() {
    bool isSmaller = false;
    for (std::size_t number = 0; number < test_.outputs.size() + test_.tensors.size(); ++number)
      for (int position = 0; !isLate(); ++position) {
        Tree *tree = treeOf(test_, number);
        int at = position;
        Tree node = tree ? nodeAt(*tree, at) : nullptr;
        if (!node)
          break;
        for (const Tree &other : replacements(node))
          if (attempt([&](Case &test) {
                Tree &changed = *treeOf(test, number);
                int there = position;
                changed = replaced(changed, there, other);
              })) {
            isSmaller = true;
            --position; // what stands there now may be cut again
            break;
          }
      }
    return isSmaller;
  }

  bool cutTensors() {
    bool isSmaller = false;
    for (std::size_t n = 0; n < test_.tensors.size(); ++n) {
      const TensorInfo before = test_.tensors[n];
      if (before.role == TensorInfo::variable)
        continue;
      // What nothing reads is left out like a variable of no derivative.
      if (attempt([n](Case &test) {
            test.tensors[n].role = TensorInfo::variable, test.tensors[n].body = nullptr;
          })) {
        isSmaller = true;
        continue;
      }
      if (before.layout != Layout::rowMajor)
        isSmaller |= attempt([n](Case &test) { test.tensors[n].layout = Layout::rowMajor; });
      DType plain = before.kind == real ? DType::f64 : before.kind == integer ? DType::i64 : DType::boolean;
      if (before.dtype != plain)
        isSmaller |= attempt([n, plain](Case &test) { test.tensors[n].dtype = plain; });
    }
    return isSmaller;
  }

  bool cutOptions() {
    bool isSmaller = false;
    if (test_.threads != 1 || test_.otherThreads != 1)
      isSmaller |= attempt([](Case &test) { test.threads = test.otherThreads = 1; });
    if (test_.haswell)
      isSmaller |= attempt([](Case &test) { test.haswell = false; });
    if (test_.anySize)
      isSmaller |= attempt([](Case &test) { test.anySize = false; });
    if (test_.accumulate != DType::f32)
      isSmaller |= attempt([](Case &test) { test.accumulate = DType::f32; });
    if (test_.badLabel)
      isSmaller |= attempt([](Case &test) { test.badLabel = false; });
    for (std::size_t n = 0; n < test_.indices.size(); ++n)
      if (test_.indices[n].trim)
        isSmaller |= attempt([n](Case &test) { test.indices[n].trim = 0; });
    return isSmaller;
  }

  Case test_;
  const std::function<bool(const Case &)> &fails_;
  std::chrono::steady_clock::time_point end_;
};

} // namespace

Case shrink(Case test, const std::function<bool(const Case &)> &fails, double seconds) {
  return Shrinker(std::move(test), fails, seconds).run();
}

} // namespace mercer::fuzz
