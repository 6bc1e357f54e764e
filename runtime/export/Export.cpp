#include "mercer/runtime/export/Export.h"

#include "mercer/runtime/CompilerError.h"
#include "mercer/runtime/Kernel.h"
#include "mercer/runtime/LargeStack.h"
#include "mercer/runtime/export/Files.h"
#include "mercer/runtime/export/Header.h"
#include "mercer/runtime/export/Table.h"

#include "mercer/dsl/Node.h"

#include "compiler/ObjectFile.h"

#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace mercer::detail {
namespace {

/// What the names of the support archive's functions begin with: `MERCER_VERSIONED` there.
constexpr char support[] = "mercer_1_";

struct InstructionSet {
  std::string_view name;
  std::int32_t level; ///< as mercer_target has it
};
constexpr InstructionSet instruction_sets[] = {{"x86-64-v2", 2}, {"x86-64-v3", 3}, {"x86-64-v4", 4}, {"aarch64", 0}};

[[noreturn]] void fail(ErrorCode code, const std::string &text) { throw Error(code, "write_object: " + text, {}); }

/// The instruction sets of these names, from the least demanding on.
std::vector<InstructionSet> chosen(const std::vector<std::string> &names) {
  std::vector<InstructionSet> result;
  for (const std::string &name : names) {
    const auto found = std::find_if(std::begin(instruction_sets), std::end(instruction_sets),
                                    [&](const InstructionSet &each) { return each.name == name; });
    if (found == std::end(instruction_sets))
      fail(ErrorCode::unsupported, "'targets' must be x86-64-v2, x86-64-v3, x86-64-v4 or aarch64, but one is \"" +
                                       name.substr(0, 40) + "\"");
    result.push_back(*found);
  }
  std::sort(result.begin(), result.end(), [](const auto &a, const auto &b) { return a.level < b.level; });
  for (std::size_t n = 1; n < result.size(); ++n) {
    if (result[n].name == result[n - 1].name)
      fail(ErrorCode::bad_option, "'targets' has " + std::string(result[n].name) + " twice");
    if (result[0].level == 0)
      fail(ErrorCode::bad_option, "'targets' must be of one processor, but has aarch64 and " + std::string(result[n].name));
  }
  if (result.empty())
    fail(ErrorCode::bad_option, "'targets' must name an instruction set, but is empty");
  return result;
}

void check_types(const std::vector<DType> &types) {
  if (types.empty())
    fail(ErrorCode::bad_option, "'real_types' must have an element type, but is empty");
  for (std::size_t n = 0; n < types.size(); ++n) {
    if (types[n] > DType::boolean || kind_of(types[n]) != real)
      fail(ErrorCode::bad_option, "'real_types' must be f64, f32, f16 or bf16, but one is " +
                                      (types[n] > DType::boolean ? "none of Mercer's" : std::string(name_of(types[n]))));
    if (std::find(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(n), types[n]) !=
        types.begin() + static_cast<std::ptrdiff_t>(n))
      fail(ErrorCode::bad_option, "'real_types' has " + std::string(name_of(types[n])) + " twice");
  }
}

std::string symbol_of(const std::string &name, DType type) { return name + "_" + std::string(name_of(type)); }

/// Each function's name is one that C takes and that no other has.
void check_names(std::span<const NamedProgram> programs, const std::vector<DType> &types) {
  std::set<std::string> symbols;
  for (const NamedProgram &each : programs) {
    dsl::check_name(each.name, "write_object: program", each.program.where());
    for (DType type : types)
      for (const std::string &symbol : {symbol_of(each.name, type), sizes_symbol(symbol_of(each.name, type))})
        if (!symbols.insert(symbol).second)
          throw Error(ErrorCode::duplicate_name,
                      "write_object: programs must have different names, but two would be the function '" + symbol + "'",
                      each.program.where());
  }
}

/// The variant of some element types.
compiler::Options options_of(const Signature &signature, DType type, const ExportOptions &given) {
  compiler::Options options;
  for (const Signature::Parameter &input : signature.inputs())
    options.inputTypes.push_back(input.kind == boolean   ? DType::boolean
                                 : input.kind == integer ? DType::i64
                                 : input.rank == 0       ? DType::f64
                                                         : type);
  options.arithmetic = signature.arithmetic(options.inputTypes);
  for (const Signature::Parameter &output : signature.outputs())
    options.outputTypes.push_back(output.like >= 0 ? options.inputTypes[output.like] : options.arithmetic);
  options.fast = given.precision == Precision::fast;
  options.anyMachine = true;
  return options;
}

/// Dimensions of inputs after their first.
std::vector<compiler::KnownSize> bounded_sizes(const Signature &signature) {
  std::vector<compiler::KnownSize> sizes;
  for (std::size_t input = 0; input < signature.inputs().size(); ++input)
    for (int dimension = 1; dimension < signature.inputs()[input].rank; ++dimension)
      sizes.push_back({static_cast<std::int32_t>(input), dimension, bounded_size, true});
  return sizes;
}

std::vector<compiler::CFunction::Kind> value_kinds(const Signature &signature) {
  using compiler::CFunction;
  std::vector<CFunction::Kind> kinds;
  for (const Signature::Parameter &input : signature.inputs())
    kinds.push_back(input.rank > 0          ? CFunction::address
                    : input.kind == real    ? CFunction::number
                    : input.kind == integer ? CFunction::integer
                                            : CFunction::truth);
  return kinds;
}

/// The functions of a table: the program, and the sizes of its outputs.
std::vector<compiler::CFunction> c_functions(const Signature &signature, const std::string &symbol) {
  using compiler::CFunction;
  CFunction call{symbol, "call", value_kinds(signature), {CFunction::address}, /*passesLast=*/true};
  CFunction sizes{sizes_symbol(symbol), "sizes", value_kinds(signature), {}, /*passesLast=*/false};
  for (const Signature::Parameter &output : signature.outputs()) {
    call.values.push_back(CFunction::address);
    if (output.rank > 0)
      sizes.others.push_back(CFunction::address);
  }
  std::vector<CFunction> functions = {std::move(call)};
  if (has_sizes(signature))
    functions.push_back(std::move(sizes));
  return functions;
}

/// Adds the function of one real type to the object.
ExportedFunctions::Function add_function(compiler::ObjectFile &object, const std::string &name, const Signature &signature,
                                         DType type, std::span<const InstructionSet> sets, const ExportOptions &given) {
  compiler::Options options = options_of(signature, type, given);
  TableCode code{symbol_of(name, type), options.inputTypes, {}, {}};
  const std::vector<compiler::KnownSize> bounded = bounded_sizes(signature);
  for (const InstructionSet &set : sets) {
    options.cpu = set.name;
    TableCode::Target &target = code.targets.emplace_back(TableCode::Target{std::string(set.name), set.level, {}});
    for (const bool is_bounded : {true, false}) {
      if (is_bounded && bounded.empty())
        continue;
      options.knownSizes = is_bounded ? bounded : std::vector<compiler::KnownSize>();
      llvm::Expected<compiler::ObjectFile::Facts> facts = object.addCode(signature.graph(), options);
      if (!facts)
        fail(signature, facts.takeError());
      target.variants.push_back({facts->symbol, static_cast<std::int32_t>(facts->frameWords),
                                 is_bounded ? static_cast<std::int32_t>(bounded_size) : 0});
      code.output_types = facts->outputTypes;
    }
  }
  const Table table(signature, code);
  std::vector<compiler::EntryPlace> places;
  for (const auto &[at, symbol] : table.entries())
    places.push_back({at, symbol});
  if (llvm::Error error = object.addTable(table.bytes(), places, c_functions(signature, code.name)))
    fail(signature, std::move(error));
  return {code.name, code.input_types, code.output_types};
}

std::string version_symbol() {
  std::string symbol = "mercer_version_" MERCER_VERSION;
  std::replace(symbol.begin(), symbol.end(), '.', '_');
  return symbol;
}

std::vector<InstructionSet> checked(std::span<const NamedProgram> programs, const ExportOptions &options) {
  check_types(options.real_types);
  std::vector<InstructionSet> sets = chosen(options.targets);
  if (options.precision != Precision::accurate && options.precision != Precision::fast)
    fail(ErrorCode::bad_option, "'precision' must be accurate or fast");
  if (programs.empty())
    fail(ErrorCode::bad_option, "'programs' must have a program, but is empty");
  check_names(programs, options.real_types);
  return sets;
}

/// An object file, and what the header says of it.
struct Compiled {
  std::vector<std::unique_ptr<Signature>> signatures;
  std::vector<ExportedFunctions> functions;
  std::string bytes;
};

Compiled compiled(std::span<const NamedProgram> programs, std::span<const InstructionSet> sets, const ExportOptions &options) {
  Compiled result;
  on_large_stack([&] {
    compiler::ObjectFile object(support);
    for (const NamedProgram &each : programs) {
      const Signature &signature = *result.signatures.emplace_back(std::make_unique<Signature>(each.program));
      ExportedFunctions &functions = result.functions.emplace_back(ExportedFunctions{each.name, &signature, {}});
      for (DType type : options.real_types)
        functions.functions.push_back(add_function(object, each.name, signature, type, sets, options));
    }
    object.addText(version_symbol(), MERCER_VERSION);
    llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> bytes = object.finish();
    if (!bytes)
      fail(*result.signatures.back(), bytes.takeError());
    result.bytes = (*bytes)->getBuffer();
  });
  return result;
}

/// Does something for each number below `count`, on several threads. What the least number threw is thrown again.
template <class Work>
void for_each_on(unsigned threads, std::size_t count, const Work &work) {
  std::vector<std::exception_ptr> errors(count);
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  auto run = [&] {
    for (std::size_t n; !failed && (n = next++) < count;)
      try {
        work(n);
      } catch (...) {
        errors[n] = std::current_exception();
        failed = true;
      }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned n = 1; n < threads && n < count; ++n)
      others.emplace_back(run);
    run();
  }
  for (const std::exception_ptr &error : errors)
    if (error)
      std::rethrow_exception(error);
}

std::string file_of(const std::string &path) { return path.substr(path.find_last_of('/') + 1); }

} // namespace

void write_object(std::span<const NamedProgram> programs, const std::string &object_path, const std::string &header_path,
                  const ExportOptions &options) {
  Compiled object = compiled(programs, checked(programs, options), options);
  std::string header = header_text(file_of(header_path), object.functions);
  write_files({{object_path, std::move(object.bytes)}, {header_path, std::move(header)}});
}

void write_objects(std::span<const NamedProgram> programs, const std::string &folder, const std::string &header_path,
                   const ExportOptions &options, unsigned threads) {
  const std::vector<InstructionSet> sets = checked(programs, options);
  std::vector<Compiled> objects(programs.size());
  for_each_on(threads, programs.size(), [&](std::size_t n) { objects[n] = compiled(programs.subspan(n, 1), sets, options); });
  std::vector<NewFile> files;
  std::vector<ExportedFunctions> functions;
  for (std::size_t n = 0; n < objects.size(); ++n) {
    files.push_back({folder + "/" + programs[n].name + ".o", std::move(objects[n].bytes)});
    functions.push_back(std::move(objects[n].functions.front()));
  }
  files.push_back({header_path, header_text(file_of(header_path), functions)});
  write_files(files);
}

std::string header_of(std::span<const NamedProgram> programs, const std::string &file, const ExportOptions &options) {
  std::vector<InstructionSet> sets = checked(programs, options);
  sets.resize(1); // the types of outputs are known when code is made; no header depends on the instruction set
  return header_text(file, compiled(programs, sets, options).functions);
}

} // namespace mercer::detail

void mercer::write_object(std::span<const Program> programs, const std::string &object_path, const std::string &header_path,
                          const ExportOptions &options) {
  std::vector<detail::NamedProgram> named;
  for (const Program &program : programs)
    named.push_back({program.name(), program});
  detail::write_object(named, object_path, header_path, options);
}
