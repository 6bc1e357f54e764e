// Values of a nest's body as scalars or vectors, and the code for what a body does.
#pragma once

#include "compiler/lowering/Lowering.h"
#include "compiler/lowering/SharedFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace mercer::lowering {

/// One value of the plan: the same in all lanes (a scalar), base + lane * stride, or one for each lane (a
/// vector).
struct Lane {
  enum Kind { uniform, linear, varying } kind = uniform;
  mlir::Value value;
  int64_t stride = 0;
};

/// The running state of one reduction: what a loop carries.
struct Running {
  dsl::Reduction kind;
  mlir::Type type;      ///< of the values, scalar
  bool vectors = false; ///< one state for each lane
  bool blocked =
      false; ///< sums go through blocks: [block, total, lost]; logsumexp [reference, block, total, lost]
  bool acrossLanes = false; ///< the lanes will be combined: those that do not exist must not count
  bool compensated = true;  ///< blocks are added with their rounding errors kept
  bool narrow = false;      ///< of argmin and argmax: positions are in 32 bits until the end
  llvm::SmallVector<mlir::Value, 4> state = {};

  /// The parts of the state between blocks: without that of the open block.
  llvm::SmallVector<mlir::Value *, 3> kept() {
    llvm::SmallVector<mlir::Value *, 3> parts;
    for (size_t n = 0; n < state.size(); ++n)
      if (!blocked || n != (kind == dsl::Reduction::logsumexp))
        parts.push_back(&state[n]);
    return parts;
  }
};

/// Some sums over lanes on their way: each in as many lanes of a vector, one after the other.
struct LaneSums {
  mlir::Value total, lost;        ///< what has been added, and what rounding lost
  llvm::SmallVector<size_t> sums; ///< which ones
};

/// What all states of a loop consist of, one after the other.
llvm::SmallVector<mlir::Value> partsOf(llvm::ArrayRef<Running> states);
void setParts(llvm::MutableArrayRef<Running> states, mlir::ValueRange parts);

/// Is the result of a reduction a position?
inline bool isPosition(dsl::Reduction kind) {
  return kind == dsl::Reduction::argmin || kind == dsl::Reduction::argmax;
}

/// The comparison of integers that a function is; none: it is none.
std::optional<mlir::arith::CmpIPredicate> comparisonOf(dsl::Function function);

using ir::blockTerms, ir::bytesOf, ir::innerTerms, ir::planesOf;

/// The factors of a sum's operand that is a product and used there alone, and which operand that is; none: there is no such operand.
struct Product {
  mlir::Value first, second;
  unsigned side;
};
std::optional<Product> productIn(ir::ApplyOp sum);

/// Does a nest combine values into one element of the plan?
bool isTotal(ir::AccumulateOp op);
/// The arrays with dimensions that a nest adds into: each chunk has a table for each.
llvm::SetVector<mlir::Value> tablesOf(ir::NestOp nest);
/// Vectors of scratch memory that each panel of a nest needs beside its tiles.
int64_t slotsOf(ir::NestOp nest);

/// Rows that the tile registers multiply at once.
inline constexpr int64_t tileRows = 64;
/// The loops with pairs that stand in a loop.
inline auto pairedLoops(ir::LoopOp loop) {
  return llvm::make_filter_range(loop.getBlock().getOps<ir::LoopOp>(), [](ir::LoopOp inner) { return inner.getPairs(); });
}

/// What a function that several nests have takes from words of its own, in place of the frame: first numbers, then words of the frame
/// in the order in which they are asked for.
struct OwnWords {
  llvm::ArrayRef<mlir::Value> numbers; ///< constants
  llvm::SmallVector<int64_t> positions;

  int64_t count() const { return static_cast<int64_t>(numbers.size() + positions.size()); }
  /// Where the word of the frame is among them from now on.
  int64_t placeOf(int64_t position);
};

/// Writes one function. `width` lanes are active inside of an index with lanes, else 0.
class Codegen {
public:
  Codegen(mlir::OpBuilder &builder, ir::PlanOp plan, const Target &target, const FrameLayout &layout,
          const llvm::DenseMap<mlir::Value, int64_t> &words, SharedFunctions &functions)
      : b(builder), plan_(plan), target_(target), layout_(layout), words_(words), functions_(functions) {}

  mlir::Value frame;   ///< !llvm.ptr
  OwnWords *own = nullptr; ///< `frame` points to these; null: to the frame itself
  bool computesNumbers = false; ///< those that nests find in words of the frame
  mlir::Value scratch; ///< !llvm.ptr, in a nest's function
  unsigned width = 0;
  mlir::Operation *prologue =
      nullptr;      ///< in a nest's function: what no index is needed for goes before this op
  mlir::Value mask; ///< vector of i1: lanes that exist; null: all

  Lane lane(mlir::Value value); ///< values of the plan's top level are computed again where they are used
  mlir::Value scalar(mlir::Value value) { return lane(value).value; }
  mlir::Value vector(Lane lane, mlir::Type type);
  void define(mlir::Value value, Lane lane) {
    (copied_.contains(value) ? copies_[copy_] : lanes_)[value] = lane;
  }

  /// The ops of a block but nests, loops' terminators and accumulates (given to `accumulate`). In a jammed loop `afterCopy` is called when those
  /// of a copy have run.
  void block(mlir::Block &block, llvm::function_ref<void(ir::AccumulateOp)> accumulate, llvm::function_ref<void()> afterCopy = nullptr);
  void one(mlir::Operation &op, llvm::function_ref<void(ir::AccumulateOp)> accumulate);

  // A loop: states at its start, a part of its range, results.
  void loop(ir::LoopOp op);
  llvm::SmallVector<Running> beginLoop(ir::LoopOp op);
  void runLoop(ir::LoopOp op, llvm::MutableArrayRef<Running> states, mlir::Value lower, mlir::Value upper);
  void endLoop(ir::LoopOp op, llvm::MutableArrayRef<Running> states);

  /// In a nest's function: sets up the processor's tile registers where a loop of the nest needs them, and gives them back.
  void openTileRegisters(ir::NestOp nest);
  void closeTileRegisters(ir::NestOp nest);

  /// The iterations [begin, end) of a nest that runs several vectors of them beside each other; `accumulate` is for its
  /// totals.
  void panels(ir::NestOp nest, llvm::MutableArrayRef<Running> totals, mlir::Value begin, mlir::Value end,
              llvm::function_ref<void(ir::AccumulateOp, Lane)> accumulate);
  /// From here on the nest's own tiles are those of one of its panels.
  void selectPanel(mlir::Value panel);

  /// Gives each tile of a nest its part of the scratch memory; returns the bytes of all.
  mlir::Value placeTiles(ir::NestOp nest);

  // Tables.
  mlir::Value extent(mlir::Value array, unsigned dimension);
  mlir::Value elements(mlir::Value array);   ///< how many an array has
  mlir::Value bytes(mlir::Value array);      ///< of all of them
  mlir::Value tableBytes(mlir::Value array); ///< of one table
  /// The chunk's table of an array from here on, cleared. `memory` has those of all chunks.
  void openTable(mlir::Value array, mlir::Value memory, mlir::Value chunk);
  /// Stores the sums of `count` tables for the elements [begin, end) of an array.
  void combineTables(mlir::Value array, mlir::Value memory, mlir::Value count, mlir::Value begin,
                     mlir::Value end);

  // Reductions.
  /// `below`: what positions of argmin and argmax are below; none: it is not known.
  Running begin(dsl::Reduction kind, mlir::Type type, bool vectors, std::optional<int64_t> below = std::nullopt);
  /// One more term, at `index`.
  void update(Running &running, Lane value, Lane predicate, Lane index);
  /// The best of some terms of an argmin or argmax, and how many iterations it stands after the first of them.
  struct Best {
    mlir::Value term, offset;
    int64_t terms;
  };
  void addToBest(const Running &running, llvm::SmallVectorImpl<Best> &best, mlir::Value term, int64_t offset);
  /// Combines them with the running state. `first`: the index of the first.
  void takeBest(Running &running, llvm::SmallVectorImpl<Best> &best, Lane first);
  /// A term of a log-sum-exp: -infinity where it does not count.
  mlir::Value exponentOf(const Running &running, Lane value, Lane predicate);
  void endBlock(Running &running);
  /// The value of each lane, or one value over all lanes; of argmin and argmax the position, the value in
  /// `extremum`.
  mlir::Value finish(Running &running, bool overLanes, mlir::Value *extremum = nullptr);
  /// The same of several states, whose sums over lanes share the steps.
  llvm::SmallVector<mlir::Value> finish(llvm::MutableArrayRef<Running> states, bool overLanes);
  /// Carries some states through `for position in [lower, upper) step`.
  void carry(llvm::MutableArrayRef<Running> states, mlir::Value lower, mlir::Value upper, mlir::Value step,
             llvm::function_ref<void(mlir::Value)> body);
  /// The same in blocks of `turns` turns where a state wants it.
  void carryBlocks(llvm::MutableArrayRef<Running> states, mlir::Value lower, mlir::Value upper, int64_t step,
                   llvm::function_ref<void(mlir::Value)> body, int64_t turns = blockTerms);

  /// Runs `code`, a loop over whole vectors of `index` from `first` on with this body, in two versions where the body stores
  /// outputs in order: for outputs that are larger than the caches and begin where vectors may, and for others.
  void streaming(mlir::Block &block, mlir::Value index, mlir::Value first, llvm::MutableArrayRef<Running> states,
                 llvm::function_ref<void()> code);
  /// At the end of a nest's function.
  void endStreams();

  // Memory.
  mlir::Value word(int64_t position); ///< of the frame
  mlir::Value load(mlir::Value array, llvm::ArrayRef<Lane> subscripts, Lane guard, mlir::Type result,
                   Lane &lane);
  /// `streamed`: past the caches, where a whole vector lies in order.
  void store(mlir::Value array, llvm::ArrayRef<Lane> subscripts, Lane value, bool streamed = false);
  mlir::Value pointer(mlir::Value array);
  mlir::Value element(mlir::Value pointer, mlir::Type type, mlir::Value offset);

  // Small pieces.
  mlir::Value i64(int64_t value);
  mlir::Value number(mlir::Type type, double value); ///< a scalar or splat
  mlir::Value i1(bool value, bool vector);
  mlir::Value cmp(mlir::arith::CmpFPredicate predicate, mlir::Value a, mlir::Value b);
  mlir::Value both(mlir::Value a, mlir::Value b);
  mlir::Type widened(mlir::Type type) { return width ? mlir::VectorType::get({width}, type) : type; }
  mlir::Value tailMask(mlir::Value base, mlir::Value end);
  mlir::Value call(llvm::StringRef function, mlir::ValueRange operands);

  mlir::OpBuilder &b;
  mlir::Location loc() const { return location_; }
  void setLoc(mlir::Location location) { location_ = location; }

private:
  /// A tile's memory; `wide`: each element is a vector.
  struct Tile {
    mlir::Value pointer;
    bool wide;
  };

  /// An accumulator, or what a chunk has for an array of the plan; `plane`: elements from one part of a running state to the next.
  struct Table {
    mlir::Value pointer, plane;
    dsl::Reduction kind;
  };

  mlir::Value wordAt(int64_t place);
  mlir::Value constant(ir::ConstantOp op);
  mlir::Value numberIn(mlir::Type type, mlir::Value word);
  mlir::Value planeOf(mlir::Value array);
  void addToTable(ir::AccumulateOp op);
  void addTerms(ir::AccumulateOp op, llvm::ArrayRef<Lane> subscripts, Lane value, Lane where);
  mlir::Value loadActive(mlir::Type type, mlir::Value from, mlir::Value active);
  void storeActive(mlir::Value value, mlir::Value to, mlir::Value active);
  /// sum += term, and what that loses goes into `losses` (of real numbers), with what the term has `lost` already. Lanes that
  /// are not active keep what they have.
  void addInMemory(mlir::Value sum, mlir::Value losses, mlir::Value term, mlir::Value lost = {},
                   mlir::Value active = {});
  /// Combines a term with an element of a table. What the term has lost is known of sums only.
  void combineAt(const Table &table, mlir::Value position, mlir::Value term, mlir::Value lost = {},
                 mlir::Value active = {});
  mlir::Value partAt(const Table &table, mlir::Type element, mlir::Value position, size_t part);
  Running loadState(const Table &table, mlir::Type type, mlir::Value position, mlir::Value active = {});
  mlir::Value sumOfTables(const Table &first, mlir::Type element, mlir::Value count, mlir::Value position);
  mlir::Value combinedOfTables(const Table &first, mlir::Type element, mlir::Value count, mlir::Value position);
  /// A tile of which each panel has a copy.
  struct PanelTile {
    mlir::Value tile, first, bytes;
  };

  void clear(mlir::Value array); ///< a table
  mlir::Value padded(mlir::Value elements);
  Lane accumulated(ir::ReadOp op);
  mlir::Value isBetter(const Running &running, mlir::Value term, mlir::Value before);
  void takeBetter(Running &running, mlir::Value term, mlir::Value position, mlir::Value counts = {});
  void mergeBest(const Running &running, llvm::SmallVectorImpl<Best> &best);
  std::pair<mlir::Value, mlir::Value> termOf(const Running &running, Lane value, Lane predicate);
  void addExponentials(Running &running, llvm::ArrayRef<mlir::Value> terms);
  mlir::Value timesLog2e(mlir::Value value);
  std::pair<mlir::Value, mlir::Value> addExactly(mlir::Value x, mlir::Value y);
  mlir::Value closed(mlir::Value total, mlir::Value lost);
  /// Runs the code for each copy of what depends on the jammed loop's index.
  mlir::Value extreme(mlir::Value bound, bool largest);
  mlir::Value anywhere(mlir::Value condition);
  void onOccasion(ir::LoopOp op, const ir::Occasion &occasion, ir::ApplyOp choice);
  void forCopies(bool copied, llvm::function_ref<void()> code);
  void jam(ir::LoopOp op, int64_t factor);
  void grouped(ir::LoopOp op, llvm::MutableArrayRef<Running> states, mlir::Value lower, mlir::Value upper,
               llvm::function_ref<void(mlir::Value)> single, llvm::function_ref<Lane(mlir::Value, Lane)> counts);
  void unjam();
  void aroundPosition(mlir::Value position, llvm::ArrayRef<ir::ApplyOp> comparisons, mlir::Value lower, mlir::Value upper,
                      mlir::Value step, llvm::function_ref<void(mlir::Value)> body);
  void runPart(ir::LoopOp op, llvm::MutableArrayRef<Running> states, mlir::Value lower, mlir::Value upper);
  void addPairs(ir::LoopOp op);
  void takeFromTiles(ir::LoopOp op);
  void multiplyTiles(ir::LoopOp op, mlir::Value row);
  Lane apply(ir::ApplyOp op);
  mlir::Value applyReal(ir::ApplyOp op, llvm::ArrayRef<mlir::Value> x);
  mlir::Value applyInteger(ir::ApplyOp op, llvm::ArrayRef<mlir::Value> x);
  Lane applyLinear(ir::ApplyOp op);
  mlir::Value compareLanes(mlir::arith::CmpIPredicate predicate, Lane linear, mlir::Value bound);
  mlir::Value allLanesBut(mlir::Value position);
  mlir::Value compareLinear(ir::ApplyOp op);
  mlir::Value fused(ir::ApplyOp op);
  Lane read(ir::ReadOp op);
  mlir::Value part(mlir::Value lanes, unsigned first, unsigned count);
  mlir::Value largestLane(mlir::Value lanes);
  LaneSums halved(const LaneSums &x, const LaneSums *y, unsigned lanes);
  llvm::SmallVector<LaneSums> addLanes(llvm::ArrayRef<std::pair<mlir::Value, mlir::Value>> states);
  std::pair<mlir::Value, mlir::Value> addLanes(mlir::Value total, mlir::Value lost);
  mlir::Value narrowed(const Running &running, mlir::Value sum);
  mlir::Value combineLanes(Running &running, mlir::Value *extremum);
  mlir::Value stride(mlir::Value array, unsigned dimension);
  mlir::Value convertStored(mlir::Value value, mlir::Type stored);
  mlir::Value canStream(llvm::ArrayRef<ir::StoreOp> streams, mlir::Value first);
  bool isTransposed(mlir::Operation *op);
  mlir::Value lanesIn(mlir::Value mask);
  void readTransposed(ir::ReadOp op);
  void storeTransposed(ir::StoreOp op);
  void storeBlock(ir::StoreOp op, mlir::Value rows = {});
  std::pair<mlir::Value, mlir::Value> firstOfBlock(mlir::Value array, mlir::OperandRange subscripts);
  /// Stores vectors of as many columns for the lanes' rows, the first of which begins at `at`; `present`: the columns that are stored.
  void storeRows(llvm::SmallVector<mlir::Value> block, mlir::Type type, mlir::Value at, mlir::Value apart, mlir::Value present,
                 mlir::Value rows = {});
  /// Loads them: vectors of `places` (a power of two) columns in lanes, of others than `present` 0; for lanes after `last`, of that one.
  llvm::SmallVector<mlir::Value> loadRows(mlir::Type type, int64_t places, mlir::Value at, mlir::Value apart, mlir::Value present,
                                          mlir::Value last = {});
  /// Columns [first, first + count) of the lanes' rows of an array, and the ops that read or store them.
  struct Columns {
    mlir::Value array;
    llvm::SmallVector<mlir::Operation *> ops;
    int64_t first, count;
  };
  mlir::Value rowsOf(mlir::Operation &op);
  /// Finds what a block reads and stores by columns.
  void findColumns(mlir::Block &block);
  /// Writes an op that is part of such columns with the others; false: it is not.
  bool inColumns(mlir::Operation &op);
  llvm::SmallVector<mlir::Value> loadColumns(const Columns &columns);
  void storeColumns(const Columns &columns, mlir::Value rows);
  std::pair<mlir::Value, mlir::Value> firstRow(const Columns &columns); ///< where it begins, and elements from row to row
  bool inPairs(mlir::Value array);
  mlir::Value loadOfPair(mlir::Value array, mlir::Value position);
  void storeOfPair(mlir::Value value, mlir::Value array, mlir::Value position);
  mlir::Value convertLoaded(mlir::Value value, mlir::Type stored, mlir::Type result);
  mlir::Value position(const Running &running, Lane index);
  mlir::Value widePosition(mlir::Value position);
  void take(Running &running, mlir::Value better, llvm::ArrayRef<mlir::Value> values);

  ir::PlanOp plan_;
  const Target &target_;
  const FrameLayout &layout_;
  const llvm::DenseMap<mlir::Value, int64_t> &words_; ///< frame words of allocated arrays, and of numbers
  SharedFunctions &functions_;
  mlir::Location location_ = plan_.getLoc();
  llvm::DenseMap<mlir::Value, Lane> lanes_;
  llvm::DenseMap<mlir::Value, Tile> tiles_;
  llvm::DenseMap<mlir::Value, Table> tables_;
  llvm::SmallVector<PanelTile> panelTiles_;
  mlir::Value slots_; ///< of panels
  /// Of a loop with pairs: memory for its results for a block of rows, and the block's first row.
  struct PairBlock {
    mlir::Value memory, first;
  };
  llvm::DenseMap<mlir::Operation *, PairBlock> pairBlocks_;
  // Inside of a jammed loop: the values that depend on its index, and what they are in each of the iterations
  // at once.
  llvm::DenseSet<mlir::Value> copied_;
  llvm::SmallVector<llvm::DenseMap<mlir::Value, Lane>> copies_;
  size_t copy_ = 0;
  llvm::DenseMap<mlir::Operation *, bool> outcomes_; ///< of comparisons, where they are known
  llvm::DenseMap<int64_t, mlir::Value> loadedWords_;
  llvm::DenseMap<mlir::Operation *, Columns> columns_;
  llvm::DenseSet<mlir::Operation *> streamed_; ///< stores that go past the caches in the version that is written
  bool storesPastCaches_ = false;
};

} // namespace mercer::lowering
