// How many iterations of a loop run side by side changes no bits: the order of terms is that of the plan's groups.
#include "Compiled.h"

namespace mercer {
namespace {

/// A program whose loops have so many iterations side by side.
Compiled compiled(const Program &program, const std::string &cpu, int64_t sideBySide, std::vector<compiler::KnownSize> known,
                  std::size_t threads = 1) {
  compiler::Options options;
  options.cpu = cpu;
  options.plan = "jam=" + std::to_string(sideBySide);
  options.knownSizes = std::move(known);
  options.threads = threads;
  return Compiled(program, std::move(options));
}

/// Rows x(i, :) and y(j, :); what each i gets from all j.
Program pairs(const std::function<Expr(Expr dot, Index j)> &reduction) {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 2), y("y", 2);
  return Program("pairs", {x, y}, {{"r", i, reduction(sum(k, x(i, k) * y(j, k)), j)}});
}

std::string stage(const Program &program, int64_t sideBySide) {
  compiler::Options options;
  options.inputTypes.assign(program.graph().inputs.size(), DType::f32);
  options.plan = "jam=" + std::to_string(sideBySide);
  return llvm::cantFail(compiler::emit(program.graph(), options, "nests"));
}

void expectSameBits(const Program &program, bool gradient = false) {
  // Otherwise nothing is tested.
  ASSERT_NE(stage(program, 8).find(" jam 8 "), std::string::npos) << stage(program, 8);
  ASSERT_NE(stage(program, 1).find(" group 8 "), std::string::npos) << stage(program, 1);
  const int64_t n = 19, d = 13;
  for (const char *cpu : {"", "haswell"})
    for (bool known : {false, true}) {
      std::vector<compiler::KnownSize> sizes;
      if (known)
        sizes = {{0, 1, d}, {1, 1, d}};
      std::vector<Compiled> variants;
      for (int64_t sideBySide : {1, 2, 4, 8})
        variants.push_back(compiled(program, cpu, sideBySide, sizes));
      for (int64_t m : {0, 1, 2, 7, 8, 9, 15, 16, 17, 20, 23, 24, 31, 33, 63, 65, 100, 300}) {
        std::vector<Tensor32> inputs{Tensor32({n, d}), Tensor32({m, d}, 1)};
        std::vector<std::vector<int64_t>> outputs{{n}};
        if (gradient) {
          inputs.emplace_back(std::vector<int64_t>{n}, 2.f);
          outputs.push_back({m, d});
        }
        const auto expected = variants[0](inputs, outputs);
        for (size_t variant = 1; variant < variants.size(); ++variant)
          EXPECT_EQ(variants[variant](inputs, outputs), expected)
              << (1 << variant) << " side by side, " << m << " terms" << (known ? ", known features " : " ") << cpu;
      }
    }
}

TEST(SideBySide, SumsHaveTheSameBits) {
  expectSameBits(pairs([](Expr dot, Index j) { return sum(j, dot * dot); }));
}

TEST(SideBySide, LogSumExpHasTheSameBits) {
  expectSameBits(pairs([](Expr dot, Index j) { return logsumexp(j, 5 * dot); }));
}

TEST(SideBySide, PositionsAreTheSame) {
  expectSameBits(pairs([](Expr dot, Index j) { return argmax(j, dot); }));
}

// The first of equal terms, the first NaN before any number, and infinities are terms like others.
TEST(SideBySide, PositionsOfEqualTermsAndNaNs) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> kinds{0, 1, 1, -1, inf, -inf, 2, -1};
  for (const bool smallest : {true, false}) {
    const Program program = pairs([=](Expr dot, Index j) { return smallest ? argmin(j, dot) : argmax(j, dot); });
    std::vector<Compiled> variants;
    for (int64_t sideBySide : {1, 4, 8})
      variants.push_back(compiled(program, "", sideBySide, {}));
    for (int64_t m : {1, 5, 8, 16, 23, 64})
      for (int64_t seed = 0; seed < 24; ++seed) {
        Tensor32 x({3, 1}), y({m, 1});
        x.values = {1, -1, 2};
        for (int64_t j = 0; j < m; ++j) // every third time the terms are all infinite, or have two NaNs
          y.values[size_t(j)] = seed % 3 == 1 ? (smallest ? inf : -inf) : kinds[size_t((j * j + seed * (j + 1)) % 8)];
        if (seed % 3 == 2)
          y.values[size_t(seed * 5 % m)] = y.values[size_t(seed * 11 % m)] = nan;
        std::vector<uint64_t> expected;
        for (const float factor : x.values) {
          int64_t best = 0;
          for (int64_t j = 1; j < m; ++j) {
            const float term = factor * y.values[size_t(j)], before = factor * y.values[size_t(best)];
            if (!std::isnan(before) && (std::isnan(term) || (smallest ? term < before : term > before)))
              best = j;
          }
          expected.push_back(uint64_t(best));
        }
        for (const Compiled &variant : variants)
          EXPECT_EQ(variant({x, y}, {{3}})[0], expected) << (smallest ? "argmin of " : "argmax of ") << m << " terms, seed " << seed;
      }
  }
}

TEST(SideBySide, SeveralReductionsOfOnePassHaveTheSameBits) {
  expectSameBits(pairs([](Expr dot, Index j) { return logsumexp(j, dot) - max(j, dot) + sum(j, dot); }));
}

TEST(SideBySide, GradientsHaveTheSameBits) {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 2), y("y", 2);
  Expr dot = sum(k, x(i, k) * y(j, k));
  expectSameBits(vjp(Program("pairs", {x, y}, {{"r", i, logsumexp(j, dot)}}), {y}), true);
}

// A program that is long has fewer iterations at once, in the same order of terms.
TEST(SideBySide, LongProgramsHaveFewer) {
  Index i("i"), j("j"), k("k");
  std::vector<Tensor> inputs{Tensor("x", 2)};
  std::vector<Output> outputs;
  for (int n = 0; n < 40; ++n) {
    inputs.emplace_back("y" + std::to_string(n), 2);
    outputs.push_back({"r" + std::to_string(n), i, sum(j, exp(-sum(k, abs(inputs[0](i, k) - inputs.back()(j, k)))))});
  }
  auto groupsOf = [&](int count) {
    compiler::Options options;
    options.inputTypes.assign(static_cast<size_t>(count) + 1, DType::f32);
    const Program program("sums", {inputs.begin(), inputs.begin() + count + 1}, {outputs.begin(), outputs.begin() + count});
    const std::string nests = llvm::cantFail(compiler::emit(program.graph(), options, "nests"));
    auto occurrences = [&](const std::string &text) {
      int found = 0;
      for (size_t at = nests.find(text); at != std::string::npos; at = nests.find(text, at + 1))
        ++found;
      return found;
    };
    return std::pair(occurrences("jam 8 "), occurrences("group 8 "));
  };
  const auto [whole, none] = groupsOf(1);
  EXPECT_GT(whole, 0);
  EXPECT_EQ(none, 0);
  const auto [few, grouped] = groupsOf(40);
  EXPECT_GT(grouped, 0);
}

// On several threads the code of each nest is the same as on one.
TEST(SideBySide, PartsOfCodeHaveTheSameBits) {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 2), y("y", 2);
  Expr score = exp(-sqrt(1.0 + sum(k, square(x(i, k) - y(j, k)))));
  Program program = value_and_gradient(Program("parts", {x, y}, {{"r", mean(i, logsumexp(j, score)) + mean(j, max(i, tanh(score)))}}), {x, y});
  const std::vector<Tensor32> inputs{Tensor32({37, 5}), Tensor32({53, 5}, 2)};
  const std::vector<std::vector<int64_t>> outputs{{}, {37, 5}, {53, 5}};
  const Compiled one = compiled(program, "", 8, {}), several = compiled(program, "", 8, {}, 3);
  EXPECT_FALSE(one.hasParts());
  EXPECT_TRUE(several.hasParts());
  EXPECT_EQ(one(inputs, outputs), several(inputs, outputs));
}

} // namespace
} // namespace mercer
