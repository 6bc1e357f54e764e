// The rules of calls, in their order: counts and structure, types, sizes, memory, addresses, aliasing.
#include "mercer/runtime/Array.h"
#include "mercer/runtime/Convert.h"
#include "mercer/runtime/Signature.h"

#include <algorithm>

namespace mercer::detail {

using dsl::Graph;

static std::string text(std::int64_t number) { return std::to_string(number); }
static std::string_view kind_name(Kind kind) {
  return kind == real ? "real" : kind == integer ? "integer" : "boolean";
}

void Signature::check_structure(const View &view, const Parameter &parameter, const char *role,
                                Operand &operand, Call &call) const {
  const int rank = static_cast<int>(view.shape.size());
  if (view.shape.size() > 16 || rank != parameter.rank)
    fail(ErrorCode::rank_mismatch, std::string(role) + " '" + parameter.name + "' must have rank " +
                                       text(parameter.rank) + ", but has rank " +
                                       text(static_cast<std::int64_t>(view.shape.size())));
  if (!view.strides.empty() && view.strides.size() != view.shape.size())
    fail(ErrorCode::bad_view, std::string(role) + " '" + parameter.name + "' must have " + text(rank) +
                                  " strides or none, but has " +
                                  text(static_cast<std::int64_t>(view.strides.size())));
  operand.data = view.data;
  operand.dtype = view.dtype;
  operand.read_only = view.read_only;
  operand.rank = rank;
  operand.shape = view.shape.data();
  operand.strides = view.strides.data();
  if (view.strides.empty()) {
    std::int64_t *strides = call.take(rank);
    row_major(view.shape, strides);
    operand.strides = strides;
  }
}

void Signature::check_structure(const Argument &argument, const Parameter &parameter, Operand &operand,
                                Call &call) const {
  if (!argument.is_number())
    return check_structure(argument.as_view(), parameter, "argument", operand, call);
  if (parameter.rank != 0)
    fail(ErrorCode::rank_mismatch, "argument '" + parameter.name + "' must be a tensor of rank " +
                                       text(parameter.rank) + ", but is a number");
  operand.rank = 0;
  operand.shape = operand.strides = nullptr;
  operand.read_only = true;
  operand.data = &operand.number;
  const Kind given = argument.number_kind();
  if (given != parameter.kind && !(given == integer && parameter.kind == real))
    fail(ErrorCode::type_mismatch,
         "argument '" + parameter.name + "' must be " + (parameter.kind == integer ? "an " : "a ") +
             std::string(kind_name(parameter.kind)) + " number, but is " + (given == integer ? "an " : "a ") +
             std::string(kind_name(given)) + " one");
  if (parameter.kind == real) {
    operand.dtype = DType::f64;
    operand.number.real = argument.real_value();
  } else if (parameter.kind == integer) {
    if (!argument.fits_integer())
      fail(ErrorCode::type_mismatch,
           "argument '" + parameter.name + "' must fit 64 bits with a sign, but is " +
               std::to_string(static_cast<std::uint64_t>(argument.integer_value())));
    operand.dtype = DType::i64;
    operand.number.integer = argument.integer_value();
  } else {
    operand.dtype = DType::boolean;
    operand.number.boolean = argument.integer_value() != 0;
  }
}

void Signature::check_sizes(const Operand &operand, const Parameter &parameter, const char *role) const {
  const std::span<const std::int64_t> shape(operand.shape, operand.rank);
  for (int dimension = 0; dimension < operand.rank; ++dimension)
    if (shape[dimension] < 0)
      fail(ErrorCode::bad_view, std::string(role) + " '" + parameter.name +
                                    "' must not have a negative size, but dimension " + text(dimension) +
                                    " has size " + text(shape[dimension]));
  std::int64_t count;
  if (!count_elements(shape, operand.dtype, count))
    fail(ErrorCode::bad_view, std::string(role) + " '" + parameter.name +
                                  "' must have fewer than 2^63 bytes, but " + "has shape " + text_of(shape) +
                                  " of " + std::string(name_of(operand.dtype)));
}

void Signature::check_extents(Call &call, bool given) const {
  const std::span<Operand> inputs = call.input_operands(), outputs = call.output_operands();
  for (const Graph::SameExtent &same : graph().sameExtents) {
    const std::int64_t a = inputs[same.inputA].shape[same.dimensionA],
                       b = inputs[same.inputB].shape[same.dimensionB];
    if (a != b && same.index.empty())
      fail(ErrorCode::extent_mismatch, "argument '" + inputs_[same.inputB].name + "' must have size " + text(a) +
                                           " in dimension " + text(same.dimensionB) + ", as '" +
                                           inputs_[same.inputA].name + "' has, but has " + text(b));
    if (a != b)
      fail(ErrorCode::extent_mismatch,
           "index '" + same.index + "' runs over dimension " + text(same.dimensionA) + " of '" +
               inputs_[same.inputA].name + "' with size " + text(a) + " and over dimension " +
               text(same.dimensionB) + " of '" + inputs_[same.inputB].name + "' with size " + text(b) +
               "; they must be equal",
           same.where);
  }
  const std::vector<Graph::WithinExtent> &withins = graph().withinExtents;
  Buffer<std::int64_t, 32> extents(output_extents_ + withins.size());
  extents_->evaluate(inputs, extents.data());
  for (std::size_t n = 0; n < withins.size(); ++n) {
    const Graph::WithinExtent &within = withins[n];
    const std::int64_t extent = extents[output_extents_ + n],
                       size = inputs[within.input].shape[within.dimension];
    if (extent > size)
      fail(ErrorCode::extent_mismatch,
           "index '" + within.index + "' has extent " + text(extent) + " and subscripts dimension " +
               text(within.dimension) + " of '" + inputs_[within.input].name + "', whose size is " +
               text(size) + "; it must not be larger",
           within.where);
  }
  const std::int64_t *extent = extents.data();
  for (std::size_t n = 0; n < outputs.size(); ++n) {
    Operand &output = outputs[n];
    if (!given) {
      std::int64_t *shape = call.take(outputs_[n].rank);
      std::int64_t *strides = call.take(outputs_[n].rank);
      for (int dimension = 0; dimension < outputs_[n].rank; ++dimension)
        shape[dimension] = std::max<std::int64_t>(0, *extent++);
      output.shape = shape;
      row_major({shape, static_cast<std::size_t>(outputs_[n].rank)}, strides);
      output.strides = strides;
      continue;
    }
    for (int dimension = 0; dimension < output.rank; ++dimension) {
      const std::int64_t expected = std::max<std::int64_t>(0, *extent++);
      if (output.shape[dimension] != expected)
        fail(ErrorCode::extent_mismatch, "output '" + outputs_[n].name + "' must have size " +
                                             text(expected) + " in dimension " + text(dimension) +
                                             ", but has " + text(output.shape[dimension]));
    }
  }
}

/// Rules 4 and 5: null, alignment, and the bytes that are touched.
void Signature::check_memory(Operand &operand, const Parameter &parameter, const char *role) const {
  const std::int64_t element = size_of(operand.dtype);
  operand.count = 1;
  operand.contiguous = true;
  std::int64_t expected = 1, low = 0, high = 0;
  bool wraps = false;
  for (int dimension = operand.rank - 1; dimension >= 0; --dimension) {
    const std::int64_t size = operand.shape[dimension], stride = operand.strides[dimension];
    if (__builtin_mul_overflow(operand.count, size, &operand.count)) // then another size is 0
      operand.count = 0;
    if (size <= 1)
      continue;
    operand.contiguous &= stride == expected;
    wraps |= __builtin_mul_overflow(expected, size, &expected);
    std::int64_t reach;
    wraps |= __builtin_mul_overflow(stride, size - 1, &reach);
    wraps |= __builtin_add_overflow(reach < 0 ? low : high, reach, reach < 0 ? &low : &high);
  }
  operand.first = operand.after = reinterpret_cast<std::uintptr_t>(operand.data);
  if (operand.count == 0) {
    operand.contiguous = true;
    return;
  }
  if (!operand.data)
    fail(ErrorCode::bad_view, std::string(role) + " '" + parameter.name +
                                  "' must have memory, for no size is 0, but " + "'data' is null");
  if (operand.first % element)
    fail(ErrorCode::bad_view, std::string(role) + " '" + parameter.name + "' must be aligned to " +
                                  text(element) + " bytes, but 'data' is " + text(operand.first % element) +
                                  " bytes past that");
  // Row-major views whose strides were made up cannot wrap in elements; any may in bytes.
  wraps |= __builtin_mul_overflow(low, element, &low);
  wraps |= __builtin_add_overflow(high, 1, &high);
  wraps |= __builtin_mul_overflow(high, element, &high);
  const auto down = static_cast<std::uintptr_t>(-static_cast<std::uint64_t>(low));
  wraps |= down > operand.first;
  wraps |= __builtin_add_overflow(operand.first, static_cast<std::uintptr_t>(high), &operand.after);
  if (wraps)
    fail(ErrorCode::bad_view,
         std::string(role) + " '" + parameter.name + "' must stay in the address space, but has " + "shape " +
             text_of({operand.shape, static_cast<std::size_t>(operand.rank)}) + " and strides " +
             text_of({operand.strides, static_cast<std::size_t>(operand.rank)}));
  operand.first -= down;
}

void Signature::check_aliasing(Call &call) const {
  const std::span<Operand> inputs = call.input_operands(), outputs = call.output_operands();
  for (std::size_t n = 0; n < outputs.size(); ++n) {
    if (!elements_apart(outputs[n]))
      fail(ErrorCode::aliasing,
           "output '" + outputs_[n].name + "' must not overlap itself, but its strides are " +
               text_of({outputs[n].strides, static_cast<std::size_t>(outputs[n].rank)}) + "; make a copy");
    for (std::size_t other = 0; other < n; ++other)
      if (!views_apart(outputs[n], outputs[other]))
        fail(ErrorCode::aliasing, "output '" + outputs_[n].name +
                                      "' must not overlap another one, but may overlap '" +
                                      outputs_[other].name + "'; make a copy");
    for (std::size_t input = 0; input < inputs.size(); ++input) {
      if (views_apart(outputs[n], inputs[input]))
        continue;
      if (!same_view(outputs[n], inputs[input]))
        fail(ErrorCode::aliasing, "output '" + outputs_[n].name +
                                      "' must not overlap an argument, but may overlap '" +
                                      inputs_[input].name + "'; make a copy");
      if (!in_place(n, input))
        fail(ErrorCode::aliasing,
             "output '" + outputs_[n].name + "' must not be the view of argument '" + inputs_[input].name +
                 "', whose elements are read for other elements of an output too; make a copy");
    }
  }
}

void Signature::check(std::span<const Argument> arguments, const View *views, Call &call) const {
  const std::span<Operand> inputs = call.input_operands(), outputs = call.output_operands();
  for (std::size_t n = 0; n < inputs.size(); ++n)
    check_structure(arguments[n], inputs_[n], inputs[n], call);
  for (std::size_t n = 0; n < outputs.size(); ++n)
    if (views)
      check_structure(views[n], outputs_[n], "output", outputs[n], call);

  auto check_type = [&](const Operand &operand, const Parameter &parameter, const char *role) {
    const bool exists = operand.dtype <= DType::boolean;
    if (!exists || kind_of(operand.dtype) != parameter.kind)
      fail(ErrorCode::type_mismatch, std::string(role) + " '" + parameter.name + "' must have element type " +
                                         types_of(parameter.kind) + ", but has " +
                                         (exists ? std::string(name_of(operand.dtype)) : "none of Mercer's"));
  };
  for (std::size_t n = 0; n < inputs.size(); ++n)
    check_type(inputs[n], inputs_[n], "argument");
  for (std::size_t n = 0; views && n < outputs.size(); ++n) {
    check_type(outputs[n], outputs_[n], "output");
    if (outputs[n].read_only)
      fail(ErrorCode::bad_view,
           "output '" + outputs_[n].name + "' must be writable, but its view is read-only");
  }

  for (std::size_t n = 0; n < inputs.size(); ++n)
    check_sizes(inputs[n], inputs_[n], "argument");
  for (std::size_t n = 0; views && n < outputs.size(); ++n)
    check_sizes(outputs[n], outputs_[n], "output");
  // Extents may read scalars: their memory is checked first.
  for (std::size_t n = 0; n < inputs.size(); ++n)
    if (inputs[n].rank == 0)
      check_memory(inputs[n], inputs_[n], "argument");
  check_extents(call, views);
  for (std::size_t n = 0; n < inputs.size(); ++n)
    check_memory(inputs[n], inputs_[n], "argument");
  if (!views)
    return;
  for (std::size_t n = 0; n < outputs.size(); ++n)
    check_memory(outputs[n], outputs_[n], "output");
  check_aliasing(call);
}

} // namespace mercer::detail
