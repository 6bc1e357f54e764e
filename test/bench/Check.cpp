#include "Check.h"

#include "Compare.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

namespace mercer::bench {

static bool differs(double a, double b) { return !(std::abs(a - b) <= 2e-4 * std::abs(b) + 1e-7); }

int check(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    throw Error(ErrorCode::io, "--check: cannot read '" + path + "'", std::source_location());
  std::map<std::string, std::pair<double, double>> expected;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string workload, value, norm;
    if (line[0] != '#' && fields >> workload >> value >> norm)
      expected[workload] = {std::stod(value), norm == "null" ? 0 : std::stod(norm)};
  }
  int wrong = 0, right = 0;
  auto examine = [&](const std::string &workload, const char *who, const Case &at) {
    const std::string original = original_of(workload);
    const auto [value, norm] = expected.at(original.empty() ? workload : original);
    const bool bad = differs(at.value(), value) || differs(at.gradient_norm(), norm);
    std::printf("%-36s %-10s %.6g %.6g%s\n", workload.c_str(), who, at.value(), at.gradient_norm(),
                bad ? " WRONG" : "");
    (bad ? wrong : right) += 1;
  };
  for (const std::string &name : workload_names())
    try {
      Case at = make_case(name, true);
      compiled(at);
      examine(name, "mercer", at);
      for (const Isa *isa : {&avx512, &avx2, &amx}) {
        Case by_loop = make_case(name, true);
        if (auto call = hand_written(name, by_loop, *isa)) {
          call();
          examine(name, isa->name, by_loop);
        }
      }
      if (Case narrow = make_case(name, true); runs(avx2)) {
        compiled(narrow, 1, avx2.target);
        examine(name, avx2.target, narrow);
      }
    } catch (const std::exception &error) {
      std::printf("%s: %s\n", name.c_str(), error.what());
      ++wrong;
    }
  std::printf("%d right, %d wrong\n", right, wrong);
  return wrong == 0 && right > 0 ? 0 : 1;
}

} // namespace mercer::bench
