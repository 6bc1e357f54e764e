// The functions of a plan: the entry that runs the nests in order, and one function for a chunk of each nest, or of all nests that do the
// same to other arrays.
#include "compiler/lowering/Lanes.h"

#include <map>

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

int64_t wordOf(const FrameLayout &layout, ir::SizeOp size) {
  return layout.arguments[cast<BlockArgument>(size.getArray()).getArgNumber()] + 1 + static_cast<int64_t>(size.getDimension());
}

namespace {

/// Elements of an array whose tables one thread adds.
constexpr int64_t combinedElements = 4096;

class PlanLowering {
public:
  PlanLowering(ModuleOp module, ir::PlanOp plan, StringRef symbol, const Target &target)
      : module_(module), plan_(plan), symbol_(symbol), target_(target), layout_(argumentLayout(plan)),
        equal_(plan), functions_(module, plan, equal_, symbol, target), b_(module.getContext()), pointer_(LLVM::LLVMPointerType::get(module.getContext())) {}

  int64_t run() {
    const DenseSet<Value> &numbers = equal_.computedNumbers();
    for (Operation &op : plan_.getBlock()) {
      if (isa<ir::AllocateOp>(op) || (op.getNumResults() == 1 && numbers.contains(op.getResult(0))))
        words_[op.getResult(0)] = layout_.words++;
      if (auto nest = dyn_cast<ir::NestOp>(op); nest && equal_.firstOf(nest) == nest) {
        for (ir::AccumulateOp add : totals(nest))
          partials_[add] = layout_.words++;
        for (Value array : tablesOf(nest))
          tableWords_[{nest, array}] = layout_.words++;
        if (!tablesOf(nest).empty()) // how long its chunks are, how many there are
          chunkWords_[nest] = std::exchange(layout_.words, layout_.words + 2);
      }
    }
    for (auto [number, nest] : llvm::enumerate(plan_.getBlock().getOps<ir::NestOp>())) {
      if (equal_.firstOf(nest) != nest)
        continue;
      const std::string name = (symbol_ + "_nest" + std::to_string(number)).str();
      if (equal_.isShared(nest))
        ownWordsOf_[nest].numbers = equal_.numbers(nest);
      bodies_[nest] = body(nest, name);
      for (Value array : tablesOf(nest))
        combiners_[nest].push_back(combiner(nest, array, name + "_table" + std::to_string(combiners_[nest].size())));
      if (equal_.isShared(nest))
        runs_[nest] = run(nest, name + "_run");
    }
    firstOwnWord_ = layout_.words;
    for (const auto &[nest, own] : ownWordsOf_)
      layout_.words = std::max(layout_.words, firstOwnWord_ + own.count());
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

  LLVM::LLVMFuncOp functionOfChunks(StringRef name) {
    return function(name, LLVM::LLVMVoidType::get(b_.getContext()), {pointer_, b_.getI64Type(), pointer_}, LLVM::Linkage::Internal);
  }

  /// Writes a function for a nest and all with its code, whose words are at `frame`.
  Codegen codeOf(ir::NestOp nest, Value frame) {
    Codegen code(b_, plan_, target_, layout_, words_, functions_);
    code.frame = frame;
    if (auto own = ownWordsOf_.find(nest); own != ownWordsOf_.end())
      code.own = &own->second;
    code.setLoc(nest.getLoc());
    return code;
  }

  LLVM::LLVMFuncOp body(ir::NestOp nest, StringRef name) {
    LLVM::LLVMFuncOp made = functionOfChunks(name);
    Codegen code = codeOf(nest, made.getArgument(0));
    code.scratch = made.getArgument(2);
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
  LLVM::LLVMFuncOp combiner(ir::NestOp nest, Value array, StringRef name) {
    LLVM::LLVMFuncOp made = functionOfChunks(name);
    Codegen code = codeOf(nest, made.getArgument(0));
    Value length = code.i64(combinedElements);
    Value begin = arith::MulIOp::create(b_, loc(), made.getArgument(1), length);
    Value end = arith::MinSIOp::create(b_, loc(), arith::AddIOp::create(b_, loc(), begin, length),
                                       code.elements(array));
    code.combineTables(array, address(code, tableWords_.lookup({nest, array})),
                       code.word(chunkWords_.lookup(nest) + 1), begin, end);
    LLVM::ReturnOp::create(b_, nest.getLoc(), ValueRange());
    return made;
  }

  /// Each chunk has 16 bytes for each accumulation: the value, and a position.
  Value partial(Codegen &code, Value memory, ir::AccumulateOp add, Value chunk, int64_t offset) {
    Value at = arith::MulIOp::create(b_, add.getLoc(), chunk, code.i64(2));
    if (offset)
      at = arith::AddIOp::create(b_, add.getLoc(), at, code.i64(offset));
    return code.element(memory, b_.getI64Type(), at);
  }

  void storePartial(Codegen &code, ir::AccumulateOp add, Value chunk, Value value, Value extremum) {
    Value memory = address(code, partials_.lookup(add));
    if (isPosition(add.getKind().getValue())) {
      LLVM::StoreOp::create(b_, add.getLoc(), value, partial(code, memory, add, chunk, 1), 8);
      value = extremum;
    }
    if (value.getType().isInteger(1))
      value = arith::ExtUIOp::create(b_, add.getLoc(), b_.getI8Type(), value);
    LLVM::StoreOp::create(b_, add.getLoc(), value, partial(code, memory, add, chunk, 0), 8);
  }

  //===- The entry
  //------------------------------------------------------------------------------------------===//

  void entry() {
    auto made = function(symbol_, b_.getI32Type(), {pointer_, pointer_}, LLVM::Linkage::External);
    Codegen code(b_, plan_, target_, layout_, words_, functions_);
    code.frame = made.getArgument(0);
    code.computesNumbers = true;
    context_ = made.getArgument(1);
    for (Operation &op : plan_.getBlock()) {
      code.setLoc(op.getLoc());
      if (auto memory = dyn_cast<ir::AllocateOp>(op))
        allocate(code, memory);
      else if (auto nest = dyn_cast<ir::NestOp>(op); nest && equal_.isShared(nest))
        callRun(code, nest);
      else if (nest)
        runNest(code, nest);
      else if (auto fail = dyn_cast<ir::FailOp>(op))
        failWhen(code, fail);
      else if (auto store = dyn_cast<ir::StoreOp>(op))
        code.store(store.getArray(), {}, code.lane(store.getValue()));
      else
        keepNumber(code, op.getResult(0), code.scalar(op.getResult(0)));
    }
    LLVM::ReturnOp::create(b_, loc(), number32(0));
  }

  Value number32(int32_t value) { return arith::ConstantOp::create(b_, loc(), b_.getI32IntegerAttr(value)); }

  /// Ends the function with a code where a condition holds.
  void returnWhen(Value condition, int32_t value) {
    returnWhen(condition, [&] { return number32(value); });
  }
  void returnWhen(Value condition, llvm::function_ref<Value()> value) {
    Block *here = b_.getInsertionBlock();
    Block *next = here->splitBlock(b_.getInsertionPoint());
    Block *leave = b_.createBlock(next);
    LLVM::ReturnOp::create(b_, loc(), value());
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
    const int64_t place = code.own ? code.own->placeOf(word) : word;
    Value at = LLVM::GEPOp::create(b_, loc(), pointer_, b_.getI64Type(), code.frame,
                                   ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(place)});
    LLVM::StoreOp::create(b_, loc(), value, at, 8);
  }

  /// Nests find the number in its word.
  void keepNumber(Codegen &code, Value number, Value value) {
    auto word = words_.find(number);
    if (word == words_.end())
      return;
    value = arith::BitcastOp::create(b_, loc(), b_.getIntegerType(number.getType().getIntOrFloatBitWidth()), value);
    if (number.getType().isF32())
      value = arith::ExtUIOp::create(b_, loc(), b_.getI64Type(), value);
    setWord(code, word->second, value);
  }

  Value allocateBytes(Value bytes, int64_t word, Codegen &code) {
    auto type = LLVM::LLVMFunctionType::get(pointer_, {pointer_, b_.getI64Type()});
    Value memory =
        LLVM::CallOp::create(b_, loc(), type, ValueRange{contextField(pointer_, 0), context_, bytes})
            .getResult();
    Value address = LLVM::PtrToIntOp::create(b_, loc(), b_.getI64Type(), memory);
    setWord(code, word, address);
    returnWhen(arith::CmpIOp::create(b_, loc(), arith::CmpIPredicate::eq, address, code.i64(0)), -1);
    return memory;
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
    SmallVector<std::pair<ir::AccumulateOp, Value>> partials;
    for (ir::AccumulateOp add : totals(nest)) {
      Value bytes = arith::MulIOp::create(b_, loc(), arith::AddIOp::create(b_, loc(), chunks, code.i64(4)),
                                          code.i64(16));
      partials.push_back({add, allocateBytes(bytes, partials_.lookup(add), code)});
    }
    runChunks(code, bodies_.lookup(nest), chunks, code.placeTiles(nest));
    for (auto [add, memory] : partials)
      combine(code, add, memory, chunks);
    for (auto [array, combiner] : llvm::zip_equal(tables, combiners_[nest]))
      runChunks(code, combiner, dividedUp(code, code.elements(array), code.i64(combinedElements)), code.i64(0));
  }

  /// The chunks' values in order.
  void combine(Codegen &code, ir::AccumulateOp add, Value memory, Value chunks) {
    Type type = add.getValue().getType();
    SmallVector<Running> states{code.begin(add.getKind().getValue(), type, false)};
    code.carry(states, code.i64(0), chunks, code.i64(1), [&](Value chunk) {
      Type stored = type.isInteger(1) ? Type(b_.getI8Type()) : type;
      Value value = LLVM::LoadOp::create(b_, add.getLoc(), stored, partial(code, memory, add, chunk, 0), 8);
      if (type.isInteger(1))
        value = arith::TruncIOp::create(b_, add.getLoc(), type, value);
      Value position, some;
      if (isPosition(add.getKind().getValue())) {
        position = LLVM::LoadOp::create(b_, add.getLoc(), b_.getI64Type(), partial(code, memory, add, chunk, 1), 8);
        some = arith::CmpIOp::create(b_, add.getLoc(), arith::CmpIPredicate::sge, position, code.i64(0));
      }
      code.update(states[0], {Lane::uniform, value}, {Lane::uniform, some}, {Lane::uniform, position});
      code.endBlock(states[0]);
    });
    code.store(add.getArray(), {}, {Lane::uniform, code.finish(states[0], false)});
  }

  //===- Nests with the same code
  //------------------------------------------------------------------------------------------===//

  /// What the entry does for a nest that others are equal to, as a function (context, own words) that returns what the entry returns if it
  /// is not 0.
  LLVM::LLVMFuncOp run(ir::NestOp nest, StringRef name) {
    auto made = function(name, b_.getI32Type(), {pointer_, pointer_}, LLVM::Linkage::Internal);
    context_ = made.getArgument(0);
    Value done = number32(0);
    Codegen code = codeOf(nest, made.getArgument(1));
    code.prologue = done.getDefiningOp();
    runNest(code, nest);
    LLVM::ReturnOp::create(b_, loc(), done);
    return made;
  }

  /// The frame's words of a nest for those of the first one with its code.
  DenseMap<int64_t, int64_t> wordsOf(ir::NestOp nest) {
    DenseMap<int64_t, int64_t> words;
    for (auto [there, here] : equal_.counterparts(nest)) {
      auto argument = dyn_cast<BlockArgument>(there);
      if (auto kept = words_.find(there); kept != words_.end())
        words[kept->second] = words_.lookup(here);
      else if (argument && argument.getOwner() == &plan_.getBlock())
        for (int64_t n = 0; n < 1 + 2 * static_cast<int64_t>(cast<ir::ArrayType>(there.getType()).getRank()); ++n)
          words[layout_.arguments[argument.getArgNumber()] + n] =
              layout_.arguments[cast<BlockArgument>(here).getArgNumber()] + n;
    }
    // After the arrays: a size's word goes by the `mercer.size` that reads it, as no code asks an input's array for its size.
    for (auto [there, here] : equal_.counterparts(nest))
      if (auto size = there.getDefiningOp<ir::SizeOp>())
        words[wordOf(layout_, size)] = wordOf(layout_, here.getDefiningOp<ir::SizeOp>());
    return words;
  }

  /// Copies the words of a nest to where functions that it shares find them, and runs it.
  void callRun(Codegen &code, ir::NestOp nest) {
    ir::NestOp first = equal_.firstOf(nest);
    const DenseMap<Value, Value> &counterparts = equal_.counterparts(nest);
    const OwnWords &own = ownWordsOf_.find(first)->second;
    Value words = code.element(code.frame, b_.getI64Type(), code.i64(firstOwnWord_));
    for (auto [n, number] : llvm::enumerate(own.numbers)) {
      Value here = nest == first ? number : counterparts.lookup(number);
      APInt bits = cast<FloatAttr>(here.getDefiningOp<ir::ConstantOp>().getValue()).getValue().bitcastToAPInt();
      setWord(code, firstOwnWord_ + static_cast<int64_t>(n), code.i64(static_cast<int64_t>(bits.getZExtValue())));
    }
    const DenseMap<int64_t, int64_t> others = wordsOf(nest);
    SmallVector<int32_t> positions;
    for (int64_t position : own.positions) {
      auto other = others.find(position);
      positions.push_back(static_cast<int32_t>(other == others.end() ? position : other->second));
    }
    Value target = code.element(words, b_.getI64Type(), code.i64(static_cast<int64_t>(own.numbers.size())));
    Value table = LLVM::AddressOfOp::create(b_, loc(), tableOf(positions));
    LLVM::CallOp::create(b_, loc(), copyWords(), ValueRange{target, code.frame, table, code.i64(static_cast<int64_t>(positions.size()))});
    Value result = LLVM::CallOp::create(b_, loc(), runs_.lookup(first), ValueRange{context_, words}).getResult();
    returnWhen(arith::CmpIOp::create(b_, loc(), arith::CmpIPredicate::ne, result, number32(0)), [&] { return result; });
  }

  LLVM::GlobalOp tableOf(ArrayRef<int32_t> positions) {
    OpBuilder builder = OpBuilder::atBlockEnd(module_.getBody());
    auto type = LLVM::LLVMArrayType::get(builder.getI32Type(), static_cast<unsigned>(positions.size()));
    return LLVM::GlobalOp::create(builder, loc(), type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                  (symbol_ + "_words" + std::to_string(tables_++)).str(), builder.getI32TensorAttr(positions));
  }

  /// (target, frame, positions, count): target[n] = frame[positions[n]].
  LLVM::LLVMFuncOp copyWords() {
    if (copyWords_)
      return copyWords_;
    OpBuilder::InsertionGuard saved(b_);
    Type word = b_.getI64Type();
    copyWords_ = function((symbol_ + "_copy_words").str(), LLVM::LLVMVoidType::get(b_.getContext()), {pointer_, pointer_, pointer_, word},
                          LLVM::Linkage::Internal);
    auto at = [&](Type type, Value pointer, Value offset) {
      return LLVM::GEPOp::create(b_, loc(), pointer_, type, pointer, ValueRange{offset});
    };
    auto number = [&](int64_t value) { return arith::ConstantOp::create(b_, loc(), b_.getI64IntegerAttr(value)); };
    auto loop = scf::ForOp::create(b_, loc(), number(0), copyWords_.getArgument(3), number(1));
    {
      OpBuilder::InsertionGuard outside(b_);
      b_.setInsertionPointToStart(loop.getBody());
      Value n = loop.getInductionVar();
      Value position = LLVM::LoadOp::create(b_, loc(), b_.getI32Type(), at(b_.getI32Type(), copyWords_.getArgument(2), n), 4);
      position = arith::ExtUIOp::create(b_, loc(), word, position);
      Value value = LLVM::LoadOp::create(b_, loc(), word, at(word, copyWords_.getArgument(1), position), 8);
      LLVM::StoreOp::create(b_, loc(), value, at(word, copyWords_.getArgument(0), n), 8);
    }
    LLVM::ReturnOp::create(b_, loc(), ValueRange());
    return copyWords_;
  }

  ModuleOp module_;
  ir::PlanOp plan_;
  StringRef symbol_;
  Target target_;
  FrameLayout layout_;
  scheduling::EqualNests equal_;
  SharedFunctions functions_;
  OpBuilder b_;
  Type pointer_;
  Value context_;
  DenseMap<Value, int64_t> words_;
  DenseMap<Operation *, int64_t> partials_;
  // Of nests, but of those with the same code only of the first: functions for their chunks, those that add the tables of each array, and
  // those that run them.
  DenseMap<Operation *, LLVM::LLVMFuncOp> bodies_, runs_;
  DenseMap<Operation *, SmallVector<LLVM::LLVMFuncOp, 1>> combiners_;
  // Of nests with tables: words of the chunks' length and number, of each array's tables.
  DenseMap<Operation *, int64_t> chunkWords_;
  DenseMap<std::pair<Operation *, Value>, int64_t> tableWords_;
  std::map<Operation *, OwnWords> ownWordsOf_; ///< of first nests that are shared: words, where functions keep pointers to them
  int64_t firstOwnWord_ = 0; ///< where shared functions find their words
  int tables_ = 0;       ///< of positions of words
  LLVM::LLVMFuncOp copyWords_;
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
