#include "compiler/scheduling/Search.h"

#include "compiler/scheduling/Operations.h"
#include "compiler/scheduling/Schedule.h"

#include "mlir/IR/OwningOpRef.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

/// Plans that are written and weighed at most, each in about half a millisecond.
constexpr size_t mostPlans = 200, mostJoined = 4;

class Search {
public:
  Search(ModuleOp module, const PlanFacts &facts, const SizeOf &sizes, bool sameBits)
      : module_(module), facts_(facts), sizes_(sizes), sameBits_(sameBits) {}

  std::vector<PlanTime> run() {
    std::vector<Choice> decisions;
    if (!weigh("", &decisions))
      return {{}};
    for (const Choice &choice : decisions)
      for (size_t option = 0; option < choice.options.size() && (choice.keepsBits || !sameBits_); ++option)
        if (option != choice.taken)
          weigh(choice.name + "=" + choice.options[option]);
    sort();
    // What is better by itself is often better together.
    std::vector<std::string> best;
    for (const PlanTime &plan : plans_)
      if (!plan.plan.empty() && best.size() < mostJoined)
        best.push_back(plan.plan);
    for (size_t a = 0; a < best.size(); ++a)
      for (size_t b = a + 1; b < best.size(); ++b)
        if (best[a].substr(0, best[a].find('=')) != best[b].substr(0, best[b].find('=')))
          weigh(best[a] + " " + best[b]);
    sort();
    return std::move(plans_);
  }

private:
  /// Writes a plan and predicts its time; false: it cannot be written, or no time can be said.
  bool weigh(const std::string &text, std::vector<Choice> *decisions = nullptr) {
    if (plans_.size() >= mostPlans)
      return false;
    // A decision that another one takes away is no error here.
    ScopedDiagnosticHandler quiet(module_.getContext(), [](Diagnostic &) { return success(); });
    OwningOpRef<ModuleOp> copy = module_.clone();
    Choices choices(text);
    if (failed(schedule(*copy, facts_.machine, choices)))
      return false;
    auto plan = *copy->getOps<ir::PlanOp>().begin();
    if (longestBody(plan) > longestBodyAllowed)
      return false;
    std::vector<Prediction> times = explain(plan, facts_).predictions(sizes_);
    if (times.empty())
      return false;
    double seconds = 0;
    for (const Prediction &time : times)
      seconds += time.seconds;
    plans_.push_back({text, seconds});
    if (decisions)
      *decisions = choices.made();
    return true;
  }

  void sort() {
    llvm::sort(plans_, [](const PlanTime &a, const PlanTime &b) {
      return a.seconds != b.seconds ? a.seconds < b.seconds : a.plan < b.plan;
    });
  }

  ModuleOp module_;
  const PlanFacts &facts_;
  const SizeOf &sizes_;
  bool sameBits_;
  std::vector<PlanTime> plans_;
};

} // namespace

std::vector<PlanTime> searchPlans(ModuleOp module, const PlanFacts &facts, const SizeOf &sizes, bool sameBits) {
  return Search(module, facts, sizes, sameBits).run();
}

} // namespace mercer::scheduling
