#include "Agree.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace mercer::test {

namespace {

std::int64_t count(const std::vector<std::int64_t> &shape) {
  std::int64_t product = 1;
  for (std::int64_t size : shape)
    product *= size;
  return product;
}

/// Elements in [-1, 1] without a pattern that a sum could hide.
double element(std::uint64_t position) {
  std::uint64_t bits = (position + 1) * 0x9E3779B97F4A7C15u;
  bits = (bits ^ (bits >> 29)) * 0xBF58476D1CE4E5B9u;
  return static_cast<double>((bits ^ (bits >> 32)) >> 12) / 0x1p51 - 1;
}

/// The memory of one argument, stored as a type.
struct Stored {
  Array array;
  std::vector<double> rounded;
  bool isNumber;
};

template <class Element>
void store(Stored &stored, const std::vector<double> &data) {
  Element *elements = stored.array.data<Element>();
  for (std::size_t p = 0; p < data.size(); ++p) {
    if constexpr (std::is_same_v<Element, bfloat16> || std::is_same_v<Element, half>)
      elements[p] = Element(static_cast<float>(data[p]));
    else
      elements[p] = static_cast<Element>(data[p]);
    stored.rounded.push_back(static_cast<double>(elements[p]));
  }
}

Stored store(const Given &given, DType type) {
  Stored stored{Array(type, Shape(given.shape)), {}, given.shape.empty()};
  switch (type) {
  case DType::f64:
    store<double>(stored, given.data);
    break;
  case DType::f32:
    store<float>(stored, given.data);
    break;
  case DType::f16:
    store<half>(stored, given.data);
    break;
  case DType::bf16:
    store<bfloat16>(stored, given.data);
    break;
  case DType::i64:
    store<std::int64_t>(stored, given.data);
    break;
  case DType::i32:
    store<std::int32_t>(stored, given.data);
    break;
  case DType::i8:
    store<std::int8_t>(stored, given.data);
    break;
  case DType::boolean:
    store<bool>(stored, given.data);
    break;
  }
  return stored;
}

std::vector<double> elements(const Array &array) {
  std::vector<double> result;
  for (std::int64_t p = 0; p < array.size(); ++p)
    switch (array.dtype()) {
    case DType::f64:
      result.push_back(array.data<double>()[p]);
      break;
    case DType::f32:
      result.push_back(array.data<float>()[p]);
      break;
    case DType::f16:
      result.push_back(array.data<half>()[p]);
      break;
    case DType::bf16:
      result.push_back(array.data<bfloat16>()[p]);
      break;
    case DType::i64:
      result.push_back(static_cast<double>(array.data<std::int64_t>()[p]));
      break;
    case DType::i32:
      result.push_back(array.data<std::int32_t>()[p]);
      break;
    case DType::i8:
      result.push_back(array.data<std::int8_t>()[p]);
      break;
    case DType::boolean:
      result.push_back(array.data<bool>()[p]);
      break;
    }
  return result;
}

/// What an output must be.
struct Expected {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<double> data;
  std::size_t step = 1; ///< each so many elements are compared
};

/// One way to run programs: an engine and the type that real inputs are stored as.
struct Way {
  std::string name;
  DType real;
  bool compiled;
};

/// One program with its arguments in one way, and the loops on the same numbers.
class Comparison {
public:
  Comparison(const Program &program, const std::vector<Given> &given,
             const std::vector<Tensor> &withRespectTo, const Loops &loops, const Ask &ask, const Way &way)
      : program_(program), withRespectTo_(withRespectTo), loops_(loops), ask_(ask), way_(way) {
    for (std::size_t p = 0; p < given.size(); ++p) {
      Kind kind = program.inputs()[p].kind();
      DType type = kind == real ? way.real : kind == integer ? DType::i64 : DType::boolean;
      stored_.push_back(store(given[p], given[p].always.empty() ? type : given[p].always[0]));
    }
    for (const Tensor &input : withRespectTo) {
      std::size_t position = 0;
      while (program.inputs()[position].name() != input.name())
        ++position;
      positions_.push_back(position);
    }
    outputs_ = evaluate([](std::size_t, std::size_t) { return Number(); });
    for (std::size_t p = 0; p < outputs_.size(); ++p)
      values_.push_back(
          expect(program.outputs()[p].name, outputs_[p], [](const Number &n) { return n.value; }));
  }

  void run() {
    const Output &first = program_.outputs()[0];
    bool scalar = first.indices.empty() && first.value.kind() == real;
    if (withRespectTo_.empty())
      return compare(program_, {}, values_);
    reverse(scalar);
    if (ask_.forward)
      forward();
    if (ask_.second)
      for (std::size_t w = 0; w < withRespectTo_.size(); ++w)
        hessian(w);
  }

private:
  /// The loops, with the derivatives that `seed` gives to element e of input p.
  std::vector<Values> evaluate(const std::function<Number(std::size_t, std::size_t)> &seed) const {
    std::vector<Values> arguments;
    for (std::size_t p = 0; p < stored_.size(); ++p) {
      arguments.emplace_back(stored_[p].array.shape());
      for (std::size_t e = 0; e < stored_[p].rounded.size(); ++e) {
        arguments[p].data[e] = seed(p, e);
        arguments[p].data[e].value = stored_[p].rounded[e];
      }
    }
    return loops_(arguments);
  }

  static Expected expect(const std::string &name, const Values &values,
                         const std::function<double(const Number &)> &part) {
    Expected expected{name, values.shape, {}, 1};
    for (const Number &n : values.data)
      expected.data.push_back(part(n));
    return expected;
  }

  double seedOf(std::size_t output, std::size_t position) const {
    return element(1000 * output + position + 77);
  }

  /// Of large inputs the derivatives by some elements are compared, for each costs a run of the loops.
  std::size_t stepOver(std::size_t input) const {
    std::size_t size = stored_[input].rounded.size();
    return size > 150 ? size / 12 : 1;
  }

  /// The derivative of the scalar, or of the outputs weighted by the seeds.
  static double weighted(const std::vector<Values> &along, const std::vector<Stored> &seeds) {
    if (seeds.empty())
      return along[0].data[0].first;
    double total = 0;
    for (std::size_t o = 0; o < along.size(); ++o)
      for (std::size_t e = 0; e < along[o].data.size(); ++e)
        total += seeds[o].rounded[e] * along[o].data[e].first;
    return total;
  }

  void reverse(bool scalar) {
    std::vector<Expected> expected = values_;
    std::vector<Stored> seeds;
    if (!scalar)
      for (std::size_t o = 0; o < values_.size(); ++o) {
        Given seed{values_[o].shape, {}};
        for (std::size_t e = 0; e < values_[o].data.size(); ++e)
          seed.data.push_back(seedOf(o, e));
        seeds.push_back(store(seed, way_.real));
      }
    for (std::size_t w = 0; w < positions_.size(); ++w) {
      std::size_t input = positions_[w];
      Expected slope{"d_" + withRespectTo_[w].name(), stored_[input].array.shape(), {}, stepOver(input)};
      for (std::size_t element = 0; element < stored_[input].rounded.size(); ++element) {
        if (element % slope.step != 0) {
          slope.data.push_back(0);
          continue;
        }
        std::vector<Values> along = evaluate(
            [&](std::size_t p, std::size_t e) { return Number(0, p == input && e == element, 0, 0); });
        slope.data.push_back(weighted(along, seeds));
      }
      expected.push_back(slope);
    }
    compare(scalar ? value_and_gradient(program_, withRespectTo_) : vjp(program_, withRespectTo_), seeds,
            expected);
  }

  std::vector<Stored> directions(const std::vector<std::size_t> &inputs) const {
    std::vector<Stored> result;
    for (std::size_t input : inputs) {
      Given direction{stored_[input].array.shape(), {}};
      for (std::size_t e = 0; e < stored_[input].rounded.size(); ++e)
        direction.data.push_back(element(5000 * (input + 1) + e));
      DType type = stored_[input].array.dtype();
      result.push_back(store(direction, type));
    }
    return result;
  }

  void forward() {
    std::vector<Stored> tangents = directions(positions_);
    std::vector<Values> along = evaluate([&](std::size_t p, std::size_t e) {
      for (std::size_t w = 0; w < positions_.size(); ++w)
        if (positions_[w] == p)
          return Number(0, tangents[w].rounded[e], 0, 0);
      return Number();
    });
    std::vector<Expected> expected = values_;
    for (std::size_t o = 0; o < along.size(); ++o)
      expected.push_back(expect("t_" + values_[o].name, along[o], [](const Number &n) { return n.first; }));
    compare(jvp(program_, withRespectTo_), tangents, expected);
  }

  void hessian(std::size_t w) {
    std::size_t input = positions_[w];
    std::vector<Stored> direction = directions({input});
    std::vector<Expected> expected = values_;
    Expected slope{"d_" + withRespectTo_[w].name(), stored_[input].array.shape(), {}, stepOver(input)},
        times = slope;
    times.name[0] = 'h';
    for (std::size_t element = 0; element < stored_[input].rounded.size(); ++element) {
      if (element % slope.step != 0) {
        slope.data.push_back(0);
        times.data.push_back(0);
        continue;
      }
      Number n = evaluate([&](std::size_t p, std::size_t e) {
                   if (p != input)
                     return Number();
                   return Number(0, e == element, direction[0].rounded[e], 0);
                 })[0]
                     .data[0];
      slope.data.push_back(n.first);
      times.data.push_back(n.mixed);
    }
    expected.push_back(slope);
    expected.push_back(times);
    compare(hessian_vector_product(program_, withRespectTo_[w]), direction, expected);
  }

  void compare(const Program &program, const std::vector<Stored> &more,
               const std::vector<Expected> &expected) const {
    std::vector<Argument> arguments;
    for (const std::vector<Stored> *list : {&stored_, &more})
      for (const Stored &stored : *list)
        if (!stored.isNumber)
          arguments.emplace_back(stored.array);
        else if (stored.array.dtype() == DType::i64)
          arguments.emplace_back(static_cast<std::int64_t>(stored.rounded[0]));
        else if (stored.array.dtype() == DType::boolean)
          arguments.emplace_back(stored.rounded[0] != 0);
        else
          arguments.emplace_back(stored.rounded[0]);
    SCOPED_TRACE(program.name() + ", " + way_.name);
    std::vector<Array> given;
    std::clock_t before = std::clock();
    try {
      given = (way_.compiled ? jit(program) : interpret(program)).call_all(arguments);
    } catch (const Error &error) {
      FAIL() << error.what();
    }
    double took = 1000.0 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    if (std::getenv("MERCER_TEST_TIMES") != nullptr)
      std::printf("%8.1f ms of CPU: %s, %s\n", took, program.name().c_str(), way_.name.c_str());
    ASSERT_EQ(given.size(), expected.size());
    for (std::size_t o = 0; o < expected.size(); ++o)
      compare(elements(given[o]), given[o].shape(), expected[o]);
  }

  void compare(const std::vector<double> &given, const std::vector<std::int64_t> &shape,
               const Expected &expected) const {
    EXPECT_EQ(shape, expected.shape) << expected.name;
    ASSERT_EQ(given.size(), expected.data.size()) << expected.name;
    double largest = 0;
    for (double value : expected.data)
      if (std::isfinite(value))
        largest = std::max(largest, std::fabs(value));
    double tolerance = way_.real == DType::f64 ? ask_.tolerance64 : ask_.tolerance32;
    int shown = 0;
    for (std::size_t e = 0; e < given.size() && shown < 4; e += expected.step) {
      double a = given[e], b = expected.data[e];
      bool same =
          a == b || (std::isnan(a) && std::isnan(b)) || std::fabs(a - b) <= tolerance * (largest + 1e-3);
      EXPECT_TRUE(same) << expected.name << ", element " << e << ": " << a << " instead of " << b;
      shown += !same;
    }
  }

  const Program &program_;
  const std::vector<Tensor> &withRespectTo_;
  const Loops &loops_;
  const Ask &ask_;
  Way way_;
  std::vector<Stored> stored_;
  std::vector<std::size_t> positions_;
  std::vector<Values> outputs_;
  std::vector<Expected> values_;
};

} // namespace

Values::Values(std::vector<std::int64_t> shape)
    : shape(std::move(shape)), data(static_cast<std::size_t>(count(this->shape))) {}

std::size_t Values::position(std::initializer_list<std::int64_t> subscripts) const {
  if (subscripts.size() != shape.size())
    throw std::logic_error("the loops subscript a tensor of rank " + std::to_string(shape.size()) + " by " +
                           std::to_string(subscripts.size()));
  std::int64_t position = 0;
  std::size_t dimension = 0;
  for (std::int64_t subscript : subscripts) {
    if (subscript < 0 || subscript >= shape[dimension])
      throw std::logic_error("the loops subscript outside of a tensor");
    position = position * shape[dimension++] + subscript;
  }
  return static_cast<std::size_t>(position);
}

Number squaredDistance(const Values &x, std::int64_t i, const Values &y, std::int64_t j) {
  Number s = 0;
  for (int k = 0; k < x.size(1); ++k)
    s += square(x(i, k) - y(j, k));
  return s;
}

Values scalar(const Number &number) {
  Values values(std::vector<std::int64_t>{});
  values.data[0] = number;
  return values;
}

Given draw(std::vector<std::int64_t> shape, double low, double high) {
  static std::uint64_t drawn = 0;
  Given given{std::move(shape), {}};
  for (std::int64_t e = 0; e < count(given.shape); ++e)
    given.data.push_back(low + (high - low) * (element(drawn++) + 1) / 2);
  return given;
}

Given list(std::vector<std::int64_t> shape, std::vector<double> data) {
  return {std::move(shape), std::move(data)};
}

Given number(double value) { return {{}, {value}}; }

Given stored(Given given, DType type) {
  given.always = {type};
  return given;
}

void agree(const Program &program, const std::vector<Given> &arguments,
           const std::vector<Tensor> &withRespectTo, const Loops &loops, const Ask &ask) {
  for (const Way &way : {Way{"compiled, f64", DType::f64, true}, Way{"compiled, f32", DType::f32, true},
                         Way{"interpreted", DType::f64, false}})
    Comparison(program, arguments, withRespectTo, loops, ask, way).run();
}

} // namespace mercer::test
