// C functions of object files beside the JIT's, on drawn cases.
#pragma once

#include "../stdlib/Draw.h"

#include <mercer/runtime.h>
#include <mercer/runtime/DLPack.h>

namespace mercer::test {

/// A program of an entry with a drawn case.
struct Subject {
  std::string name; ///< what its functions begin with
  Program program;
  tools::Case input;
  std::vector<Tensor> inputs; ///< of the entry, in the order of the program
};

/// C functions `call_SYMBOL(tensors, numbers)` that call those of a header through their prototypes, in a shared library.
class Library {
public:
  /// Compiles `base`.c to `base`.so with these objects and archives. @throws Error(io)
  Library(const std::vector<Subject> &subjects, const std::vector<DType> &types, const std::string &header,
          const std::vector<std::string> &linked, const std::string &compiler, const std::string &base);

  using Caller = std::int32_t (*)(DLTensor **, const double *);
  Caller caller_of(const std::string &symbol) const;
  std::string last_error() const;

private:
  void *handle_;
};

/// "", or what is wrong: results must have the bits of the JIT's for this target.
std::string compare(const Subject &subject, const Library &library, DType type, const std::string &target);

} // namespace mercer::test
