// What calls of a program are checked against.
#pragma once

#include "mercer/runtime/Extents.h"

#include <string>

namespace mercer::detail {

/// The arguments of a program, and the rules between them.
class Signature {
public:
  /// @throws Error(unsupported)
  explicit Signature(const Program &program);

  struct Parameter {
    std::string name;
    int rank;
    Kind kind;
    int like = -1; ///< of an output: the input that it is a derivative by
  };

  const dsl::Graph &graph() const { return program_.graph(); }
  const std::string &name() const { return graph().name; }
  const std::vector<Parameter> &inputs() const { return inputs_; }
  const std::vector<Parameter> &outputs() const { return outputs_; }

  /// May this output be the very view of that input?
  bool in_place(std::size_t output, std::size_t input) const {
    return in_place_[output * inputs_.size() + input];
  }

  /// Fills `call` in the order of the rules of descriptors. The outputs get their sizes; with `views` they
  /// are the caller's and checked, without they have no memory yet. @throws Error
  void check(std::span<const Argument> arguments, const View *views, Call &call) const;

  /// Words that a call needs.
  std::size_t words() const { return words_; }

  /// Kinds and number of the element types of inputs. @throws Error(argument_count, type_mismatch)
  void check_types(const std::vector<DType> &types) const;

  /// f64 or f32, by the types of the inputs.
  DType arithmetic(std::span<const DType> types) const;

  [[noreturn]] void fail(ErrorCode code, const std::string &text) const;
  [[noreturn]] void fail(ErrorCode code, const std::string &text, std::source_location where) const;

private:
  void find_in_place();
  void check_structure(const Argument &argument, const Parameter &parameter, Operand &operand,
                       Call &call) const;
  void check_structure(const View &view, const Parameter &parameter, const char *role, Operand &operand,
                       Call &call) const;
  void check_sizes(const Operand &operand, const Parameter &parameter, const char *role) const;
  void check_extents(Call &call, bool given) const;
  void check_memory(Operand &operand, const Parameter &parameter, const char *role) const;
  void check_aliasing(Call &call) const;

  Program program_;
  std::vector<Parameter> inputs_, outputs_;
  std::vector<bool> in_place_;
  std::size_t words_ = 0;
  std::size_t output_extents_ = 0; ///< number of the extents of outputs, which come first in `extents_`
  std::unique_ptr<Extents> extents_;
};

/// Do the elements of a view lie apart? False also when it is not known.
bool elements_apart(const Operand &view);
/// Do two views share no byte? False also when it is not known.
bool views_apart(const Operand &a, const Operand &b);
/// The same elements in the same order.
bool same_view(const Operand &a, const Operand &b);

/// "f64, f32, f16 or bf16", ...
std::string types_of(Kind kind);

} // namespace mercer::detail
