// Machine code of one variant of a program.
#pragma once

#include "mercer/runtime/Abi.h"
#include "mercer/runtime/Signature.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>

namespace mercer::detail {

class LinkedCode;

/// Code for all sizes may know that a dimension of an input after the first is no longer than this.
inline constexpr std::int64_t bounded_size = 2048;

/// What a variant is compiled for.
struct KernelOptions {
  std::vector<DType> types;        ///< of the inputs
  std::vector<DType> output_types; ///< of the memory of real outputs; what stands there for others does not matter
  DType arithmetic;
  bool accumulate_in_f64, fast, contiguous;
  struct Size {
    std::int32_t input, dimension;
    std::int64_t size;
    bool bound; ///< at most `size`, else exactly
  };
  std::vector<Size> sizes; ///< of which something is known
  std::string cpu;         ///< empty: the host
  bool timing = false;     ///< prints what each stage took
  std::string plan;        ///< decisions; empty: as the compiler prefers
};

/// How long the nests of a kernel took for one set of sizes: the least of the calls since these were the last ones.
class NestTimes {
public:
  void add(const std::vector<std::int64_t> &sizes, const std::vector<double> &seconds);
  /// Empty: these sizes were not the last ones.
  std::vector<double> of(const std::vector<std::int64_t> &sizes) const;

private:
  mutable std::mutex mutex_;
  std::vector<std::int64_t> sizes_;
  std::vector<double> seconds_;
};

/// Code in memory, given back with the object.
class Kernel {
public:
  Kernel();
  ~Kernel();
  mercer_entry entry = nullptr;
  std::int64_t frame_words = 0;
  std::vector<DType> output_types; ///< of the outputs' memory
  std::vector<std::pair<std::int32_t, std::int32_t>>
      in_place; ///< (output, input) that may be the same memory
  using SizeOf = std::function<std::optional<std::int64_t>(unsigned argument, unsigned dimension)>;
  /// The plan in words, with numbers as far as sizes (of inputs, then outputs) are known.
  /// `measured`: seconds of each nest with these sizes, or empty.
  std::function<std::string(const SizeOf &, const std::vector<double> &measured)> explain;
  std::vector<int> nests_of_calls; ///< the nest that each call of mercer_context::parallel is for
  mutable NestTimes times;
  std::unique_ptr<LinkedCode> code;
  mutable std::atomic<bool> is_tuned = false; ///< other plans have been measured beside it, or are being
};

namespace cache {
class Store;
}

/// Takes a kernel that `store` has, or compiles it and puts it there; links it. The signature must outlive it. The one place where
/// errors of the compiler become exceptions. @throws Error(compiler, limit_exceeded, unsupported)
std::shared_ptr<const Kernel> make_kernel(const Signature &signature, const KernelOptions &options, const cache::Store &store);

/// What is wrong with decisions of a plan, whatever the program; empty: nothing.
std::string mistake_in_plan(const std::string &plan);

/// Other plans for `KernelOptions::plan` of the same bits, best predicted first for the sizes of inputs and outputs. @throws Error
std::vector<std::string> other_plans(const Signature &signature, const KernelOptions &options, const Kernel::SizeOf &sizes);

/// Text of a stage of the compiler. @throws Error(bad_option) for a stage that is none
std::string emit_text(const Signature &signature, const KernelOptions &options, const std::string &stage);
/// Of a program in the dialect's text. @throws Error(bad_option, bad_input_file)
std::string emit_text(const std::string &text, const std::string &file, const KernelOptions &options, const std::string &stage);

} // namespace mercer::detail
