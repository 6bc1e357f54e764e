// Sums by a predicate over an index of the result, and gradients of what is read by data: one loop over the terms.
#include "Agree.h"

#include <gtest/gtest.h>

using namespace mercer;
using namespace mercer::test;

namespace {

/// Integers below `most` in no order, each n-th one replaced by one out of range.
Given classes(std::int64_t count, std::int64_t most, std::int64_t outside = 0, double bad = -1) {
  std::vector<double> labels;
  for (std::int64_t e = 0; e < count; ++e)
    labels.push_back(outside && e % outside == 1 ? bad : static_cast<double>((e * e * 7 + e) % most));
  return list({count}, labels);
}

class Scatter : public ::testing::Test {
protected:
  Tensor x{"x", 2}, w{"w", 1}, size{"size", 1}, table{"table", 2}, label{"label", 1, integer};
  Index i{"i"}, k{"k"}, c{"c", extent(size, 0)};
};

TEST_F(Scatter, sumsCountsAndMeansOfClasses) {
  Expr of = sum(i, x(i, k), label(i) == c), count = sum(i, 1.0, label(i) == c);
  Program p("classes", {x, label, size},
            {{"sums", {c, k}, of},
             {"counts", c, sum(i, label(i) * 0 + 1, label(i) == c)},
             {"means", {c, k}, of / maximum(count, 1.0)},
             {"turned", {k, c}, of}});
  auto loops = [](const List &in) {
    std::int64_t classes = in[2].size(0), columns = in[0].size(1);
    Values sums({classes, columns}), counts(std::vector{classes}), means({classes, columns}), turned({columns, classes});
    for (int i = 0; i < in[0].size(0); ++i) {
      std::int64_t c = in[1].at(i);
      if (c < 0 || c >= classes)
        continue;
      counts(c) += 1;
      for (int k = 0; k < columns; ++k)
        sums(c, k) += in[0](i, k);
    }
    for (int c = 0; c < classes; ++c)
      for (int k = 0; k < columns; ++k) {
        means(c, k) = sums(c, k) / Number(std::max(counts(c).value, 1.0));
        turned(k, c) = sums(c, k);
      }
    return List{sums, counts, means, turned};
  };
  for (auto [rows, columns, classCount] : {std::array{150, 3, 40}, {83, 19, 33}, {5, 1, 20}})
    for (double outside : {-1.0, static_cast<double>(classCount), -9e18})
      agree(p, {draw({rows, columns}), classes(rows, classCount - 7, 4, outside), draw({classCount})}, {}, loops);
}

TEST_F(Scatter, nothingToAddOrNowhere) {
  Program p("nothing", {x, w, label, size},
            {{"sums", {c, k}, sum(i, w(i) * x(i, k), label(i) == c)}, {"weights", c, sum(i, w(i), label(i) == c)}});
  auto loops = [](const List &in) {
    Values sums({in[3].size(0), in[0].size(1)}), weights(std::vector{in[3].size(0)});
    for (int i = 0; i < in[0].size(0); ++i) {
      weights(in[2].at(i)) += in[1](i);
      for (int k = 0; k < in[0].size(1); ++k)
        sums(in[2].at(i), k) += in[1](i) * in[0](i, k);
    }
    return List{sums, weights};
  };
  for (int rows : {0, 1, 17, 65})
    for (int columns : {0, 1, 16, 33})
      for (int classCount : {0, 31})
        if (rows == 0 || classCount > 0)
          agree(p, {draw({rows, columns}), draw({rows}), classes(rows, std::max(classCount, 1)), draw({classCount})}, {},
                loops);
}

TEST_F(Scatter, valuesThatDependOnTheirClass) {
  Tensor scale("scale", 1);
  Index l("l");
  // The mean of a class is the same for all of its terms; the distance to it is not.
  Index own("own", extent(scale, 0));
  Expr of = sum(i, square(x(i, 0) - scale(own)) / maximum(sum(l, 1.0, label(l) == own), 1.0),
                label(i) == own && x(i, 1) > 0.0);
  agree(Program("spread", {x, scale, label}, {{"spread", own, of}}),
        {draw({90, 2}), draw({24}), classes(90, 24, 5, 24)}, {x, scale}, [](const List &in) {
          Values spread(Shape(24));
          std::vector<double> count(24);
          for (int i = 0; i < 90; ++i)
            if (in[2].at(i) < 24)
              count[static_cast<std::size_t>(in[2].at(i))] += 1;
          for (int i = 0; i < 90; ++i)
            if (std::int64_t c = in[2].at(i); c < 24 && in[0](i, 1).value > 0)
              spread(c) += square(in[0](i, 0) - in[1](c)) / count[static_cast<std::size_t>(c)];
          return List{spread};
        });
}

TEST_F(Scatter, gradientOfATableThatIsReadTwice) {
  Tensor other("other", 1, integer);
  Expr loss = sum(i, log1p(exp(-sum(k, table(label(i), k) * table(other(i), k)))));
  agree(Program("pairs", {table, label, other}, {{"loss", loss}}),
        {draw({37, 5}), classes(60, 37), classes(60, 31)}, {table},
        [](const List &in) {
          Number loss = 0;
          for (int i = 0; i < 60; ++i) {
            Number dot = 0;
            for (int k = 0; k < 5; ++k)
              dot += in[0](in[1].at(i), k) * in[0](in[2].at(i), k);
            loss += log1p(exp(-dot));
          }
          return List{scalar(loss)};
        },
        {.second = true});
}

TEST_F(Scatter, embeddingOfBagsOfWords) {
  Tensor word("word", 2, integer), target("target", 2);
  Index t("t");
  Expr bag = sum(t, table(word(i, t), k), word(i, t) >= 0);
  std::vector<double> words;
  for (int e = 0; e < 21 * 6; ++e)
    words.push_back(e % 5 == 2 ? -1 : e * e % 29);
  agree(Program("bags", {table, word, target}, {{"loss", sum({i, k}, square(bag - target(i, k)))}}),
        {draw({30, 9}), list({21, 6}, words), draw({21, 9})}, {table, target}, [](const List &in) {
          Number loss = 0;
          for (int i = 0; i < 21; ++i)
            for (int k = 0; k < 9; ++k) {
              Number bag = 0;
              for (int t = 0; t < 6; ++t)
                if (in[1].at(i, t) >= 0)
                  bag += in[0](in[1].at(i, t), k);
              loss += square(bag - in[2](i, k));
            }
          return List{scalar(loss)};
        });
}

TEST_F(Scatter, confusionMatrix) {
  Tensor guess("guess", 1, integer);
  Index d("d", extent(size, 0));
  Program p("confusion", {label, guess, w, size},
            {{"pairs", {c, d}, sum(i, label(i) * 0 + 1, label(i) == c && guess(i) == d)},
             {"weights", {c, d}, sum(i, w(i), guess(i) == d && label(i) == c)}});
  agree(p, {classes(200, 11), classes(200, 13, 6), draw({200}), draw({13})}, {}, [](const List &in) {
    Values pairs({13, 13}), weights({13, 13});
    for (int i = 0; i < 200; ++i)
      if (in[1].at(i) >= 0) {
        pairs(in[0].at(i), in[1].at(i)) += 1;
        weights(in[0].at(i), in[1].at(i)) += in[2](i);
      }
    return List{pairs, weights};
  });
}

TEST_F(Scatter, placesThatAreComputed) {
  Tensor moved("moved", 1, integer);
  Index p("p", extent(size, 0));
  Program program("places", {w, moved, size},
                  {{"shifted", p, sum(i, w(i), i + moved(i) == p)},
                   {"halves", p, sum(i, w(i), floor_div(i, 2) == p)},
                   {"squares", p, sum(i, square(w(i)), i * i == p)}});
  agree(program, {draw({70}), classes(70, 5), draw({40})}, {w}, [](const List &in) {
    Values shifted(Shape(40)), halves(Shape(40)), squares(Shape(40));
    for (int i = 0; i < 70; ++i) {
      if (std::int64_t at = i + in[1].at(i); at < 40)
        shifted(at) += in[0](i);
      halves(i / 2) += in[0](i);
      if (i * i < 40)
        squares(i * i) += square(in[0](i));
    }
    return List{shifted, halves, squares};
  });
}

TEST_F(Scatter, stepOfKMeans) {
  Tensor means("means", 2);
  Index a("a"), m("m", extent(means, 0)), j("j", extent(x, 1));
  Tensor own({i}, argmin(a, squared_distance(x[i], means[a])));
  Expr count = sum(i, 1.0, own(i) == m);
  Program p("kmeans", {x, means},
            {{"next", {m, j}, sum(i, x(i, j), own(i) == m) / maximum(count, 1.0)},
             {"loss", sum(i, min(a, squared_distance(x[i], means[a])))}});
  agree(p, {draw({120, 3}), draw({18, 3})}, {}, [](const List &in) {
    Values next({18, 3}), count(Shape(18));
    Number loss = 0;
    for (int i = 0; i < 120; ++i) {
      int best = 0;
      for (int a = 1; a < 18; ++a)
        if (squaredDistance(in[0], i, in[1], a) < squaredDistance(in[0], i, in[1], best))
          best = a;
      loss += squaredDistance(in[0], i, in[1], best);
      count(best) += 1;
      for (int k = 0; k < 3; ++k)
        next(best, k) += in[0](i, k);
    }
    for (int m = 0; m < 18; ++m)
      for (int k = 0; k < 3; ++k)
        next(m, k) = next(m, k) / Number(std::max(count(m).value, 1.0));
    return List{next, scalar(loss)};
  });
}

TEST_F(Scatter, prototypicalNetwork) {
  Tensor query("query", 2), target("target", 1, integer);
  Index q("q"), a("a", extent(size, 0));
  Tensor mean({c, k}, sum(i, x(i, k), label(i) == c) / maximum(sum(i, 1.0, label(i) == c), 1.0));
  auto logit = [&](const Expr &at) { return -sum(k, square(query(q, k) - mean(at, k))); };
  Expr loss = mercer::mean(q, logsumexp(a, logit(a)) - logit(target(q)));
  agree(Program("prototypes", {x, label, size, query, target}, {{"loss", loss}}),
        {draw({60, 4}), classes(60, 18), draw({18}), draw({14, 4}), classes(14, 18)}, {x, query},
        [](const List &in) {
          Values mean({18, 4}), count(Shape(18));
          for (int i = 0; i < 60; ++i) {
            count(in[1].at(i)) += 1;
            for (int k = 0; k < 4; ++k)
              mean(in[1].at(i), k) += in[0](i, k);
          }
          for (int c = 0; c < 18; ++c)
            for (int k = 0; k < 4; ++k)
              mean(c, k) = mean(c, k) / Number(std::max(count(c).value, 1.0));
          Number loss = 0;
          for (int q = 0; q < 14; ++q) {
            Number all = 0;
            for (int c = 0; c < 18; ++c)
              all += exp(-squaredDistance(in[3], q, mean, c));
            loss += (log(all) + squaredDistance(in[3], q, mean, in[4].at(q))) / 14.0;
          }
          return List{scalar(loss)};
        });
}

} // namespace
