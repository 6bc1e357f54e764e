// Programs of f32 inputs, compiled and called without a runtime.
#pragma once

#include "compiler/Compiler.h"

#include "mercer/runtime/Abi.h"
#include "mercer/runtime/LargeStack.h"
#include "mercer/runtime/Linker.h"

#include "mercer/dsl/Graph.h"
#include "mercer/program.h"

#include "llvm/Support/MemoryBuffer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>

namespace mercer {

struct Tensor32 {
  std::vector<int64_t> sizes;
  std::vector<float> values;

  explicit Tensor32(std::vector<int64_t> extents, float phase = 0) : sizes(std::move(extents)) {
    values.resize(static_cast<size_t>(std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>())));
    for (size_t p = 0; p < values.size(); ++p)
      values[p] = 3 * std::sin(phase + 1.7f * static_cast<float>(p));
  }
};

/// Memory of one call, without threads.
struct Call {
  std::vector<std::unique_ptr<void, decltype(&std::free)>> memory;

  static void *allocate(const mercer_context *context, int64_t bytes) {
    auto &memory = static_cast<Call *>(context->user)->memory;
    memory.emplace_back(std::aligned_alloc(64, static_cast<size_t>(bytes + 127) / 64 * 64), &std::free);
    return memory.back().get();
  }
  static int32_t parallel(const mercer_context *context, mercer_body body, int64_t *frame, int64_t chunks, int64_t scratch) {
    char *own = static_cast<char *>(allocate(context, scratch));
    for (int64_t chunk = 0; chunk < chunks; ++chunk)
      body(frame, chunk, own);
    return 0;
  }
};

class Compiled {
public:
  Compiled(const Program &program, compiler::Options options) {
    options.inputTypes.assign(program.graph().inputs.size(), DType::f32);
    options.inParallel = detail::in_parallel_on_large_stacks;
    compiler::Code code = llvm::cantFail(compiler::compile(program.graph(), options));
    words_ = code.frameWords;
    types_ = code.outputTypes;
    hasParts_ = code.object->getBuffer().starts_with("!<arch>");
    linked_ = llvm::cantFail(detail::link_object(std::move(code.object), code.symbol));
  }

  /// Outputs are f32 or positions; their bits.
  std::vector<std::vector<uint64_t>> operator()(const std::vector<Tensor32> &inputs,
                                                const std::vector<std::vector<int64_t>> &outputs) const {
    std::vector<int64_t> frame;
    auto add = [&](const void *data, const std::vector<int64_t> &sizes) {
      frame.push_back(reinterpret_cast<int64_t>(data));
      frame.insert(frame.end(), sizes.begin(), sizes.end());
      for (size_t d = 0; d < sizes.size(); ++d)
        frame.push_back(std::accumulate(sizes.begin() + static_cast<std::ptrdiff_t>(d) + 1, sizes.end(), int64_t(1),
                                        std::multiplies<>()));
    };
    for (const Tensor32 &input : inputs)
      add(input.values.data(), input.sizes);
    std::vector<std::vector<uint64_t>> results;
    for (const auto &sizes : outputs) {
      int64_t count = std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
      results.emplace_back(static_cast<size_t>(count));
      add(results.back().data(), sizes);
    }
    frame.resize(static_cast<size_t>(words_));
    Call call;
    mercer_context context{&Call::allocate, &Call::parallel, &call};
    EXPECT_EQ(reinterpret_cast<mercer_entry>(linked_->address())(frame.data(), &context), 0);
    return results;
  }

  bool hasParts() const { return hasParts_; }

private:
  bool hasParts_ = false;
  int64_t words_ = 0;
  std::vector<DType> types_;
  std::unique_ptr<detail::LinkedCode> linked_;
};

} // namespace mercer
