// Making nodes: depth, free symbols, and taking them apart without recursion.
#include "mercer/dsl/Node.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <unordered_set>

namespace mercer {
namespace {

/// Nodes whose last handle is gone, taken apart one by one: a chain of destructors would be as deep as the expression.
struct Graves {
  std::vector<std::shared_ptr<const ExprNode>> expressions;
  std::vector<std::shared_ptr<const TensorNode>> tensors;
};

/// Those of the outermost destructor that runs. A pointer, so that it is there for programs of static storage, which end after the thread's
/// own objects.
thread_local Graves *open_graves = nullptr;

/// What a node's destructor hands on; the outermost one takes it all apart.
class Burial {
public:
  Burial() {
    if (!open_graves)
      open_graves = &own_;
  }
  ~Burial() {
    if (open_graves != &own_)
      return;
    while (!own_.expressions.empty() || !own_.tensors.empty()) {
      if (!own_.expressions.empty()) {
        auto node = std::move(own_.expressions.back());
        own_.expressions.pop_back();
      } else {
        auto node = std::move(own_.tensors.back());
        own_.tensors.pop_back();
      }
    }
    open_graves = nullptr;
  }
  Burial(const Burial &) = delete;

  void take(const Expr &expr) { open_graves->expressions.push_back(expr.node()); }
  void take(std::shared_ptr<const ExprNode> node) { open_graves->expressions.push_back(std::move(node)); }
  void take(std::shared_ptr<const TensorNode> node) { open_graves->tensors.push_back(std::move(node)); }

private:
  Graves own_;
};

} // namespace

ExprNode::~ExprNode() {
  Burial burial;
  for (const Expr &operand : operands)
    burial.take(operand);
  if (expansion)
    burial.take(std::move(expansion));
  if (tensor)
    burial.take(std::move(tensor));
  operands.clear();
}

TensorNode::~TensorNode() {
  Burial burial;
  if (body)
    burial.take(*body);
  if (fill)
    burial.take(*fill);
  for (const Expr &subscript : subscripts)
    burial.take(subscript);
  if (base)
    burial.take(std::move(base));
  body.reset();
  fill.reset();
  subscripts.clear();
}

namespace dsl {

std::string_view name_of(Kind kind) {
  return kind == real ? "real" : kind == integer ? "integer" : "boolean";
}

namespace {

bool contains(const std::vector<Index> &list, const Index &index) {
  return std::any_of(list.begin(), list.end(), [&](const Index &other) { return other.node() == index.node(); });
}

/// Collects the free symbols of several parts; one part's set is shared when it is all there is.
class FreeUnion {
public:
  void add(const FreeSet &set, const std::vector<Index> &bound = {}, const TensorNode *variable = nullptr) {
    if (!set || set->empty())
      return;
    bool whole = std::none_of(set->indices.begin(), set->indices.end(),
                              [&](const Index &index) { return contains(bound, index); }) &&
                 std::none_of(set->variables.begin(), set->variables.end(),
                              [&](const auto &other) { return other.get() == variable; });
    if (whole && (set == shared_ || !shared_) && own_.empty()) {
      shared_ = set;
      return;
    }
    flatten();
    for (const Index &index : set->indices)
      if (!contains(bound, index) && !contains(own_.indices, index))
        own_.indices.push_back(index);
    for (const auto &other : set->variables)
      if (other.get() != variable &&
          std::find(own_.variables.begin(), own_.variables.end(), other) == own_.variables.end())
        own_.variables.push_back(other);
  }
  FreeSet get() {
    if (shared_ && own_.empty())
      return shared_;
    static const FreeSet none = std::make_shared<FreeSymbols>();
    if (own_.empty())
      return none;
    return std::make_shared<FreeSymbols>(std::move(own_));
  }

private:
  void flatten() {
    if (!shared_)
      return;
    own_ = *shared_;
    shared_ = nullptr;
  }
  FreeSet shared_;
  FreeSymbols own_;
};

void check_depth(int depth, std::source_location where) {
  if (depth > limits::depth)
    throw Error(ErrorCode::limit_exceeded,
                "expression depth " + std::to_string(depth) + " exceeds the limit of " +
                    std::to_string(limits::depth),
                where);
}

bool plain_index(const Expr &expr) {
  return expr.node()->op == ExprOp::index && !expr.node()->indices[0].node()->extent;
}

} // namespace

Expr finish(ExprNode node, const std::vector<Index> &bound) {
  FreeUnion free;
  auto part = [&](const ExprNode &child) {
    free.add(child.free, bound);
    node.depth = std::max(node.depth, child.depth);
    node.may_check |= child.may_check;
  };
  for (const Expr &operand : node.operands)
    part(*operand.node());
  if (node.expansion)
    part(*node.expansion);
  if (node.tensor) {
    free.add(node.tensor->free);
    node.depth = std::max(node.depth, node.tensor->depth);
    node.may_check |= node.tensor->may_check;
  }
  for (const Index &index : node.indices)
    if (index.node()->extent) {
      node.depth = std::max(node.depth, index.node()->extent->node()->depth);
      if (node.op == ExprOp::reduce)
        free.add(index.node()->extent->node()->free, {});
    }
  if (node.op == ExprOp::index || node.op == ExprOp::index_extent) {
    FreeSymbols own;
    own.indices = node.indices;
    free.add(std::make_shared<FreeSymbols>(std::move(own)));
  }
  if (node.op == ExprOp::reduce && (node.form == ReduceForm::softmax || node.form == ReduceForm::log_softmax)) {
    FreeSymbols own;
    own.indices = node.indices;
    free.add(std::make_shared<FreeSymbols>(std::move(own)));
  }
  if (node.op == ExprOp::read && node.tensor->op != TensorOp::padded)
    for (const Expr &subscript : node.operands)
      node.may_check |= !plain_index(subscript);
  node.depth += 1;
  check_depth(node.depth, node.where);
  node.free = free.get();
  return Expr(std::make_shared<const ExprNode>(std::move(node)));
}

Tensor finish(TensorNode node) {
  FreeUnion free;
  auto depth = [&](int other) { node.depth = std::max(node.depth, other); };
  if (node.body) {
    free.add(node.body->node()->free, node.indices, node.variable.get());
    depth(node.body->node()->depth);
    node.may_check |= node.body->node()->may_check;
  }
  if (node.fill) {
    free.add(node.fill->node()->free);
    depth(node.fill->node()->depth);
  }
  if (node.base) {
    free.add(node.base->free);
    depth(node.base->depth);
    node.may_check |= node.base->may_check;
  }
  for (const Expr &subscript : node.subscripts) {
    free.add(subscript.node()->free);
    depth(subscript.node()->depth);
    node.may_check |= subscript.node()->may_check || !plain_index(subscript);
  }
  node.depth += node.op == TensorOp::input ? 0 : 1;
  check_depth(node.depth, node.where);
  node.free = free.get();
  auto made = std::make_shared<TensorNode>(std::move(node));
  if (made->op == TensorOp::variable) {
    // A variable is free in itself. A set that owns its variable would be a cycle: the set does not own it.
    auto own = std::make_shared<FreeSymbols>();
    own->variables.push_back(std::shared_ptr<const TensorNode>(std::shared_ptr<void>(), made.get()));
    made->free = own;
  }
  return Tensor(std::shared_ptr<const TensorNode>(std::move(made)));
}

bool on_thread(std::size_t stack_bytes, const std::function<void()> &work) {
  struct Job {
    const std::function<void()> &work;
    std::exception_ptr failure;
  } job{work, nullptr};
  auto run = [](void *argument) -> void * {
    auto &job = *static_cast<Job *>(argument);
    try {
      job.work();
    } catch (...) {
      job.failure = std::current_exception();
    }
    return nullptr;
  };
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t thread;
  const int failed = pthread_create(&thread, &attributes, run, &job);
  pthread_attr_destroy(&attributes);
  if (failed)
    return false;
  pthread_join(thread, nullptr);
  if (job.failure)
    std::rethrow_exception(job.failure);
  return true;
}

void with_deep_stack(int depth, const std::function<void()> &work) {
  if (depth < 200)
    return work();
  // A level of the largest walk, printing, takes 28 KiB.
  if (!on_thread((std::size_t(8) << 20) + static_cast<std::size_t>(depth) * (52 << 10), work))
    throw Error(ErrorCode::out_of_memory, "no memory for the stack of a deep expression");
}

} // namespace dsl
} // namespace mercer
