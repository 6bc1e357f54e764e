// A program as the interpreter runs it: what is right.
#pragma once

#include "mercer/runtime/Engine.h"

#include <mutex>

namespace mercer::detail {

/// Holds the imported modules of a program, one for each combination of element types. Any thread may use it.
class Reference {
public:
  explicit Reference(const Signature &signature);
  ~Reference();

  /// Runs a call with `bits` of precision and stores the outputs. @throws Error(index_out_of_range)
  void run(Call &call, int bits) const;
  /// Throws for the first check that fails, if one does.
  void check(Call &call) const;

private:
  struct Modules;
  const Signature &signature_;
  std::unique_ptr<Modules> modules_;
};

/// The interpreter as an engine.
class Interpreted : public Engine {
public:
  Interpreted(const Signature &signature, int bits)
      : signature_(signature), reference_(signature), bits_(bits) {}
  DType real_output_type(std::size_t, std::span<const DType>) const override { return DType::f64; }
  void run(Call &call) const override { reference_.run(call, bits_); }
  void compile(const std::vector<DType> &) const override {}
  std::string explain(Call &) const override;
  std::string emit(Call &, const std::string &stage) const override;

private:
  const Signature &signature_;
  Reference reference_;
  int bits_;
};

/// Throws index_out_of_range when a value does not fit the element type of integer output number `output`.
void check_fit(const Signature &signature, std::size_t output, const Strided &values, DType dtype);

} // namespace mercer::detail
