// Writes the nests of a plan: scopes, passes, tiles.
#pragma once

#include "compiler/scheduling/Dependences.h"
#include "compiler/scheduling/Pairs.h"
#include "compiler/scheduling/Schedule.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mercer::scheduling {

/// What one nest computes: arrays and outputs over its index, and totals over it.
struct Demand {
  mlir::Value index;
  llvm::SmallVector<ir::ArrayOp> arrays;
  llvm::SmallVector<ir::OutputOp> outputs;
};

/// Where the elements of outputs go: an output, or one constant position of further indices of a larger one.
struct Target {
  mlir::Value memory;                        ///< block argument of the plan
  llvm::SmallVector<mlir::Value> subscripts; ///< of the program; empty: the output's indices
};

class NestWriter {
public:
  /// `plan` has the program's inputs as its first block arguments.
  NestWriter(ir::PlanOp plan, ir::ProgramOp program, Dependences &dependences, const Machine &machine,
             Choices &choices);

  void nest(const Demand &demand, const llvm::DenseMap<mlir::Operation *, Target> &targets);
  /// The nest of some of the arrays of reductions over pairs.
  void pairs(const PairGroup &pairs, llvm::ArrayRef<ir::ArrayOp> arrays);
  /// An output without indices: stored by the plan itself; one that stands for a check may end the call.
  void scalar(ir::OutputOp output, mlir::Value memory);
  bool hasMemory(ir::ArrayOp array) const { return memory_.contains(array); }
  /// An array will be where an output of the same elements is.
  void keepIn(ir::ArrayOp array, mlir::Value memory) { memory_[array] = memory; }

private:
  /// An index of the program, and (of the plan) what it is at the first element of a tile; null: 0.
  struct Axis {
    mlir::Value index, base;
  };

  /// A value kept for all positions of some indices, while the loops around the scope that has it stand.
  struct Tile {
    mlir::Value memory; // of the plan
    llvm::SmallVector<Axis, 2> axes;
  };

  /// Bounds of a loop, of the plan; null: all of the index.
  struct Range {
    mlir::Value lower, upper;
  };

  /// The values of the program inside a block of the plan: one scope for the plan, the nest, each loop.
  struct Scope {
    Scope(mlir::Value index, mlir::Block &block)
        : index(index), builder(mlir::OpBuilder::atBlockEnd(&block)) {}

    mlir::Value index; // of the program; null for the plan
    mlir::OpBuilder builder;
    llvm::DenseMap<mlir::Value, mlir::Value> values; // program value -> plan value
    llvm::DenseMap<mlir::Value, Tile> tiles;         // program value -> where it is kept
  };

  /// Reductions that run in one loop: over one index, in one scope, with none that waits for another.
  struct Pass {
    mlir::Value over;
    mlir::Value scope; // the innermost free index
    unsigned depth;    // reductions that must be finished before
    bool operator==(const Pass &) const = default;
  };

  // What a nest stores.
  void allocate(llvm::ArrayRef<ir::ArrayOp> arrays);
  bool readElsewhere(ir::ArrayOp array);
  bool onlyWithin(ir::ReadOp read, Place place);
  void storeAll(mlir::ValueRange indices, llvm::ArrayRef<mlir::Value> values,
                llvm::function_ref<void(size_t)> store);
  void store(mlir::Value value, mlir::Value memory, mlir::ValueRange subscripts);
  void storeArray(ir::ArrayOp array);
  void total(ir::ArrayOp array);
  void scatter(llvm::ArrayRef<ir::ArrayOp> arrays);
  void addTerm(ir::ArrayOp array);
  bool hasLoops(llvm::ArrayRef<mlir::Value> roots, const Demand &demand);

  // Values.
  Scope &scopeOf(mlir::Value value);
  mlir::Value known(mlir::Value value);
  mlir::Value direct(mlir::Value value);
  mlir::Value emit(mlir::Value root);
  mlir::Value memoryOf(mlir::Value array);
  mlir::Value always();
  mlir::Value zero();

  // Reductions.
  void collectReductions(llvm::ArrayRef<mlir::Value> roots);
  void measure(ir::ReduceOp reduce);
  bool mayJoin(ir::ReduceOp other, ir::ReduceOp wanted);
  Pass passOf(ir::ReduceOp reduce);
  bool inScope(mlir::Value value);
  bool isPending(ir::ReduceOp reduce, const Pass &pass);
  void emitReduction(ir::ReduceOp wanted);
  llvm::SmallVector<mlir::Value> emitTerms(llvm::ArrayRef<ir::ReduceOp> reductions,
                                           std::optional<mlir::Value> first = {});
  Range boundsOf(llvm::ArrayRef<ir::ReduceOp> reductions, mlir::Value &rest);
  ir::LoopOp openLoop(mlir::Value index, llvm::ArrayRef<mlir::Value> roots, mlir::Location loc,
                      llvm::ArrayRef<ir::ReduceOp> reductions = {}, Range range = {});
  void closeLoop(llvm::ArrayRef<mlir::Value> yielded);

  // Tiles (Tiles.cpp).
  void prepare(mlir::Value index, llvm::ArrayRef<mlir::Value> roots);
  /// Values to be kept, by the indices of loops inside that they depend on: one, or (innermost last) two.
  using Kept = llvm::MapVector<std::pair<mlir::Value, mlir::Value>, llvm::SmallVector<mlir::Value>>;
  Kept findKept(mlir::Value index, llvm::ArrayRef<mlir::Value> roots, bool pairs);
  bool accumulatePairs(mlir::Value index, llvm::ArrayRef<mlir::Value> roots);
  ir::LoopOp fill(mlir::Value index, llvm::ArrayRef<mlir::Value> values, mlir::Value extent, Range range = {},
                  llvm::ArrayRef<ir::ReduceOp> sums = {});
  llvm::SmallVector<ir::ReduceOp> sumsBeside(ir::ReduceOp other);
  llvm::SmallVector<ir::ReduceOp> sumsOver(mlir::Value outer, mlir::Value over, mlir::Value index,
                                           llvm::ArrayRef<mlir::Value> kept,
                                           llvm::ArrayRef<mlir::Value> roots);
  void accumulate(mlir::Value outer, mlir::Value over, mlir::Value index, int64_t length, llvm::ArrayRef<mlir::Value> kept,
                  llvm::ArrayRef<ir::ReduceOp> sums);
  bool isOpen(mlir::Value index);
  bool isWorthKeeping(mlir::Value value, mlir::Value index);
  int64_t chunkOf(const Demand &demand, llvm::ArrayRef<mlir::Value> roots);
  int64_t workOf(mlir::Value value, mlir::Value index);
  const Tile *tileOf(mlir::Value value, bool open);
  mlir::Value positionIn(Scope &scope, const Axis &axis);

  // Blocks of an index.
  /// The positions of an index that one iteration of a loop over its blocks is for, and how many a block has.
  struct Part {
    Range range;
    int64_t length;
  };
  mlir::Value number(int64_t value);
  mlir::Value blocksOf(mlir::Value index, int64_t length);
  Range rangeOf(mlir::Value index, mlir::Value block, int64_t length);
  void openPart(mlir::Value index, mlir::Value block, int64_t length);
  Tile tile(mlir::Value value, llvm::ArrayRef<mlir::Value> indices, mlir::ValueRange sizes);
  void storeInTile(mlir::Value value, const Tile &tile);

  // Reductions over pairs (PairNest.cpp).
  /// One of a nest's reductions, and where it is combined: rows in an accumulator, columns in the tables of an array of the plan.
  struct PairPart {
    PairReduction pair;
    mlir::Value memory;
    bool ofRows;
    bool isScalar() const { return !pair.along; }
  };
  llvm::SmallVector<PairPart> partsOf(const PairGroup &pairs, llvm::ArrayRef<ir::ArrayOp> arrays);
  llvm::DenseMap<mlir::Value, Tile> packRows(llvm::ArrayRef<PairPart> parts, const PairGroup &pairs);
  void computePairs(llvm::ArrayRef<PairPart> parts, const PairGroup &pairs, const llvm::DenseMap<mlir::Value, Tile> &packed);
  void combineColumns(llvm::ArrayRef<PairPart> parts, const PairGroup &pairs);
  void combine(const PairPart &part, mlir::Value value, mlir::Value row);
  llvm::SetVector<mlir::Value> partsOver(llvm::ArrayRef<mlir::Value> roots, llvm::ArrayRef<mlir::Value> indices, mlir::Value without,
                                         mlir::Value end = {});
  void addVectors(const PairPart &part);
  void storeRows(const PairPart &part, mlir::Value memory);

  ir::PlanOp plan_;
  Dependences &dependences_;
  ir::FreeIndices free_;
  Machine machine_;
  Choices &choices_;
  llvm::SmallVector<Scope> scopes_;
  llvm::SmallVector<ir::LoopOp> loops_;
  llvm::DenseMap<mlir::Operation *, mlir::Value> memory_; // of stored arrays
  mlir::Value nestIndex_, laneIndex_;                     // of the nest that is being written
  int64_t lanes_ = 0;                                     // that the latter runs in
  llvm::DenseMap<mlir::Value, Part> parts_;               // of indices that loops run over a block of
  llvm::DenseSet<mlir::Operation *> nestArrays_;          // what it computes
  mlir::Value zero_, always_;
  llvm::DenseMap<std::pair<mlir::Value, mlir::Value>, bool> kept_; // what was decided of values
  llvm::SmallVector<ir::ReduceOp> reductions_;
  llvm::DenseMap<mlir::Operation *, unsigned> depths_, heights_;
};

} // namespace mercer::scheduling
