#include "mercer/runtime/export/Header.h"

#include "runtime/export/HeaderParts.h" // made when Mercer is built, of DLPack.h and support/Context.h

#include <algorithm>
#include <cctype>
#include <map>

namespace mercer::detail {

using dsl::Graph;
using dsl::NodeKind;

static std::string upper(std::string_view text) {
  std::string result;
  for (char c : text)
    result += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
  return result;
}

static std::string error_codes() {
  std::string text = "/* What the functions return, and more that Mercer itself says. */\n"
                     "#ifndef MERCER_CODES_H_\n#define MERCER_CODES_H_\n\nenum mercer_code {\n  MERCER_OK = 0";
  auto add = [&](std::string_view name, int value, std::string_view meaning) {
    text += ",\n  MERCER_" + upper(name) + " = " + std::to_string(value) + " /* " + std::string(meaning) + " */";
  };
#define MERCER_ERROR(name, value, meaning) add(#name, value, meaning);
#include "mercer/dsl/Error.def"
  return text + "\n};\n\n#endif /* MERCER_CODES_H_ */\n\n";
}

// --- shapes --------------------------------------------------------------------------------------------------

namespace {

/// Names of the sizes of a program's inputs: equal sizes have one name, that of an index where one runs over them.
class SizeNames {
public:
  explicit SizeNames(const Graph &graph) : graph_(graph) {
    for (const Graph::SameExtent &same : graph.sameExtents)
      if (is_plain(same.index))
        suggest({same.inputA, same.dimensionA}, same.index);
    for (std::size_t input = 0; input < graph.inputs.size(); ++input)
      for (int dimension = 0; dimension < graph.inputs[input].rank; ++dimension)
        if (const Place place = first({static_cast<std::int32_t>(input), dimension}); !names_.contains(place))
          suggest(place, graph.inputs[place.first].name + "_" + std::to_string(place.second));
  }

  std::string of_input(std::int32_t input) const {
    std::string text;
    for (int dimension = 0; dimension < graph_.inputs[input].rank; ++dimension)
      text += (dimension ? ", " : "") + names_.at(first({input, dimension}));
    return "[" + text + "]";
  }

  std::string of_output(const Graph::Output &output) const {
    std::string text;
    for (std::int32_t index : output.indices)
      text += (text.empty() ? "" : ", ") + of_extent(graph_.nodes[graph_.indices[index].extent]);
    return "[" + text + "]";
  }

private:
  using Place = std::pair<std::int32_t, std::int32_t>;

  static bool is_plain(const std::string &name) {
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  }

  Place first(Place place) const {
    const auto &same = graph_.inputs[place.first].sameAs;
    return static_cast<std::size_t>(place.second) < same.size() ? Place(same[place.second]) : place;
  }

  void suggest(Place place, std::string name) {
    place = first(place);
    if (names_.contains(place))
      return;
    while (std::find(used_.begin(), used_.end(), name) != used_.end())
      name += "_";
    used_.push_back(name);
    names_[place] = name;
  }

  std::string of_extent(const Graph::Node &node) const {
    if (node.kind == NodeKind::size)
      return names_.at(first({node.symbol, static_cast<std::int32_t>(node.integer)}));
    if (node.kind == NodeKind::integer_constant)
      return std::to_string(node.integer);
    return "?"; // the sizes' function says it
  }

  const Graph &graph_;
  std::map<Place, std::string> names_;
  std::vector<std::string> used_;
};

} // namespace

// --- functions -----------------------------------------------------------------------------------------------

/// A name that hides none of the prototype's own.
static std::string parameter_name(std::string name) {
  for (std::string_view taken : {"context", "DLTensor", "mercer_context", "int32_t", "int64_t"})
    if (name == taken)
      name += "_";
  return name;
}

static std::string input_parameters(const Signature &signature) {
  std::string text;
  for (const Signature::Parameter &input : signature.inputs()) {
    const char *type = input.rank > 0        ? "const DLTensor *"
                       : input.kind == real    ? "double "
                       : input.kind == integer ? "int64_t "
                                               : "int32_t ";
    text += type + parameter_name(input.name) + ", ";
  }
  return text;
}

static std::string prototypes(const Signature &signature, const std::string &symbol) {
  const std::string inputs = input_parameters(signature);
  std::string text = "int32_t " + symbol + "(" + inputs;
  std::string sizes;
  for (const Signature::Parameter &output : signature.outputs()) {
    text += "DLTensor *" + parameter_name(output.name) + ", ";
    if (output.rank > 0)
      sizes += (sizes.empty() ? "" : ", ") + ("int64_t *" + parameter_name(output.name));
  }
  text += "const mercer_context *context);\n";
  if (!sizes.empty())
    text += "int32_t " + sizes_symbol(symbol) + "(" + inputs + sizes + ");\n";
  return text;
}

/// "f32", or one for each of the functions: "f32 or f64".
static std::string types_text(const ExportedFunctions &program, std::size_t number, bool is_input) {
  std::vector<std::string> names;
  for (const ExportedFunctions::Function &function : program.functions) {
    const DType type = (is_input ? function.input_types : function.output_types)[number];
    std::string name(name_of(type));
    if (is_input && type == DType::i64)
      name = "i64, i32 or i8";
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : " / ") + name;
  return text;
}

static std::string description(const ExportedFunctions &program) {
  const Signature &signature = *program.signature;
  const SizeNames sizes(signature.graph());
  std::string text = "/* " + program.name;
  for (std::size_t n = 0; n < signature.inputs().size(); ++n) {
    const Signature::Parameter &input = signature.inputs()[n];
    text += "\n     " + parameter_name(input.name) + ": ";
    if (input.rank > 0)
      text += types_text(program, n, true) + " " + sizes.of_input(static_cast<std::int32_t>(n));
    else
      text += input.kind == real ? "a number" : input.kind == integer ? "an integer" : "0 or not";
  }
  text += "\n   gives";
  for (std::size_t n = 0; n < signature.outputs().size(); ++n) {
    const Signature::Parameter &output = signature.outputs()[n];
    text += "\n     " + parameter_name(output.name) + ": " + types_text(program, n, false) + " " +
            sizes.of_output(signature.graph().outputs[n]);
    if (output.like >= 0)
      text += ", the derivative by " + signature.inputs()[output.like].name;
  }
  return text + " */\n";
}

std::string sizes_symbol(const std::string &symbol) { return symbol + "_sizes"; }

bool has_sizes(const Signature &signature) {
  return std::any_of(signature.outputs().begin(), signature.outputs().end(),
                     [](const Signature::Parameter &output) { return output.rank > 0; });
}

std::string header_text(const std::string &file, std::span<const ExportedFunctions> programs) {
  const std::string guard = "MERCER_MADE_" + upper(file) + "_";
  std::string text = "/* Made by Mercer " MERCER_VERSION ". Functions return 0, or a code of mercer_code, and mercer_last_error()\n"
                     "   says what is wrong; nothing is written then. Tensors are in memory of the CPU, with any strides, which may be\n"
                     "   null for row-major ones. Outputs have the sizes that are said here (names stand for sizes of inputs, equal\n"
                     "   names for equal sizes, [] for one element without dimensions, ? for what NAME_sizes writes). Outputs must not\n"
                     "   overlap each other or an input, except that an output may be the very tensor of an input that is read only\n"
                     "   for elements at the same place. Any number of threads may call at a time. `context` may be null. */\n"
                     "#ifndef " +
                     guard + "\n#define " + guard + "\n\n";
  text += dlpack_text;
  text += "\n";
  text += context_text;
  text += "\n" + error_codes() + "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  for (const ExportedFunctions &program : programs) {
    text += description(program);
    for (const ExportedFunctions::Function &function : program.functions)
      text += prototypes(*program.signature, function.symbol);
    text += "\n";
  }
  return text + "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " + guard + " */\n";
}

} // namespace mercer::detail
