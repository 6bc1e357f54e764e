// The constant table of one C function (../support/Table.h), as it is put together.
#pragma once

#include "mercer/runtime/Signature.h"
#include "mercer/runtime/support/Table.h"

#include <map>

namespace mercer::detail {

/// What a table says beside what the program says.
struct TableCode {
  struct Variant {
    std::string symbol; ///< of the entry
    std::int32_t frame_words, largest;
  };
  struct Target {
    std::string name;
    std::int32_t level;
    std::vector<Variant> variants; ///< the last for any sizes
  };
  std::string name;                             ///< of the function, for messages
  std::vector<DType> input_types, output_types; ///< as the code takes them
  std::vector<Target> targets;
};

/// The table of a function, and where the distances to entries are to be put. @throws Error(unsupported)
class Table {
public:
  Table(const Signature &signature, const TableCode &code);

  const std::string &bytes() const { return bytes_; }
  const std::vector<std::pair<std::int32_t, std::string>> &entries() const { return entries_; }

private:
  class Steps;
  template <class T>
  std::int32_t put(const T *values, std::size_t count);
  template <class T>
  mercer_list list(const std::vector<T> &values);
  std::int32_t text(const std::string &text);
  mercer_list parameters(const std::vector<Signature::Parameter> &parameters, const std::vector<DType> &types);
  mercer_list targets(const std::vector<TableCode::Target> &targets);
  mercer_check check(const dsl::Graph &graph, const dsl::Graph::Check &check);

  std::string bytes_;
  std::map<std::string, std::int32_t> texts_;
  std::vector<std::pair<std::int32_t, std::string>> entries_;
};

} // namespace mercer::detail
