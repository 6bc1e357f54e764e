// Losses over pairs, triplets, ranks and labels.
#include "Agree.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace mercer;
using namespace mercer::test;

namespace {

TEST(Losses, allTriplets) {
  Tensor z("z", 2), label("label", 1, integer);
  Scalar margin("margin");
  Index a("a"), p("p"), n("n");
  Expr valid = label(a) == label(p) && a != p && label(a) != label(n);
  Expr hinge = relu(margin + squared_distance(z[a], z[p]) - squared_distance(z[a], z[n]));
  Program triplets(
      "triplets", {z, label, margin},
      {{"loss", sum({a, p, n}, hinge, valid) / to_real(maximum(count({a, p, n}, valid && hinge > 0), 1))},
       {"active", count({a, p, n}, valid && hinge > 0)}});
  agree(triplets, {draw({9, 3}), list({9}, {0, 1, 2, 0, 1, 2, 0, 0, 3}), number(0.3)}, {z, Tensor(margin)},
        [](const List &in) {
          Number total = 0;
          double active = 0;
          for (int a = 0; a < 9; ++a)
            for (int p = 0; p < 9; ++p)
              for (int n = 0; n < 9; ++n) {
                if (in[1].at(a) != in[1].at(p) || a == p || in[1].at(a) == in[1].at(n))
                  continue;
                Number h =
                    in[2].data[0] + squaredDistance(in[0], a, in[0], p) - squaredDistance(in[0], a, in[0], n);
                if (h.value > 0) {
                  total += h;
                  ++active;
                }
              }
          return List{scalar(total / active), scalar(active)};
        });
}

TEST(Losses, semiHardTriplets) {
  Tensor z("z", 2), label("label", 1, integer);
  Index a("a"), p("p"), n("n");
  auto d = [&](const Index &s, const Index &t) { return squared_distance(z[s], z[t]); };
  // The nearest negative farther than the positive; the farthest negative if there is none.
  Expr negative = label(a) != label(n);
  Expr farther = min(n, d(a, n), negative && d(a, n) > d(a, p)), farthest = max(n, d(a, n), negative);
  Expr chosen = where(any(n, negative && d(a, n) > d(a, p)), farther, farthest);
  Program semi("semi_hard", {z, label},
               {{"loss", mean({a, p}, relu(0.2 + d(a, p) - chosen), label(a) == label(p) && a != p)}});
  agree(semi, {draw({8, 2}), list({8}, {0, 1, 0, 1, 0, 1, 2, 2})}, {z}, [](const List &in) {
    Number total = 0;
    double pairs = 0;
    for (int a = 0; a < 8; ++a)
      for (int p = 0; p < 8; ++p) {
        if (in[1].at(a) != in[1].at(p) || a == p)
          continue;
        Number ap = squaredDistance(in[0], a, in[0], p), farther = HUGE_VAL, farthest = -HUGE_VAL;
        for (int n = 0; n < 8; ++n) {
          if (in[1].at(n) == in[1].at(a))
            continue;
          Number an = squaredDistance(in[0], a, in[0], n);
          farthest = greatest(farthest, an);
          if (an > ap)
            farther = least(farther, an);
        }
        total += relu(0.2 + ap - (farther.value < HUGE_VAL ? farther : farthest));
        ++pairs;
      }
    return List{scalar(total / pairs)};
  });
}

TEST(Losses, pairwiseRanking) {
  Tensor s("s", 1), relevance("relevance", 1, integer), query("query", 1, integer);
  Index i("i"), j("j");
  Expr pair = query(i) == query(j) && relevance(i) > relevance(j);
  Expr gain = to_real(relevance(i) - relevance(j));
  Program rank("rank", {s, relevance, query},
               {{"loss", mean({i, j}, gain * softplus(s(j) - s(i)), pair)},
                {"rank", i, 1 + count(j, query(i) == query(j) && (s(j) > s(i) || (s(j) == s(i) && j < i)))}});
  Program smooth("approximate_ndcg", {s, relevance, query},
                 {{"loss", -sum(i, (exp2(to_real(relevance(i))) - 1.0) /
                                       log2(2.0 + sum(j, sigmoid((s(j) - s(i)) / 0.1),
                                                      j != i && query(i) == query(j))))}});
  std::vector<Given> given = {draw({10}), list({10}, {2, 0, 1, 1, 0, 3, 2, 0, 0, 1}),
                              list({10}, {0, 0, 0, 0, 1, 1, 1, 1, 1, 2})};
  agree(rank, given, {s}, [](const List &in) {
    Number total = 0;
    double pairs = 0;
    Values rank(Shape(10));
    for (int i = 0; i < 10; ++i) {
      rank(i) = 1;
      for (int j = 0; j < 10; ++j) {
        if (in[2].at(i) != in[2].at(j))
          continue;
        if (in[0](j) > in[0](i))
          rank(i) += 1.0;
        if (in[1].at(i) > in[1].at(j)) {
          total += static_cast<double>(in[1].at(i) - in[1].at(j)) * softplus(in[0](j) - in[0](i));
          ++pairs;
        }
      }
    }
    return List{scalar(total / pairs), rank};
  });
  agree(smooth, given, {s},
        [](const List &in) {
          Number total = 0;
          for (int i = 0; i < 10; ++i) {
            Number position = 2;
            for (int j = 0; j < 10; ++j)
              if (i != j && in[2].at(i) == in[2].at(j))
                position += sigmoid((in[0](j) - in[0](i)) / 0.1);
            total -= (std::exp2(in[1](i).value) - 1) / (log(position) / std::log(2.0));
          }
          return List{scalar(total)};
        },
        {.second = true});
}

TEST(Losses, coxPartialLikelihood) {
  Tensor x("x", 2), time("time", 1), died("died", 1, mercer::boolean), beta("beta", 1);
  Index i("i"), j("j");
  auto risk = [&](const Index &at) { return dot(x[at], beta); };
  Program cox("cox", {x, time, died, beta},
              {{"nll", -sum(i, risk(i) - log(sum(j, exp(risk(j)), time(j) >= time(i))), died(i)) /
                           to_real(count(i, died(i)))}});
  agree(cox,
        {draw({9, 3}), list({9}, {3, 1, 4, 1, 5, 9, 2, 6, 5}), list({9}, {1, 0, 1, 1, 1, 0, 1, 0, 1}),
         draw({3})},
        {beta, x},
        [](const List &in) {
          auto risk = [&](int i) {
            Number r = 0;
            for (int k = 0; k < 3; ++k)
              r += in[0](i, k) * in[3](k);
            return r;
          };
          Number total = 0;
          double deaths = 0;
          for (int i = 0; i < 9; ++i) {
            if (in[2].at(i) == 0)
              continue;
            Number z = 0;
            for (int j = 0; j < 9; ++j)
              if (in[1](j) >= in[1](i))
                z += exp(risk(j));
            total += log(z) - risk(i);
            ++deaths;
          }
          return List{scalar(total / deaths)};
        },
        {.second = true});
}

TEST(Losses, focalDiceAndBoundary) {
  Tensor logit("logit", 3), mask("mask", 3, mercer::boolean); // batch, row, column
  Scalar gamma("gamma");
  Index b("b"), h("h"), w("w"), r("r");
  Tensor p({b, h, w}, sigmoid(logit(b, h, w)));
  Expr truth = to_real(mask(b, h, w));
  Expr right = where(mask(b, h, w), p(b, h, w), 1.0 - p(b, h, w));
  Expr focal = mean({b, h, w}, -pow(1.0 - right, gamma) * log(right));
  Expr dice =
      mean(b, 1.0 - (2.0 * sum({h, w}, p(b, h, w) * truth) + 1.0) / (sum({h, w}, p(b, h, w) + truth) + 1.0));
  Index hr("hr", extent(logit, 1) - 1);
  Expr smooth = mean({b, hr, w}, abs(p(b, hr + 1, w) - p(b, hr, w)));
  Program segmentation("segmentation", {logit, mask, gamma},
                       {{"loss", focal + 0.5 * dice + 0.1 * smooth}, {"dice", dice}});
  std::vector<double> truths;
  for (int e = 0; e < 40; ++e)
    truths.push_back(e * 7 % 5 < 2);
  agree(segmentation, {draw({2, 4, 5}, -3, 3), list({2, 4, 5}, truths), number(2)}, {logit, Tensor(gamma)},
        [](const List &in) {
          Number focal = 0, dice = 0, smooth = 0;
          for (int b = 0; b < 2; ++b) {
            Number both = 0, either = 0;
            for (int h = 0; h < 4; ++h)
              for (int w = 0; w < 5; ++w) {
                Number p = sigmoid(in[0](b, h, w));
                double truth = in[1](b, h, w).value;
                Number right = truth != 0 ? p : 1.0 - p;
                focal -= exp(in[2].data[0] * log(1.0 - right)) * log(right) / 40.0;
                both += p * truth;
                either += p + truth;
                if (h < 3)
                  smooth += abs(sigmoid(in[0](b, h + 1, w)) - p) / 30.0;
              }
            dice += (1.0 - (2.0 * both + 1.0) / (either + 1.0)) / 2.0;
          }
          return List{scalar(focal + 0.5 * dice + 0.1 * smooth), scalar(dice)};
        });
}

TEST(Losses, symmetricContrastive) {
  Tensor u("u", 2), v("v", 2);
  Scalar logTemperature("log_t");
  Index i("i"), j("j");
  Tensor a = normalize(u), b = normalize(v);
  Expr scale = exp(logTemperature);
  auto s = [&](const Index &p, const Index &q) { return scale * dot(a[p], b[q]); };
  Index d("d", extent(u, 0));
  Expr clip = mean(d, 0.5 * logsumexp(j, s(d, j)) + 0.5 * logsumexp(i, s(i, d)) - s(d, d));
  Program p("clip", {u, v, logTemperature},
            {{"loss", clip}, {"correct", mean(d, to_real(argmax(j, s(d, j)) == d))}});
  for (std::int64_t width : {4, 21})
    agree(p, {draw({6, width}), draw({6, width}), number(1.2)}, {u, v, Tensor(logTemperature)},
          [](const List &in) {
            auto unit = [](const Values &x) {
              Values r = x;
              for (int i = 0; i < x.size(0); ++i) {
                Number s = 0;
                for (int k = 0; k < x.size(1); ++k)
                  s += square(x(i, k));
                for (int k = 0; k < x.size(1); ++k)
                  r(i, k) = x(i, k) / sqrt(s);
              }
              return r;
            };
            Values a = unit(in[0]), b = unit(in[1]);
            Number scale = exp(in[2].data[0]), loss = 0;
            double correct = 0;
            auto s = [&](int i, int j) {
              Number r = 0;
              for (int k = 0; k < a.size(1); ++k)
                r += a(i, k) * b(j, k);
              return scale * r;
            };
            for (int d = 0; d < 6; ++d) {
              Number row = 0, column = 0;
              int best = 0;
              for (int j = 0; j < 6; ++j) {
                row += exp(s(d, j));
                column += exp(s(j, d));
                if (s(d, j) > s(d, best))
                  best = j;
              }
              loss += (0.5 * log(row) + 0.5 * log(column) - s(d, d)) / 6.0;
              correct += best == d;
            }
            return List{scalar(loss), scalar(correct / 6)};
          });
}

TEST(Losses, quantilesAndExpectiles) {
  Tensor q("q", 2), y("y", 1), level("level", 1);
  Index i("i"), k("k");
  Expr e = y(i) - q(i, k);
  Expr pinball = mean({i, k}, maximum(level(k) * e, (level(k) - 1.0) * e));
  Expr expectile = mean({i, k}, abs(level(k) - to_real(e < 0)) * square(e));
  Index l("l", extent(q, 1) - 1);
  Expr crossing = sum({i, l}, relu(q(i, l) - q(i, l + 1)));
  Program p("quantiles", {q, y, level}, {{"loss", pinball + expectile + crossing}});
  agree(p, {draw({7, 3}), draw({7}), list({3}, {0.1, 0.5, 0.9})}, {q, y}, [](const List &in) {
    Number loss = 0;
    for (int i = 0; i < 7; ++i)
      for (int k = 0; k < 3; ++k) {
        Number e = in[1](i) - in[0](i, k), l = in[2](k);
        loss += greatest(l * e, (l - 1.0) * e) / 21.0 + (e < 0.0 ? 1.0 - l : l) * square(e) / 21.0;
        if (k < 2)
          loss += relu(in[0](i, k) - in[0](i, k + 1));
      }
    return List{scalar(loss)};
  });
}

TEST(Losses, ordinalAndHierarchicalLabels) {
  Tensor logit("logit", 2), label("label", 1, integer), parent("parent", 1, integer), weight("weight", 1);
  Index i("i"), c("c"), d("d");
  // The probability of a class's parent is that of all of its children.
  Expr top = logsumexp(c, logit(i, c));
  Expr family = logsumexp(c, logit(i, c), parent(c) == parent(label(i)));
  Expr own = logit(i, label(i));
  Expr loss = sum(i, weight(label(i)) * ((top - own) + 0.5 * (top - family)), label(i) >= 0) /
              sum(i, weight(label(i)), label(i) >= 0);
  Program p("hierarchy", {logit, label, parent, weight},
            {{"loss", loss}, {"prediction", i, argmax(d, logit(i, d))}});
  agree(p,
        {stored(draw({6, 5}), DType::bf16), stored(list({6}, {4, 0, -1, 2, 2, 1}), DType::i8),
         stored(list({5}, {0, 0, 1, 1, 1}), DType::i32), draw({5}, 0.5, 2)},
        {weight, logit},
        [](const List &in) {
          Number total = 0, weights = 0;
          Values prediction(Shape(6));
          for (int i = 0; i < 6; ++i) {
            std::int64_t label = in[1].at(i);
            Number all = 0, family = 0;
            int best = 0;
            for (int c = 0; c < 5; ++c) {
              all += exp(in[0](i, c));
              if (in[0](i, c) > in[0](i, best))
                best = c;
              if (label >= 0 && in[2].at(c) == in[2].at(label))
                family += exp(in[0](i, c));
            }
            prediction(i) = best;
            if (label < 0)
              continue;
            total += in[3](label) * (log(all) - in[0](i, label) + 0.5 * (log(all) - log(family)));
            weights += in[3](label);
          }
          return List{scalar(total / weights), prediction};
        },
        {.tolerance64 = 4e-3, .tolerance32 = 4e-3}); // d_logit is stored as bf16
}

TEST(Losses, histogramMatchedSoftly) {
  Tensor x("x", 1), edge("edge", 1), target("target", 1);
  Index i("i"), e("e", extent(edge, 0) - 1), f("f");
  Expr counts = count(i, x(i) >= edge(e) && x(i) < edge(e + 1));
  Index b("b", extent(edge, 0) - 1);
  Expr soft = mean(i, sigmoid((x(i) - edge(b)) / 0.2) - sigmoid((x(i) - edge(b + 1)) / 0.2));
  Program p("histogram", {x, edge, target},
            {{"loss", sum(b, xlogy(target(b), target(b) / soft))}, {"counts", e, counts}});
  agree(p, {draw({30}), list({5}, {-1, -0.4, 0, 0.5, 1}), list({4}, {0.5, 0.25, 0.25, 0})}, {x},
        [](const List &in) {
          Number loss = 0;
          Values counts(Shape(4));
          for (int e = 0; e < 4; ++e) {
            Number soft = 0;
            for (int i = 0; i < 30; ++i) {
              Number x = in[0](i);
              soft += (sigmoid((x - in[1](e)) / 0.2) - sigmoid((x - in[1](e + 1)) / 0.2)) / 30.0;
              counts(e) += x.value >= in[1](e).value && x.value < in[1](e + 1).value ? 1.0 : 0.0;
            }
            if (double t = in[2](e).value; t > 0)
              loss += t * log(t / soft);
          }
          return List{scalar(loss), counts};
        });
}

TEST(Losses, averagePrecisionAndArea) {
  Tensor s("s", 1), positive("positive", 1, mercer::boolean);
  Index i("i"), j("j"), k("k");
  Expr precision = to_real(count(j, positive(j) && s(j) >= s(i))) / to_real(count(k, s(k) >= s(i)));
  Expr wins =
      mean({i, j}, where(s(i) > s(j), 1.0, where(s(i) == s(j), 0.5, 0.0)), positive(i) && !positive(j));
  Program p("metrics", {s, positive},
            {{"map", mean(i, precision, positive(i))}, {"auc", wins}, {"n", count(i, positive(i))}});
  agree(p, {list({8}, {0.5, 0.25, 0.5, -1, 2, 1, 0, 0.25}), list({8}, {1, 0, 0, 0, 1, 1, 0, 1})}, {},
        [](const List &in) {
          double map = 0, auc = 0, n = 0;
          for (int i = 0; i < 8; ++i) {
            if (in[1].at(i) == 0)
              continue;
            ++n;
            double above = 0, hits = 0;
            for (int j = 0; j < 8; ++j) {
              above += in[0](j) >= in[0](i);
              hits += in[0](j) >= in[0](i) && in[1].at(j) != 0;
              if (in[1].at(j) == 0)
                auc += in[0](i) > in[0](j) ? 1 : in[0](i) == in[0](j) ? 0.5 : 0;
            }
            map += hits / above;
          }
          return List{scalar(map / n), scalar(auc / (n * (8 - n))), scalar(n)};
        });
}

TEST(Losses, longRows) {
  // Several vectors at once, single ones, and a tail; the largest term so far moves in each of them. Labels far outside of the lanes.
  Tensor x("x", 2), label("label", 1, integer);
  Index i("i"), c("c");
  Expr hit = label(i) == c;
  Program rows("rows", {x, label},
               {{"lse", i, logsumexp(c, x(i, c))},
                {"share", {i, c}, exp(x(i, c) - logsumexp(c, x(i, c))) - where(hit, 0.5, 0.0)},
                {"before", i, sum(c, x(i, c), c < label(i))},
                {"after", i, sum(c, x(i, c), label(i) <= c)}});
  constexpr int n = 20, m = 2 * 128 + 2 * 16 + 5;
  Given given = draw({n, m}, -3, 3);
  for (int row = 0; row < n; ++row)
    for (int at : {1, 40, 130, 270, m - 1}) // ever larger by more than the reference may lag behind
      given.data[static_cast<std::size_t>(row * m + at)] = 20.0 * (row % 7 - 3) * (1 + at / 40);
  const Given labels = list({n}, {0, 15, 16, 17, 31, 32, 127, 128, 255, 256, 287, 288, 289, 292, 293, 304, -1, -17, -0x1p63, 0x1p62});
  agree(rows, {given, labels}, {x}, [](const List &in) {
    Values lse(Shape{n}), share(Shape{n, m}), before(Shape{n}), after(Shape{n});
    for (int i = 0; i < n; ++i) {
      Number largest = in[0](i, 0), total = 0;
      for (int c = 1; c < m; ++c)
        largest = greatest(largest, in[0](i, c));
      for (int c = 0; c < m; ++c)
        total += exp(in[0](i, c) - largest.value);
      lse(i) = largest.value + log(total);
      for (int c = 0; c < m; ++c) {
        share(i, c) = exp(in[0](i, c) - lse(i)) - (in[1].at(i) == c ? 0.5 : 0.0);
        (c < in[1].at(i) ? before : after)(i) += in[0](i, c);
      }
    }
    return List{lse, share, before, after};
  });
}

} // namespace
