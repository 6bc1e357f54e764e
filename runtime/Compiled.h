// Compiled code as an engine: variants, their selection, calls.
#pragma once

#include "mercer/runtime/Kernel.h"
#include "mercer/runtime/Pool.h"
#include "mercer/runtime/Reference.h"
#include "mercer/runtime/cache/Store.h"

#include <future>
#include <mutex>
#include <optional>

namespace mercer::detail {

/// Compiles a program once for each combination of element types, small extents and layout that it is called
/// with.
class Compiled : public Engine {
public:
  Compiled(const Signature &signature, const JitOptions &options);

  DType real_output_type(std::size_t output, std::span<const DType> input_types) const override;
  void run(Call &call) const override;
  void compile(const std::vector<DType> &input_types) const override;
  std::string explain(Call &call) const override;
  std::string emit(Call &call, const std::string &stage) const override;
  /// The plan for these element types and any sizes.
  std::string explain(const std::vector<DType> &input_types) const;
  /// Text of a stage of the compiler for these element types and any sizes.
  std::string emit(const std::vector<DType> &input_types, const std::string &stage) const;

private:
  using Result = std::shared_ptr<const Kernel>;
  /// A variant that was compiled or is being compiled: `key` is what it was compiled for.
  struct Variant {
    std::vector<std::int64_t> key;
    std::shared_future<Result> kernel;
  };

  std::size_t sizes_in_key() const { return 1 + signature_.inputs().size() + signature_.outputs().size(); } ///< where they start
  std::size_t key_size() const { return sizes_in_key() + dimensions_.size(); }
  std::int64_t output_word(std::size_t output, DType type) const;
  std::int64_t general_size(std::size_t dimension, std::int64_t size) const;
  std::vector<std::int64_t> general_key(const std::vector<DType> &input_types) const;
  void write_key(Call &call, bool contiguous, std::span<std::int64_t> key) const;
  Result kernel(Call &call, bool contiguous) const;
  Result kernel(std::span<std::int64_t> key) const;
  Result find(std::span<std::int64_t> key, std::optional<std::promise<Result>> &mine) const;
  KernelOptions options(std::span<const std::int64_t> key) const;
  Kernel::SizeOf sizes_of(Call &call) const;
  void tune(Call &call, bool contiguous, const Result &kernel, std::span<const std::int64_t> arguments) const;

  const Signature &signature_;
  JitOptions options_;
  cache::Store store_;
  std::vector<std::pair<std::int32_t, std::int32_t>>
      dimensions_; ///< of the inputs, what code is specialised on
  Reference reference_;
  mutable Pool pool_;
  mutable std::mutex mutex_;
  mutable std::vector<Variant> variants_;
  mutable std::size_t specialised_ = 0;
  mutable std::vector<std::vector<DType>> general_; ///< types that `compile` was asked for
};

} // namespace mercer::detail
