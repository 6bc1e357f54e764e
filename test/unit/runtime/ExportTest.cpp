// write_object: what it refuses, and that it leaves nothing half done.
#include "ErrorOf.h"
#include "Programs.h"

#include <mercer/export.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace mercer {
namespace {

namespace fs = std::filesystem;

/// An empty folder of the test's own.
class Export : public testing::Test {
protected:
  Export() : folder_(fs::temp_directory_path() / ("mercer export " + std::to_string(getpid()))) { fs::create_directory(folder_); }
  ~Export() override { fs::remove_all(folder_); }

  std::string object() const { return (folder_ / "some object.o").string(); }
  std::string header() const { return (folder_ / "some header.h").string(); }
  void write(const std::vector<Program> &programs, const ExportOptions &options = {}) const {
    write_object(programs, object(), header(), options);
  }
  std::size_t files() const { return std::distance(fs::directory_iterator(folder_), fs::directory_iterator()); }

  void expect_refused(const std::vector<Program> &programs, const ExportOptions &options, ErrorCode code,
                      const std::string &text) const {
    expect_error(code, text, [&] { write(programs, options); });
    EXPECT_EQ(files(), 0u);
  }

  fs::path folder_;
};

ExportOptions with_targets(std::vector<std::string> targets) {
  ExportOptions options;
  options.targets = std::move(targets);
  return options;
}

ExportOptions with_types(std::vector<DType> types) {
  ExportOptions options;
  options.real_types = std::move(types);
  return options;
}

TEST_F(Export, Targets) {
  expect_refused({pick()}, with_targets({"pentium"}), ErrorCode::unsupported,
                 "write_object: 'targets' must be x86-64-v2, x86-64-v3, x86-64-v4 or aarch64, but one is \"pentium\"");
  expect_refused({pick()}, with_targets({}), ErrorCode::bad_option,
                 "write_object: 'targets' must name an instruction set, but is empty");
  expect_refused({pick()}, with_targets({"x86-64-v3", "x86-64-v3"}), ErrorCode::bad_option,
                 "write_object: 'targets' has x86-64-v3 twice");
  expect_refused({pick()}, with_targets({"x86-64-v3", "aarch64"}), ErrorCode::bad_option,
                 "write_object: 'targets' must be of one processor, but has aarch64 and x86-64-v3");
}

TEST_F(Export, Types) {
  expect_refused({pick()}, with_types({}), ErrorCode::bad_option,
                 "write_object: 'real_types' must have an element type, but is empty");
  expect_refused({pick()}, with_types({DType::i32}), ErrorCode::bad_option,
                 "write_object: 'real_types' must be f64, f32, f16 or bf16, but one is i32");
  expect_refused({pick()}, with_types({static_cast<DType>(99)}), ErrorCode::bad_option, "but one is none of Mercer's");
  expect_refused({pick()}, with_types({DType::f32, DType::f32}), ErrorCode::bad_option, "write_object: 'real_types' has f32 twice");
  ExportOptions options;
  options.precision = static_cast<Precision>(9);
  expect_refused({pick()}, options, ErrorCode::bad_option, "write_object: 'precision' must be accurate or fast");
}

TEST_F(Export, Names) {
  expect_refused({}, {}, ErrorCode::bad_option, "write_object: 'programs' must have a program, but is empty");
  expect_refused({pick(), pick()}, {}, ErrorCode::duplicate_name,
                 "write_object: programs must have different names, but two would be the function 'pick_f32'");
}

TEST_F(Export, Paths) {
  const std::vector<Program> programs = {pick()};
  const ExportOptions one_target = with_targets({"x86-64-v3"});
  expect_error(ErrorCode::io, "write_object: '/nowhere/at all.o' must be writable, but: No such file or directory",
               [&] { write_object(programs, "/nowhere/at all.o", header(), one_target); });
  EXPECT_EQ(files(), 0u);
  expect_error(ErrorCode::io, "no/header.h' must be writable, but: No such file or directory",
               [&] { write_object(programs, object(), (folder_ / "no" / "header.h").string(), one_target); });
  EXPECT_EQ(files(), 0u);
  fs::create_directory(header());
  expect_error(ErrorCode::io, "some header.h' must be writable, but: Is a directory", [&] { write(programs, one_target); });
  EXPECT_EQ(files(), 1u);
}

/// The support archive has no exponential.
TEST_F(Export, Extents) {
  Tensor x("x", 1);
  Scalar width("width");
  Index i("i", to_integer(exp(width)));
  expect_refused({Program("powers", {x, width}, {{"y", i, i + 1.0}})}, {}, ErrorCode::unsupported,
                 "powers: extents of indices must be made of sizes, numbers and arithmetic to be exported, but one needs another "
                 "function");
}

std::string read(const std::string &path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST_F(Export, RepeatsItself) {
  write({linear_map(), momentum()});
  const std::string object_bytes = read(object()), header_bytes = read(header());
  EXPECT_EQ(files(), 2u);
  write({linear_map(), momentum()});
  EXPECT_EQ(read(object()), object_bytes);
  EXPECT_EQ(read(header()), header_bytes);
  EXPECT_EQ(object_bytes.find(fs::path(__FILE__).parent_path().string()), std::string::npos) << "it names a folder of this machine";
  EXPECT_NE(header_bytes.find("/* linear\n     x: f32 / f64 [x_0, k]\n     w: f32 / f64 [k]\n     bias: a number\n   gives\n"
                              "     y: f32 / f64 [x_0] */\nint32_t linear_f32(const DLTensor *x, const DLTensor *w, double bias, "
                              "DLTensor *y, const mercer_context *context);\n"),
            std::string::npos)
      << header_bytes.substr(header_bytes.find("/* linear"));
}

/// Inputs may be called like what the prototypes use.
TEST_F(Export, ParametersHideNothing) {
  Index i("i");
  Tensor context("context", 1), tensor("DLTensor", 1);
  write({Program("hiding", {context, tensor}, {{"int64_t", i, context(i) + tensor(i)}})}, with_targets({"x86-64-v2"}));
  EXPECT_NE(read(header()).find("int32_t hiding_f32(const DLTensor *context_, const DLTensor *DLTensor_, DLTensor *int64_t_, "
                                "const mercer_context *context);\nint32_t hiding_f32_sizes(const DLTensor *context_, "
                                "const DLTensor *DLTensor_, int64_t *int64_t_);"),
            std::string::npos);
}

/// Code for bounded sizes that is the code for any sizes, too.
TEST_F(Export, EqualCodeIsThereOnce) {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 2);
  ExportOptions options = with_targets({"x86-64-v3"});
  options.real_types = {DType::f32};
  const Expr distance2 = sum(k, square(x(i, k) - x(j, k)));
  write({Program("halves", {x}, {{"y", {i, k}, 0.5 * x(i, k)}}), Program("densities", {x}, {{"y", i, sum(j, exp(-distance2))}})}, options);
  const std::string bytes = read(object());
  auto entries = [&](const std::string &name) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = bytes.find("mercer_" + name + ".", at)) != std::string::npos; ++at)
      ++count;
    return count;
  };
  EXPECT_EQ(entries("halves"), 1u);
  EXPECT_EQ(entries("densities"), 2u);
}

/// A contrastive loss with its gradient, for three instruction sets and two types.
TEST_F(Export, SizeOfObjects) {
  Index i("i"), j("j"), a("a");
  Tensor z("z", 2), label("label", 1, integer);
  Scalar tau("tau");
  auto s = [&](Index p, Index q) { return dot(z[p], z[q]) / tau; };
  Expr log_p = s(i, j) - logsumexp(a, s(i, a), a != i);
  Expr loss = -mean(i, mean(j, log_p, label(i) == label(j) && i != j));
  write({value_and_gradient(Program("supcon", {z, label, tau}, {{"loss", loss}}), {z})});
  const auto size = fs::file_size(object());
  RecordProperty("bytes", static_cast<int>(size));
  EXPECT_LT(size, 400u << 10);
}

} // namespace
} // namespace mercer
