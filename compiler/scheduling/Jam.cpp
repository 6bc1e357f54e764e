#include "compiler/scheduling/Jam.h"

#include "compiler/scheduling/EqualNests.h"
#include "compiler/scheduling/Operations.h"

using namespace mlir;

namespace mercer::scheduling {

/// One running value for each iteration, with one operation for each term.
static bool isSimple(ir::LoopOp loop) {
  return llvm::all_of(loop.getKinds().getAsRange<ir::ReductionAttr>(), [](ir::ReductionAttr kind) {
    dsl::Reduction reduction = kind.getValue();
    return reduction == dsl::Reduction::sum || reduction == dsl::Reduction::prod ||
           reduction == dsl::Reduction::min || reduction == dsl::Reduction::max;
  });
}

/// The running values that one iteration has in registers; 0: its loops are no such loops.
static size_t runningValues(ir::LoopOp loop) {
  size_t most = 0;
  for (auto inner : loop.getBlock().getOps<ir::LoopOp>()) {
    bool innermost = inner.getBlock().getOps<ir::LoopOp>().empty();
    bool fixed = !loop.getBody().isAncestor(inner.getLower().getParentRegion()) &&
                 !loop.getBody().isAncestor(ir::wholeUpper(inner).getParentRegion());
    constexpr int64_t light = 16; // more operations than that hide each other's latency
    if (!innermost || !fixed || !isSimple(inner) || operationsOf(inner.getBlock()) > light)
      return 0;
    most = std::max(most, static_cast<size_t>(inner.getNumResults()));
  }
  return most;
}

/// The most iterations at once whose running values fit into registers, and whose code is not long.
static int64_t mostAtOnce(ir::LoopOp loop, size_t values, std::optional<int64_t> limit = std::nullopt) {
  constexpr int64_t registers = 8, code = 400;
  const int64_t operations = operationsOf(loop.getBlock());
  int64_t factor = registers;
  while (factor > 1 && (factor * static_cast<int64_t>(values) > registers || factor * operations > code ||
                        (limit && factor > *limit)))
    factor /= 2;
  return factor;
}

/// Vectors that are taken together in an innermost loop that they fill: for a log-sum-exp, which looks whether its reference must
/// move once for all of them. Each holds its term meanwhile.
static int64_t vectorsAtOnce(ir::LoopOp loop) {
  bool exponentials = llvm::any_of(loop.getKinds().getAsRange<ir::ReductionAttr>(), [](ir::ReductionAttr kind) {
    return kind.getValue() == dsl::Reduction::logsumexp;
  });
  if (!exponentials || !loop.getBlock().getOps<ir::LoopOp>().empty())
    return 1;
  return mostAtOnce(loop, loop.getNumResults());
}

/// Iterations that are taken together in a loop around innermost ones that do little.
static int64_t iterationsAtOnce(ir::LoopOp loop) {
  size_t values = runningValues(loop);
  return values == 0 ? 1 : mostAtOnce(loop, values, ir::integerConstant(loop.getUpper()));
}

/// Has a nest many iterations, as far as anybody knows, with no loops beside which reading the lanes' rows is nothing? Transposing is long code.
static bool readsMuch(ir::NestOp nest) {
  constexpr int64_t longest = 256;
  return !ir::upperBound(nest.getExtent()) && !nest.walk([&](ir::LoopOp loop) {
               std::optional<int64_t> most = ir::upperBound(loop.getUpper());
               return !ir::occasionOf(loop) && (!most || *most > longest) ? WalkResult::interrupt() : WalkResult::advance();
             })
              .wasInterrupted();
}

/// Elements of the lanes' rows that a loop which does nothing else reads at once: a block of rows, to be transposed, in place of a gather
/// for each element.
static int64_t elementsOfRows(ir::LoopOp loop) {
  constexpr int64_t most = 16, fewest = 4;
  if (loop.getLanes() || loop.getNumResults() > 0 || !loop.getBlock().getOps<ir::LoopOp>().empty() || !readsMuch(loop->getParentOfType<ir::NestOp>()))
    return 1;
  bool reads = llvm::any_of(loop.getBlock().getOps<ir::ReadOp>(), [&](ir::ReadOp read) {
    OperandRange subscripts = read.getSubscripts();
    return subscripts.size() > 1 && !read.getGuard() && subscripts.back() == loop.getIndex() &&
           isa<Float32Type, Float64Type>(read.getType()) && read.getType() == read.getArray().getType().getElement() &&
           !isa_and_nonnull<ir::TileOp, ir::AccumulatorOp>(read.getArray().getDefiningOp()) &&
           llvm::any_of(subscripts.drop_back(), [](Value subscript) {
             auto index = dyn_cast<BlockArgument>(subscript);
             return index && ir::lanesOf(index.getOwner()->getParentOp()) > 0;
           });
  });
  int64_t together = reads ? std::min<int64_t>(most, static_cast<int64_t>(ir::activeLanes(loop))) : 1;
  while (together > 1 && ir::integerConstant(loop.getUpper()).value_or(together) < together)
    together /= 2;
  return together < fewest ? 1 : together;
}

/// How many of these iterations have room for their running values in registers where vectors are longer than one: the order of
/// terms stays that of all together.
static int64_t fitting(ir::LoopOp loop, int64_t together, const Machine &machine) {
  int64_t vectors = static_cast<int64_t>(ir::activeLanes(loop)) / machine.lanes;
  int64_t values = static_cast<int64_t>(loop.getLanes() ? loop.getNumResults() : runningValues(loop));
  while (together > 1 && together * values * vectors > machine.registers / 2)
    together /= 2;
  return together;
}

namespace {

/// A loop whose iterations may run side by side.
struct Candidate {
  ir::LoopOp loop;
  int64_t most; ///< iterations, whose order of terms it keeps
  int64_t preferred;
  bool grouped = true; ///< fewer at once keep the order by a group
  std::optional<size_t> twin = std::nullopt; ///< the candidate in the first nest with the same code

  /// Operations on vectors, in the iterations side by side and in the rest, which runs one by one.
  int64_t code(const Machine &machine) const {
    const int64_t vectors = std::max<int64_t>(1, static_cast<int64_t>(ir::activeLanes(loop)) / machine.lanes);
    int64_t operations = 0;
    for (ir::LoopOp inner : ir::LoopOp(loop).getBlock().getOps<ir::LoopOp>())
      operations += operationsOf(inner.getBlock());
    return (preferred + 1) * vectors * (operations + operationsOf(ir::LoopOp(loop).getBlock()));
  }
};

/// Long programs have fewer iterations at once, longest loops first: what code takes to compile grows with it, and what it saves does not.
/// Nests with the same code keep it.
void shorten(MutableArrayRef<Candidate> loops, const Machine &machine) {
  constexpr int64_t mostCode = 3000; // the workloads of test/bench have at most 2100
  int64_t all = 0;
  SmallVector<Candidate *> written;
  for (Candidate &candidate : loops)
    if (!candidate.twin) {
      written.push_back(&candidate);
      all += candidate.code(machine);
    }
  while (all > mostCode) {
    Candidate *longest = nullptr;
    for (Candidate *candidate : written)
      if (candidate->preferred > 1 && (!longest || candidate->code(machine) > longest->code(machine)))
        longest = candidate;
    if (!longest)
      break;
    all -= longest->code(machine);
    longest->preferred /= 2;
    all += longest->code(machine);
  }
  for (Candidate &candidate : loops)
    if (candidate.twin)
      candidate.preferred = loops[*candidate.twin].preferred;
}

} // namespace

void jamLoops(ir::PlanOp plan, const Machine &machine, Choices &choices) {
  const EqualNests equal(plan);
  SmallVector<Candidate> candidates;
  DenseMap<Operation *, size_t> firstOf; // candidate of each nest
  for (auto nest : plan.getBlock().getOps<ir::NestOp>()) {
    const size_t first = firstOf[nest] = candidates.size();
    nest.walk([&](ir::LoopOp loop) {
      if (loop->hasAttr(ir::sampleAttribute))
        return;
      if (int64_t elements = elementsOfRows(loop); elements > 1) {
        candidates.push_back({loop, elements, elements, false});
      } else {
        int64_t together = loop.getLanes() ? vectorsAtOnce(loop) : iterationsAtOnce(loop);
        candidates.push_back({loop, together, fitting(loop, together, machine)});
      }
      if (ir::NestOp other = equal.firstOf(nest); other != nest)
        candidates.back().twin = firstOf.lookup(other) + (candidates.size() - 1 - first);
    });
  }
  shorten(candidates, machine);
  for (Candidate &candidate : candidates) {
    std::vector<int64_t> factors;
    for (int64_t fewer = 1; fewer <= candidate.most; fewer *= 2)
      if (candidate.grouped || fewer == 1 || fewer == candidate.most || fewer == candidate.preferred)
        factors.push_back(fewer);
    int64_t atOnce = choices.chooseNumber("jam", factors, candidate.preferred, true);
    if (atOnce > 1)
      candidate.loop.setJam(atOnce);
    if (candidate.grouped && atOnce < candidate.most)
      candidate.loop.setGroup(candidate.most);
  }
}

} // namespace mercer::scheduling
