// A random program as a tree: what the generator makes, the shrinker cuts, and the check builds and runs.
#pragma once

#include <mercer/runtime.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace mercer::fuzz {

/// What a node of an expression is; `Node` says which fields each kind uses.
enum class Op : std::uint8_t {
  number,   ///< `number`
  index,    ///< the value of index `what`
  extent,   ///< the number of elements of class `what`
  read,     ///< tensor `what` at `operands`; `padded`: `number` outside
  unary,    ///< row `what` of `unaryRows()` of operands[0]
  binary,   ///< row `what` of `binaryRows()` of operands[0] and operands[1]
  choose,   ///< where(operands[0], operands[1], operands[2])
  clamp,    ///< operands[0] between operands[1] and operands[2]
  reduce,   ///< row `what` of `reduceRows()` over `bound` of operands[0] where operands[1], if it is there
  vectors,  ///< row `what` of `vectorRows()` of rows of tensors: `tensors` and their leading subscripts, in
            ///< order
  gradient, ///< of operands[0] by variable `what` at a part of tensors[0], whose leading subscripts come
            ///< next, then the element's subscripts
  derivative, ///< of operands[0] by variable `what` at operands[1]
};

struct Node;
using Tree = std::shared_ptr<const Node>;

/// Immutable; a tree that occurs twice is built once.
struct Node {
  Op op;
  Kind kind;
  int what = 0;
  double number = 0;
  bool padded = false;
  std::vector<int> bound = {}, tensors = {};
  std::vector<Tree> operands = {};
};

/// A variable of loops. Its range is that of its class of sizes, less `trim`; `window` classes are constants.
struct IndexInfo {
  int sizeClass;
  int trim = 0;
  bool isExplicit = false;
};

enum class Layout : std::uint8_t { rowMajor, transposed, gaps, negative, repeated };

/// What can be subscripted: an input, a definition, or the variable of a derivative.
struct TensorInfo {
  enum Role : std::uint8_t { input, definition, variable } role = input;
  std::string name;
  Kind kind = real;
  std::vector<int> dims; ///< the class of each dimension
  DType dtype = DType::f64;
  Layout layout = Layout::rowMajor;
  int values = -1;        ///< integers: the class that they subscript; -1: any small numbers
  std::vector<int> bound; ///< of a definition: its indices
  Tree body;              ///< of a definition
};

struct OutputInfo {
  std::string name;
  std::vector<int> bound;
  Tree body;
};

enum class Wrapper : std::uint8_t { none, valueAndGradient, gradient, vjp, jvp, hessianVector };

/// Number of classes of sizes; further ones are windows, with constant sizes 1, 2 and 3.
inline constexpr int sizeClasses = 4, windowClasses = 3;

/// A program, its sizes, and how it is run. The data follow from `dataSeed`.
struct Case {
  std::array<std::int64_t, sizeClasses> sizes{};
  std::vector<IndexInfo> indices;
  std::vector<TensorInfo> tensors;
  std::vector<OutputInfo> outputs;
  Wrapper wrapper = Wrapper::none;
  std::vector<int> withRespectTo; ///< tensors
  std::uint64_t dataSeed = 0;
  bool badLabel = false; ///< one label is out of range
  int threads = 1, otherThreads = 1;
  DType accumulate = DType::f32;
  bool haswell = false;
  bool anySize = false; ///< the variant for any sizes runs in place of that for these small ones
  std::string plan = {}, otherPlan = {}; ///< of the two runs, which must have the same bits

  /// Number of values of a class.
  std::int64_t sizeOf(int sizeClass) const {
    return sizeClass < sizeClasses ? sizes[static_cast<std::size_t>(sizeClass)] : sizeClass - sizeClasses + 1;
  }
  std::int64_t extentOf(int index) const {
    const IndexInfo &info = indices[static_cast<std::size_t>(index)];
    return std::max<std::int64_t>(0, sizeOf(info.sizeClass) - info.trim);
  }
  /// The type of the arithmetic: f64 if a real tensor is or there is none, else f32.
  DType arithmetic() const;
};

/// The elementwise functions that take reals in a domain to reals of a size.
struct UnaryRow {
  const char *name;
  Expr (*make)(const Expr &);
  Kind from, to;
  enum Domain : std::uint8_t { any, small, positive, unit, aboveOne } domain = any;
  double bound = 0; ///< of the result's size; 0: that of the operand
};
struct BinaryRow {
  const char *name;
  bool isOperator;
  Expr (*make)(const Expr &, const Expr &);
  Kind from, to;
};
struct ReduceRow {
  const char *name;
  Expr (*make)(const Indices &, const Expr &, const Expr &);
  Kind from, to;
  bool oneIndex = false, leavesFree = false;
};
struct VectorRow {
  const char *name;
  int tensors;
  Expr (*make)(const std::vector<Tensor> &);
};
const std::vector<UnaryRow> &unaryRows();
const std::vector<BinaryRow> &binaryRows();
const std::vector<ReduceRow> &reduceRows();
const std::vector<VectorRow> &vectorRows();

Tree makeNumber(Kind kind, double number);
Tree makeIndex(int index);
Tree makeUnary(const char *name, Tree operand, Kind from = real);
Tree makeBinary(const char *name, Tree a, Tree b, Kind from = real);

/// Which indices, and which variables of derivatives, a tree needs from outside.
struct FreeNames {
  std::set<int> indices, variables;
};
FreeNames freeNames(const Case &test, const Tree &tree);

/// How many nodes the outputs and the definitions have.
int countNodes(const Case &test);

/// What a case costs to interpret, in elementwise operations: derivatives as reverse mode makes them, or as
/// forward mode does, a run for each element of the variable.
double costOf(const Case &test, bool forward);

/// The tensors of a program by number: input k is inputs()[position] for those that are inputs.
Program buildProgram(const Case &test);
/// Inputs of the program in order: tensors, then what the wrapper adds.
std::vector<int> inputTensors(const Case &test);

/// The program as a C++ function `Program NAME()`.
std::string printCpp(const Case &test, const std::string &name);

} // namespace mercer::fuzz
