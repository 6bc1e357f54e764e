#include "mercer/runtime/Compiled.h"

#include "mercer/runtime/Array.h"
#include "mercer/runtime/Surroundings.h"

#include <algorithm>

namespace mercer::detail {
namespace {

/// Dimensions after the first that are this small are known when compiling.
constexpr std::int64_t largest_known_size = 16;
/// Of longer ones, and of the first, the code may know that they are no longer than one of these, or than `bounded_size`: so many elements can be kept for each
/// element of another dimension.
constexpr std::int64_t tiny_size = 16, short_size = 256;
/// In a key, beside known sizes: nothing is known; minus what a size is at most.
constexpr std::int64_t unknown = 0;
constexpr std::size_t most_specialised = 64;
/// Strided inputs that the code for row-major ones cannot read are copied up to this size: it is faster than code for any strides.
constexpr std::int64_t copied_bytes = std::int64_t(16) << 20;

/// Of the inputs, which those of the outputs follow from.
std::vector<std::int64_t> all_sizes(Call &call) {
  std::vector<std::int64_t> sizes;
  for (const Operand &operand : call.input_operands())
    sizes.insert(sizes.end(), operand.shape, operand.shape + operand.rank);
  return sizes;
}

bool is_known(std::int64_t size, int dimension) { return dimension != 0 && size <= largest_known_size; }

/// Can the code for row-major inputs read this one where it is? It takes strides from the call, but for the last dimension's, which is 1, and
/// those that follow from known sizes.
bool has_dense_rows(const Operand &input) {
  bool follows = true;
  std::int64_t row_major = 1;
  for (int dimension = input.rank - 1; dimension >= 0; --dimension) {
    if (follows && input.shape[dimension] > 1 && input.strides[dimension] != row_major)
      return false;
    follows &= is_known(input.shape[dimension], dimension);
    row_major *= input.shape[dimension];
  }
  return true;
}

Strided strided(const Operand &operand) {
  return {operand.data,
          operand.dtype,
          {operand.shape, static_cast<std::size_t>(operand.rank)},
          {operand.strides, static_cast<std::size_t>(operand.rank)}};
}

} // namespace

Compiled::Compiled(const Signature &signature, const JitOptions &options)
    : signature_(signature), options_(options), store_(options.cache_directory), reference_(signature), pool_(options.threads) {
  for (std::size_t input = 0; input < signature.inputs().size(); ++input)
    for (int dimension = 0; dimension < signature.inputs()[input].rank; ++dimension)
      dimensions_.emplace_back(input, dimension);
}

DType Compiled::real_output_type(std::size_t output, std::span<const DType> input_types) const {
  const int like = signature_.outputs()[output].like;
  return like >= 0 ? input_types[like] : signature_.arithmetic(input_types);
}

// --- variants: key = contiguous, types of the inputs, of the outputs, for each dimension its size, unknown or bounded -------------

/// The code writes arrays of real numbers in the type of their memory, and the others in types of its own.
std::int64_t Compiled::output_word(std::size_t output, DType type) const {
  const Signature::Parameter &parameter = signature_.outputs()[output];
  return parameter.kind == real && parameter.rank > 0 ? static_cast<std::int64_t>(type) : -1;
}

KernelOptions Compiled::options(std::span<const std::int64_t> key) const {
  KernelOptions result;
  result.contiguous = key[0];
  const std::size_t inputs = signature_.inputs().size();
  for (std::size_t n = 0; n < inputs; ++n)
    result.types.push_back(static_cast<DType>(key[1 + n]));
  for (std::size_t n = 0; n < dimensions_.size(); ++n)
    if (const std::int64_t size = key[sizes_in_key() + n]; size != unknown)
      result.sizes.push_back({dimensions_[n].first, dimensions_[n].second, std::abs(size), size < 0});
  result.arithmetic = signature_.arithmetic(result.types);
  for (std::size_t n = 0; n < signature_.outputs().size(); ++n) {
    const std::int64_t word = key[1 + inputs + n];
    const DType type = word < 0 ? result.arithmetic : static_cast<DType>(word);
    // To 16 bits the code rounds values of f32: by way of these, values of f64 would be rounded twice.
    const bool twice = result.arithmetic == DType::f64 && size_of(type) == 2;
    result.output_types.push_back(twice ? DType::f64 : type);
  }
  result.accumulate_in_f64 = options_.accumulate == DType::f64;
  result.fast = options_.precision == Precision::fast;
  result.timing = options_.timing;
  result.plan = options_.plan;
  if (options_.target != "host")
    result.cpu = options_.target;
  return result;
}

/// What code for all sizes knows of a dimension.
std::int64_t Compiled::general_size(std::size_t dimension, std::int64_t size) const {
  return dimensions_[dimension].second == 0 || size == unknown ? unknown : -bounded_size;
}

/// The kernel, or null: then the caller makes it and fulfils `mine`. `key` becomes the general one when there
/// are too many specialised variants, or when the user has compiled that.
Compiled::Result Compiled::find(std::span<std::int64_t> key,
                                std::optional<std::promise<Result>> &mine) const {
  std::shared_future<Result> found;
  {
    std::lock_guard lock(mutex_);
    auto matches = [&](const Variant &variant) {
      return std::equal(key.begin(), key.end(), variant.key.begin());
    };
    auto variant = std::find_if(variants_.begin(), variants_.end(), matches);
    const std::span<std::int64_t> sizes = key.subspan(sizes_in_key());
    bool special = false;
    for (std::size_t n = 0; n < sizes.size(); ++n)
      special |= sizes[n] != general_size(n, sizes[n]);
    if (variant == variants_.end() && special) {
      bool general = specialised_ >= most_specialised;
      for (const std::vector<DType> &types : general_)
        general |= std::equal(types.begin(), types.end(), key.begin() + 1, [](DType type, std::int64_t word) {
          return static_cast<std::int64_t>(type) == word;
        });
      if (general) {
        for (std::size_t n = 0; n < sizes.size(); ++n)
          sizes[n] = general_size(n, sizes[n]);
        special = false;
        variant = std::find_if(variants_.begin(), variants_.end(), matches);
      }
    }
    if (variant == variants_.end()) {
      specialised_ += special;
      variants_.push_back({{key.begin(), key.end()}, mine.emplace().get_future().share()});
      return nullptr;
    }
    found = variant->kernel;
  }
  return found.get();
}

Compiled::Result Compiled::kernel(std::span<std::int64_t> key) const {
  std::optional<std::promise<Result>> mine;
  if (Result found = find(key, mine))
    return found;
  try {
    Result made = make_kernel(signature_, options(key), store_);
    mine->set_value(made);
    return made;
  } catch (const Error &error) {
    mine->set_exception(std::current_exception());
    // What may go well another time is tried again.
    if (error.code() == ErrorCode::out_of_memory) {
      std::lock_guard lock(mutex_);
      std::erase_if(variants_, [&](const Variant &variant) {
        return std::equal(key.begin(), key.end(), variant.key.begin());
      });
    }
    throw;
  } catch (...) {
    mine->set_exception(std::current_exception());
    throw;
  }
}

/// The key of the variant for the arguments of a call.
void Compiled::write_key(Call &call, bool contiguous, std::span<std::int64_t> key) const {
  const std::span<Operand> inputs = call.input_operands();
  key[0] = contiguous;
  for (std::size_t n = 0; n < inputs.size(); ++n)
    key[1 + n] = static_cast<std::int64_t>(inputs[n].dtype);
  for (std::size_t n = 0; n < signature_.outputs().size(); ++n)
    key[1 + inputs.size() + n] = output_word(n, call.output_operands()[n].dtype);
  for (std::size_t n = 0; n < dimensions_.size(); ++n) {
    const std::int64_t size = inputs[dimensions_[n].first].shape[dimensions_[n].second];
    std::int64_t &word = key[sizes_in_key() + n];
    if (is_known(size, dimensions_[n].second))
      word = size;
    else
      word = size <= tiny_size      ? -tiny_size
             : size <= short_size   ? -short_size
             : size <= bounded_size ? -bounded_size
                                    : unknown;
  }
}

Compiled::Result Compiled::kernel(Call &call, bool contiguous) const {
  Buffer<std::int64_t, 64> key(key_size());
  write_key(call, contiguous, {key.data(), key.size()});
  return kernel({key.data(), key.size()});
}

/// No size is known; a dimension after the first is bounded.
std::vector<std::int64_t> Compiled::general_key(const std::vector<DType> &input_types) const {
  std::vector<std::int64_t> key(key_size());
  key[0] = true;
  for (std::size_t n = 0; n < input_types.size(); ++n)
    key[1 + n] = static_cast<std::int64_t>(input_types[n]);
  for (std::size_t n = 0; n < signature_.outputs().size(); ++n)
    key[1 + input_types.size() + n] = output_word(n, real_output_type(n, input_types));
  for (std::size_t n = 0; n < dimensions_.size(); ++n)
    key[sizes_in_key() + n] = general_size(n, -bounded_size);
  return key;
}

void Compiled::compile(const std::vector<DType> &input_types) const {
  std::vector<std::int64_t> key = general_key(input_types);
  kernel(key);
  std::lock_guard lock(mutex_);
  if (std::find(general_.begin(), general_.end(), input_types) == general_.end())
    general_.push_back(input_types);
}

Kernel::SizeOf Compiled::sizes_of(Call &call) const {
  return [this, &call](unsigned argument, unsigned dimension) -> std::optional<std::int64_t> {
    const std::size_t inputs = call.inputs, outputs = signature_.outputs().size();
    if (argument >= inputs + outputs)
      return std::nullopt;
    const Signature::Parameter &parameter =
        argument < inputs ? signature_.inputs()[argument] : signature_.outputs()[argument - inputs];
    if (dimension >= static_cast<unsigned>(parameter.rank))
      return std::nullopt;
    return call.operands[argument].shape[dimension];
  };
}

std::string Compiled::explain(Call &call) const {
  const Result kernel = this->kernel(call, true);
  return kernel->explain(sizes_of(call), kernel->times.of(all_sizes(call)));
}

std::string Compiled::explain(const std::vector<DType> &input_types) const {
  std::vector<std::int64_t> key = general_key(input_types);
  return kernel(key)->explain({}, {});
}

std::string Compiled::emit(const std::vector<DType> &input_types, const std::string &stage) const {
  return emit_text(signature_, options(general_key(input_types)), stage);
}

std::string Compiled::emit(Call &call, const std::string &stage) const {
  std::vector<std::int64_t> key(key_size());
  write_key(call, true, key);
  kernel(key); // it may decide for the general variant
  return emit_text(signature_, options(key), stage);
}

// --- calls -------------------------------------------------------------------------------------------

void Compiled::run(Call &call) const {
  const std::span<Operand> inputs = call.input_operands(), outputs = call.output_operands();
  Surroundings surroundings(pool_);
  auto no_memory = [&] {
    signature_.fail(ErrorCode::out_of_memory, "there is no memory for its temporaries");
  };

  // Row-major copies of strided inputs, where the code needs them and they are not large.
  bool contiguous = true;
  Buffer<std::int64_t, 32> strides(static_cast<std::size_t>(16) * inputs.size() > 32 ? 16 * inputs.size()
                                                                                     : 32);
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    Operand &input = inputs[n];
    if (input.contiguous || has_dense_rows(input))
      continue;
    if (input.count > copied_bytes / size_of(input.dtype)) {
      contiguous = false;
      continue;
    }
    Operand copy = input;
    copy.strides = strides.data() + 16 * n;
    row_major({copy.shape, static_cast<std::size_t>(copy.rank)}, strides.data() + 16 * n);
    copy.data = surroundings.arena.allocate(copy.count * size_of(copy.dtype));
    if (!copy.data)
      no_memory();
    copy_elements(strided(input), strided(copy));
    input = copy;
    input.contiguous = true;
  }
  const Result kernel = this->kernel(call, contiguous);

  // Outputs that the code can write to themselves; others are converted afterwards. When an integer may not
  // fit, all are.
  bool narrow = false;
  for (std::size_t n = 0; n < outputs.size(); ++n)
    narrow |= kernel->output_types[n] == DType::i64 && outputs[n].dtype != DType::i64;
  auto direct = [&](std::size_t n) {
    const Operand &output = outputs[n];
    if (narrow || output.dtype != kernel->output_types[n] || !output.contiguous)
      return false;
    for (std::size_t input = 0; input < inputs.size(); ++input) {
      const bool shared = output.count != 0 && inputs[input].first == output.first &&
                          inputs[input].count != 0 && inputs[input].rank == output.rank &&
                          inputs[input].data == output.data;
      const bool allowed = inputs[input].dtype == output.dtype &&
                           std::find(kernel->in_place.begin(), kernel->in_place.end(),
                                     std::pair(static_cast<std::int32_t>(n), static_cast<std::int32_t>(input))) !=
                               kernel->in_place.end();
      if (shared && !allowed)
        return false;
    }
    return true;
  };
  std::size_t words = 0;
  for (const Operand &operand : inputs)
    words += 1 + 2 * operand.rank;
  for (const Operand &operand : outputs)
    words += 1 + 2 * operand.rank;
  Buffer<std::int64_t, 256> frame(std::max(words, static_cast<std::size_t>(kernel->frame_words)));
  Buffer<void *, 12> targets(outputs.size());
  std::int64_t *word = frame.data();
  auto add = [&](const Operand &operand, void *data, const std::int64_t *operand_strides) {
    *word++ = reinterpret_cast<std::int64_t>(data);
    word = std::copy_n(operand.shape, operand.rank, word);
    word = std::copy_n(operand_strides, operand.rank, word);
  };
  for (const Operand &input : inputs)
    add(input, input.data, input.strides);
  for (std::size_t n = 0; n < outputs.size(); ++n) {
    const Operand &output = outputs[n];
    targets[n] = output.data;
    if (!direct(n) && output.count != 0) {
      std::int64_t bytes;
      if (__builtin_mul_overflow(output.count, size_of(kernel->output_types[n]), &bytes))
        no_memory();
      targets[n] = surroundings.arena.allocate(bytes);
      if (!targets[n])
        no_memory();
    }
    std::int64_t row_major_strides[16];
    row_major({output.shape, static_cast<std::size_t>(output.rank)}, row_major_strides);
    add(output, targets[n], row_major_strides);
  }

  std::vector<double> seconds;
  if (options_.measure)
    surroundings.seconds = &seconds;
  const std::int32_t code = kernel->entry(frame.data(), &surroundings.context);
  if (code == mercer_out_of_memory)
    no_memory();
  if (code != 0) {
    reference_.check(call);
    signature_.fail(ErrorCode::compiler, "check " + std::to_string(code - 1) +
                                             " failed, but not when interpreted, a bug in Mercer");
  }

  if (options_.measure && seconds.size() == kernel->nests_of_calls.size()) {
    std::vector<double> nests;
    for (std::size_t n = 0; n < seconds.size(); ++n) {
      nests.resize(static_cast<std::size_t>(kernel->nests_of_calls[n]) + 1);
      nests.back() += seconds[n];
    }
    kernel->times.add(all_sizes(call), nests);
  }
  if (options_.tune && options_.plan.empty() && !kernel->is_tuned.exchange(true))
    tune(call, contiguous, kernel, {frame.data(), words});

  auto values = [&](std::size_t n, std::int64_t *strides_of_values) {
    const std::span<const std::int64_t> shape(outputs[n].shape, outputs[n].rank);
    row_major(shape, strides_of_values);
    return Strided{targets[n], kernel->output_types[n], shape, {strides_of_values, shape.size()}};
  };
  std::int64_t strides_of_values[16];
  for (std::size_t n = 0; narrow && n < outputs.size(); ++n)
    if (kernel->output_types[n] == DType::i64)
      check_fit(signature_, n, values(n, strides_of_values), outputs[n].dtype);
  for (std::size_t n = 0; n < outputs.size(); ++n)
    if (targets[n] != outputs[n].data)
      copy_elements(values(n, strides_of_values), strided(outputs[n]));
}

} // namespace mercer::detail
