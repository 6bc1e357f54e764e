#include "Plans.h"

#include "Floors.h"
#include "Measure.h"
#include "Workloads.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace mercer::bench {
namespace {

struct Plan {
  std::string text;
  Function f;
  double predicted = 0, measured = 1e30;
};

/// Of the lines "  decided jam.0=8 of 1, 2, 4, 8": a plan for each option that was not taken.
std::vector<std::string> other_plans(const std::string &explanation) {
  std::vector<std::string> plans;
  std::istringstream lines(explanation);
  const std::string decided = "  decided ";
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(decided, 0) != 0)
      continue;
    const std::size_t equal = line.find('='), of = line.find(" of ");
    const std::string name = line.substr(decided.size(), equal - decided.size()), taken = line.substr(equal + 1, of - equal - 1);
    std::istringstream options(line.substr(of + 4, line.find(';') - of - 4));
    for (std::string option; std::getline(options, option, ',');) {
      option.erase(0, option.find_first_not_of(' '));
      if (option != taken)
        plans.push_back(name + "=" + option);
    }
  }
  return plans;
}

/// Of a few kinds of decisions there may be many: each kind gets its turn.
std::vector<std::string> some_of(std::vector<std::string> plans, std::size_t most) {
  std::vector<std::string> result;
  while (result.size() < most && !plans.empty()) {
    std::string last_kind;
    for (std::size_t n = 0; n < plans.size() && result.size() < most;) {
      const std::string kind = plans[n].substr(0, plans[n].find('.'));
      if (kind == last_kind) {
        ++n;
        continue;
      }
      last_kind = kind;
      result.push_back(plans[n]);
      plans.erase(plans.begin() + static_cast<std::ptrdiff_t>(n));
    }
  }
  return result;
}

/// Positions in the order of the values; equal ones share theirs.
std::vector<double> ranks(const std::vector<double> &values) {
  std::vector<double> result;
  for (double value : values) {
    double below = 0, equal = 0;
    for (double other : values)
      below += other < value, equal += other == value;
    result.push_back(below + (equal - 1) / 2);
  }
  return result;
}

/// Spearman's: the correlation of the ranks; "none" where one side knows no order.
std::string rank_correlation(const std::vector<double> &a, const std::vector<double> &b) {
  const std::vector<double> x = ranks(a), y = ranks(b);
  const double middle = (static_cast<double>(x.size()) - 1) / 2;
  double both = 0, first = 0, second = 0;
  for (std::size_t n = 0; n < x.size(); ++n) {
    both += (x[n] - middle) * (y[n] - middle);
    first += (x[n] - middle) * (x[n] - middle), second += (y[n] - middle) * (y[n] - middle);
  }
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", both / std::sqrt(first * second));
  return first * second > 0 ? text : "none";
}

Plan made(const Case &at, const std::string &text) {
  Plan plan{text, jit(at.program, at.options(1, "host", text))};
  plan.predicted = predicted_seconds(at, plan.f);
  return plan;
}

void compare(const std::string &name, std::size_t most) {
  const Case at = make_case(name, false);
  const std::vector<Argument> arguments = at.arguments();
  const std::vector<View> views = at.views();
  std::vector<Plan> plans{made(at, "")};
  for (const std::string &text : some_of(other_plans(plans[0].f.explain(arguments)), 3 * most)) {
    Plan plan = made(at, text);
    auto same = [&](const Plan &other) { return other.predicted == plan.predicted; };
    if (plans.size() < most + 1 && std::none_of(plans.begin(), plans.end(), same)) // else no order is predicted
      plans.push_back(std::move(plan));
  }
  // What is ten times slower need not be known to a percent.
  constexpr int rounds = 4;
  for (int round = 0; round < rounds; ++round)
    for (Plan &plan : plans)
      if (round < 1 || plan.measured < 10 * plans[0].measured)
        plan.measured = std::min(plan.measured, seconds_of([&] { plan.f.run(arguments, views); }));
  std::vector<double> predicted, measured;
  for (const Plan &plan : plans)
    predicted.push_back(plan.predicted), measured.push_back(plan.measured);
  auto least = [&](const std::vector<double> &times) {
    return static_cast<std::size_t>(std::min_element(times.begin(), times.end()) - times.begin());
  };
  const Plan &foreseen = plans[least(predicted)], &fastest = plans[least(measured)];
  auto named = [](const Plan &plan) { return plan.text.empty() ? "preferred" : plan.text; };
  std::printf("| %s | %zu | %s | %.4g | %.4g | %s | %.2f | %s | %.2f |\n", name.c_str(), plans.size(),
              rank_correlation(predicted, measured).c_str(), plans[0].predicted * 1e3,
              plans[0].measured * 1e3, named(foreseen).c_str(), foreseen.measured / plans[0].measured, named(fastest).c_str(), fastest.measured / plans[0].measured);
  std::fflush(stdout);
  for (const Plan &plan : plans)
    std::fprintf(stderr, "%s %s: predicted %.4g ms, measured %.4g ms\n", name.c_str(), named(plan).c_str(), plan.predicted * 1e3,
                 plan.measured * 1e3);
}

} // namespace

void compare_plans(const std::string &workload, int most) {
  pin(1);
  std::printf("| workload | plans | rank correlation | preferred: predicted, ms | measured, ms | best predicted | its time / preferred "
              "| best measured | its time / preferred |\n|---|---:|---:|---:|---:|---|---:|---|---:|\n");
  for (const std::string &name : workload_names())
    if ((workload.empty() || workload == name) && original_of(name).empty() && name != "call_overhead")
      compare(name, static_cast<std::size_t>(most));
}

} // namespace mercer::bench
