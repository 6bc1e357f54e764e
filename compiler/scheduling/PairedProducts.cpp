#include "compiler/scheduling/PairedProducts.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

/// Lanes of the instructions: of f32 in 512 bits.
constexpr uint64_t pairedLanes = 16;
/// Rows after the last one that may be read, and are not used: a block of rows is read whole (lowering/PairedProducts.cpp).
constexpr int64_t rowsRead = 63;

class Pairing {
public:
  explicit Pairing(ir::PlanOp plan) : plan_(plan), builder_(plan) {}

  void run() {
    SmallVector<ir::LoopOp> loops;
    plan_.walk([&](ir::LoopOp loop) { loops.push_back(loop); });
    for (ir::LoopOp loop : loops)
      pair(loop);
    for (auto [tile, column] : columns_)
      eraseUnread(cast<ir::TileOp>(tile));
  }

private:
  /// One product of a loop, and what it is read from.
  struct Factors {
    ir::ReadOp row, column;
    unsigned dimension; ///< of the row's array: the one that rows are numbered by
    ir::ReadOp source;  ///< what the column holds; `column` itself where no tile has it yet
    ir::LoopOp filled;  ///< the loop that fills the tile; null: there is none
  };

  /// An extent up to the next multiple of what one instruction takes; the length of rows, an odd multiple: rows at multiples of
  /// large powers of 2 would share few places of a cache.
  struct Lengths {
    Value terms, row;
  };

  static bool isInput(ir::PlanOp plan, Value array) {
    auto argument = dyn_cast<BlockArgument>(array);
    return argument && argument.getOwner() == &plan.getBlock() && argument.getArgNumber() < plan.getInputs() &&
           cast<ir::ArrayType>(array.getType()).getElement().isBF16();
  }

  std::optional<unsigned> rowDimension(ir::ReadOp read, Value row, Value term) {
    OperandRange subscripts = read.getSubscripts();
    if (read.getGuard() || subscripts.size() != 2 || !isInput(plan_, read.getArray()))
      return std::nullopt;
    if (subscripts[0] == row && subscripts[1] == term)
      return 0;
    if (subscripts[1] == row && subscripts[0] == term)
      return 1;
    return std::nullopt;
  }

  /// Is the read of a bf16 input by a loop's index and by values that are there before the nest's loops?
  bool isSource(ir::ReadOp read, Value term) {
    auto nest = read->getParentOfType<ir::NestOp>();
    bool varies = false, known = llvm::all_of(read.getSubscripts(), [&](Value subscript) {
      varies |= subscript == nest.getIndex();
      return subscript == term || ir::isOutsideNests(subscript) || subscript.getParentBlock() == &nest.getBlock();
    });
    return known && varies && !read.getGuard() && isInput(plan_, read.getArray()) &&
           llvm::count(read.getSubscripts(), term) == 1;
  }

  /// The only store into a tile, in a loop over as many terms.
  bool findSource(Factors &factors, ir::LoopOp loop) {
    auto tile = factors.column.getArray().getDefiningOp<ir::TileOp>();
    if (!tile)
      return isSource(factors.column, loop.getIndex()) && (factors.source = factors.column);
    ir::StoreOp only;
    for (Operation *user : tile->getUsers())
      if (auto store = dyn_cast<ir::StoreOp>(user)) {
        if (only)
          return false;
        only = store;
      }
    auto filled = only ? dyn_cast<ir::LoopOp>(only->getParentOp()) : ir::LoopOp();
    factors.source = only ? only.getValue().getDefiningOp<ir::ReadOp>() : ir::ReadOp();
    factors.filled = filled;
    return filled && factors.source && filled->getParentOp() == loop->getParentOfType<ir::NestOp>() &&
           filled.getLower() == loop.getLower() && filled.getUpper() == loop.getUpper() &&
           llvm::equal(only.getSubscripts(), ValueRange{filled.getIndex()}) &&
           llvm::equal(factors.column.getSubscripts(), ValueRange{loop.getIndex()}) &&
           isSource(factors.source, filled.getIndex());
  }

  std::optional<Factors> factorsOf(ir::LoopOp loop, Value yielded) {
    auto around = cast<ir::LoopOp>(loop->getParentOp());
    auto product = yielded.getDefiningOp<ir::ApplyOp>();
    if (!product || product.getFunction().getValue() != dsl::Function::mul || product->getBlock() != &loop.getBlock())
      return std::nullopt;
    for (unsigned side : {0, 1}) {
      Factors factors{product.getOperands()[side].getDefiningOp<ir::ReadOp>(),
                      product.getOperands()[1 - side].getDefiningOp<ir::ReadOp>(), 0, {}, {}};
      if (!factors.row || !factors.column)
        return std::nullopt;
      std::optional<unsigned> dimension = rowDimension(factors.row, around.getIndex(), loop.getIndex());
      if (!dimension || !findSource(factors, loop))
        continue;
      factors.dimension = *dimension;
      return factors;
    }
    return std::nullopt;
  }

  void pair(ir::LoopOp loop) {
    auto around = dyn_cast<ir::LoopOp>(loop->getParentOp());
    auto nest = loop->getParentOfType<ir::NestOp>();
    bool sums = llvm::all_of(loop.getKinds().getAsRange<ir::ReductionAttr>(),
                             [](ir::ReductionAttr kind) { return kind.getValue() == dsl::Reduction::sum; });
    // Sums of very many terms need their rounding errors kept; here they are not.
    if (!around || around.getLanes() || nest.getLanes() != pairedLanes || loop.getLanes() || loop.getTogether() > 1 || !sums ||
        loop.getNumResults() == 0 || ir::integerConstant(loop.getLower()) != std::optional(int64_t(0)) ||
        !ir::isOutsideNests(loop.getUpper()) || !ir::upperBound(loop.getUpper()))
      return;
    SmallVector<Factors> all;
    DenseSet<Operation *> parts;
    for (unsigned n = 0; n < loop.getNumResults(); ++n) {
      Value value = loop.getYield()->getOperand(2 * n), predicate = loop.getYield()->getOperand(2 * n + 1);
      std::optional<Factors> factors = value.getType().isF32() ? factorsOf(loop, value) : std::nullopt;
      if (!factors || ir::booleanConstant(predicate) != std::optional(true))
        return;
      for (Operation *part : {value.getDefiningOp(), factors->row.getOperation(), factors->column.getOperation()})
        parts.insert(part);
      all.push_back(*factors);
    }
    for (Operation &op : loop.getBlock().without_terminator())
      if (!parts.contains(&op))
        return;
    write(loop, all);
  }

  void write(ir::LoopOp loop, ArrayRef<Factors> all) {
    auto around = cast<ir::LoopOp>(loop->getParentOp());
    auto nest = loop->getParentOfType<ir::NestOp>();
    Lengths lengths = lengthsOf(nest, loop.getUpper());
    SmallVector<std::pair<Value, Value>> arrays;
    for (Factors factors : all)
      arrays.push_back({rowsOf(nest, factors, loop.getUpper(), lengths), columnOf(nest, loop, factors, lengths.terms)});
    loop.setPairs(true);
    loop.getUpperMutable().assign(lengths.terms);
    for (auto [n, factors] : llvm::enumerate(all)) {
      auto product = loop.getYield()->getOperand(2 * static_cast<unsigned>(n)).getDefiningOp<ir::ApplyOp>();
      builder_.setInsertionPoint(product);
      auto read = [&](Value array, ValueRange subscripts) -> Value {
        return ir::ReadOp::create(builder_, product.getLoc(), builder_.getF32Type(), array, subscripts, Value());
      };
      Value row = read(arrays[n].first, {around.getIndex(), loop.getIndex()}), column = read(arrays[n].second, loop.getIndex());
      product->setOperands({row, column});
    }
    llvm::SmallSetVector<ir::ReadOp, 4> old; // products may share a factor
    for (Factors factors : all)
      old.insert_range(std::initializer_list<ir::ReadOp>{factors.row, factors.column});
    for (ir::ReadOp read : old)
      if (read->use_empty())
        read->erase();
  }

  Lengths lengthsOf(ir::NestOp nest, Value extent) {
    Lengths &lengths = lengths_[extent];
    if (lengths.terms)
      return lengths;
    builder_.setInsertionPoint(nest);
    Location loc = nest.getLoc();
    auto apply = [&](dsl::Function function, Value a, int64_t b) {
      return ir::apply(builder_, loc, function, {a, ir::integer(builder_, loc, b)});
    };
    using enum dsl::Function;
    Value parts = apply(floor_div, apply(add, extent, ir::pairedTerms - 1), ir::pairedTerms);
    lengths.terms = apply(mul, parts, ir::pairedTerms);
    lengths.row = apply(mul, apply(add, apply(mul, apply(floor_div, parts, 2), 2), 1), ir::pairedTerms);
    return lengths;
  }

  /// for index in [0, terms): memory[.., index] = the value; for the rest of it: 0
  void copy(Location loc, StringRef name, Value terms, Value all, int64_t lanes, Value memory, Value row,
            llvm::function_ref<Value(Value)> value) {
    auto loop = [&](Value lower, Value upper, int64_t lanes, llvm::function_ref<Value(Value)> value) {
      OpBuilder::InsertionGuard saved(builder_);
      auto made = ir::LoopOp::create(builder_, loc, TypeRange(), builder_.getStringAttr(name), builder_.getArrayAttr({}), lower,
                                     upper, lanes, 1, 1, false);
      Block &body = made.getBody().emplaceBlock();
      Value index = body.addArgument(builder_.getI64Type(), loc);
      builder_.setInsertionPointToStart(&body);
      SmallVector<Value> at{index};
      if (row)
        at.insert(at.begin(), row);
      ir::StoreOp::create(builder_, loc, value(index), memory, at);
      ir::YieldOp::create(builder_, loc, ValueRange());
    };
    loop(ir::integer(builder_, loc, 0), terms, lanes, value);
    loop(terms, all, 0, [&](Value) { return ir::real(builder_, loc, builder_.getF32Type(), 0); });
  }

  /// The rows of an input, each contiguous, with zeros up to the padded extent.
  Value rowsOf(ir::NestOp nest, Factors factors, Value extent, Lengths lengths) {
    Value input = factors.row.getArray();
    Value &memory = rows_[{input, factors.dimension, extent}];
    if (memory)
      return memory;
    OpBuilder::InsertionGuard saved(builder_);
    builder_.setInsertionPoint(nest);
    Location loc = factors.row.getLoc();
    Value count = ir::size(builder_, loc, input, factors.dimension);
    Value sizes[] = {ir::apply(builder_, loc, dsl::Function::add, {count, ir::integer(builder_, loc, rowsRead)}), lengths.row};
    memory = ir::AllocateOp::create(builder_, loc, ir::ArrayType::get(plan_.getContext(), 2, builder_.getBF16Type()), "rows", sizes);
    constexpr int64_t chunk = 64;
    // Lanes are of the dimension that lies in order: of a row's terms, or of rows.
    int64_t lanes = static_cast<int64_t>(nest.getLanes()), ofRows = factors.dimension == 1 ? lanes : 0;
    auto made = ir::NestOp::create(builder_, loc, "rows", count, chunk, ofRows, StringAttr(), 1);
    Block &body = made.getBody().emplaceBlock();
    Value row = body.addArgument(builder_.getI64Type(), loc);
    builder_.setInsertionPointToStart(&body);
    copy(loc, "terms", extent, lengths.terms, lanes - ofRows, memory, row, [&](Value term) {
      SmallVector<Value> subscripts{row, term};
      if (factors.dimension == 1)
        std::swap(subscripts[0], subscripts[1]);
      return ir::ReadOp::create(builder_, loc, builder_.getF32Type(), input, subscripts, Value());
    });
    return memory;
  }

  /// A tile of bf16 with the column, for each lane.
  Value columnOf(ir::NestOp nest, ir::LoopOp loop, Factors factors, Value terms) {
    auto old = factors.column.getArray().getDefiningOp<ir::TileOp>();
    if (Value known = old ? columns_.lookup(old) : Value())
      return known;
    OpBuilder::InsertionGuard saved(builder_);
    Operation *before = factors.filled ? factors.filled.getOperation() : loop.getOperation();
    while (before->getParentOp() != nest)
      before = before->getParentOp();
    builder_.setInsertionPoint(before);
    Location loc = factors.column.getLoc();
    Value extent = loop.getUpper(), term = factors.filled ? factors.filled.getIndex() : loop.getIndex();
    auto type = ir::ArrayType::get(plan_.getContext(), 1, builder_.getBF16Type());
    Value memory = ir::TileOp::create(builder_, loc, type, "column", ValueRange{terms});
    copy(loc, "terms", extent, terms, 0, memory, {}, [&](Value index) {
      IRMapping map;
      map.map(term, index);
      return builder_.clone(*factors.source, map)->getResult(0);
    });
    if (old)
      columns_[old] = memory;
    return memory;
  }

  /// Of a tile that nothing reads any more, also what fills it.
  void eraseUnread(ir::TileOp tile) {
    if (llvm::any_of(tile->getUsers(), [](Operation *user) { return !isa<ir::StoreOp>(user); }))
      return;
    for (Operation *user : llvm::make_early_inc_range(tile->getUsers())) {
      auto loop = cast<ir::LoopOp>(user->getParentOp());
      auto read = user->getOperand(0).getDefiningOp<ir::ReadOp>();
      user->erase();
      if (read->use_empty())
        read->erase();
      if (llvm::hasSingleElement(loop.getBlock()) && loop.getNumResults() == 0)
        loop->erase();
    }
    tile->erase();
  }

  ir::PlanOp plan_;
  OpBuilder builder_;
  DenseMap<Value, Lengths> lengths_; // by extent
  DenseMap<std::tuple<Value, unsigned, Value>, Value> rows_;
  llvm::MapVector<Operation *, Value> columns_; // by the tile that they replace
};

} // namespace

void pairProducts(ir::PlanOp plan) { Pairing(plan).run(); }

} // namespace mercer::scheduling
