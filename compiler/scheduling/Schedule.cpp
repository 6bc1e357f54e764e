#include "compiler/scheduling/Schedule.h"

#include "compiler/dialect/FreeIndices.h"
#include "compiler/scheduling/Copies.h"
#include "compiler/scheduling/Distances.h"
#include "compiler/scheduling/Jam.h"
#include "compiler/scheduling/NestWriter.h"
#include "compiler/scheduling/Operations.h"
#include "compiler/scheduling/PairedProducts.h"
#include "compiler/scheduling/Panels.h"
#include "compiler/scheduling/Rows.h"
#include "compiler/transforms/Gathers.h"
#include "compiler/transforms/Simplify.h"

#include <map>

using namespace mlir;

namespace mercer::scheduling {
namespace {

class Scheduler {
public:
  Scheduler(ir::ProgramOp program, const Machine &machine, Choices &choices)
      : program_(program), machine_(machine), choices_(choices), dependences_(&choices), builder_(program) {}

  void run() {
    groupPairs(program_, choices_);
    makePlan();
    // A check must hold before anything is read by its subscript: a round of nests for the checks that read by none of each
    // other's, in order, then the rest.
    std::map<int64_t, SmallVector<ir::OutputOp>> checks;
    SmallVector<ir::OutputOp> rest;
    for (auto output : program_.getBlock().getOps<ir::OutputOp>()) {
      auto number = output->getAttrOfType<IntegerAttr>(ir::roundAttribute);
      if (!output->hasAttr(ir::checkAttribute)) {
        rest.push_back(output);
        continue;
      }
      int64_t after = checks.empty() ? 0 : checks.rbegin()->first + 1;
      checks[number ? number.getInt() : after].push_back(output);
    }
    for (const auto &[number, together] : checks)
      round(together);
    round(rest);
    if (machine_.pairs)
      pairProducts(plan_);
    copyInputs(plan_, choices_);
    expandDistances(plan_, choices_);
    widenNests(plan_, machine_, choices_);
    jamLoops(plan_, machine_, choices_);
    shareReads(plan_, machine_, choices_);
  }

private:
  void makePlan() {
    Block &block = program_.getBlock();
    SmallVector<StringRef> names;
    for (Attribute name : program_.getNames())
      names.push_back(cast<StringAttr>(name).getValue());
    SmallVector<ir::OutputOp> outputs;
    for (auto output : block.getOps<ir::OutputOp>())
      if (!output->hasAttr(ir::checkAttribute)) {
        outputs.push_back(output);
        names.push_back(output.getName());
      }
    plan_ =
        ir::PlanOp::create(builder_, program_.getLoc(), program_.getSymName(),
                           builder_.getStrArrayAttr(names), static_cast<int64_t>(block.getNumArguments()));
    for (StringRef name : {ir::sizesAttribute, ir::knownSizesAttribute})
      if (Attribute sizes = program_->getAttr(name))
        plan_->setAttr(name, sizes);
    Block &body = plan_.getBody().emplaceBlock();
    for (BlockArgument argument : block.getArguments())
      body.addArgument(argument.getType(), argument.getLoc());
    for (ir::OutputOp output : outputs) {
      auto element = output->getAttrOfType<TypeAttr>(ir::elementAttribute);
      auto type = ir::ArrayType::get(builder_.getContext(), static_cast<unsigned>(output.getIndices().size()),
                                     element ? element.getValue() : output.getValue().getType());
      targets_[output].memory = body.addArgument(type, output.getLoc());
    }
    for (ir::OutputOp output : outputs)
      writeOut(output);
    unifyWrittenOut();
    for (const PairGroup &pairs : pairGroupsOf(program_)) {
      dependences_.together(pairs.block, pairs.arrays);
      pairs_.try_emplace(pairs.block, pairs);
    }
    writer_.emplace(plan_, program_, dependences_, machine_, choices_);
  }

  /// Does a value depend on the further indices of an output?
  bool differsByPosition(ir::OutputOp output, Value value) {
    return llvm::any_of(output.getIndices().drop_front(), [&](Value index) { return free_.depends(value, index); });
  }

  /// The operations that an output computes for each position of its further indices.
  int64_t operationsFor(ir::OutputOp output) {
    constexpr int64_t loop = 20;
    int64_t total = 0;
    for (Operation *op : dependences_.closure(output.getValue())) {
      if (!differsByPosition(output, op->getResult(0)))
        continue;
      auto apply = dyn_cast<ir::ApplyOp>(op);
      total += apply ? operationsOf(apply.getFunction().getValue()) : isa<ir::ReduceOp>(op) ? loop : 1;
    }
    return total;
  }

  /// The sums over long indices that an output needs for each position of its further indices.
  int64_t longSumsFor(ir::OutputOp output) {
    return llvm::count_if(dependences_.closure(output.getValue()), [&](Operation *op) {
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      return reduce && ir::guessedLength(reduce.getOver().front()) > ir::shortestClass && differsByPosition(output, reduce.getResult());
    });
  }

  /// Are rows at computed positions read that fill vectors? Each of their elements written out would be a gather.
  bool gathersVectors(ir::OutputOp output) {
    return llvm::any_of(output.getIndices().drop_front(), [&](Value index) {
      return ir::guessedLength(index) >= static_cast<double>(machine_.lanes) && transforms::gathersRows(free_, output.getValue(), index);
    });
  }

  /// An output over a few constant positions of a further index becomes one output for each: their reductions
  /// share a pass. Sums that would not fit into registers beside each other do better one after the other, over tiles of what they share.
  void writeOut(ir::OutputOp output) {
    if (output.getIndices().size() < 2)
      return; // only further indices are written out
    SmallVector<SmallVector<Value>> elements{{}};
    SmallVector<Value> loops;
    constexpr int64_t mostElements = 64, mostOperations = 1000, mostSums = 8;
    int64_t most = std::min(mostElements, mostOperations / std::max<int64_t>(operationsFor(output), 1));
    if (int64_t sums = longSumsFor(output))
      most = std::min(most, mostSums / sums);
    for (auto [position, index] : llvm::enumerate(output.getIndices())) {
      auto extent = ir::integerConstant(index.getDefiningOp<ir::IndexOp>().getExtent());
      bool few =
          position > 0 && extent && *extent > 0 && *extent * static_cast<int64_t>(elements.size()) <= most;
      if (!few)
        loops.push_back(index);
      SmallVector<SmallVector<Value>> longer;
      OpBuilder builder(output);
      for (int64_t at = 0; at < (few ? *extent : 1); ++at) {
        Value subscript = few ? ir::integer(builder, output.getLoc(), at) : index;
        for (const SmallVector<Value> &element : elements) {
          longer.push_back(element);
          longer.back().push_back(subscript);
        }
      }
      elements = std::move(longer);
    }
    // A reduction over written-out positions alone would be left without a nest.
    bool homeless = llvm::any_of(dependences_.closure(output.getValue()), [&](Operation *op) {
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      return reduce &&
             llvm::none_of(loops, [&](Value index) { return free_.depends(reduce.getResult(), index); });
    });
    if (elements.size() == 1 || homeless || !choices_.decide("written-out", !gathersVectors(output), false))
      return;
    OpBuilder builder(output);
    Value memory = targets_.lookup(output).memory;
    for (const SmallVector<Value> &element : elements) {
      llvm::SmallDenseMap<Value, Value> map;
      for (auto [index, subscript] : llvm::zip_equal(output.getIndices(), element))
        if (index != subscript)
          map[index] = subscript;
      Value value = ir::substitute(builder, free_, output.getValue(), map);
      auto part = ir::OutputOp::create(builder, output.getLoc(), output.getName(), loops, value);
      targets_[part] = {memory, element};
    }
    targets_.erase(output);
    output.erase();
  }

  /// What is written out may have been there already, or twice. The subscripts, which nothing in the program
  /// uses, are made again.
  void unifyWrittenOut() {
    SmallVector<std::pair<ir::OutputOp, SmallVector<std::optional<int64_t>>>> positions;
    for (auto &[op, target] : targets_)
      if (!target.subscripts.empty())
        positions.push_back({cast<ir::OutputOp>(op), llvm::map_to_vector(target.subscripts, ir::integerConstant)});
    if (positions.empty())
      return;
    transforms::orderAndUnify(program_);
    for (auto &[output, known] : positions) {
      OpBuilder builder(output);
      for (auto [subscript, position] : llvm::zip_equal(targets_[output].subscripts, known))
        if (position)
          subscript = ir::integer(builder, output.getLoc(), *position);
    }
    free_ = {};
    dependences_ = Dependences(&choices_);
  }

  void round(ArrayRef<ir::OutputOp> roots) {
    std::map<unsigned, SmallVector<Demand>> stages;
    auto nest = [&](unsigned stage, Value index) -> Demand & {
      for (Demand &demand : stages[stage])
        if (demand.index == index)
          return demand;
      return stages[stage].emplace_back(Demand{index, {}, {}});
    };
    SmallVector<ir::OutputOp> scalars;
    SmallVector<Value> values;
    for (ir::OutputOp output : roots) {
      values.push_back(output.getValue());
      if (output.getIndices().empty()) {
        scalars.push_back(output);
        continue;
      }
      if (keepsArray(output))
        continue;
      Place place = dependences_.placeOf(output);
      nest(place.stage, place.index).outputs.push_back(output);
    }
    for (ir::ArrayOp array : neededArrays(values)) {
      Place place = dependences_.placeOf(array);
      nest(place.stage, place.index).arrays.push_back(array);
    }
    for (auto &[stage, nests] : stages)
      for (Demand &demand : nests) {
        if (auto pairs = pairs_.find(demand.index); pairs != pairs_.end())
          writer_->pairs(pairs->second, demand.arrays);
        else
          writer_->nest(demand, targets_);
        for (ir::ArrayOp array : demand.arrays)
          if (writer_->hasMemory(array))
            stored_.insert(array);
      }
    for (ir::OutputOp output : scalars)
      writer_->scalar(output, targets_.lookup(output).memory);
  }

  /// An output whose elements are those of an array that other loops fill is that array's memory.
  bool keepsArray(ir::OutputOp output) {
    auto read = output.getValue().getDefiningOp<ir::ReadOp>();
    auto array = read ? read.getArray().getDefiningOp<ir::ArrayOp>() : ir::ArrayOp();
    const Target &target = targets_.find(output)->second;
    if (!array || !(isScattered(array) || dependences_.isTogether(array)) || writer_->hasMemory(array) || !target.subscripts.empty() ||
        read.getSubscripts() != array.getIndices() || output.getIndices() != read.getSubscripts() ||
        target.memory.getType() != array.getType())
      return false;
    writer_->keepIn(array, target.memory);
    return true;
  }

  /// Arrays that some values need and that no earlier round has computed, each after what it needs.
  SmallVector<ir::ArrayOp> neededArrays(ArrayRef<Value> roots) {
    SmallVector<ir::ArrayOp> order;
    DenseSet<Operation *> seen;
    SmallVector<std::pair<ir::ArrayOp, bool>> stack;
    auto push = [&](ArrayRef<Value> values) {
      for (ir::ReadOp read : dependences_.arrayReads(values))
        if (auto array = read.getArray().getDefiningOp<ir::ArrayOp>(); !stored_.contains(array))
          stack.push_back({array, false});
    };
    push(roots);
    while (!stack.empty()) {
      auto [array, finished] = stack.pop_back_val();
      if (finished) {
        order.push_back(array);
        continue;
      }
      if (!seen.insert(array).second)
        continue;
      stack.push_back({array, true});
      push(array.getValue());
    }
    return order;
  }

  ir::ProgramOp program_;
  Machine machine_;
  Choices &choices_;
  ir::FreeIndices free_;
  Dependences dependences_;
  OpBuilder builder_;
  ir::PlanOp plan_;
  std::optional<NestWriter> writer_;
  DenseMap<Operation *, Target> targets_; // of outputs
  DenseMap<Value, PairGroup> pairs_;      // by the index of their nest
  DenseSet<Operation *> stored_;          // arrays
};

} // namespace

LogicalResult schedule(ModuleOp module, const Machine &machine, Choices &choices) {
  auto programs = module.getOps<ir::ProgramOp>();
  if (programs.empty())
    return module.emitError("has no mercer.program to schedule");
  ir::ProgramOp program = *programs.begin();
  Scheduler(program, machine, choices).run();
  if (std::string unused = choices.unused(); !unused.empty())
    return program.emitOpError() << "is given a plan that does not fit: " << unused;
  program.erase();
  return success();
}

} // namespace mercer::scheduling
