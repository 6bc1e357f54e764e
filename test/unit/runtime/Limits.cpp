// E5: each limit just below it, at it, just beyond it and a hundred times beyond it, each case in a process
// of its own with the memory and processor time that are promised: limits MERCER-OPT [NAME].
#include "compiler/tools/mercerc/JsonText.h"
#include "mercer/dsl/Node.h"
#include "../BalancedSum.h"

#include <mercer/runtime.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mercer;

namespace {

/// What is measured; the expression that it works on, memory of the user's, is built before.
using Work = std::function<void()>;

/// A limit: work of its size is accepted up to `limit`; the text of what is refused.
struct Limit {
  const char *name;
  std::int64_t limit;
  std::string text;
  std::function<Work(std::int64_t)> prepare;
  ErrorCode code = ErrorCode::limit_exceeded;
  std::vector<std::int64_t> sizes =
      {}; ///< where just below, at, beyond and a hundred times beyond do not fit
};

std::string number(std::int64_t value) { return std::to_string(value); }

void run_both(const Program &program, double x, double expected, double tolerance) {
  for (const Function &f : {jit(program), interpret(program)}) {
    const double given = f(x).item<double>();
    if (!(std::abs(given - expected) <= tolerance * std::abs(expected)))
      throw Error(ErrorCode::compiler,
                  "the value is " + std::to_string(given) + ", not " + std::to_string(expected));
  }
}

/// An expression of this depth: x, then steps of e / 2 + 1, whose fixed point is 2. Refused where it is
/// built.
Work deep(std::int64_t depth) {
  return [=] {
    Scalar x("x");
    Expr value = x;
    for (std::int64_t built = 1; built < depth; ++built)
      value = built % 2 ? value * 0.5 : value + 1.0;
    to_text(value), to_latex(value);
    const double expected = depth % 2 ? 2.0 : 1.0; // the last step may be half of one
    run_both(Program("deep", {x}, {{"y", value}}), 2.0, expected, 1e-12);
  };
}

/// A program with this many nodes: the sum of the input and constants.
Work wide(std::int64_t nodes) {
  Scalar x("x");
  std::vector<Expr> leaves{x};
  double expected = 2;
  for (std::int64_t n = 1; n < nodes / 2; ++n)
    leaves.emplace_back(static_cast<double>(n)), expected += static_cast<double>(n);
  Expr value = mercer::test::balancedSum(std::move(leaves));
  if (nodes % 2)
    value = -value, expected = -expected;
  return [=] { run_both(Program("wide", {x}, {{"y", value}}), 2.0, expected, 1e-12); };
}

/// A tensor of this rank, its elements summed.
Work rank(std::int64_t rank) {
  return [=] {
    Tensor x("x", static_cast<int>(rank));
    std::vector<Index> indices;
    for (std::int64_t d = 0; d < rank; ++d)
      indices.emplace_back("i" + number(d));
    Expr element = x.read({indices.begin(), indices.end()}, std::source_location::current());
    Program program("rank", {x}, {{"y", sum(indices, element)}});
    double three = 3;
    View all = view(&three, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(rank), 1)));
    if (jit(program)(all).item<double>() != 3 || interpret(program)(all).item<double>() != 3)
      throw Error(ErrorCode::compiler, "wrong sum");
  };
}

Work output_indices(std::int64_t count) {
  std::vector<Index> indices;
  for (std::int64_t n = 0; n < count; ++n)
    indices.emplace_back("i" + number(n), 2);
  return [=] {
    Program program("outputs", {}, {{"a", indices, mercer::test::balancedSum({indices.begin(), indices.end()})}});
    if (jit(program)().size() != std::int64_t(1) << count)
      throw Error(ErrorCode::compiler, "wrong size");
  };
}

/// A program of so many inputs and outputs.
Work arguments(std::int64_t count) {
  std::vector<Tensor> inputs;
  std::vector<Expr> values;
  for (std::int64_t n = 0; n < count - 1; ++n) {
    inputs.push_back(Scalar("x" + number(n)));
    values.push_back(inputs.back()());
  }
  Expr value = mercer::test::balancedSum(values);
  return [=] {
    Program program("many", inputs, {{"y", value}});
    const std::vector<Argument> given(inputs.size(), Argument(1.0));
    if (jit(program).call_all(given)[0].item<double>() != static_cast<double>(count - 1))
      throw Error(ErrorCode::compiler, "wrong sum");
  };
}

Work name(std::int64_t length) {
  return [=] {
    Scalar x(std::string(static_cast<std::size_t>(length), 'x'));
    run_both(Program(std::string(static_cast<std::size_t>(length), 'p'), {x}, {{"y", 2.0 * x}}), 1.0, 2.0, 0);
  };
}

/// Definitions that read the one before at two subscripts: the number of values doubles with each.
Work values(std::int64_t levels) {
  Tensor x("x", 1), top = x;
  for (std::int64_t n = 0; n < levels; ++n) {
    Index i("i", 1);
    top = Tensor({i}, top(i * 2 + 1) - top(i * 2));
  }
  return [=] { Program("values", {x}, {{"a", top(0)}}); };
}

/// The derivative of this order of 3 000 squares: each order has three times the operations.
Work derivatives(std::int64_t order) {
  return [=] {
    std::function<Expr(const Expr &)> f = [](const Expr &x) {
      Expr value = x;
      for (int n = 0; n < 3000; ++n)
        value = value * value + 0.5;
      return value;
    };
    for (std::int64_t n = 0; n < order; ++n)
      f = [f](const Expr &x) { return derivative(f, x); };
    Scalar x("x");
    jit(Program("derivatives", {x}, {{"y", f(x)}}))(0.5);
  };
}

/// A tensor of so many numbers, which are one in memory.
Work elements(std::int64_t count) {
  return [=] {
    Tensor x("x", 1);
    static double element = 1;
    const double given =
        interpret(Program("elements", {x}, {{"y", to_real(extent(x, 0))}}))(view(&element, {count}, {0}))
            .item<double>();
    if (given != static_cast<double>(count))
      throw Error(ErrorCode::compiler, "wrong extent");
  };
}

std::string repeated(std::int64_t count, char c) { return std::string(static_cast<std::size_t>(count), c); }

Work json(std::string text) {
  return [text = std::move(text)] { tools::parse_json(text, "text"); };
}
Work json_bytes(std::int64_t bytes) { return json(repeated(bytes - 1, ' ') + "1"); }
Work json_depth(std::int64_t depth) { return json(repeated(depth, '[') + repeated(depth, ']')); }

const char *mercer_opt = nullptr; ///< path of the tool

/// What mercer-opt says to a text on its input: nothing, or why it is refused.
Work mlir(std::string text) {
  return [text = std::move(text)] {
    std::FILE *input = std::tmpfile(), *said = std::tmpfile();
    std::fwrite(text.data(), 1, text.size(), input);
    std::rewind(input);
    const pid_t tool = fork();
    if (tool == 0) {
      dup2(fileno(input), 0), dup2(fileno(said), 1), dup2(fileno(said), 2);
      execl(mercer_opt, mercer_opt, nullptr);
      std::_Exit(127);
    }
    int status = 0;
    waitpid(tool, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
      return;
    if (!WIFEXITED(status))
      throw std::runtime_error("mercer-opt ended by signal " + number(WTERMSIG(status)));
    char line[400] = {};
    std::rewind(said);
    line[std::fread(line, 1, sizeof line - 1, said)] = 0;
    throw Error(ErrorCode::limit_exceeded, line);
  };
}
Work mlir_bytes(std::int64_t bytes) { return mlir("//" + repeated(bytes - 3, 'x') + "\n"); }
Work mlir_depth(std::int64_t depth) {
  return mlir("#a = " + repeated(depth, '[') + repeated(depth, ']') + "\n");
}
Work mlir_digits(std::int64_t digits) { return mlir("#a = 0." + repeated(digits - 3, '0') + "1 : f64\n"); }

const std::vector<Limit> &all() {
  // A hundred times 8 MiB would be more than the memory that is allowed.
  constexpr std::int64_t most_bytes = 8 << 20;
  const std::vector<std::int64_t> near_bytes{most_bytes - 1, most_bytes, most_bytes + 1, 8 * most_bytes};
  static const std::vector<Limit> limits{
      {"depth", limits::depth, "expression depth 10001 exceeds the limit of 10000", deep},
      {"nodes", limits::nodes, "nodes; the limit is 20000", wide},
      {"rank", limits::rank, "is not in 0 .. 16", rank},
      {"output-indices", limits::rank, "; the limit is ", output_indices},
      {"arguments", limits::arguments, "arguments; the limit is 256", arguments},
      {"name", limits::name, "characters; the limit is 128", name},
      {"values", 14, "has more than 100000 values after its definitions are written out", values},
      {"derivatives",
       1,
       "has more than 100000 operations after differentiation",
       derivatives,
       ErrorCode::limit_exceeded,
       {3, 100}},
      {"elements",
       (std::int64_t(1) << 60) - 1,
       "must have fewer than 2^63 bytes",
       elements,
       ErrorCode::bad_view,
       {(1L << 60) - 2, (1L << 60) - 1, 1L << 60, INT64_MAX}},
      {"json-bytes", most_bytes, "bytes or more; at most 8 MiB are read", json_bytes, ErrorCode::limit_exceeded,
       near_bytes},
      {"json-depth", 1000, "nested deeper than 1000 levels", json_depth},
      {"mlir-bytes", most_bytes, "a text has at most 8388608 bytes", mlir_bytes, ErrorCode::limit_exceeded,
       near_bytes},
      {"mlir-depth", 1000, "brackets are at most 1000 deep", mlir_depth},
      {"mlir-digits", 1000, "a number or name has at most 1000 characters", mlir_digits},
  };
  return limits;
}

/// Bytes that are mapped: mostly LLVM's code.
rlim_t address_space() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmSize:"))
      return static_cast<rlim_t>(std::atoll(line.c_str() + 7)) << 10;
  return 0;
}

/// Seconds that this process has used, and are not counted against its work.
rlim_t seconds_used() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1);
}

#ifdef __has_feature
constexpr bool slow = __has_feature(address_sanitizer);
#else
constexpr bool slow = false;
#endif

/// In a child with limits on address space and processor time. @returns whether it ended as it should
bool run(const Limit &limit, std::int64_t size) {
  const bool accepted = size <= limit.limit;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const Work work = limit.prepare(size);
    const rlim_t memory = address_space() + (rlim_t(accepted ? 1024 : 512) << 20),
                 seconds = seconds_used() + (accepted ? 10 : 1) * (slow ? 5 : 1);
    const rlimit space{memory, memory}, time{seconds, seconds + 1};
    setrlimit(RLIMIT_AS, &space), setrlimit(RLIMIT_CPU, &time);
    int status = 1;
    try {
      work();
      status = accepted ? 0 : 1;
      if (!accepted)
        std::printf("%s of %lld: not refused\n", limit.name, static_cast<long long>(size));
    } catch (const Error &error) {
      const bool right =
          !accepted && error.code() == limit.code && std::strstr(error.what(), limit.text.c_str());
      status = right ? 0 : 1;
      if (!right)
        std::printf("%s of %lld: %s\n", limit.name, static_cast<long long>(size), error.what());
    } catch (const std::exception &error) {
      std::printf("%s of %lld: %s\n", limit.name, static_cast<long long>(size), error.what());
    }
    std::fflush(nullptr);
    _Exit(status);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  if (WIFSIGNALED(status))
    std::printf("%s of %lld: ended by signal %d (%s)\n", limit.name, static_cast<long long>(size),
                WTERMSIG(status), strsignal(WTERMSIG(status)));
  const bool right = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  std::printf("%s of %lld: %s in %.2f s, %ld MiB\n", limit.name, static_cast<long long>(size),
              !right     ? "WRONG"
              : accepted ? "accepted"
                         : "refused",
              static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                  1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec),
              used.ru_maxrss / 1024);
  return right;
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 2)
    return 2;
  mercer_opt = argv[1];
  bool right = true, any = false;
  for (const Limit &limit : all()) {
    if (argc > 2 && std::strcmp(argv[2], limit.name) != 0)
      continue;
    any = true;
    std::vector<std::int64_t> sizes = limit.sizes;
    if (sizes.empty())
      sizes = {limit.limit - 1, limit.limit, limit.limit + 1, 100 * limit.limit};
    for (std::int64_t size : sizes)
      right &= run(limit, size);
  }
  return right && any ? 0 : 1;
}
