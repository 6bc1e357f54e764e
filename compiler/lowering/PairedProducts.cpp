// Sums of products of bf16 by the processor's instructions for pairs and for tiles of them.
//
// A tile of bf16 in lanes holds, for each lane, pairs of elements beside each other: one vector of 32-bit words has two elements
// for each lane, as both kinds of instructions take them.
#include "compiler/lowering/Lanes.h"

using namespace mlir;

namespace mercer::lowering {

/// Turns of a loop over pairs whose sums make a block.
static constexpr int64_t blockPairs = 32;
/// Rows of one tile register, and bytes of each of its rows.
static constexpr int64_t registerRows = 16, registerBytes = 64;
/// Registers: sums of four tiles of rows, one for the column, and as many as are left for rows, in turn.
static constexpr int64_t sumRegisters = tileRows / registerRows, columnRegister = sumRegisters,
                         firstRowRegister = columnRegister + 1, rowRegisters = 8 - firstRowRegister;

static void callVoid(OpBuilder &b, Location loc, StringRef name, ValueRange operands) {
  LLVM::CallIntrinsicOp::create(b, loc, b.getStringAttr(name), operands);
}

static Value registerNumber(OpBuilder &b, Location loc, int64_t number) {
  return arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(static_cast<int8_t>(number)));
}

bool Codegen::inPairs(Value array) {
  return tiles_.lookup(array).wide && cast<ir::ArrayType>(array.getType()).getElement().isBF16();
}

/// Elements of a row in memory.
static Value rowLength(ir::PairedProduct product) { return product.row.getArray().getDefiningOp<ir::AllocateOp>().getSizes()[1]; }

/// One of the two elements of each lane: the bits of a word above its middle are an f32 number.
Value Codegen::loadOfPair(Value array, Value position) {
  Type word = widened(b.getI32Type());
  Value pair = arith::ShRSIOp::create(b, loc(), position, i64(1));
  Value at = element(pointer(array), b.getI32Type(), arith::MulIOp::create(b, loc(), pair, i64(width)));
  Value both = LLVM::LoadOp::create(b, loc(), word, at, 4 * width);
  Value odd = arith::TruncIOp::create(b, loc(), b.getI1Type(), position);
  Value second = arith::AndIOp::create(b, loc(), both, number(word, -65536));
  Value first = arith::ShLIOp::create(b, loc(), both, number(word, 16));
  Value bits = arith::SelectOp::create(b, loc(), odd, second, first);
  return arith::BitcastOp::create(b, loc(), widened(b.getF32Type()), bits);
}

/// Every other element of a vector of 16-bit ones, by a mask.
void Codegen::storeOfPair(Value value, Value array, Value position) {
  Value pair = arith::ShRSIOp::create(b, loc(), position, i64(1));
  Value at = element(pointer(array), b.getI32Type(), arith::MulIOp::create(b, loc(), pair, i64(width)));
  Value half = convertStored(value, b.getBF16Type());
  Value word = arith::ExtUIOp::create(b, loc(), widened(b.getI32Type()), half);
  auto halves = VectorType::get({2 * width}, b.getI16Type());
  Value twice = arith::OrIOp::create(b, loc(), word, arith::ShLIOp::create(b, loc(), word, number(word.getType(), 16)));
  Value data = vector::BitCastOp::create(b, loc(), halves, twice);
  auto every = [&](unsigned first) {
    SmallVector<bool> active(2 * width, false);
    for (unsigned n = first; n < 2 * width; n += 2)
      active[n] = true;
    return Value(arith::ConstantOp::create(
        b, loc(), DenseElementsAttr::get(VectorType::get({2 * width}, b.getI1Type()), ArrayRef<bool>(active))));
  };
  Value odd = arith::TruncIOp::create(b, loc(), b.getI1Type(), position);
  Value mask = arith::SelectOp::create(b, loc(), odd, every(1), every(0));
  LLVM::MaskedStoreOp::create(b, loc(), data, at, mask, b.getI32IntegerAttr(4 * width));
}

/// By vectors: sum[lane] += row[k] column[lane][k] + row[k+1] column[lane][k+1].
void Codegen::addPairs(ir::LoopOp op) {
  SmallVector<ir::PairedProduct> products = ir::pairedProducts(op);
  SmallVector<Running> states = beginLoop(op);
  auto pairs = VectorType::get({2 * width}, b.getBF16Type());
  Value terms = scalar(op.getUpper());
  carryBlocks(
      states, i64(0), terms, 2,
      [&](Value position) {
        Running *running = states.data();
        for (auto [result, product] : llvm::zip_equal(op.getResults(), products)) {
          Value column = element(pointer(product.column.getArray()), b.getI16Type(),
                                 arith::MulIOp::create(b, loc(), position, i64(width)));
          Value columns = LLVM::LoadOp::create(b, loc(), pairs, column, 4 * width);
          forCopies(copied_.contains(result), [&] {
            Value start = arith::MulIOp::create(b, loc(), scalar(product.row.getSubscripts()[0]), scalar(rowLength(product)));
            Value row = element(pointer(product.row.getArray()), b.getI16Type(),
                                arith::AddIOp::create(b, loc(), start, position));
            Value pair = LLVM::LoadOp::create(b, loc(), b.getI32Type(), row, 4);
            Value all = vector::BroadcastOp::create(b, loc(), widened(b.getI32Type()), pair);
            Value rows = vector::BitCastOp::create(b, loc(), pairs, all);
            Value &sum = running++->state[0];
            sum = LLVM::CallIntrinsicOp::create(b, loc(), sum.getType(), b.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"),
                                                ValueRange{sum, rows, columns})
                      .getResult(0);
          });
        }
      },
      blockPairs);
  endLoop(op, states);
}

//===- Tiles ----------------------------------------------------------------------------------------------===//

static bool needsTiles(ir::NestOp nest, const Target &target) {
  return target.pairs == Pairs::tiles &&
         nest.walk([](ir::LoopOp loop) { return loop.getPairs() ? WalkResult::interrupt() : WalkResult::advance(); })
             .wasInterrupted();
}

void Codegen::openTileRegisters(ir::NestOp nest) {
  if (!needsTiles(nest, target_))
    return;
  // Palette 1; from byte 16 the bytes of a row of each register, from byte 48 the rows of each.
  constexpr int64_t rowBytes = registerBytes * 0x0001000100010001, rows = registerRows * 0x0101010101010101;
  constexpr int64_t words[8] = {1, 0, rowBytes, rowBytes, 0, 0, rows, 0};
  auto pointerType = LLVM::LLVMPointerType::get(b.getContext());
  Value memory = LLVM::AllocaOp::create(b, loc(), pointerType, b.getI64Type(), i64(8), 64);
  for (auto [n, word] : llvm::enumerate(words))
    LLVM::StoreOp::create(b, loc(), i64(word), element(memory, b.getI64Type(), i64(static_cast<int64_t>(n))), 8);
  callVoid(b, loc(), "llvm.x86.ldtilecfg", memory);
}

void Codegen::closeTileRegisters(ir::NestOp nest) {
  if (needsTiles(nest, target_))
    callVoid(b, loc(), "llvm.x86.tilerelease", {});
}

/// The sums of products of rows from `row` on, into the loop's memory: [result][row][lane].
void Codegen::multiplyTiles(ir::LoopOp op, Value row) {
  PairBlock &block = pairBlocks_[op];
  block.first = row;
  auto around = cast<ir::LoopOp>(op->getParentOp());
  std::optional<int64_t> most = ir::upperBound(around.getUpper());
  int64_t used = most ? std::clamp<int64_t>((*most + registerRows - 1) / registerRows, 1, sumRegisters) : sumRegisters;
  Value terms = scalar(op.getUpper());
  auto number = [&](int64_t n) { return registerNumber(b, loc(), n); };
  auto load = [&](int64_t n, Value from, Value stride) {
    callVoid(b, loc(), "llvm.x86.tileloadd64", {number(n), from, stride});
  };
  for (auto [n, product] : llvm::enumerate(ir::pairedProducts(op))) {
    Value length = scalar(rowLength(product)), rowBytes = arith::MulIOp::create(b, loc(), length, i64(2));
    for (int64_t t = 0; t < used; ++t)
      callVoid(b, loc(), "llvm.x86.tilezero", number(t));
    carry({}, i64(0), terms, i64(ir::pairedTerms), [&](Value term) {
      Value column = element(pointer(product.column.getArray()), b.getI16Type(),
                             arith::MulIOp::create(b, loc(), term, i64(width)));
      load(columnRegister, column, i64(registerBytes));
      for (int64_t t = 0; t < used; ++t) {
        Value first = arith::AddIOp::create(b, loc(), row, i64(t * registerRows));
        Value start = arith::AddIOp::create(b, loc(), arith::MulIOp::create(b, loc(), first, length), term);
        int64_t rows = firstRowRegister + t % rowRegisters;
        load(rows, element(pointer(product.row.getArray()), b.getI16Type(), start), rowBytes);
        callVoid(b, loc(), "llvm.x86.tdpbf16ps", {number(t), number(rows), number(columnRegister)});
      }
    });
    for (int64_t t = 0; t < used; ++t) {
      int64_t offset = (static_cast<int64_t>(n) * tileRows + t * registerRows) * registerBytes;
      Value to = element(block.memory, b.getI8Type(), i64(offset));
      callVoid(b, loc(), "llvm.x86.tilestored64", {number(t), to, i64(registerBytes)});
    }
  }
}

void Codegen::takeFromTiles(ir::LoopOp op) {
  const PairBlock &block = pairBlocks_[op];
  auto around = cast<ir::LoopOp>(op->getParentOp());
  for (OpResult result : op.getResults())
    forCopies(copied_.contains(result), [&] {
      Value row = arith::SubIOp::create(b, loc(), scalar(around.getIndex()), block.first);
      Value offset = arith::AddIOp::create(b, loc(), row, i64(result.getResultNumber() * tileRows));
      Value at = element(block.memory, b.getF32Type(), arith::MulIOp::create(b, loc(), offset, i64(width)));
      define(result, {Lane::varying, LLVM::LoadOp::create(b, loc(), widened(b.getF32Type()), at, registerBytes)});
    });
}

} // namespace mercer::lowering
