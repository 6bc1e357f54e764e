// The functions of a plan: the entry that runs the nests in order, and one function for a chunk of each nest.
#include "compiler/lowering/Lanes.h"

using namespace mlir;

namespace mercer::lowering {

FrameLayout argumentLayout(ir::PlanOp plan) {
  FrameLayout layout;
  for (BlockArgument argument : plan.getBlock().getArguments()) {
    layout.arguments.push_back(layout.words);
    layout.words += 1 + 2 * cast<ir::ArrayType>(argument.getType()).getRank();
  }
  return layout;
}

namespace {

/// Elements of an array whose tables one thread adds.
constexpr int64_t combinedElements = 4096;

class PlanLowering {
public:
  PlanLowering(ModuleOp module, ir::PlanOp plan, StringRef symbol, const Target &target)
      : module_(module), plan_(plan), symbol_(symbol), target_(target), layout_(argumentLayout(plan)),
        functions_(module, plan, symbol, target), b_(module.getContext()), pointer_(LLVM::LLVMPointerType::get(module.getContext())) {}

  int64_t run() {
    for (Operation &op : plan_.getBlock()) {
      if (isa<ir::AllocateOp>(op))
        words_[op.getResult(0)] = layout_.words++;
      if (auto nest = dyn_cast<ir::NestOp>(op)) {
        for (ir::AccumulateOp add : totals(nest))
          partials_[add] = layout_.words++;
        for (Value array : tablesOf(nest))
          tableWords_[{nest, array}] = layout_.words++;
        if (!tablesOf(nest).empty()) // how long its chunks are, how many there are
          chunkWords_[nest] = std::exchange(layout_.words, layout_.words + 2);
      }
    }
    unsigned number = 0;
    for (auto nest : plan_.getBlock().getOps<ir::NestOp>()) {
      bodies_[nest] = body(nest, number);
      for (Value array : tablesOf(nest))
        combiners_[{nest, array}] = combiner(nest, array, number);
      ++number;
    }
    entry();
    return layout_.words;
  }

private:
  Location loc() { return plan_.getLoc(); }

  static SmallVector<ir::AccumulateOp> totals(ir::NestOp nest) {
    return llvm::to_vector(llvm::make_filter_range(nest.getBlock().getOps<ir::AccumulateOp>(), isTotal));
  }

  Value address(Codegen &code, int64_t word) {
    return LLVM::IntToPtrOp::create(b_, code.loc(), pointer_, code.word(word));
  }

  LLVM::LLVMFuncOp function(StringRef name, Type result, ArrayRef<Type> arguments, LLVM::Linkage linkage) {
    b_.setInsertionPointToEnd(module_.getBody());
    auto type = LLVM::LLVMFunctionType::get(result, arguments);
    auto made = LLVM::LLVMFuncOp::create(b_, loc(), name, type, linkage);
    b_.setInsertionPointToStart(made.addEntryBlock(b_));
    return made;
  }

  //===- A chunk of a nest
  //----------------------------------------------------------------------------------===//

  LLVM::LLVMFuncOp body(ir::NestOp nest, unsigned number) {
    std::string name = (symbol_ + "_nest" + std::to_string(number)).str();
    auto made = function(name, LLVM::LLVMVoidType::get(b_.getContext()),
                         {pointer_, b_.getI64Type(), pointer_}, LLVM::Linkage::Internal);
    Codegen code(b_, plan_, target_, layout_, words_, functions_);
    code.frame = made.getArgument(0);
    code.scratch = made.getArgument(2);
    code.setLoc(nest.getLoc());
    llvm::SetVector<Value> tables = tablesOf(nest);
    Value chunk = made.getArgument(1);
    Value length = tables.empty() ? code.i64(static_cast<int64_t>(nest.getChunk()))
                                  : code.word(chunkWords_.lookup(nest));
    Value begin = arith::MulIOp::create(b_, nest.getLoc(), chunk, length);
    code.prologue = begin.getDefiningOp();
    Value extent = code.scalar(nest.getExtent());
    Value end = arith::MinSIOp::create(b_, nest.getLoc(),
                                       arith::AddIOp::create(b_, nest.getLoc(), begin, length), extent);

    code.placeTiles(nest);
    code.openTileRegisters(nest);
    for (Value array : tables)
      code.openTable(array, address(code, tableWords_.lookup({nest, array})), chunk);

    unsigned lanes = static_cast<unsigned>(nest.getLanes());
    code.width = lanes;
    SmallVector<Running> states;
    DenseMap<Operation *, size_t> stateOf;
    for (ir::AccumulateOp add : totals(nest)) {
      stateOf[add] = states.size();
      states.push_back(code.begin(add.getKind().getValue(), add.getValue().getType(), lanes > 0));
      states.back().acrossLanes = lanes > 0;
    }
    auto total = [&](ir::AccumulateOp add, Lane index) {
      Lane predicate = add.getPredicate() ? code.lane(add.getPredicate()) : Lane();
      code.update(states[stateOf.lookup(add)], code.lane(add.getValue()), predicate, index);
    };
    auto iteration = [&](Value position) {
      Lane index{lanes ? Lane::linear : Lane::uniform, position, lanes ? 1 : 0};
      code.define(nest.getIndex(), index);
      code.block(nest.getBlock(), [&](ir::AccumulateOp add) { total(add, index); });
    };
    auto masked = [&](Value position) {
      code.mask = code.tailMask(position, end);
      iteration(position);
      code.mask = {};
    };
    bool hasLoops = !nest.getBlock().getOps<ir::LoopOp>().empty();
    if (!lanes) {
      code.carryBlocks(states, begin, end, 1, iteration);
    } else if (nest.getPanels() > 1) {
      code.panels(nest, states, begin, end, total);
    } else if (hasLoops) { // the loops inside take the time: one copy of them
      code.carryBlocks(states, begin, end, lanes, masked);
    } else {
      Value step = code.i64(lanes);
      Value rest = arith::RemSIOp::create(b_, nest.getLoc(),
                                          arith::SubIOp::create(b_, nest.getLoc(), end, begin), step);
      Value whole = arith::SubIOp::create(b_, nest.getLoc(), end, rest);
      code.streaming(nest.getBlock(), nest.getIndex(), begin, states,
                     [&] { code.carryBlocks(states, begin, whole, lanes, iteration); });
      code.carry(states, whole, end, step, masked);
    }
    unsigned n = 0;
    for (ir::AccumulateOp add : totals(nest)) {
      Value extremum, value = code.finish(states[n++], lanes > 0, &extremum);
      storePartial(code, add, chunk, value, extremum);
    }
    code.closeTileRegisters(nest);
    code.endStreams();
    LLVM::ReturnOp::create(b_, nest.getLoc(), ValueRange());
    return made;
  }

  /// Adds the tables of the chunks for a part of an array's elements.
  LLVM::LLVMFuncOp combiner(ir::NestOp nest, Value array, unsigned number) {
    std::string name = (symbol_ + "_nest" + std::to_string(number) + "_table" + std::to_string(combiners_.size())).str();
    auto made = function(name, LLVM::LLVMVoidType::get(b_.getContext()),
                         {pointer_, b_.getI64Type(), pointer_}, LLVM::Linkage::Internal);
    Codegen code(b_, plan_, target_, layout_, words_, functions_);
    code.frame = made.getArgument(0);
    code.setLoc(nest.getLoc());
    Value length = code.i64(combinedElements);
    Value begin = arith::MulIOp::create(b_, loc(), made.getArgument(1), length);
    Value end = arith::MinSIOp::create(b_, loc(), arith::AddIOp::create(b_, loc(), begin, length),
                                       code.elements(array));
    code.combineTables(array, address(code, tableWords_.lookup({nest, array})),
                       code.word(chunkWords_.lookup(nest) + 1), begin, end);
    LLVM::ReturnOp::create(b_, loc(), ValueRange());
    return made;
  }

  /// Each chunk has 16 bytes for each accumulation: the value, and a position.
  Value partial(Codegen &code, ir::AccumulateOp add, Value chunk, int64_t offset) {
    Value memory = address(code, partials_.lookup(add));
    Value at = arith::MulIOp::create(b_, add.getLoc(), chunk, code.i64(2));
    if (offset)
      at = arith::AddIOp::create(b_, add.getLoc(), at, code.i64(offset));
    return code.element(memory, b_.getI64Type(), at);
  }

  void storePartial(Codegen &code, ir::AccumulateOp add, Value chunk, Value value, Value extremum) {
    if (isPosition(add.getKind().getValue())) {
      LLVM::StoreOp::create(b_, add.getLoc(), value, partial(code, add, chunk, 1), 8);
      value = extremum;
    }
    if (value.getType().isInteger(1))
      value = arith::ExtUIOp::create(b_, add.getLoc(), b_.getI8Type(), value);
    LLVM::StoreOp::create(b_, add.getLoc(), value, partial(code, add, chunk, 0), 8);
  }

  //===- The entry
  //------------------------------------------------------------------------------------------===//

  void entry() {
    auto made = function(symbol_, b_.getI32Type(), {pointer_, pointer_}, LLVM::Linkage::External);
    Codegen code(b_, plan_, target_, layout_, words_, functions_);
    code.frame = made.getArgument(0);
    context_ = made.getArgument(1);
    for (Operation &op : plan_.getBlock()) {
      code.setLoc(op.getLoc());
      if (auto memory = dyn_cast<ir::AllocateOp>(op))
        allocate(code, memory);
      else if (auto nest = dyn_cast<ir::NestOp>(op))
        runNest(code, nest);
      else if (auto fail = dyn_cast<ir::FailOp>(op))
        failWhen(code, fail);
      else if (auto store = dyn_cast<ir::StoreOp>(op))
        code.store(store.getArray(), {}, code.lane(store.getValue()));
      else
        code.lane(op.getResult(0));
    }
    LLVM::ReturnOp::create(b_, loc(), number32(0));
  }

  Value number32(int32_t value) { return arith::ConstantOp::create(b_, loc(), b_.getI32IntegerAttr(value)); }

  /// Ends the function with a code where a condition holds.
  void returnWhen(Value condition, int32_t value) {
    Block *here = b_.getInsertionBlock();
    Block *next = here->splitBlock(b_.getInsertionPoint());
    Block *leave = b_.createBlock(next);
    LLVM::ReturnOp::create(b_, loc(), number32(value));
    b_.setInsertionPointToEnd(here);
    LLVM::CondBrOp::create(b_, loc(), condition, leave, next);
    b_.setInsertionPointToStart(next);
  }

  Value contextField(Type type, int32_t position) {
    Value at =
        LLVM::GEPOp::create(b_, loc(), pointer_, b_.getI64Type(), context_, ArrayRef<LLVM::GEPArg>{position});
    return LLVM::LoadOp::create(b_, loc(), type, at);
  }

  void setWord(Codegen &code, int64_t word, Value value) {
    Value at = LLVM::GEPOp::create(b_, loc(), pointer_, b_.getI64Type(), code.frame,
                                   ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(word)});
    LLVM::StoreOp::create(b_, loc(), value, at, 8);
  }

  void allocateBytes(Value bytes, int64_t word, Codegen &code) {
    auto type = LLVM::LLVMFunctionType::get(pointer_, {pointer_, b_.getI64Type()});
    Value memory =
        LLVM::CallOp::create(b_, loc(), type, ValueRange{contextField(pointer_, 0), context_, bytes})
            .getResult();
    Value address = LLVM::PtrToIntOp::create(b_, loc(), b_.getI64Type(), memory);
    setWord(code, word, address);
    returnWhen(arith::CmpIOp::create(b_, loc(), arith::CmpIPredicate::eq, address, code.i64(0)), -1);
  }

  void allocate(Codegen &code, ir::AllocateOp op) {
    Value bytes = arith::AddIOp::create(b_, loc(), code.bytes(op.getResult()), code.i64(64));
    allocateBytes(bytes, words_.lookup(op.getResult()), code);
  }

  void failWhen(Codegen &code, ir::FailOp op) {
    Lane made;
    Value failed = code.load(op.getFlag(), {}, Lane(), b_.getI1Type(), made);
    returnWhen(failed, 1 + static_cast<int32_t>(op.getCheck()));
  }

  Value dividedUp(Codegen &code, Value value, Value by) {
    Value padded = arith::AddIOp::create(b_, loc(), value, arith::SubIOp::create(b_, loc(), by, code.i64(1)));
    return arith::DivUIOp::create(b_, loc(), padded, by);
  }

  void runChunks(Codegen &code, LLVM::LLVMFuncOp function, Value chunks, Value scratch) {
    Value body = LLVM::AddressOfOp::create(b_, loc(), function);
    Type word = b_.getI64Type();
    auto type = LLVM::LLVMFunctionType::get(b_.getI32Type(), {pointer_, pointer_, pointer_, word, word});
    SmallVector<Value> arguments{contextField(pointer_, 1), context_, body, code.frame, chunks, scratch};
    Value result = LLVM::CallOp::create(b_, loc(), type, arguments).getResult();
    returnWhen(arith::CmpIOp::create(b_, loc(), arith::CmpIPredicate::ne, result, number32(0)), -1);
  }

  /// Chunks of a nest that has tables are as long as leaves no more than may have one each.
  Value chunksWithTables(Codegen &code, ir::NestOp nest, const llvm::SetVector<Value> &tables, Value extent) {
    Value bytes = code.i64(0), least = code.i64(static_cast<int64_t>(nest.getChunk()));
    for (Value array : tables)
      bytes = arith::AddIOp::create(b_, loc(), bytes, code.tableBytes(array));
    Value copies = arith::DivUIOp::create(b_, loc(), code.i64(ir::mostTableBytes), bytes);
    copies = arith::MaxSIOp::create(b_, loc(), copies, code.i64(1));
    copies = arith::MinSIOp::create(b_, loc(), copies, code.i64(ir::mostTables));
    for (Value array : tables)
      if (auto picked = ir::pickedDimensions(nest, array)) {
        Value positions = code.i64(ir::termsForTable);
        for (unsigned dimension : *picked)
          positions = arith::MulIOp::create(b_, loc(), positions, code.extent(array, dimension));
        positions = arith::MaxSIOp::create(b_, loc(), positions, code.i64(1));
        Value worth = arith::AddIOp::create(b_, loc(), code.i64(1), arith::DivUIOp::create(b_, loc(), extent, positions));
        copies = arith::MinSIOp::create(b_, loc(), copies, worth);
      }
    Value parts = dividedUp(code, dividedUp(code, extent, copies), least);
    Value length = arith::MulIOp::create(b_, loc(), arith::MaxSIOp::create(b_, loc(), parts, code.i64(1)), least);
    Value chunks = dividedUp(code, extent, length);
    setWord(code, chunkWords_.lookup(nest), length);
    setWord(code, chunkWords_.lookup(nest) + 1, chunks);
    for (Value array : tables)
      allocateBytes(arith::MulIOp::create(b_, loc(), code.tableBytes(array), chunks),
                    tableWords_.lookup({nest, array}), code);
    return chunks;
  }

  void runNest(Codegen &code, ir::NestOp nest) {
    Value extent = arith::MaxSIOp::create(b_, loc(), code.scalar(nest.getExtent()), code.i64(0));
    llvm::SetVector<Value> tables = tablesOf(nest);
    Value chunks = tables.empty() ? dividedUp(code, extent, code.i64(static_cast<int64_t>(nest.getChunk())))
                                  : chunksWithTables(code, nest, tables, extent);
    for (ir::AccumulateOp add : totals(nest)) {
      Value bytes = arith::MulIOp::create(b_, loc(), arith::AddIOp::create(b_, loc(), chunks, code.i64(4)),
                                          code.i64(16));
      allocateBytes(bytes, partials_.lookup(add), code);
    }
    runChunks(code, bodies_.lookup(nest), chunks, code.placeTiles(nest));
    for (ir::AccumulateOp add : totals(nest))
      combine(code, add, chunks);
    for (Value array : tables)
      runChunks(code, combiners_.lookup({nest, array}),
                dividedUp(code, code.elements(array), code.i64(combinedElements)), code.i64(0));
  }

  /// The chunks' values in order.
  void combine(Codegen &code, ir::AccumulateOp add, Value chunks) {
    Type type = add.getValue().getType();
    SmallVector<Running> states{code.begin(add.getKind().getValue(), type, false)};
    code.carry(states, code.i64(0), chunks, code.i64(1), [&](Value chunk) {
      Type stored = type.isInteger(1) ? Type(b_.getI8Type()) : type;
      Value value = LLVM::LoadOp::create(b_, add.getLoc(), stored, partial(code, add, chunk, 0), 8);
      if (type.isInteger(1))
        value = arith::TruncIOp::create(b_, add.getLoc(), type, value);
      Value position, some;
      if (isPosition(add.getKind().getValue())) {
        position = LLVM::LoadOp::create(b_, add.getLoc(), b_.getI64Type(), partial(code, add, chunk, 1), 8);
        some = arith::CmpIOp::create(b_, add.getLoc(), arith::CmpIPredicate::sge, position, code.i64(0));
      }
      code.update(states[0], {Lane::uniform, value}, {Lane::uniform, some}, {Lane::uniform, position});
      code.endBlock(states[0]);
    });
    code.store(add.getArray(), {}, {Lane::uniform, code.finish(states[0], false)});
  }

  ModuleOp module_;
  ir::PlanOp plan_;
  StringRef symbol_;
  Target target_;
  FrameLayout layout_;
  SharedFunctions functions_;
  OpBuilder b_;
  Type pointer_;
  Value context_;
  DenseMap<Value, int64_t> words_;
  DenseMap<Operation *, int64_t> partials_;
  DenseMap<Operation *, LLVM::LLVMFuncOp> bodies_;
  // Of nests with tables: words of the chunks' length and number, of each array's tables; who adds these.
  DenseMap<Operation *, int64_t> chunkWords_;
  DenseMap<std::pair<Operation *, Value>, int64_t> tableWords_;
  DenseMap<std::pair<Operation *, Value>, LLVM::LLVMFuncOp> combiners_;
};

} // namespace

std::vector<int> nestsOfCalls(ir::PlanOp plan) {
  std::vector<int> nests;
  for (auto [number, nest] : llvm::enumerate(plan.getBlock().getOps<ir::NestOp>()))
    nests.insert(nests.end(), 1 + tablesOf(nest).size(), static_cast<int>(number)); // as in runNest
  return nests;
}

int64_t lowerPlan(ModuleOp module, StringRef symbol, const Target &target) {
  auto plan = *module.getOps<ir::PlanOp>().begin();
  int64_t words = PlanLowering(module, plan, symbol, target).run();
  plan.erase();
  return words;
}

} // namespace mercer::lowering
