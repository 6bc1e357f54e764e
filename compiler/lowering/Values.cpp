// Elementwise functions on lanes.
#include "compiler/lowering/Lanes.h"

using namespace mlir;

namespace mercer::lowering {

using dsl::Function;

Value Codegen::i64(int64_t value) { return arith::ConstantOp::create(b, loc(), b.getI64IntegerAttr(value)); }

Value Codegen::number(Type type, double value) {
  Type scalar = getElementTypeOrSelf(type);
  TypedAttr attribute = isa<FloatType>(scalar)
                            ? TypedAttr(b.getFloatAttr(scalar, value))
                            : TypedAttr(b.getIntegerAttr(scalar, static_cast<int64_t>(value)));
  if (auto vector = dyn_cast<VectorType>(type))
    attribute = DenseElementsAttr::get(vector, Attribute(attribute));
  return arith::ConstantOp::create(b, loc(), attribute);
}

Value Codegen::i1(bool value, bool vector) {
  if (!vector)
    return arith::ConstantOp::create(b, loc(), b.getBoolAttr(value));
  return arith::ConstantOp::create(b, loc(),
                                   DenseElementsAttr::get(VectorType::get({width}, b.getI1Type()), value));
}

Value Codegen::cmp(arith::CmpFPredicate predicate, Value x, Value y) {
  return arith::CmpFOp::create(b, loc(), predicate, x, y);
}

Value Codegen::both(Value x, Value y) {
  if (!x || !y)
    return x ? x : y;
  return arith::AndIOp::create(b, loc(), x, y);
}

Value Codegen::call(StringRef function, ValueRange operands) {
  return functions_.apply(b, loc(), function, operands);
}

Value Codegen::vector(Lane lane, Type type) {
  auto wide = VectorType::get({width}, type);
  if (lane.kind == Lane::varying)
    return lane.value;
  Value splat = vector::BroadcastOp::create(b, loc(), wide, lane.value);
  if (lane.kind == Lane::uniform)
    return splat;
  SmallVector<Attribute> steps;
  for (unsigned n = 0; n < width; ++n)
    steps.push_back(b.getIntegerAttr(type, n * lane.stride));
  Value offsets = arith::ConstantOp::create(b, loc(), DenseElementsAttr::get(wide, steps));
  return arith::AddIOp::create(b, loc(), splat, offsets);
}

/// A constant, or the word that it is where nests with this code have others.
Value Codegen::constant(ir::ConstantOp op) {
  const auto *number = own ? llvm::find(own->numbers, op.getResult()) : nullptr;
  if (!own || number == own->numbers.end())
    return arith::ConstantOp::create(b, loc(), op.getValue());
  return numberIn(op.getType(), wordAt(number - own->numbers.begin()));
}

Value Codegen::numberIn(Type type, Value word) {
  if (type.isF32())
    word = arith::TruncIOp::create(b, loc(), b.getI32Type(), word);
  return arith::BitcastOp::create(b, loc(), type, word);
}

Lane Codegen::lane(Value value) {
  const auto &known = copied_.contains(value) ? copies_[copy_] : lanes_;
  if (auto found = known.find(value); found != known.end())
    return found->second;
  // A value of the plan's top level: no index, so the same everywhere; computed where it is first needed.
  Operation *op = value.getDefiningOp();
  OpBuilder::InsertionGuard saved(b);
  if (prologue)
    b.setInsertionPoint(prologue);
  Lane made;
  if (auto kept = words_.find(value); kept != words_.end() && !computesNumbers) {
    made.value = numberIn(value.getType(), word(kept->second));
  } else if (auto constant = dyn_cast<ir::ConstantOp>(op)) {
    made.value = this->constant(constant);
  } else if (auto size = dyn_cast<ir::SizeOp>(op)) {
    made.value = word(wordOf(layout_, size));
  } else if (auto apply = dyn_cast<ir::ApplyOp>(op)) {
    made = this->apply(apply);
  } else {
    made = read(cast<ir::ReadOp>(op));
  }
  lanes_[value] = made;
  return made;
}

void Codegen::block(Block &block, llvm::function_ref<void(ir::AccumulateOp)> accumulate, llvm::function_ref<void()> afterCopy) {
  if (copied_.empty()) {
    if (width)
      findColumns(block);
    for (Operation &op : block)
      one(op, accumulate);
    return;
  }
  // Between loops: first what is the same for all copies, then copy by copy, so that few values are alive at
  // a time.
  auto isCopied = [&](Operation &op) {
    return llvm::any_of(op.getOperands(), [&](Value operand) { return copied_.contains(operand); });
  };
  for (auto op = block.begin(); op != block.end();) {
    auto end = op;
    while (end != block.end() && !isa<ir::LoopOp>(*end))
      ++end;
    for (Operation &single : llvm::make_range(op, end))
      if (!isCopied(single))
        one(single, accumulate);
    SmallVector<Operation *> reads, stores; // of a block, transposed
    for (Operation &copied : llvm::make_range(op, end))
      if (isTransposed(&copied))
        (isa<ir::ReadOp>(copied) ? reads : stores).push_back(&copied);
    for (Operation *read : reads)
      readTransposed(cast<ir::ReadOp>(read));
    forCopies(true, [&] {
      for (Operation &copied : llvm::make_range(op, end))
        if (isCopied(copied) && !llvm::is_contained(reads, &copied) && !llvm::is_contained(stores, &copied))
          one(copied, accumulate);
      if (afterCopy && end == block.end())
        afterCopy();
    });
    for (Operation *store : stores)
      storeTransposed(cast<ir::StoreOp>(store));
    if (end != block.end())
      one(*end++, accumulate);
    op = end;
  }
}

/// Is it written with a loop that runs on occasion: nothing but its upper bound, or what takes its result?
static bool isOfOccasion(ir::ApplyOp op) {
  if (op.getFunction().getValue() != dsl::Function::select)
    return false;
  auto loop = op.getOperands()[2].getDefiningOp<ir::LoopOp>();
  if (loop && !loop.getLanes() && ir::choiceOf(loop) == op)
    return true;
  return !op->use_empty() && llvm::all_of(op->getUsers(), [&](Operation *user) {
    auto bounded = dyn_cast<ir::LoopOp>(user);
    return bounded && bounded.getUpper() == op.getResult() && ir::occasionOf(bounded);
  });
}

void Codegen::one(Operation &op, llvm::function_ref<void(ir::AccumulateOp)> accumulate) {
  setLoc(op.getLoc());
  if (inColumns(op))
    return;
  if (auto loop = dyn_cast<ir::LoopOp>(op)) {
    this->loop(loop);
  } else if (auto store = dyn_cast<ir::StoreOp>(op)) {
    SmallVector<Lane> subscripts;
    for (Value subscript : store.getSubscripts())
      subscripts.push_back(lane(subscript));
    this->store(store.getArray(), subscripts, lane(store.getValue()), streamed_.contains(store));
  } else if (auto sums = dyn_cast<ir::AccumulatorOp>(op)) {
    clear(sums);
  } else if (auto add = dyn_cast<ir::AccumulateOp>(op)) {
    if (isTotal(add))
      accumulate(add);
    else
      addToTable(add);
  } else if (auto apply = dyn_cast<ir::ApplyOp>(op)) {
    if (!isOfOccasion(apply))
      define(op.getResult(0), this->apply(apply));
  } else if (auto read = dyn_cast<ir::ReadOp>(op)) {
    define(op.getResult(0), this->read(read));
  } else if (isa<ir::ConstantOp, ir::SizeOp>(op)) {
    lane(op.getResult(0));
  }
}

void Codegen::forCopies(bool copied, llvm::function_ref<void()> code) {
  for (copy_ = 0; copy_ < (copied ? copies_.size() : 1); ++copy_)
    code();
  copy_ = 0;
}

/// From here on `factor` iterations of a loop are written at once.
void Codegen::jam(ir::LoopOp op, int64_t factor) {
  copies_.resize(static_cast<size_t>(factor));
  copied_.insert(op.getIndex());
  op.getBlock().walk([&](Operation *inner) { // loops after their bodies
    auto depends = [&](Value value) { return copied_.contains(value); };
    if (auto loop = dyn_cast<ir::LoopOp>(inner)) {
      for (Value result : loop.getResults()) {
        OperandRange yielded = loop.getYield()->getOperands();
        unsigned n = cast<OpResult>(result).getResultNumber();
        if (depends(yielded[2 * n]) || depends(yielded[2 * n + 1]))
          copied_.insert(result);
      }
    } else if (llvm::any_of(inner->getOperands(), depends)) {
      copied_.insert_range(inner->getResults());
    }
  });
}

void Codegen::unjam() {
  copied_.clear();
  copies_.clear();
}

/// Sums and differences of base + lane * stride keep that form: their reads are then in order.
Lane Codegen::applyLinear(ir::ApplyOp op) {
  Function function = op.getFunction().getValue();
  if (!op.getType().isInteger(64) ||
      (function != Function::add && function != Function::sub && function != Function::neg))
    return {};
  Lane x = lane(op.getOperands()[0]);
  if (function == Function::neg) {
    if (x.kind != Lane::linear)
      return {};
    return {Lane::linear, arith::SubIOp::create(b, loc(), i64(0), x.value), -x.stride};
  }
  Lane y = lane(op.getOperands()[1]);
  if (x.kind == Lane::varying || y.kind == Lane::varying)
    return {};
  bool add = function == Function::add;
  Value base = add ? Value(arith::AddIOp::create(b, loc(), x.value, y.value))
                   : Value(arith::SubIOp::create(b, loc(), x.value, y.value));
  int64_t stride = x.stride + (add ? y.stride : -y.stride);
  return {stride ? Lane::linear : Lane::uniform, base, stride};
}

std::optional<Product> productIn(ir::ApplyOp sum) {
  Function function = sum.getFunction().getValue();
  if (!isa<FloatType>(sum.getType()) || (function != Function::add && function != Function::sub))
    return std::nullopt;
  for (unsigned side : {1u, 0u}) {
    Value value = sum.getOperands()[side];
    auto factor = value.getDefiningOp<ir::ApplyOp>();
    if (!factor || !value.hasOneUse() || factor->getBlock() != sum->getBlock())
      continue;
    if (factor.getFunction().getValue() == Function::mul)
      return Product{factor.getOperands()[0], factor.getOperands()[1], side};
    if (factor.getFunction().getValue() == Function::square)
      return Product{factor.getOperands()[0], factor.getOperands()[0], side};
  }
  return std::nullopt;
}

/// a b + c in one rounding, where the product is used there alone: chosen here so that every target that has the instruction agrees.
Value Codegen::fused(ir::ApplyOp op) {
  if (!target_.fma)
    return {};
  std::optional<Product> product = productIn(op);
  if (!product)
    return {};
  Type type = op.getType();
  Lane x = lane(product->first), y = lane(product->second), z = lane(op.getOperands()[1 - product->side]);
  bool uniform = x.kind == Lane::uniform && y.kind == Lane::uniform && z.kind == Lane::uniform;
  auto get = [&](Lane lane) { return uniform ? lane.value : vector(lane, type); };
  Value p = get(x), q = get(y), r = get(z);
  if (op.getFunction().getValue() == Function::sub) {
    if (product->side == 1) // r - p q
      p = arith::NegFOp::create(b, loc(), p);
    else
      r = arith::NegFOp::create(b, loc(), r);
  }
  return math::FmaOp::create(b, loc(), p, q, r);
}

Lane Codegen::apply(ir::ApplyOp op) {
  if (auto known = outcomes_.find(op); known != outcomes_.end())
    return {Lane::uniform, i1(known->second, false)};
  if (Lane linear = applyLinear(op); linear.value)
    return linear;
  if (Value value = fused(op))
    return {isa<VectorType>(value.getType()) ? Lane::varying : Lane::uniform, value};
  if (Value compared = compareLinear(op))
    return {Lane::varying, compared};
  SmallVector<Lane> lanes;
  bool uniform = true;
  for (Value operand : op.getOperands()) {
    lanes.push_back(lane(operand));
    uniform &= lanes.back().kind == Lane::uniform;
  }
  SmallVector<Value> x;
  for (auto [operand, value] : llvm::zip_equal(op.getOperands(), lanes))
    x.push_back(uniform ? value.value : vector(value, operand.getType()));
  bool real = isa<FloatType>(op.getType()) ||
              (isa<FloatType>(op.getOperands().back().getType()) && !isa<FloatType>(op.getType()));
  Value result = real ? applyReal(op, x) : applyInteger(op, x);
  return {uniform ? Lane::uniform : Lane::varying, result};
}

static Type like(Type shape, Type element) {
  auto vector = dyn_cast<VectorType>(shape);
  return vector ? Type(VectorType::get(vector.getShape(), element)) : element;
}

Value Codegen::applyReal(ir::ApplyOp op, ArrayRef<Value> x) {
  Type type = x.back().getType();
  auto compare = [&](arith::CmpFPredicate predicate) { return cmp(predicate, x[0], x[1]); };
  auto constant = [&](double value) { return number(type, value); };
  switch (op.getFunction().getValue()) {
  case Function::add:
    return arith::AddFOp::create(b, loc(), x[0], x[1]);
  case Function::sub:
    return arith::SubFOp::create(b, loc(), x[0], x[1]);
  case Function::mul:
    return arith::MulFOp::create(b, loc(), x[0], x[1]);
  case Function::div:
    return arith::DivFOp::create(b, loc(), x[0], x[1]);
  case Function::neg:
    return arith::NegFOp::create(b, loc(), x[0]);
  case Function::square:
    return arith::MulFOp::create(b, loc(), x[0], x[0]);
  case Function::reciprocal:
    return arith::DivFOp::create(b, loc(), constant(1), x[0]);
  case Function::minimum:
    return arith::MinimumFOp::create(b, loc(), x[0], x[1]);
  case Function::maximum:
    return arith::MaximumFOp::create(b, loc(), x[0], x[1]);
  case Function::abs:
    return math::AbsFOp::create(b, loc(), x[0]);
  case Function::sign: {
    Value one = math::CopySignOp::create(b, loc(), constant(1), x[0]);
    return arith::SelectOp::create(b, loc(), cmp(arith::CmpFPredicate::ONE, x[0], constant(0)), one, x[0]);
  }
  case Function::floor:
    return math::FloorOp::create(b, loc(), x[0]);
  case Function::ceil:
    return math::CeilOp::create(b, loc(), x[0]);
  case Function::round:
    return math::RoundEvenOp::create(b, loc(), x[0]);
  case Function::sqrt:
  case Function::root:
    return math::SqrtOp::create(b, loc(), x[0]);
  case Function::floor_div:
    return math::FloorOp::create(b, loc(), arith::DivFOp::create(b, loc(), x[0], x[1]));
  case Function::mod: {
    Value quotient = math::FloorOp::create(b, loc(), arith::DivFOp::create(b, loc(), x[0], x[1]));
    return math::FmaOp::create(b, loc(), arith::NegFOp::create(b, loc(), quotient), x[1], x[0]);
  }
  case Function::eq:
    return compare(arith::CmpFPredicate::OEQ);
  case Function::ne:
    return compare(arith::CmpFPredicate::UNE);
  case Function::lt:
    return compare(arith::CmpFPredicate::OLT);
  case Function::le:
    return compare(arith::CmpFPredicate::OLE);
  case Function::gt:
    return compare(arith::CmpFPredicate::OGT);
  case Function::ge:
    return compare(arith::CmpFPredicate::OGE);
  case Function::select:
    return arith::SelectOp::create(b, loc(), x[0], x[1], x[2]);
  case Function::stop_gradient:
  case Function::with_gradient_of:
    return x[0];
  case Function::to_real: {
    if (isa<FloatType>(getElementTypeOrSelf(type)))
      return x[0];
    Type result = like(type, op.getType());
    if (getElementTypeOrSelf(type).isInteger(1))
      return arith::UIToFPOp::create(b, loc(), result, x[0]);
    return arith::SIToFPOp::create(b, loc(), result, x[0]);
  }
  case Function::to_integer: { // saturates; NaN is 0
    bool wide = isa<VectorType>(type);
    std::string element = getElementTypeOrSelf(type).isF32() ? "f32" : "f64";
    std::string lanes = wide ? "v" + std::to_string(width) : "";
    auto name = b.getStringAttr("llvm.fptosi.sat." + lanes + "i64." + lanes + element);
    return LLVM::CallIntrinsicOp::create(b, loc(), like(type, b.getI64Type()), name, ValueRange{x[0]})
        .getResult(0);
  }
  case Function::exp2:
    return call(op->hasAttr(ir::atMostOneAttribute) ? "exp2_at_most_one" : "exp2", x);
  default:
    return call(ir::FunctionAttr::nameOf(op.getFunction().getValue()), x);
  }
}

Value Codegen::applyInteger(ir::ApplyOp op, ArrayRef<Value> x) {
  Type type = x.back().getType();
  if (std::optional<arith::CmpIPredicate> predicate = comparisonOf(op.getFunction().getValue()))
    return arith::CmpIOp::create(b, loc(), *predicate, x[0], x[1]);
  auto constant = [&](int64_t value) { return number(type, static_cast<double>(value)); };
  auto isNegative = [&](Value value) {
    return arith::CmpIOp::create(b, loc(), arith::CmpIPredicate::slt, value, constant(0));
  };
  switch (op.getFunction().getValue()) {
  case Function::add:
    return arith::AddIOp::create(b, loc(), x[0], x[1]);
  case Function::sub:
    return arith::SubIOp::create(b, loc(), x[0], x[1]);
  case Function::mul:
    return arith::MulIOp::create(b, loc(), x[0], x[1]);
  case Function::square:
    return arith::MulIOp::create(b, loc(), x[0], x[0]);
  case Function::neg:
    return arith::SubIOp::create(b, loc(), constant(0), x[0]);
  case Function::minimum:
    return arith::MinSIOp::create(b, loc(), x[0], x[1]);
  case Function::maximum:
    return arith::MaxSIOp::create(b, loc(), x[0], x[1]);
  case Function::abs:
    return arith::SelectOp::create(b, loc(), isNegative(x[0]),
                                   arith::SubIOp::create(b, loc(), constant(0), x[0]), x[0]);
  case Function::sign: {
    Value positive = arith::CmpIOp::create(b, loc(), arith::CmpIPredicate::sgt, x[0], constant(0));
    Value right = arith::SelectOp::create(b, loc(), positive, constant(1), constant(0));
    return arith::SelectOp::create(b, loc(), isNegative(x[0]), constant(-1), right);
  }
  case Function::floor_div:
  case Function::mod: {
    // Division by 0 gives 0; by -1 is a negation, which the smallest integer survives.
    bool quotientWanted = op.getFunction().getValue() == Function::floor_div;
    auto equals = [&](int64_t value) {
      return arith::CmpIOp::create(b, loc(), arith::CmpIPredicate::eq, x[1], constant(value));
    };
    Value special = arith::OrIOp::create(b, loc(), equals(0), equals(-1));
    Value divisor = arith::SelectOp::create(b, loc(), special, constant(1), x[1]);
    Value quotient = arith::DivSIOp::create(b, loc(), x[0], divisor);
    Value rest = arith::RemSIOp::create(b, loc(), x[0], divisor);
    Value inexact = arith::CmpIOp::create(b, loc(), arith::CmpIPredicate::ne, rest, constant(0));
    Value opposite = isNegative(arith::XOrIOp::create(b, loc(), rest, divisor));
    Value down = arith::AndIOp::create(b, loc(), inexact, opposite);
    if (quotientWanted) {
      Value lower = arith::SubIOp::create(b, loc(), quotient, constant(1));
      Value floor = arith::SelectOp::create(b, loc(), down, lower, quotient);
      Value negated = arith::SubIOp::create(b, loc(), constant(0), x[0]);
      Value byMinusOne = arith::SelectOp::create(b, loc(), equals(-1), negated, floor);
      return arith::SelectOp::create(b, loc(), equals(0), constant(0), byMinusOne);
    }
    Value moved = arith::AddIOp::create(b, loc(), rest, divisor);
    Value floor = arith::SelectOp::create(b, loc(), down, moved, rest);
    return arith::SelectOp::create(b, loc(), special, constant(0), floor);
  }
  case Function::logical_and:
    return arith::AndIOp::create(b, loc(), x[0], x[1]);
  case Function::logical_or:
    return arith::OrIOp::create(b, loc(), x[0], x[1]);
  case Function::logical_not:
    return arith::XOrIOp::create(b, loc(), x[0], constant(1));
  case Function::select:
    return arith::SelectOp::create(b, loc(), x[0], x[1], x[2]);
  case Function::to_integer:
    return getElementTypeOrSelf(type).isInteger(1)
               ? Value(arith::ExtUIOp::create(b, loc(), like(type, b.getI64Type()), x[0]))
               : x[0];
  case Function::to_real: {
    Type result = like(type, op.getType());
    return getElementTypeOrSelf(type).isInteger(1) ? Value(arith::UIToFPOp::create(b, loc(), result, x[0]))
                                                   : Value(arith::SIToFPOp::create(b, loc(), result, x[0]));
  }
  default:
    return x[0]; // stop_gradient
  }
}

} // namespace mercer::lowering
