#include "SmallCalls.h"

#include "small_calls.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace mercer::bench {
namespace {

constexpr std::int64_t columns = 16;

/// Memory of all functions; a tensor of it as C has it.
struct Memory {
  explicit Memory(std::int64_t rows) : rows(rows), shape{rows, columns}, label(static_cast<std::size_t>(rows)) {
    for (std::vector<float> *each : {&a, &b, &c, &d, &e})
      for (std::int64_t n = 0; n < rows * columns; ++n)
        each->push_back(0.01f * static_cast<float>(n % 97));
    for (std::int64_t n = 0; n < rows; ++n)
      label[static_cast<std::size_t>(n)] = n % 5;
  }
  DLTensor tensor(std::vector<float> &data, std::int32_t rank) {
    return {data.data(), {kDLCPU, 0}, rank, {kDLFloat, 32, 1}, shape, nullptr, 0};
  }

  std::int64_t rows, shape[2], of_columns[1] = {columns};
  std::vector<float> a, b, c, d, e, w = std::vector<float>(columns, 0.5f);
  std::vector<std::int64_t> label;
  float loss = 0;
};

using Call = std::function<void()>;
struct Calls {
  Call linked, compiled;
};

void check(std::int32_t code) {
  if (code != 0)
    throw std::runtime_error(mercer_last_error());
}

/// A program's function by the JIT, of one thread.
Function compiled(const Program &program) {
  JitOptions options;
  options.threads = 1;
  return jit(program, options);
}

View matrix(std::vector<float> &data, const Memory &memory) { return view(data, {memory.rows, columns}); }

Calls momentum(Memory &m) {
  const DLTensor p = m.tensor(m.a, 2), v = m.tensor(m.b, 2), g = m.tensor(m.c, 2);
  return {[p, v, g, p_new = m.tensor(m.d, 2), v_new = m.tensor(m.e, 2)]() mutable {
            check(momentum_step_f32(&p, &v, &g, 0.1, &p_new, &v_new, nullptr));
          },
          [&m, f = compiled(momentum_step())] {
            f.run({matrix(m.a, m), matrix(m.b, m), matrix(m.c, m), 0.1}, {matrix(m.d, m), matrix(m.e, m)});
          }};
}

Calls rows(Memory &m) {
  DLTensor x = m.tensor(m.a, 2), y = m.tensor(m.d, 1), w = m.tensor(m.w, 1);
  w.shape = m.of_columns;
  return {[x, w, y]() mutable { check(row_products_f32(&x, &w, &y, nullptr)); },
          [&m, f = compiled(row_products())] { f.run({matrix(m.a, m), view(m.w, {columns})}, {view(m.d.data(), {m.rows})}); }};
}

DLTensor labels(Memory &m) { return {m.label.data(), {kDLCPU, 0}, 1, {kDLInt, 64, 1}, m.shape, nullptr, 0}; }

Calls entropy(Memory &m) {
  DLTensor x = m.tensor(m.a, 2), dx = m.tensor(m.d, 2), label = labels(m);
  return {[&m, x, label, dx]() mutable {
            DLTensor loss = {&m.loss, {kDLCPU, 0}, 0, {kDLFloat, 32, 1}, nullptr, nullptr, 0};
            check(cross_entropy_step_f32(&x, &label, &loss, &dx, nullptr));
          },
          [&m, f = compiled(cross_entropy_step())] {
            f.run({matrix(m.a, m), view(m.label, {m.rows})}, {view(&m.loss, Shape()), matrix(m.d, m)});
          }};
}

Calls contrastive(Memory &m) {
  DLTensor z = m.tensor(m.a, 2), dz = m.tensor(m.d, 2), label = labels(m);
  return {[&m, z, label, dz]() mutable {
            DLTensor loss = {&m.loss, {kDLCPU, 0}, 0, {kDLFloat, 32, 1}, nullptr, nullptr, 0};
            check(contrastive_step_f32(&z, &label, 0.5, &loss, &dz, nullptr));
          },
          [&m, f = compiled(contrastive_step())] {
            f.run({matrix(m.a, m), view(m.label, {m.rows}), 0.5}, {view(&m.loss, Shape()), matrix(m.d, m)});
          }};
}

/// The least mean of some rounds, each shorter than what a busy machine lets a thread run.
double nanoseconds(const Call &call, int rounds) {
  constexpr int calls = 200, parts = 25;
  double least = 1e30;
  call(); // compiles
  for (int round = 0; round < rounds * parts; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int n = 0; n < calls; ++n)
      call();
    least = std::min(least, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / calls);
  }
  return least;
}

} // namespace

void small_calls(int rounds) {
  std::printf("| call, f32 | ahead of time, ns | by the JIT, ns | ahead of time, no rows, ns | by the JIT, no rows, ns |\n"
              "|---|---|---|---|---|\n");
  constexpr std::pair<const char *, Calls (*)(Memory &)> all[] = {
      {"momentum step", momentum}, {"row products", rows}, {"cross entropy with gradient", entropy}, {"contrastive loss with gradient", contrastive}};
  for (const auto &[name, make] : all) {
    Memory full(32), empty(0);
    const Calls calls = make(full), nothing = make(empty);
    std::printf("| %s, 32x16 | %.0f | %.0f | %.0f | %.0f |\n", name, nanoseconds(calls.linked, rounds), nanoseconds(calls.compiled, rounds),
                nanoseconds(nothing.linked, rounds), nanoseconds(nothing.compiled, rounds));
    std::fflush(stdout);
  }
}

} // namespace mercer::bench
