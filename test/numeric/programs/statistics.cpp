// Kernels, mixtures, divergences, likelihoods, transport: what statisticians write.
#include "Agree.h"

#include <mercer/library.h>

#include <gtest/gtest.h>

using namespace mercer;
using namespace mercer::test;

namespace {

TEST(Statistics, twoSampleTestWithABankOfWidths) {
  Tensor x("x", 2), y("y", 2), width("width", 1);
  Index i("i"), j("j"), s("s");
  auto k = [&](const Tensor &u, const Tensor &v) {
    return sum(s, exp(-squared_distance(u, v) / (2.0 * square(width(s)))));
  };
  Expr mmd = mean({i, j}, k(x[i], x[j]), i != j) + mean({i, j}, k(y[i], y[j]), i != j) -
             2.0 * mean({i, j}, k(x[i], y[j]));
  Program p("mmd", {x, y, width}, {{"mmd", mmd}});
  agree(p, {draw({7, 2}), draw({5, 2}), list({3}, {0.5, 1, 2})}, {x, width},
        [](const List &in) {
          auto mean = [&](const Values &u, const Values &v, bool apart) {
            Number total = 0;
            double pairs = 0;
            for (int i = 0; i < u.size(0); ++i)
              for (int j = 0; j < v.size(0); ++j)
                for (int s = 0; s < 3 && !(apart && i == j); ++s) {
                  total += exp(-squaredDistance(u, i, v, j) / (2.0 * square(in[2](s))));
                  pairs += 1 / 3.0;
                }
            return total / pairs;
          };
          return List{
              scalar(mean(in[0], in[0], true) + mean(in[1], in[1], true) - 2.0 * mean(in[0], in[1], false))};
        },
        {.second = true});
}

TEST(Statistics, energyDistanceTouchesItself) {
  Tensor x("x", 2), y("y", 2);
  Index i("i"), j("j");
  // Distances of points to themselves are 0, where the norm's derivative is 0.
  Expr energy = 2.0 * mean({i, j}, distance(x[i], y[j])) - mean({i, j}, distance(x[i], x[j])) -
                mean({i, j}, norm(y[i] - y[j]));
  Program p("energy", {x, y}, {{"energy", energy}});
  agree(p, {draw({6, 3}), draw({8, 3})}, {x, y}, [](const List &in) {
    auto mean = [](const Values &u, const Values &v, bool same) {
      Number total = 0;
      for (int i = 0; i < u.size(0); ++i)
        for (int j = 0; j < v.size(0); ++j)
          if (!same || i != j)
            total += sqrt(squaredDistance(u, i, v, j));
      return total / static_cast<double>(u.size(0) * v.size(0));
    };
    return List{
        scalar(2.0 * mean(in[0], in[1], false) - mean(in[0], in[0], true) - mean(in[1], in[1], true))};
  });
}

TEST(Statistics, steinDiscrepancyOfAProductKernel) {
  Tensor x("x", 2);
  Scalar length("length");
  Index i("i"), j("j"), l("l"), c("c");
  Tensor score({i, c}, -x(i, c));
  Kernel k([&](const Tensor &u, const Tensor &v) {
    return exp(-squared_distance(u, v) / (2.0 * square(Expr(length))));
  });
  auto stein = [&](const Tensor &a, const Tensor &b, const Tensor &sa, const Tensor &sb) {
    Tensor da = gradient([&](const Tensor &u) { return k(u, b); }, a),
           db = gradient([&](const Tensor &v) { return k(a, v); }, b);
    Expr trace = sum(
        l, gradient([&](const Tensor &u) { return gradient([&](const Tensor &v) { return k(u, v); }, b)(l); },
                    a)(l));
    return k(a, b) * dot(sa, sb) + dot(sa, db) + dot(sb, da) + trace;
  };
  Program p("ksd", {x, length}, {{"ksd", mean({i, j}, stein(x[i], x[j], score[i], score[j]))}});
  agree(p, {draw({6, 3}), number(0.9)}, {x, Tensor(length)}, [](const List &in) {
    Number total = 0, h2 = square(in[1].data[0]);
    for (int i = 0; i < 6; ++i)
      for (int j = 0; j < 6; ++j) {
        Number r2 = squaredDistance(in[0], i, in[0], j), k = exp(-r2 / (2.0 * h2)),
               term = 3.0 / h2 - r2 / square(h2);
        for (int c = 0; c < 3; ++c) {
          Number a = in[0](i, c), b = in[0](j, c);
          term += a * b - a * (a - b) / h2 + b * (a - b) / h2;
        }
        total += k * term / 36.0;
      }
    return List{scalar(total)};
  });
}

TEST(Statistics, weightedSumsOfAPairwiseMatrix) {
  // The derivative has four sums over the same pairs, two of them with a minus inside.
  Tensor x("x", 2), weight("weight", 1);
  Index i("i"), j("j");
  Tensor row(i, sum(j, exp(-0.5 * squared_distance(x[i], x[j]))));
  Program p("rows", {x, weight}, {{"total", sum(i, square(row(i))) + sum(i, row(i) * weight(i))}});
  agree(p, {draw({5, 2}), draw({5})}, {x, weight}, [](const List &in) {
    Number total = 0;
    for (int i = 0; i < 5; ++i) {
      Number row = 0;
      for (int j = 0; j < 5; ++j)
        row += exp(-0.5 * squaredDistance(in[0], i, in[0], j));
      total += row * row + row * in[1](i);
    }
    return List{scalar(total)};
  });
}

TEST(Statistics, mixtureOfGaussiansAndItsResponsibilities) {
  Tensor x("x", 2), weight("weight", 1), mu("mu", 2), logSigma("log_sigma", 2);
  Index n("n"), c("c"), d("d"), e("e");
  auto logDensity = [&](const Index &at, const Index &of) {
    return sum(d, -0.5 * square((x(at, d) - mu(of, d)) * exp(-logSigma(of, d))) - logSigma(of, d) -
                      0.9189385332046727);
  };
  Expr logPrior = log_softmax(c, weight(c));
  Expr joint = logPrior + logDensity(n, c);
  Tensor responsibility({n, c}, softmax(c, joint));
  Index m("m");
  Expr mass = sum(n, responsibility(n, c));
  Program em("em", {x, weight, mu, logSigma},
             {{"nll", -mean(n, logsumexp(c, joint))},
              {"next_mu", {c, e}, sum(n, responsibility(n, c) * x(n, e)) / mass},
              {"next_weight", c, mass / to_real(extent(x, 0))},
              {"cluster", m, argmax(c, logPrior + logDensity(m, c))}});
  agree(em, {draw({9, 2}), draw({3}), draw({3, 2}), draw({3, 2}, -0.5, 0.5)}, {mu, logSigma, weight},
        [](const List &in) {
          Number prior = 0, nll = 0;
          for (int c = 0; c < 3; ++c)
            prior += exp(in[1](c));
          Values mean({3, 2}), mass(Shape(3)), cluster(Shape(9));
          for (int n = 0; n < 9; ++n) {
            Number joint[3], total = 0;
            for (int c = 0; c < 3; ++c) {
              joint[c] = exp(in[1](c)) / prior;
              for (int d = 0; d < 2; ++d) {
                Number s = exp(in[3](c, d));
                joint[c] *= exp(-0.5 * square((in[0](n, d) - in[2](c, d)) / s)) / s / std::sqrt(2 * M_PI);
              }
              total += joint[c];
              if (joint[c] > joint[cluster.at(n)])
                cluster(n) = c;
            }
            nll -= log(total) / 9.0;
            for (int c = 0; c < 3; ++c) {
              mass(c) += joint[c] / total;
              for (int d = 0; d < 2; ++d)
                mean(c, d) += joint[c] / total * in[0](n, d);
            }
          }
          Values weight = mass;
          for (int c = 0; c < 3; ++c) {
            weight(c) = mass(c) / 9.0;
            for (int d = 0; d < 2; ++d)
              mean(c, d) = mean(c, d) / mass(c);
          }
          return List{scalar(nll), mean, weight, cluster};
        });
}

TEST(Statistics, kMeansStep) {
  Tensor x("x", 2), centre("centre", 2);
  Index n("n"), c("c"), k("k"), m("m");
  auto nearest = [&](const Index &at) { return argmin(c, squared_distance(x[at], centre[c])); };
  Index o("o", extent(centre, 0));
  Expr members = count(m, nearest(m) == o);
  Program step("k_means", {x, centre},
               {{"inertia", sum(n, min(c, squared_distance(x[n], centre[c])))},
                {"assigned", n, nearest(n)},
                {"size", o, members},
                {"moved", {o, k}, where(members > 0, mean(m, x(m, k), nearest(m) == o), centre(o, k))}});
  agree(step, {draw({12, 2}), list({4, 2}, {0.5, 0.5, -0.5, 0.5, 0, -0.5, 9, 9})}, {}, [](const List &in) {
    Number inertia = 0;
    Values assigned(Shape(12)), size(Shape(4)), moved({4, 2});
    for (int n = 0; n < 12; ++n) {
      int best = 0;
      for (int c = 1; c < 4; ++c)
        if (squaredDistance(in[0], n, in[1], c) < squaredDistance(in[0], n, in[1], best))
          best = c;
      inertia += squaredDistance(in[0], n, in[1], best);
      assigned(n) = best;
      size(best) += 1;
      for (int k = 0; k < 2; ++k)
        moved(best, k) += in[0](n, k);
    }
    for (int c = 0; c < 4; ++c)
      for (int k = 0; k < 2; ++k)
        moved(c, k) = size.at(c) > 0 ? moved(c, k) / size(c) : in[1](c, k);
    return List{scalar(inertia), assigned, size, moved};
  });
  Program inertia("inertia", {x, centre}, {{"inertia", sum(n, min(c, squared_distance(x[n], centre[c])))}});
  agree(inertia, {draw({12, 2}), draw({4, 2})}, {x, centre}, [](const List &in) {
    Number inertia = 0;
    for (int n = 0; n < 12; ++n) {
      Number best = HUGE_VAL;
      for (int c = 0; c < 4; ++c)
        best = least(best, squaredDistance(in[0], n, in[1], c));
      inertia += best;
    }
    return List{scalar(inertia)};
  });
}

TEST(Statistics, sinkhornUnrolled) {
  Tensor x("x", 2), y("y", 2);
  Scalar epsilon("epsilon");
  Index i("i"), j("j");
  auto cost = [&](const Index &p, const Index &q) { return squared_distance(x[p], y[q]); };
  Expr logN = log(to_real(extent(x, 0))), logM = log(to_real(extent(y, 0)));
  Tensor g(j, 0.0 * y(j, 0));
  Tensor f(i, 0.0 * x(i, 0));
  for (int step = 0; step < 3; ++step) {
    f = Tensor(i, -epsilon * logsumexp(j, (g(j) - cost(i, j)) / epsilon - logM));
    g = Tensor(j, -epsilon * logsumexp(i, (f(i) - cost(i, j)) / epsilon - logN));
  }
  Program p("sinkhorn", {x, y, epsilon}, {{"cost", mean(i, f(i)) + mean(j, g(j))}});
  agree(p, {draw({5, 2}), draw({6, 2}), number(0.5)}, {x, Tensor(epsilon)}, [](const List &in) {
    Number eps = in[2].data[0];
    std::vector<Number> f(5), g(6);
    for (int step = 0; step < 3; ++step) {
      for (std::size_t i = 0; i < 5; ++i) {
        Number z = 0;
        for (std::size_t j = 0; j < 6; ++j)
          z += exp((g[j] - squaredDistance(in[0], static_cast<int>(i), in[1], static_cast<int>(j))) / eps) /
               6.0;
        f[i] = -eps * log(z);
      }
      for (std::size_t j = 0; j < 6; ++j) {
        Number z = 0;
        for (std::size_t i = 0; i < 5; ++i)
          z += exp((f[i] - squaredDistance(in[0], static_cast<int>(i), in[1], static_cast<int>(j))) / eps) /
               5.0;
        g[j] = -eps * log(z);
      }
    }
    Number cost = 0;
    for (const Number &n : f)
      cost += n / 5.0;
    for (const Number &n : g)
      cost += n / 6.0;
    return List{scalar(cost)};
  });
}

TEST(Statistics, transportOnALineAndCumulativeDistances) {
  Tensor x("x", 1), y("y", 1), p("p", 1), q("q", 1);
  Index i("i"), t("t", extent(p, 0)), s("s");
  Expr sorted = mean(i, square(x(i) - y(i)));
  Expr cumulative = sum(t, square(sum(s, p(s) - q(s), s <= t)));
  Program w("wasserstein", {x, y, p, q}, {{"loss", sorted + cumulative}});
  agree(w, {list({6}, {-2, -1, 0, 0.5, 1, 3}), list({6}, {-3, -1.5, 0, 1, 1.5, 2}), draw({40}), draw({40})},
        {x, p}, [](const List &in) {
          Number loss = 0, running = 0;
          for (int i = 0; i < 6; ++i)
            loss += square(in[0](i) - in[1](i)) / 6.0;
          for (int t = 0; t < 40; ++t) {
            running += in[2](t) - in[3](t);
            loss += square(running);
          }
          return List{scalar(loss)};
        });
}

TEST(Statistics, gaussianProcessTerms) {
  // y' K y and tr(A K) for a kernel matrix that is never stored, with Matern length scales of each feature.
  Tensor x("x", 2), alpha("alpha", 1), A("A", 2), logLength("log_length", 1);
  Scalar noise("noise");
  Index i("i"), j("j"), k("k");
  auto kernel = [&](const Index &p, const Index &q) {
    Expr r = sqrt(sum(k, square((x(p, k) - x(q, k)) * exp(-logLength(k)))));
    return (1.0 + 1.7320508075688772 * r) * exp(-1.7320508075688772 * r) + where(p == q, Expr(noise), 0.0);
  };
  Program gp("gp", {x, alpha, A, logLength, noise},
             {{"quadratic", -0.5 * sum({i, j}, alpha(i) * kernel(i, j) * alpha(j)) +
                                0.5 * sum({i, j}, A(i, j) * kernel(i, j))}});
  agree(gp, {draw({7, 3}), draw({7}), draw({7, 7}), draw({3}), number(0.1)},
        {logLength, Tensor(noise), alpha, x}, [](const List &in) {
          Number total = 0;
          for (int i = 0; i < 7; ++i)
            for (int j = 0; j < 7; ++j) {
              Number r2 = 0;
              for (int k = 0; k < 3; ++k)
                r2 += square((in[0](i, k) - in[0](j, k)) * exp(-in[3](k)));
              Number r = i == j ? Number(0) : sqrt(3.0 * r2);
              Number value = (1.0 + r) * exp(-r) + (i == j ? in[4].data[0] : Number(0));
              total += (0.5 * in[2](i, j) - 0.5 * in[1](i) * in[1](j)) * value;
            }
          return List{scalar(total)};
        });
}

TEST(Statistics, chainOfTransitions) {
  // log of the partition function of a linear chain of 5 steps, minus the score of the labels; the steps are
  // unrolled.
  Tensor emission("emission", 2), transition("transition", 2), label("label", 1, integer);
  Index s("s"), r("r"), t("t", extent(emission, 0)), u("u", extent(emission, 0) - 1);
  Tensor alpha(s, emission(0, s));
  for (int step = 1; step < 5; ++step)
    alpha = Tensor(s, emission(step, s) + logsumexp(r, alpha(r) + transition(r, s)));
  Expr score = sum(t, emission(t, label(t))) + sum(u, transition(label(u), label(u + 1)));
  Program crf("crf", {emission, transition, label}, {{"nll", logsumexp(s, alpha(s)) - score}});
  agree(crf, {draw({5, 3}), draw({3, 3}), list({5}, {2, 0, 0, 1, 2})}, {emission, transition},
        [](const List &in) {
          Number z = 0, score = 0;
          for (int path = 0; path < 243; ++path) { // every path
            Number s = 0;
            int before = -1;
            for (int t = 0, rest = path; t < 5; ++t, rest /= 3) {
              s += in[0](t, rest % 3);
              if (before >= 0)
                s += in[1](before, rest % 3);
              before = rest % 3;
            }
            z += exp(s);
          }
          for (int t = 0; t < 5; ++t) {
            score += in[0](t, in[2].at(t));
            if (t > 0)
              score += in[1](in[2].at(t - 1), in[2].at(t));
          }
          return List{scalar(log(z) - score)};
        },
        {.second = true});
}

TEST(Statistics, tensorTrain) {
  Tensor a("a", 2), b("b", 3), c("c", 3), d("d", 2), core("core", 4);
  Index i("i"), j("j"), k("k"), l("l"), p("p"), q("q"), r("r");
  Expr element = sum({p, q, r}, a(i, p) * b(p, j, q) * c(q, k, r) * d(r, l));
  Program train("tensor_train", {a, b, c, d, core},
                {{"loss", mean({i, j, k, l}, square(element - core(i, j, k, l)))}});
  agree(train, {draw({2, 3}), draw({3, 4, 2}), draw({2, 3, 3}), draw({3, 2}), draw({2, 4, 3, 2})},
        {a, b, c, d}, [](const List &in) {
          Number loss = 0;
          for (int i = 0; i < 2; ++i)
            for (int j = 0; j < 4; ++j)
              for (int k = 0; k < 3; ++k)
                for (int l = 0; l < 2; ++l) {
                  Number e = 0;
                  for (int p = 0; p < 3; ++p)
                    for (int q = 0; q < 2; ++q)
                      for (int r = 0; r < 3; ++r)
                        e += in[0](i, p) * in[1](p, j, q) * in[2](q, k, r) * in[3](r, l);
                  loss += square(e - in[4](i, j, k, l)) / 48.0;
                }
          return List{scalar(loss)};
        });
}

TEST(Statistics, counterfactualWeightsDoNotLearn) {
  // Importance weights, clipped, without gradient; a baseline learns from the rest.
  Tensor logit("logit", 2), old("old", 2), action("action", 1, integer), reward("reward", 1);
  Scalar clip("clip");
  Index n("n"), a("a"), m("m");
  Tensor logProbability({n, a}, log_softmax(a, logit(n, a)));
  Tensor oldLog({n, a}, log(softmax(a, old(n, a))));
  Expr r = exp(logProbability(m, action(m)) - oldLog(m, action(m)));
  Expr advantage = reward(m) - stop_gradient(mean(Index(n), reward(n)));
  Expr ppo = -mean(m, minimum(r * advantage, clamp(r, 1.0 - clip, 1.0 + clip) * advantage));
  Expr entropy = -mean(m, sum(a, xlogx(exp(logProbability(m, a)))));
  Program p("ppo", {logit, old, action, reward, clip},
            {{"loss", ppo - 0.01 * entropy}, {"entropy", entropy}});
  agree(p, {draw({6, 3}), draw({6, 3}), list({6}, {0, 2, 1, 1, 0, 2}), draw({6}), number(0.2)}, {logit},
        [](const List &in) {
          Number loss = 0, entropy = 0, baseline = 0;
          for (int m = 0; m < 6; ++m)
            baseline += in[3](m) / 6.0;
          for (int m = 0; m < 6; ++m) {
            Number z = 0, y = 0;
            for (int a = 0; a < 3; ++a) {
              z += exp(in[0](m, a));
              y += exp(in[1](m, a));
            }
            for (int a = 0; a < 3; ++a) {
              Number q = exp(in[0](m, a)) / z;
              entropy -= q * log(q) / 6.0;
            }
            std::int64_t a = in[2].at(m);
            Number r = exp(in[0](m, a)) / z / (exp(in[1](m, a)) / y), advantage = in[3](m) - baseline;
            Number clipped = r.value < 0.8   ? Number(1.0 - in[4].data[0].value)
                             : r.value > 1.2 ? Number(1.0 + in[4].data[0].value)
                                             : r;
            loss -= least(r * advantage, clipped * advantage) / 6.0;
          }
          return List{scalar(loss - 0.01 * entropy), scalar(entropy)};
        });
}

} // namespace
