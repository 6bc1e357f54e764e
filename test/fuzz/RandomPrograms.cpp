// Random well-typed programs: compiled on one and on two threads (same bits) against interpreted.
#include <mercer/mercer.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <random>

using namespace mercer;

namespace {

enum Class { rows, columns, features, classes };

/// The inputs that every program may read, with data.
struct World {
  Tensor x{"x", 2}, y{"y", 2}, b{"b", 1}, w{"w", 1}, label{"label", 1, integer};
  Scalar s{"s"};
  std::int64_t sizes[classes] = {};
  std::vector<double> X, Y, B, W;
  std::vector<std::int64_t> labels;
};

class Generator {
public:
  Generator(World &world, std::mt19937_64 &random) : world_(world), random_(random) {}

  /// How many nodes are still allowed; the shrinker lowers it.
  int budget = 40;

  struct Bound {
    Index index;
    Class of;
  };
  std::vector<Bound> scope;

  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  Index fresh(Class of) {
    static const char *names[] = {"i", "j", "k"};
    Index index(names[of] + std::to_string(count_++), size_of_class(of));
    scope.push_back({index, of});
    return index;
  }

  Expr size_of_class(Class of) {
    return of == rows ? extent(world_.x, 0) : of == columns ? extent(world_.y, 0) : extent(world_.x, 1);
  }

  std::optional<Index> known(Class of) {
    std::vector<Index> found;
    for (const Bound &bound : scope)
      if (bound.of == of)
        found.push_back(bound.index);
    if (found.empty())
      return std::nullopt;
    return found[static_cast<std::size_t>(below(static_cast<int>(found.size())))];
  }

  Expr leaf() {
    auto i = known(rows), j = known(columns), k = known(features);
    switch (below(8)) {
    case 0:
      if (i && k)
        return world_.x(*i, *k);
      [[fallthrough]];
    case 1:
      if (j && k)
        return world_.y(*j, *k);
      [[fallthrough]];
    case 2:
      if (j)
        return world_.b(*j);
      [[fallthrough]];
    case 3:
      if (i)
        return world_.w(*i);
      [[fallthrough]];
    case 4:
      if (i && k && world_.sizes[columns] > 0)
        return world_.y(world_.label(*i), *k);
      [[fallthrough]];
    case 5:
      if (i && k)
        return padded(world_.x, 0.25)(Expr(*i) + (below(3) - 1), *k);
      [[fallthrough]];
    case 6:
      if (j)
        return to_real(Expr(*j)) * 0.125;
      [[fallthrough]];
    default:
      return below(2) ? Expr(world_.s) : Expr(0.25 * (below(9) - 4));
    }
  }

  Expr condition() {
    auto i = known(rows), j = known(columns);
    std::vector<Index> same;
    for (const Bound &bound : scope)
      if (bound.of == rows)
        same.push_back(bound.index);
    switch (below(4)) {
    case 0:
      if (same.size() > 1)
        return same[0] != Expr(same.back());
      [[fallthrough]];
    case 1:
      if (same.size() > 1)
        return Expr(same.back()) < Expr(same[0]);
      [[fallthrough]];
    case 2:
      if (i && j)
        return world_.label(*i) == Expr(*j);
      [[fallthrough]];
    default:
      return leaf() > leaf();
    }
  }

  Expr expression(int depth) {
    if (depth <= 0 || --budget <= 0)
      return leaf();
    switch (below(22)) {
    case 0: return tanh(expression(depth - 1));
    case 1: return sigmoid(expression(depth - 1));
    case 2: return square(expression(depth - 1));
    case 3: return softplus(expression(depth - 1));
    case 4: return sin(expression(depth - 1));
    case 5: return exp(-square(expression(depth - 1)));
    case 6: return log1p(square(expression(depth - 1)));
    case 7: return sqrt(1.0 + square(expression(depth - 1)));
    case 8: return relu(expression(depth - 1));
    case 9: return expression(depth - 1) + expression(depth - 1);
    case 10: return expression(depth - 1) - expression(depth - 1);
    case 11: return expression(depth - 1) * expression(depth - 1);
    case 12: return expression(depth - 1) / (1.5 + square(expression(depth - 1)));
    case 13: return maximum(expression(depth - 1), expression(depth - 1));
    case 14: {
      Expr predicate = condition();
      return where(predicate, expression(depth - 1), expression(depth - 1));
    }
    case 15: return derivative(depth);
    default: return reduction(depth);
    }
  }

  Expr reduction(int depth) {
    Class of = static_cast<Class>(below(3));
    Index over = fresh(of);
    Expr predicate = below(3) == 0 ? condition() : Expr(true);
    Expr value = expression(depth - 1);
    scope.pop_back();
    switch (below(8)) {
    case 0: return mean(over, value, predicate);
    case 1: return tanh(max(over, tanh(value), predicate) * 0.5);
    case 2: return tanh(min(over, tanh(value), predicate) * 0.5);
    case 3: return tanh(logsumexp(over, tanh(value), predicate) * 0.25);
    case 4: return prod(over, 1.0 + 0.1 * tanh(value), predicate);
    case 5: return variance(over, tanh(value), predicate);
    default: return sum(over, value, predicate) * 0.1;
    }
  }

  Expr derivative(int depth) {
    auto i = known(rows), k = known(features);
    if (!i || !k || nested_)
      return leaf();
    nested_ = true;
    Index l = fresh(features);
    Expr outer = expression(depth - 2);
    Tensor slope = gradient(
        [&](const Tensor &u) { return sum(l, sin(u(l)) * (0.5 + square(u(l)))) * (1.0 + square(outer_free(outer, l))); },
        world_.x[*i]);
    scope.pop_back();
    nested_ = false;
    return tanh(slope(*k));
  }

  /// An expression that does not use `l` outside of its binder.
  Expr outer_free(const Expr &outer, const Index &l) { return mean(l, outer); }

private:
  World &world_;
  std::mt19937_64 &random_;
  int count_ = 0;
  bool nested_ = false;
};

struct Case {
  World world;
  std::unique_ptr<Program> program;
};

/// The case of a seed; `depth` and `largest` are lowered to find a smaller one that still fails.
std::unique_ptr<Case> make(std::uint64_t seed, int depth, int largest) {
  std::mt19937_64 random(seed);
  auto made = std::make_unique<Case>();
  World &world = made->world;
  static constexpr std::int64_t choices[] = {3, 7, 8, 1, 2, 9, 16, 17, 0, 31, 33, 64, 65};
  for (std::int64_t &size : world.sizes)
    size = choices[random() % 13] % (largest + 1);
  // Reductions nest as deep as expressions: few levels where ranges are long, or the interpreter runs for minutes.
  std::int64_t longest = *std::max_element(world.sizes, world.sizes + classes);
  depth = std::min(depth, longest > 17 ? 3 : longest > 9 ? 4 : 5);
  auto fill = [&](std::vector<double> &data, std::int64_t size) {
    data.resize(static_cast<std::size_t>(size));
    for (double &value : data)
      value = std::uniform_real_distribution<double>(-1, 1)(random);
  };
  fill(world.X, world.sizes[rows] * world.sizes[features]);
  fill(world.Y, world.sizes[columns] * world.sizes[features]);
  fill(world.B, world.sizes[columns]);
  fill(world.W, world.sizes[rows]);
  for (std::int64_t n = 0; n < world.sizes[rows]; ++n)
    world.labels.push_back(world.sizes[columns] ? static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(world.sizes[columns])) : 0);
  Generator generator(world, random);
  std::vector<Output> outputs{{"total", generator.expression(depth)}};
  if (random() % 2) {
    Index i = generator.fresh(rows), k = generator.fresh(features);
    outputs.push_back({"table", {i, k}, generator.expression(depth - 1)});
  }
  std::vector<Tensor> inputs{world.x, world.y, world.b, world.w, world.label, world.s};
  Program program("random", inputs, outputs);
  if (random() % 2)
    program = value_and_gradient(program, {world.x, world.y, world.b});
  made->program = std::make_unique<Program>(program);
  return made;
}

std::vector<Array> run(const Function &function, const Program &program, World &world) {
  std::vector<Argument> arguments{view(world.X, {world.sizes[rows], world.sizes[features]}),
                                  view(world.Y, {world.sizes[columns], world.sizes[features]}),
                                  view(world.B, {world.sizes[columns]}),
                                  view(world.W, {world.sizes[rows]}),
                                  view(world.labels, {world.sizes[rows]}),
                                  0.75};
  std::vector<Array> results;
  std::vector<View> views;
  std::int64_t n = world.sizes[rows], m = world.sizes[columns], d = world.sizes[features];
  for (const Output &output : program.outputs()) {
    Shape shape;
    if (output.name == "table" || output.name == "d_x")
      shape = Shape(n, d);
    else if (output.name == "d_y")
      shape = Shape(m, d);
    else if (output.name == "d_b")
      shape = Shape(m);
    results.emplace_back(DType::f64, shape);
    views.push_back(results.back());
  }
  function.run(arguments, views);
  return results;
}

/// The CPU that is compiled for; the machine must be able to run it.
std::string target = "host";

/// What is wrong with a case, or nothing.
std::optional<std::string> check(Case &test) {
  const Program &program = *test.program;
  JitOptions one, two;
  one.target = two.target = target;
  one.threads = 1, two.threads = 2;
  try {
    std::vector<Array> compiled = run(jit(program, one), program, test.world), again = run(jit(program, two), program, test.world),
                       defined = run(interpret(program), program, test.world);
    for (std::size_t o = 0; o < compiled.size(); ++o)
      for (std::int64_t p = 0; p < compiled[o].size(); ++p) {
        double a = compiled[o].data<double>()[p], b = again[o].data<double>()[p], c = defined[o].data<double>()[p];
        std::string place = program.outputs()[o].name + "[" + std::to_string(p) + "]";
        if (std::memcmp(&a, &b, sizeof a) != 0 && !(std::isnan(a) && std::isnan(b)))
          return place + " differs between one and two threads";
        if (a == c || (std::isnan(a) && std::isnan(c)) || std::abs(a - c) <= 1e-9 * (1 + std::abs(c)))
          continue;
        char text[200];
        std::snprintf(text, sizeof text, "%s compiled %.17g interpreted %.17g", place.c_str(), a, c);
        return text;
      }
  } catch (const Error &error) {
    return std::string(error.what());
  }
  return std::nullopt;
}

} // namespace

int main(int count, char **arguments) {
  int cases = count > 1 ? std::atoi(arguments[1]) : 300;
  std::uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : std::random_device()();
  int first = count > 3 ? std::atoi(arguments[3]) : 0;
  if (count > 4)
    target = arguments[4];
  if (const char *given = std::getenv("MERCER_TEST_SEED"))
    seed = std::strtoull(given, nullptr, 10);
  int failures = 0;
  for (int number = first; number < first + cases; ++number) {
    std::uint64_t own = seed + static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15u;
    auto test = make(own, 5, 65);
    std::optional<std::string> wrong = check(*test);
    if (!wrong)
      continue;
    ++failures;
    // The smallest depth and sizes for which this seed still goes wrong.
    for (int depth = 1; depth <= 5; ++depth)
      for (int largest : {1, 2, 3, 8, 17, 65})
        if (auto smaller = make(own, depth, largest); auto still = check(*smaller)) {
          std::printf("seed=%llu case=%d depth=%d sizes<=%d: %s\n%s\n", static_cast<unsigned long long>(seed), number, depth,
                      largest, still->c_str(), to_text(*smaller->program).substr(0, 1500).c_str());
          depth = largest = 100;
          break;
        }
    std::fflush(stdout);
    if (failures >= 10)
      break;
  }
  std::printf("seed=%llu: %d programs, %d failures\n", static_cast<unsigned long long>(seed), cases, failures);
  return failures ? 1 : 0;
}
