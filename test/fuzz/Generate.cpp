#include "Generate.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <random>

namespace mercer::fuzz {
namespace {

/// An expression and a guess of how large its values get, so that they stay moderate.
struct Value {
  Tree tree;
  double bound = 1;
};

class Generator {
public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Case run() {
    test_.dataSeed = random_();
    drawSizes();
    drawInputs();
    drawOptions();
    budget_ = static_cast<int>(std::exp(std::uniform_real_distribution<double>(0, std::log(60.0))(random_)));
    for (int definitions = below(3); definitions > 0; --definitions)
      addDefinition();
    drawWrapper();
    drawOutputs();
    drawVariables();
    fitWork();
    return std::move(test_);
  }

private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool chance(int percent) { return below(100) < percent; }
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  TensorInfo &tensor(int number) { return test_.tensors[static_cast<std::size_t>(number)]; }

  /// Few classes for a program, so that indices and tensors meet.
  int anyClass() { return below(activeClasses_); }

  //===- What a program is about ---===//

  void drawSizes() {
    activeClasses_ = 1 + below(2) + below(3);
    static constexpr std::int64_t choices[] = {3, 2, 7, 1, 8, 9, 16, 17, 0, 31, 33, 64, 65};
    for (std::int64_t &size : test_.sizes)
      size = choices[below(chance(60) ? 8 : 13)];
    // Several chunks of a nest, at times.
    static constexpr std::int64_t lengths[] = {129, 300, 1025};
    if (chance(8))
      test_.sizes[static_cast<std::size_t>(anyClass())] = lengths[below(3)];
  }

  DType drawReal(int mode) {
    static constexpr DType small[] = {DType::f32, DType::f32, DType::f16, DType::bf16};
    static constexpr DType all[] = {DType::f64, DType::f32, DType::f16, DType::bf16};
    return mode == 0 ? DType::f64 : mode == 1 ? small[below(4)] : mode == 2 ? DType::f32 : all[below(4)];
  }

  int addInput(const std::string &name, Kind kind, std::vector<int> dims, int mode) {
    static constexpr DType integers[] = {DType::i64, DType::i32, DType::i8};
    static constexpr Layout layouts[] = {Layout::rowMajor,   Layout::rowMajor, Layout::rowMajor,
                                         Layout::transposed, Layout::gaps,     Layout::negative,
                                         Layout::repeated};
    TensorInfo info;
    info.name = name, info.kind = kind, info.dims = std::move(dims);
    info.dtype = kind == real ? drawReal(mode) : kind == integer ? integers[below(3)] : DType::boolean;
    info.layout = layouts[below(7)];
    test_.tensors.push_back(std::move(info));
    return static_cast<int>(test_.tensors.size()) - 1;
  }

  std::vector<int> drawDims(int rank) {
    std::vector<int> dims;
    for (int n = 0; n < rank; ++n)
      dims.push_back(anyClass());
    return dims;
  }

  void drawInputs() {
    int mode = below(4);
    for (int count = 1 + below(3), n = 0; n < count; ++n)
      addInput("x" + std::to_string(n), real, drawDims(chance(15) ? 3 + below(3) : 1 + below(2)), mode);
    if (chance(60)) {
      int labels = addInput("label", integer, drawDims(chance(80) ? 1 : 2), mode);
      tensor(labels).values = anyClass();
      test_.badLabel = chance(4);
    }
    if (chance(30))
      addInput("n", integer, drawDims(1 + below(2)), mode);
    if (chance(30))
      addInput("flag", boolean, drawDims(1 + below(2)), mode);
    if (chance(40))
      addInput("s", real, {}, mode);
    if (chance(15))
      addInput("m", integer, {}, mode);
    // Every class is the size of something.
    for (int sizeClass = 0; sizeClass < activeClasses_; ++sizeClass) {
      bool has = false;
      for (const TensorInfo &info : test_.tensors)
        has |= std::count(info.dims.begin(), info.dims.end(), sizeClass) > 0;
      if (!has)
        addInput("z" + std::to_string(sizeClass), real, {sizeClass}, mode);
    }
  }

  void drawOptions() {
    test_.threads = 1 + below(3);
    test_.otherThreads = chance(35) ? 1 + below(3) : test_.threads;
    test_.accumulate = chance(20) ? DType::f64 : DType::f32;
    test_.haswell = chance(15);
  }

  void drawWrapper() {
    int dice = below(100);
    test_.wrapper = dice < 45   ? Wrapper::none
                    : dice < 70 ? Wrapper::valueAndGradient
                    : dice < 75 ? Wrapper::gradient
                    : dice < 83 ? Wrapper::vjp
                    : dice < 95 ? Wrapper::jvp
                                : Wrapper::hessianVector;
  }

  /// By what is differentiated: inputs that the first output reads, and at times another.
  void drawVariables() {
    if (test_.wrapper == Wrapper::none)
      return;
    std::set<int> read;
    collectReads(test_.outputs[0].body, read);
    std::vector<int> reals, others;
    for (int input : inputTensors(test_))
      if (tensor(input).kind == real)
        (read.count(input) ? reals : others).push_back(input);
    if (reals.empty() || (chance(10) && !others.empty()))
      reals.insert(reals.end(), others.begin(), others.end());
    std::shuffle(reals.begin(), reals.end(), random_);
    std::size_t count = test_.wrapper == Wrapper::hessianVector ? 1 : 1 + static_cast<std::size_t>(below(3));
    reals.resize(std::min(reals.size(), count));
    test_.withRespectTo = reals;
  }

  void collectReads(const Tree &tree, std::set<int> &read) {
    std::vector<int> named = tree->tensors;
    if (tree->op == Op::read)
      named.push_back(tree->what);
    for (int number : named) {
      read.insert(number);
      if (tensor(number).body)
        collectReads(tensor(number).body, read);
    }
    for (const Tree &operand : tree->operands)
      collectReads(operand, read);
  }

  void addDefinition() {
    TensorInfo info;
    info.role = TensorInfo::definition;
    info.name = "u" + std::to_string(test_.tensors.size());
    std::vector<int> bound;
    for (int rank = 1 + below(2), n = 0; n < rank; ++n) {
      info.dims.push_back(anyClass());
      bound.push_back(newIndex(info.dims.back(), false));
    }
    scope_ = bound;
    info.body = moderate(realValue(3)).tree;
    info.bound = std::move(bound);
    scope_.clear();
    test_.tensors.push_back(std::move(info));
  }

  void drawOutputs() {
    int count = chance(50) ? 1 : 2 + below(2);
    bool onlyReals = test_.wrapper == Wrapper::vjp || test_.wrapper == Wrapper::jvp;
    int depth = 5;
    budget_ = std::max(budget_, 2);
    for (int n = 0; n < count; ++n) {
      OutputInfo output;
      output.name = "out" + std::to_string(n);
      bool scalar = (n == 0 && test_.wrapper != Wrapper::none) || chance(35);
      if (!scalar)
        for (int rank = chance(12) ? 3 + below(3) : 1 + below(2), d = 0; d < rank; ++d)
          output.bound.push_back(newIndex(anyClass()));
      scope_ = output.bound;
      int kind = onlyReals || (n == 0 && test_.wrapper != Wrapper::none) ? 0 : below(8);
      output.body = kind < 6    ? moderate(realValue(depth)).tree
                    : kind == 6 ? integerValue(depth).tree
                                : condition(depth);
      scope_.clear();
      test_.outputs.push_back(std::move(output));
    }
  }

  /// Makes the longest sizes shorter until the case takes no long time.
  void fitWork() {
    while (costOf(test_, false) > mostWork) {
      std::int64_t &largest = *std::max_element(test_.sizes.begin(), test_.sizes.end());
      static constexpr std::int64_t choices[] = {0, 1, 2, 3, 7, 8, 9, 16, 17, 31, 33, 64, 65, 129, 300, 1025};
      const std::int64_t *smaller = std::lower_bound(std::begin(choices), std::end(choices), largest);
      if (largest <= 1)
        return;
      largest = *(smaller - 1);
    }
  }

  //===- Indices and subscripts ---===//

  int newIndex(int sizeClass, bool mayTrim = true) {
    test_.indices.push_back({sizeClass, mayTrim && chance(6) ? 1 : 0, chance(30)});
    return static_cast<int>(test_.indices.size()) - 1;
  }

  std::optional<int> known(int sizeClass) {
    std::vector<int> found;
    for (int index : scope_)
      if (test_.indices[static_cast<std::size_t>(index)].sizeClass == sizeClass)
        found.push_back(index);
    if (found.empty())
      return std::nullopt;
    return found[static_cast<std::size_t>(below(static_cast<int>(found.size())))];
  }

  Tree makeExtent(int sizeClass) {
    return std::make_shared<Node>(Node{.op = Op::extent, .kind = integer, .what = sizeClass});
  }

  /// An integer in the range of a class, or nothing.
  Tree subscript(int sizeClass, int depth) {
    std::optional<int> index = known(sizeClass);
    int dice = below(20);
    if (index && dice < 16)
      return makeIndex(*index);
    if (index && dice == 16)
      return makeBinary("-", makeBinary("-", makeExtent(sizeClass), makeNumber(integer, 1), integer),
                        makeIndex(*index), integer);
    if (index && dice == 17)
      return makeBinary("floor_div", makeIndex(*index), makeNumber(integer, 2), integer);
    if (test_.sizes[static_cast<std::size_t>(sizeClass)] == 0)
      return index ? makeIndex(*index) : nullptr;
    if (dice < 19 && !gathers_) // labels of labels of labels do not end
      for (std::size_t n = 0; n < test_.tensors.size(); ++n)
        if (test_.tensors[n].values == sizeClass)
          if (Tree label = labelOf(static_cast<int>(n)))
            return label;
    Tree any = depth > 0 ? integerValue(depth - 1).tree : makeNumber(integer, below(4));
    return std::make_shared<Node>(
        Node{.op = Op::clamp,
             .kind = integer,
             .operands = {any, makeNumber(integer, 0),
                          makeBinary("-", makeExtent(sizeClass), makeNumber(integer, 1), integer)}});
  }

  Tree labelOf(int number) {
    gathers_ = true;
    Tree label = readOf(number, 0);
    gathers_ = false;
    return label;
  }

  Tree readOf(int number, int depth) {
    Node node{.op = Op::read, .kind = tensor(number).kind, .what = number};
    std::vector<int> dims = tensor(number).dims; // the tensors may move when definitions are added
    bool variable = tensor(number).role == TensorInfo::variable;
    if (!variable && !dims.empty() && tensor(number).kind != boolean && chance(10)) {
      node.padded = true, node.number = tensor(number).kind == real ? 0.25 * below(4) : below(2);
      for (int dim : dims) {
        std::optional<int> index = known(dim);
        Tree at = index ? makeIndex(*index) : makeNumber(integer, below(3));
        std::optional<int> window = known(sizeClasses + below(windowClasses));
        Tree shift = window ? makeIndex(*window) : makeNumber(integer, below(3));
        node.operands.push_back(
            makeBinary("-", makeBinary("+", at, shift, integer), makeNumber(integer, 1), integer));
      }
      return std::make_shared<Node>(std::move(node));
    }
    for (int dim : dims) {
      Tree at = subscript(dim, depth);
      if (!at)
        return nullptr;
      node.operands.push_back(at);
    }
    return std::make_shared<Node>(std::move(node));
  }

  /// An element of a tensor of a kind, preferring those that the indices in scope subscript.
  Tree anyRead(Kind kind, int depth) {
    std::vector<int> fitting, others;
    for (std::size_t n = 0; n < test_.tensors.size(); ++n) {
      const TensorInfo &info = test_.tensors[n];
      int number = static_cast<int>(n);
      if (info.kind != kind ||
          (info.role == TensorInfo::variable && !std::count(variables_.begin(), variables_.end(), number)))
        continue;
      bool fits = true;
      for (int dim : info.dims)
        fits &= known(dim).has_value();
      (fits ? fitting : others).push_back(number);
      if (info.role == TensorInfo::variable && fits)
        fitting.insert(fitting.end(), 3, number);
    }
    for (int tries = 0; tries < 4; ++tries) {
      const std::vector<int> &from = !fitting.empty() && (others.empty() || chance(85)) ? fitting : others;
      if (from.empty())
        return nullptr;
      if (Tree read = readOf(from[static_cast<std::size_t>(below(static_cast<int>(from.size())))], depth))
        return read;
    }
    return nullptr;
  }

  //===- Expressions ---===//

  Value moderate(Value value) {
    if (value.bound <= 40)
      return value;
    if (chance(50))
      return {makeUnary("tanh", value.tree), 1};
    return {makeBinary("*", value.tree, makeNumber(real, std::ldexp(1, -std::ilogb(value.bound)))), 2};
  }

  Value small(Value value) {
    if (value.bound <= 3)
      return value;
    return {makeUnary("tanh", value.tree), 1};
  }

  Value realLeaf(int depth) {
    if (chance(80))
      if (Tree read = anyRead(real, depth))
        return {read, 1};
    if (chance(30) && !scope_.empty())
      return {
          makeBinary("*", makeUnary("to_real", makeIndex(scope_.back()), integer), makeNumber(real, 0.125)),
          8};
    return {makeNumber(real, chance(50) ? 0.25 * (below(9) - 4) : uniform(-2, 2)), 2};
  }

  Value realValue(int depth) {
    if (depth <= 0 || --budget_ <= 0)
      return realLeaf(depth);
    if (!pool_.empty() && chance(8)) {
      const Value &old = pool_[static_cast<std::size_t>(below(static_cast<int>(pool_.size())))];
      FreeNames free = freeNames(test_, old.tree);
      auto has = [](const std::set<int> &names, const std::vector<int> &known) {
        return std::all_of(names.begin(), names.end(),
                           [&](int name) { return std::count(known.begin(), known.end(), name) > 0; });
      };
      if (has(free.indices, scope_) && has(free.variables, variables_))
        return old;
    }
    Value value = moderate(realNode(depth));
    pool_.push_back(value);
    return value;
  }

  Value realNode(int depth) {
    int dice = below(100);
    if (dice < 24)
      return unary(depth);
    if (dice < 50)
      return binary(depth);
    if (dice < 57) {
      Tree predicate = condition(depth - 1);
      Value a = realValue(depth - 1), b = realValue(depth - 1);
      return {std::make_shared<Node>(
                  Node{.op = Op::choose, .kind = real, .operands = {predicate, a.tree, b.tree}}),
              std::max(a.bound, b.bound)};
    }
    if (dice < 60)
      return {std::make_shared<Node>(Node{
                  .op = Op::clamp,
                  .kind = real,
                  .operands = {realValue(depth - 1).tree, makeNumber(real, -0.5), makeNumber(real, 0.75)}}),
              1};
    if (dice < 64) {
      Value whole = integerValue(depth - 1);
      return {
          makeBinary("*", makeUnary("to_real", whole.tree, integer), makeNumber(real, 1 / (4 + whole.bound))),
          1};
    }
    if (dice < 66)
      return {makeUnary("to_real", condition(depth - 1), boolean), 1};
    if (dice < 71)
      if (std::optional<Value> vectors = vectorValue(depth))
        return *vectors;
    if (dice < 77)
      if (std::optional<Value> slope = slopeValue(depth))
        return *slope;
    return reduction(depth);
  }

  Value unary(int depth) {
    while (true) {
      int number = below(static_cast<int>(unaryRows().size()));
      const UnaryRow &row = unaryRows()[static_cast<std::size_t>(number)];
      if (row.from != real || row.to != real)
        continue;
      Value x = realValue(depth - 1);
      switch (row.domain) {
      case UnaryRow::any:
        break;
      case UnaryRow::small:
        x = small(x);
        break;
      case UnaryRow::positive:
        x = {makeBinary("+", makeUnary(chance(50) ? "square" : "abs", small(x).tree), makeNumber(real, 0.25)),
             9.5};
        break;
      case UnaryRow::unit:
        x = {makeBinary("*", makeUnary("tanh", x.tree), makeNumber(real, 0.9)), 1};
        break;
      case UnaryRow::aboveOne:
        x = {makeBinary("+", makeUnary("abs", x.tree), makeNumber(real, 1.1)), x.bound + 1.1};
        break;
      }
      return {makeUnary(row.name, x.tree), row.bound > 0 ? row.bound : x.bound + 1};
    }
  }

  Value binary(int depth) {
    Value a = realValue(depth - 1), b = realValue(depth - 1);
    auto positive = [&](Value x) {
      return makeBinary("+", makeUnary("square", small(x).tree), makeNumber(real, 0.5));
    };
    switch (below(16)) {
    case 0:
      return {makeBinary("/", a.tree, positive(b)), 2 * a.bound};
    case 1:
      return {makeBinary(chance(50) ? "minimum" : "maximum", a.tree, b.tree), std::max(a.bound, b.bound)};
    case 2:
      return {makeBinary("pow", positive(a), small(b).tree), 1000};
    case 3:
      return {makeBinary("atan2", a.tree, positive(b)), 4};
    case 4:
      return {makeBinary("hypot", a.tree, b.tree), a.bound + b.bound};
    case 5:
      return {makeBinary("xlogy", a.tree, positive(b)), 5 * a.bound};
    case 6:
      if (chance(40))
        return {makeBinary("with_gradient_of", a.tree, b.tree), a.bound};
      return {makeBinary(chance(50) ? "%" : "floor_div", a.tree, makeNumber(real, chance(50) ? 0.75 : -1.5)),
              2 + a.bound};
    case 7:
    case 8:
    case 9:
      return {makeBinary("*", a.tree, b.tree), a.bound * b.bound};
    case 10:
    case 11:
      return {makeBinary("-", a.tree, b.tree), a.bound + b.bound};
    default:
      return {makeBinary("+", a.tree, b.tree), a.bound + b.bound};
    }
  }

  Value reduction(int depth) {
    int number;
    const ReduceRow *row;
    do
      number = chance(30) ? 0 : below(static_cast<int>(reduceRows().size()));
    while ((row = &reduceRows()[static_cast<std::size_t>(number)])->to != real);
    Node node{.op = Op::reduce, .kind = real, .what = number};
    std::size_t outer = scope_.size();
    double terms = 1;
    if (row->leavesFree) {
      if (scope_.empty())
        return unary(depth);
      node.bound = {scope_[static_cast<std::size_t>(below(static_cast<int>(scope_.size())))]};
    } else {
      for (int count = !row->oneIndex && chance(15) ? 2 : 1; count > 0; --count) {
        int sizeClass = chance(8) ? sizeClasses + below(windowClasses) : anyClass();
        node.bound.push_back(newIndex(sizeClass));
        scope_.push_back(node.bound.back());
        terms *= static_cast<double>(test_.sizeOf(sizeClass));
      }
    }
    Value value = realValue(depth - 1);
    bool product = std::strcmp(row->name, "prod") == 0, total = std::strcmp(row->name, "sum") == 0;
    if (product)
      value.tree =
          makeBinary("+", makeBinary("*", small(value).tree, makeNumber(real, 0.0625)), makeNumber(real, 1));
    node.operands.push_back(value.tree);
    if (chance(30))
      node.operands.push_back(condition(depth - 1));
    scope_.resize(outer);
    bool extremum = std::strcmp(row->name, "min") == 0 || std::strcmp(row->name, "max") == 0;
    bool logarithm = std::strstr(row->name, "log") != nullptr;
    Tree tree = std::make_shared<Node>(std::move(node));
    if (extremum || (logarithm && chance(50))) // infinite where there is nothing
      return {makeUnary("tanh", tree), 1};
    return {tree, product ? 50 : total ? terms * value.bound : value.bound * value.bound + 5};
  }

  std::optional<Value> vectorValue(int depth) {
    int number = below(static_cast<int>(vectorRows().size()));
    const VectorRow &row = vectorRows()[static_cast<std::size_t>(number)];
    std::vector<int> candidates;
    for (std::size_t n = 0; n < test_.tensors.size(); ++n)
      if (test_.tensors[n].kind == real && test_.tensors[n].role != TensorInfo::variable &&
          !test_.tensors[n].dims.empty() && test_.tensors[n].dims.size() <= 3)
        candidates.push_back(static_cast<int>(n));
    if (candidates.empty())
      return std::nullopt;
    Node node{.op = Op::vectors, .kind = real, .what = number};
    int lastClass = -1;
    for (int tries = 0; tries < 12 && static_cast<int>(node.tensors.size()) < row.tensors; ++tries) {
      int chosen = candidates[static_cast<std::size_t>(below(static_cast<int>(candidates.size())))];
      std::vector<int> dims = tensor(chosen).dims;
      if (lastClass >= 0 && dims.back() != lastClass)
        continue;
      std::vector<Tree> subscripts;
      for (std::size_t n = 0; n + 1 < dims.size(); ++n)
        subscripts.push_back(subscript(dims[n], depth - 1));
      if (std::count(subscripts.begin(), subscripts.end(), nullptr))
        continue;
      lastClass = dims.back();
      node.tensors.push_back(chosen);
      node.operands.insert(node.operands.end(), subscripts.begin(), subscripts.end());
    }
    if (static_cast<int>(node.tensors.size()) < row.tensors)
      return std::nullopt;
    return Value{std::make_shared<Node>(std::move(node)), 30};
  }

  std::optional<Value> slopeValue(int depth) {
    if (nested_ >= (chance(15) ? 2 : 1))
      return std::nullopt;
    TensorInfo variable;
    variable.role = TensorInfo::variable;
    variable.name = "v" + std::to_string(test_.tensors.size());
    int number = static_cast<int>(test_.tensors.size());
    ++nested_;
    std::optional<Value> result = chance(35) ? slopeOfScalar(depth, number, std::move(variable))
                                             : slopeOfTensor(depth, number, std::move(variable));
    --nested_;
    return result;
  }

  Value slopeOfScalar(int depth, int number, TensorInfo variable) {
    Node node{.op = Op::derivative, .kind = real, .what = number};
    Value at = small(realValue(depth - 2));
    number = node.what =
        static_cast<int>(test_.tensors.size()); // a variable of what `at` holds may have come first
    variable.name = "v" + std::to_string(number);
    test_.tensors.push_back(std::move(variable));
    variables_.push_back(number);
    Value body = realValue(depth - 1);
    Tree u = std::make_shared<Node>(Node{.op = Op::read, .kind = real, .what = number});
    variables_.pop_back();
    node.operands = {makeBinary("*", body.tree, makeUnary("sin", u)), at.tree};
    return {makeUnary("tanh", std::make_shared<Node>(std::move(node))), 1};
  }

  std::optional<Value> slopeOfTensor(int depth, int number, TensorInfo variable) {
    std::vector<int> candidates;
    for (std::size_t n = 0; n < test_.tensors.size(); ++n) {
      const TensorInfo &info = test_.tensors[n];
      if (info.kind == real && info.role != TensorInfo::variable && !info.dims.empty() &&
          info.dims.size() <= 3)
        candidates.push_back(static_cast<int>(n));
    }
    if (candidates.empty())
      return std::nullopt;
    int at = candidates[static_cast<std::size_t>(below(static_cast<int>(candidates.size())))];
    std::vector<int> dims = tensor(at).dims;
    std::size_t rank = dims.size() > 1 && chance(20) ? 2 : 1, fixed = dims.size() - rank;
    variable.dims.assign(dims.end() - static_cast<std::ptrdiff_t>(rank), dims.end());
    Node node{.op = Op::gradient, .kind = real, .what = number, .tensors = {at}};
    test_.tensors.push_back(std::move(variable));
    std::vector<Tree> subscripts;
    for (std::size_t n = 0; n < dims.size(); ++n)
      subscripts.push_back(subscript(dims[n], 0));
    if (std::count(subscripts.begin(), subscripts.end(), nullptr))
      return std::nullopt;
    // A sum over the variable's elements, so that the derivative is no zero.
    variables_.push_back(number);
    std::size_t outer = scope_.size();
    Node sum{.op = Op::reduce, .kind = real, .what = 0};
    Node element{.op = Op::read, .kind = real, .what = number};
    for (std::size_t n = fixed; n < dims.size(); ++n) {
      sum.bound.push_back(newIndex(dims[n], false));
      scope_.push_back(sum.bound.back());
      element.operands.push_back(makeIndex(sum.bound.back()));
    }
    Tree u = std::make_shared<Node>(std::move(element));
    Value other = small(realValue(depth - 1));
    sum.operands = {
        makeBinary("*", makeUnary(chance(50) ? "sin" : "square", u), makeBinary("+", other.tree, u))};
    scope_.resize(outer);
    Tree body = std::make_shared<Node>(std::move(sum));
    if (chance(40))
      body = makeBinary("+", makeUnary("tanh", body), small(realValue(depth - 1)).tree);
    variables_.pop_back();
    node.operands = {body};
    node.operands.insert(node.operands.end(), subscripts.begin(), subscripts.end());
    return Value{makeUnary("tanh", std::make_shared<Node>(std::move(node))), 1};
  }

  Value integerValue(int depth) {
    if (depth <= 0 || --budget_ <= 0 || chance(25)) {
      if (chance(40))
        if (Tree read = anyRead(integer, depth))
          return {read, 70};
      if (!scope_.empty() && chance(80))
        return {makeIndex(scope_[static_cast<std::size_t>(below(static_cast<int>(scope_.size())))]), 65};
      return chance(30) ? Value{makeExtent(anyClass()), 65} : Value{makeNumber(integer, below(9) - 3), 6};
    }
    switch (below(9)) {
    case 0: {
      static const char *names[] = {"-", "abs", "sign", "square"};
      Value a = integerValue(depth - 1);
      return {makeUnary(names[below(4)], a.tree, integer), a.bound * a.bound};
    }
    case 1:
    case 2: {
      static const char *names[] = {"+", "-", "*", "minimum", "maximum"};
      Value a = integerValue(depth - 1), b = integerValue(depth - 1);
      return {makeBinary(names[below(5)], a.tree, b.tree, integer), (1 + a.bound) * (1 + b.bound)};
    }
    case 3: {
      static constexpr int divisors[] = {2, 3, 5, -3, 7};
      Value a = integerValue(depth - 1);
      return {makeBinary(chance(50) ? "%" : "floor_div", a.tree, makeNumber(integer, divisors[below(5)]),
                         integer),
              a.bound};
    }
    case 4:
      return {makeUnary("to_integer",
                        makeBinary("*", small(realValue(depth - 1)).tree, makeNumber(real, 4.5)), real),
              14};
    case 5:
      return {makeUnary("to_integer", condition(depth - 1), boolean), 1};
    case 6: {
      Tree predicate = condition(depth - 1);
      Value a = integerValue(depth - 1), b = integerValue(depth - 1);
      return {std::make_shared<Node>(
                  Node{.op = Op::choose, .kind = integer, .operands = {predicate, a.tree, b.tree}}),
              std::max(a.bound, b.bound)};
    }
    default:
      return integerReduction(depth);
    }
  }

  Value integerReduction(int depth) {
    int number;
    const ReduceRow *row;
    do
      number = below(static_cast<int>(reduceRows().size()));
    while ((row = &reduceRows()[static_cast<std::size_t>(number)])->to != integer);
    Node node{.op = Op::reduce, .kind = integer, .what = number};
    int sizeClass = anyClass();
    node.bound = {newIndex(sizeClass)};
    scope_.push_back(node.bound[0]);
    Value value = row->from == real      ? realValue(depth - 1)
                  : row->from == integer ? integerValue(depth - 1)
                                         : Value{condition(depth - 1), 1};
    node.operands.push_back(value.tree);
    if (chance(30))
      node.operands.push_back(condition(depth - 1));
    scope_.pop_back();
    bool position = std::strncmp(row->name, "arg", 3) == 0;
    double size = static_cast<double>(test_.sizeOf(sizeClass)) + 1;
    return {std::make_shared<Node>(std::move(node)), position ? size
                                                     : std::strcmp(row->name, "prod") == 0
                                                         ? 1e18
                                                         : size * value.bound};
  }

  Tree condition(int depth) {
    if (depth > 0 && chance(35))
      if (--budget_ > 0)
        switch (below(4)) {
        case 0:
          return makeUnary("!", condition(depth - 1), boolean);
        case 1: {
          Tree a = condition(depth - 1), b = condition(depth - 1);
          return makeBinary(chance(50) ? "&&" : "||", a, b, boolean);
        }
        case 2: {
          int number = chance(50) ? 0 : 1;
          for (std::size_t row = 0; row < reduceRows().size(); ++row)
            if (reduceRows()[row].to == boolean && number-- == 0) {
              Node node{.op = Op::reduce, .kind = boolean, .what = static_cast<int>(row)};
              node.bound = {newIndex(anyClass())};
              scope_.push_back(node.bound[0]);
              node.operands.push_back(condition(depth - 1));
              scope_.pop_back();
              return std::make_shared<Node>(std::move(node));
            }
          break;
        }
        default:
          break;
        }
    static const char *comparisons[] = {"==", "!=", "<", "<=", ">", ">="};
    const char *name = comparisons[below(6)];
    int dice = below(10);
    if (dice < 2)
      if (Tree read = anyRead(boolean, 0))
        return read;
    // Indices of one class against each other are what bounds of loops are made of.
    if (dice < 5 && scope_.size() >= 2) {
      int a = scope_.back();
      for (int b : scope_)
        if (b != a && test_.indices[static_cast<std::size_t>(b)].sizeClass ==
                          test_.indices[static_cast<std::size_t>(a)].sizeClass)
          return makeBinary(name, makeIndex(a), makeIndex(b), integer);
    }
    if (dice < 7) {
      Tree a = integerValue(std::min(depth, 1)).tree, b = integerValue(std::min(depth, 1)).tree;
      return makeBinary(name, a, b, integer);
    }
    Tree a = realValue(depth - 1).tree, b = realLeaf(depth).tree;
    return makeBinary(name, a, b);
  }

  std::mt19937_64 random_;
  Case test_;
  int budget_ = 0, nested_ = 0, activeClasses_ = sizeClasses;
  bool gathers_ = false;
  std::vector<int> scope_, variables_;
  std::vector<Value> pool_;
};

} // namespace

Case generate(std::uint64_t seed) { return Generator(seed).run(); }

} // namespace mercer::fuzz
