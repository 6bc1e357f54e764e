#include "compiler/scheduling/Explain.h"

#include "compiler/scheduling/Cost.h"
#include "compiler/scheduling/Work.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

class Explainer {
public:
  Explainer(ir::PlanOp plan, const PlanFacts &facts)
      : plan_(plan), facts_(facts), result_("plan of " + plan.getSymName().str() + "\n", names(plan)),
        cost_(plan, facts.known, result_.symbols), forecaster_(plan, cost_, result_.symbols, facts.machine.lanes) {
    result_.machine = facts.machine;
    result_.vectorBits = facts.vectorBits;
  }

  Explanation run() {
    Quantity operations, read, written, partials, scratch;
    for (Operation &op : plan_.getBlock()) {
      if (auto memory = dyn_cast<ir::AllocateOp>(op))
        line(1) << "stores " << memory.getName() << shape(memory.getSizes(), memory.getType()) << "\n";
      if (auto fail = dyn_cast<ir::FailOp>(op))
        line(1) << "ends with an error when check " << fail.getCheck() << " fails\n";
      auto nest = dyn_cast<ir::NestOp>(op);
      if (!nest)
        continue;
      line(1) << "nest over " << nest.getName() << " below " << text(nest.getExtent()) << " in parallel, "
              << nest.getChunk() << " a chunk";
      lanes(nest.getLanes(), nest.getPanels());
      body(nest.getBlock(), 2);
      NestCost cost = cost_.of(nest);
      line(2);
      amounts(cost.operations, cost.read, cost.written);
      flush();
      result_.time(forecaster_.of(nest), 4);
      if (!cost.scratch.is_zero())
        scratch = scratch.is_zero() ? cost.scratch
                                    : result_.symbols.made(Symbols::Kind::maximum, scratch, cost.scratch);
      operations += cost.operations;
      read += cost.read;
      written += cost.written;
      partials += cost.partials;
    }
    line(1) << "in all ";
    amounts(operations, read, written);
    flush();
    result_.wholeTime(2);
    Quantity inputs = cost_.inputs(), outputs = cost_.outputs(), stored = cost_.stored();
    line(1) << "memory at the peak ";
    bytes(inputs + outputs + stored + partials, ": inputs ");
    bytes(inputs, ", outputs ");
    bytes(outputs, ", stored ");
    bytes(stored, ", of chunks ");
    bytes(partials, "");
    if (!scratch.is_zero())
      bytes(scratch, "", ", tiles of each thread ");
    stream_ << "\n";
    if (facts_.choices)
      decisions();
    flush();
    return std::move(result_);
  }

private:
  static std::vector<std::string> names(ir::PlanOp plan) {
    std::vector<std::string> result;
    for (Attribute name : plan.getNames())
      result.push_back(cast<StringAttr>(name).getValue().str());
    return result;
  }

  StringRef nameOf(Value array) {
    auto argument = dyn_cast<BlockArgument>(array);
    return argument ? cast<StringAttr>(plan_.getNames()[argument.getArgNumber()]).getValue()
                    : array.getDefiningOp<ir::AllocateOp>().getName();
  }

  std::string text(Value amount) { return result_.symbols.text(cost_.amount(amount)); }

  void flush() { result_ << std::exchange(text_, ""); }

  void amount(const Quantity &quantity, Explanation::Unit unit) {
    flush();
    result_.amount(quantity, unit);
  }

  void bytes(const Quantity &quantity, StringRef after, StringRef before = "") {
    stream_ << before;
    amount(quantity, Explanation::Unit::bytes);
    stream_ << after;
  }

  void amounts(const Quantity &operations, const Quantity &read, const Quantity &written) {
    amount(operations, Explanation::Unit::operations);
    bytes(read, " read", ", ");
    bytes(written, " written\n", ", ");
  }

  std::string shape(ValueRange sizes, ir::ArrayType type) {
    std::string result = "[";
    llvm::raw_string_ostream stream(result);
    llvm::interleaveComma(sizes, stream, [&](Value size) { stream << text(size); });
    stream << "] of " << type.getElement();
    return result;
  }

  /// What was taken at each decision, and what could have been.
  void decisions() {
    for (const Choice &choice : facts_.choices->made()) {
      line(1) << "decided " << choice.name << "=" << choice.options[choice.taken] << " of ";
      llvm::interleaveComma(choice.options, stream_);
      stream_ << (choice.keepsBits ? "; bits are the same\n" : "\n");
    }
  }

  void lanes(uint64_t lanes, uint64_t panels = 1) {
    if (lanes)
      stream_ << ", " << lanes << " in a vector";
    if (panels > 1)
      stream_ << ", " << panels << " vectors share what long loops read";
    stream_ << "\n";
  }

  void body(Block &block, unsigned depth) {
    unsigned reads = llvm::count_if(block, [](Operation &op) { return isa<ir::ReadOp>(op); });
    line(depth) << reads << " reads, " << operationsOf(block) << " operations each time\n";
    if (facts_.fast)
      fast(block, depth);
    for (Operation &op : block) {
      if (auto tile = dyn_cast<ir::TileOp>(op))
        line(depth) << "keeps " << tile.getName() << shape(tile.getSizes(), tile.getType()) << " in a tile\n";
      if (auto sums = dyn_cast<ir::AccumulatorOp>(op))
        line(depth) << "sums up " << sums.getName() << shape(sums.getSizes(), sums.getType())
                    << " in a tile\n";
      if (auto sum = dyn_cast<ir::AccumulateOp>(op);
          sum && !sum.getArray().getDefiningOp<ir::AccumulatorOp>()) {
        if (sum.getSubscripts().empty())
          line(depth) << ir::ReductionAttr::nameOf(sum.getKind().getValue())
                      << " over the nest, chunks combined in order\n";
        else
          line(depth) << "adds to elements of " << nameOf(sum.getArray()) << ", in a table of each of at most "
                      << ir::mostTables << " chunks, combined in order\n";
      }
      if (auto inner = dyn_cast<ir::LoopOp>(op))
        loop(inner, depth);
    }
  }

  void loop(ir::LoopOp loop, unsigned depth) {
    line(depth) << (loop.getKinds().empty() ? "loop" : "pass") << " over " << loop.getName();
    if (ir::integerConstant(loop.getLower()) != std::optional<int64_t>(0))
      stream_ << " from " << text(loop.getLower());
    std::optional<ir::Occasion> occasion = ir::occasionOf(loop);
    stream_ << " below " << text(ir::wholeUpper(loop)) << (!occasion ? "" : loop->hasAttr(ir::expectedAttribute) ? " unless rows are clustered" : " where needed");
    for (auto [n, kind] : llvm::enumerate(loop.getKinds().getAsRange<ir::ReductionAttr>()))
      stream_ << (n == 0 ? ": " : " ") << ir::ReductionAttr::nameOf(kind.getValue());
    if (auto jam = loop->getAttrOfType<IntegerAttr>("jam"); jam && jam.getInt() > 1)
      stream_ << ", " << jam.getInt() << " side by side";
    lanes(loop.getLanes());
    body(loop.getBlock(), depth + 1);
  }

  /// Elementary functions that Precision::fast computes with a larger error, with the user's lines.
  void fast(Block &block, unsigned depth) {
    SmallVector<std::string> found;
    for (auto apply : block.getOps<ir::ApplyOp>()) {
      dsl::Function function = apply.getFunction().getValue();
      if (operationsOf(function) <= 8) // an instruction or two
        continue;
      std::string name = ir::FunctionAttr::nameOf(function).str();
      if (auto at = apply.getLoc()->findInstanceOf<FileLineColLoc>())
        name += " at " + llvm::sys::path::filename(at.getFilename().getValue()).str() + ":" +
                std::to_string(at.getLine());
      if (!llvm::is_contained(found, name))
        found.push_back(name);
    }
    if (!found.empty())
      line(depth) << "fast, within 4 ulp: " << llvm::join(found, ", ") << "\n";
  }

  llvm::raw_ostream &line(unsigned depth) { return stream_.indent(2 * depth); }

  ir::PlanOp plan_;
  const PlanFacts &facts_;
  Explanation result_;
  Cost cost_;
  Forecaster forecaster_;
  std::string text_;
  llvm::raw_string_ostream stream_{text_};
};

} // namespace

Explanation explain(ir::PlanOp plan, const PlanFacts &facts) { return Explainer(plan, facts).run(); }

} // namespace mercer::scheduling
