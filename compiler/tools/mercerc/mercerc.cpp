// The command line of the standard library and the compiler.
#include "compiler/tools/mercerc/Accuracy.h"
#include "compiler/tools/mercerc/Cache.h"
#include "compiler/tools/mercerc/Case.h"
#include "compiler/tools/mercerc/Catalogue.h"
#include "compiler/tools/mercerc/Compile.h"
#include "compiler/tools/mercerc/Complete.h"
#include "compiler/tools/mercerc/Plot.h"
#include "compiler/tools/mercerc/Reference.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

using namespace mercer;
using namespace mercer::tools;

namespace {

constexpr int usage_status = 2;

void write_array(std::ostream &out, const Array &array) {
  out << "{\"shape\": [";
  for (std::size_t d = 0; d < array.shape().size(); ++d)
    out << (d == 0 ? "" : ", ") << array.shape()[d];
  out << "], \"data\": [";
  bool is_real = array.dtype() <= DType::bf16;
  int digits = array.dtype() == DType::f64 ? 17 : 9;
  const char *separator = "";
  for (double number : elements(array)) {
    out << separator;
    if (is_real)
      out << number_text(number, digits);
    else
      out << static_cast<std::int64_t>(number);
    separator = ", ";
  }
  out << "]}";
}

void write_named(std::ostream &out, const std::vector<std::pair<std::string, Array>> &arrays) {
  out << "{";
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    out << (i == 0 ? "\"" : ", \"") << arrays[i].first << "\": ";
    write_array(out, arrays[i].second);
  }
  out << "}";
}

/// The page, or the text of value and gradient after a stage.
int show(const std::string &name, bool latex, const std::string &stage, const JitOptions &options) {
  if (stage.empty()) {
    show_entry(std::cout, name, latex, options);
    return 0;
  }
  const stdlib::EntryInfo &entry = entry_named(name);
  const stdlib::EntryProgram made = usual_program(entry, true);
  std::cout << emit(value_and_gradient(made.program, gradient_inputs(entry, made, {})), stage, options);
  return 0;
}

int run(const std::string &name, const std::string &path, const RunOptions &options) {
  const stdlib::EntryInfo &entry = entry_named(name);
  std::string source = path == "-" ? "standard input" : path;
  CaseResult result = run_case(entry, read_case(parse_json(read_text(path), source), source), options);
  std::ostringstream out;
  out << "{\"value\": ";
  write_array(out, result.values.front().second);
  if (result.values.size() > 1) {
    out << ", \"values\": ";
    write_named(out, result.values);
  }
  if (options.gradient) {
    out << ", \"gradient\": ";
    write_named(out, result.gradient);
  }
  std::cout << out.str() << "}\n";
  return 0;
}

/// One line on standard error.
int complain(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::cerr << "mercerc: " << message << "\n";
  return usage_status;
}

/// Names of `--gradient=a,b`; none of `--gradient`: all of them.
std::vector<std::string> names_of(const std::string &text) {
  std::vector<std::string> parts;
  if (text == "*")
    return parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');)
    parts.push_back(part);
  return parts;
}

DType type_named(const std::string &name) {
  for (DType type : {DType::f64, DType::f32, DType::f16, DType::bf16})
    if (name_of(type) == name)
      return type;
  return DType::f64;
}

/// Everything that a command line may say.
class CommandLine {
public:
  CommandLine() : app_("mercerc: Mercer's library of losses, divergences and kernels, and its compiler.\n", "mercerc") {
    app_.require_subcommand(1);
    app_.footer("Examples:\n"
                "  mercerc list --family contrastive --details   what there is\n"
                "  mercerc show supcon_loss                      formula, arguments, gradient, plan\n"
                "  mercerc plot huber_loss -o huber.svg          the value and its derivative along one number\n"
                "  mercerc accuracy huber_loss                   errors in units in the last place\n"
                "  mercerc run huber_loss CASE.json --gradient   values and derivatives as JSON\n"
                "  mercerc compile huber_loss --gradient --emit=object -o huber.o\n"
                "                                                functions for C, with huber.h beside them\n"
                "\n"
                "'mercerc COMMAND --help' says more of a command.\n"
                "Status: 0; 1 when 'cache verify' finds damage; 2 when something is wrong, with one line on standard error.\n"
                "Environment: MERCER_CACHE_DIR (folder of compiled kernels, or off), MERCER_CACHE_SHARED (one that is only read), "
                "MERCER_CACHE_SIZE (500M).");
    add_list();
    add_show();
    add_run();
    add_compile();
    add_plot();
    add_accuracy();
    add_docs();
    add_cache();
    add_completion();
  }

  /// The exit status. @throws CLI::ParseError, Error
  int run(std::vector<std::string> words) {
    if (!words.empty() && words.front() == "complete") {
      std::cout << completions(app_, {words.begin() + (words.size() > 1 && words[1] == "--" ? 2 : 1), words.end()});
      return 0;
    }
    // `--gradient` alone would take the next word as its value.
    for (std::string &word : words)
      if (word == "--gradient")
        word = "--gradient=*";
    std::reverse(words.begin(), words.end());
    app_.parse(words);
    return action_();
  }
  int help(const CLI::CallForHelp &help) { return app_.exit(help); }

private:
  CLI::App *add(CLI::App &to, const char *name, const char *description, std::function<int()> action) {
    CLI::App *command = to.add_subcommand(name, description);
    command->callback([this, action = std::move(action)] { action_ = action; });
    command->footer(""); // not that of all commands
    return command;
  }
  /// What an option takes is said by one word in the help, not by all that is allowed.
  static CLI::Option *option(CLI::App *command, const std::string &names, auto &value, const std::string &word, const std::string &text) {
    return command->add_option(names, value, text)->option_text(word);
  }
  void add_name(CLI::App *command) {
    option(command, "NAME", name_, "(required)", "the entry; 'mercerc list' names them all")->required();
  }
  void add_gradient(CLI::App *command) {
    option(command, "--gradient", gradient_, "[=a,b]", "of the sum, with respect to every real argument, or to these");
  }
  void add_type(CLI::App *command, const std::string &text) {
    option(command, "--type", type_, "TYPE", text)->check(CLI::IsMember({"f64", "f32", "bf16", "f16"}));
  }
  void add_target(CLI::App *command) {
    option(command, "--target", jit_.target, "CPU", "what is compiled for, as LLVM names it: haswell, x86-64-v4, ...; default: this one");
  }
  void add_timing(CLI::App *command) {
    command->add_flag("--timing", jit_.timing, "what each stage of the compiler took, on standard error");
  }

  void add_list() {
    CLI::App *command = add(app_, "list", "names of the library's entries, one line each", [this] {
      list_entries(std::cout, list_);
      return 0;
    });
    option(command, "--family", list_.family, "FAMILY", "only this family: kernels, regression, contrastive, ...");
    option(command, "--needs", list_.needs, "KIND,...",
           "only entries with arguments of these kinds: labels, partners (the row of a point's partner), kernel, probabilities, ...")
        ->delimiter(',');
    option(command, "--search", list_.search, "TEXT", "only entries with this in their name, summary or source");
    option(command, "--document", list_.document, "WORDS", "only entries whose source has all of these words: authors, title, venue, year or arXiv number");
    command->add_flag("--details", list_.details, "family and summary beside the name");
    command->footer("Examples: mercerc list --needs labels --search contrastive --details\n          mercerc list --document \"khosla 2020\"");
  }

  void add_show() {
    CLI::App *command = add(app_, "show", "an entry: formula, arguments, parameters, source, gradient, plan",
                            [this] { return show(name_, latex_, stage_, jit_); });
    add_name(command);
    command->add_flag("--latex", latex_, "formula and gradient as LaTeX");
    option(command, "--emit", stage_, "STAGE",
           "instead: the text of value and gradient for f32 after a stage of the compiler: program, mlir, nests, vector, llvm or asm");
    add_target(command);
    add_timing(command);
    command->footer("Example: mercerc show cross_entropy --latex");
  }

  void add_run() {
    CLI::App *command = add(app_, "run", "evaluate an entry on a case", [this] {
      RunOptions options;
      options.type = type_named(type_);
      options.interpreter = engine_ == "interpreter";
      options.threads = threads_;
      options.timing = jit_.timing;
      if (!gradient_.empty())
        options.gradient = names_of(gradient_);
      return ::run(name_, path_, options);
    });
    add_name(command);
    option(command, "CASE", path_, "(required)", "a JSON file with \"arguments\" and \"parameters\"; - is standard input")->required();
    add_gradient(command);
    add_type(command, "how real arguments are stored: f64 (default), f32, bf16 or f16");
    option(command, "--engine", engine_, "ENGINE", "jit (default) or interpreter")->check(CLI::IsMember({"jit", "interpreter"}));
    add_timing(command);
    option(command, "--threads", threads_, "N", "at most this many; 0 (default): all")->check(CLI::Range(0, 4096));
    command->footer("A case: {\"arguments\": {\"y\": {\"dtype\": \"f64\", \"shape\": [2, 1], \"data\": [0.5, 2]}}, \"parameters\": {\"kappa\": 1}}\n"
                    "Example: mercerc run huber_loss CASE.json --gradient=y --type=f32\n"
                    "prints {\"value\": {\"shape\": ..., \"data\": ...}, \"gradient\": {\"y\": ...}}");
  }

  void add_compile() {
    CLI::App *command = add(app_, "compile", "an entry or a text, to the text of a stage of the compiler or to an object file for C", [this] {
      if (!type_.empty())
        compile_.type = type_named(type_);
      if (!gradient_.empty())
        compile_.gradient = names_of(gradient_);
      for (const std::string &type : types_)
        compile_.types.push_back(type_named(type));
      compile_.jit = jit_;
      if (fast_)
        compile_.jit.precision = Precision::fast;
      compile(name_, compile_);
      return 0;
    });
    option(command, "NAME|FILE.mlir", name_, "(required)", "an entry, or a file with one mercer.program")->required();
    option(command, "--emit", compile_.emit, "STAGE",
           "program (as imported), mlir (differentiated, stable, small), nests (the plan), vector, llvm or asm; "
           "object (functions for C, and the header beside them) or header (alone). Required")
        ->required()
        ->check(CLI::IsMember({"program", "mlir", "nests", "vector", "llvm", "asm", "object", "header"}));
    add_gradient(command);
    add_type(command, "of real tensors: f32 (default), f64, bf16 or f16");
    add_target(command);
    option(command, "--types", types_, "TYPE,...", "of object and header, a function for each: f32,f64 (default), bf16, f16")
        ->delimiter(',')
        ->check(CLI::IsMember({"f64", "f32", "bf16", "f16"}));
    option(command, "--targets", compile_.targets, "TARGET,...",
           "of object and header, chosen of when it runs: x86-64-v2,x86-64-v3,x86-64-v4 (default), or aarch64")
        ->delimiter(',');
    command->add_flag("--fast", fast_, "elementary functions within 4 ulp");
    option(command, "-o,--output", compile_.output, "FILE",
           "written whole or not at all; - (default) is standard output. An object's ends in .o");
    command->footer("Examples:\n"
                    "  mercerc compile huber_loss --gradient --emit=object -o huber.o && cc app.c huber.o -lmercer_support\n"
                    "  mercerc compile cross_entropy --emit=nests\n"
                    "  mercerc compile program.mlir --emit=asm --target=x86-64-v3");
  }

  void add_plot() {
    CLI::App *command = add(app_, "plot", "an entry along one number, with its derivative, as SVG", [this] {
      write_text(compile_.output, svg_of(curve_of(entry_named(name_))));
      return 0;
    });
    add_name(command);
    option(command, "-o,--output", compile_.output, "FILE.svg", "written whole or not at all; - (default) is standard output");
    command->footer("A kernel k(x, 0) on a line; of another entry its known case, whose first number changes.\nExample: mercerc plot huber_loss -o huber.svg");
  }

  void add_accuracy() {
    CLI::App *command = add(app_, "accuracy", "errors of an entry's compiled code, in units in the last place", [this] {
      write_accuracy(std::cout, entry_named(name_), accuracy_);
      return 0;
    });
    add_name(command);
    option(command, "--draws", accuracy_.draws, "N", "cases of each kind of input: 20")->check(CLI::Range(1, 100000));
    option(command, "--seed", accuracy_.seed, "S", "of the random numbers: 1");
    command->footer("Inputs are drawn, tiny, huge, far from the origin and close to each other; the truth is the interpreter's in 200 bits.\n"
                    "Of a function of one number at a time also the largest errors over all floats, each 997th of them.");
  }

  void add_docs() {
    CLI::App *command = add(app_, "docs", "the library's reference as web pages, one for each family", [this] {
      write_reference(path_, list_.family);
      return 0;
    });
    option(command, "FOLDER", path_, "(required)", "where index.html goes; made where it is not there")->required();
    option(command, "--family", list_.family, "FAMILY", "only this family's page, and the index");
  }

  void add_cache() {
    CLI::App *cache = app_.add_subcommand("cache", "the kernels on disk: stats, list, verify, prune, clear");
    cache->require_subcommand(1);
    cache->footer("");
    auto command = [&](const char *name, const char *description, int (*work)(const CacheOptions &)) {
      CLI::App *made = add(*cache, name, description, [this, work] { return work(cache_); });
      made->add_flag("--json", cache_.json, "for programs");
      option(made, "--folder", cache_.folder, "FOLDER", "the cache; else MERCER_CACHE_DIR, else the user's");
      return made;
    };
    command("stats", "folder, entries, bytes, lookups", cache_stats);
    command("list", "a line for each entry, the last used first", cache_list);
    command("verify", "read every entry; status 1 when one is damaged", cache_verify);
    option(command("prune", "remove leftovers, and the least recently used entries above the limit", cache_prune), "--limit", cache_.limit,
           "BYTES", "1000, 3K, 500M, 2G; else MERCER_CACHE_SIZE, else 1G");
    command("clear", "remove all", cache_clear);
  }

  void add_completion() {
    CLI::App *command = add(app_, "completion", "a script for the shell: source <(mercerc completion bash)", [this] {
      std::cout << completion_script(name_);
      return 0;
    });
    option(command, "SHELL", name_, "(required)", "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  }

  CLI::App app_;
  std::function<int()> action_;
  std::string name_, path_, gradient_, stage_, type_, engine_ = "jit";
  std::vector<std::string> types_;
  bool latex_ = false, fast_ = false;
  int threads_ = 0;
  JitOptions jit_;
  ListOptions list_;
  CompileOptions compile_;
  CacheOptions cache_;
  AccuracyOptions accuracy_;
};

} // namespace

int main(int argc, char **argv) {
  CommandLine line;
  try {
    return line.run({argv + 1, argv + argc});
  } catch (const CLI::CallForHelp &help) {
    return line.help(help);
  } catch (const std::exception &error) {
    return complain(error.what());
  }
}

