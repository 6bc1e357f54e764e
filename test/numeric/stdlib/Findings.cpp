// Findings against known.tsv.
#include "Findings.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace mercer::test {

std::vector<KnownCase> read_known(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    throw std::runtime_error(path + " cannot be read");
  std::vector<KnownCase> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    KnownCase row;
    std::string bound;
    std::istringstream fields(line);
    std::getline(fields, row.id, '\t'), std::getline(fields, row.what, '\t');
    std::getline(fields, row.cause, '\t'), std::getline(fields, bound, '\t');
    char *end = nullptr;
    row.bound = std::strtod(bound.c_str(), &end);
    if (bound.empty() || *end || row.cause.empty())
      throw std::runtime_error(path + ": expected id, case, cause and bound, given '" + line + "'");
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Processors round otherwise: on one of them a case may hold that does not on another, and is near the border then.
static constexpr double near = 0.5;

void Findings::check(const std::string &what, double figure, const std::string &text) {
  ++checked_;
  if (std::isnan(figure))
    figure = HUGE_VAL;
  if (figure <= 1) {
    worst_ = std::max(worst_, figure);
    if (figure > near)
      near_.insert(what);
    return;
  }
  auto [place, fresh] = wrong_.try_emplace(what, Wrong{figure, text});
  if (!fresh && figure > place->second.figure)
    place->second = {figure, text};
}

bool Findings::report(const std::string &id, const std::vector<KnownCase> &known) const {
  std::size_t failures = 0;
  auto row_of = [&](const std::string &what) {
    return std::find_if(known.begin(), known.end(),
                        [&](const KnownCase &row) { return row.id == id && row.what == what; });
  };
  for (const auto &[what, wrong] : wrong_) {
    const auto row = row_of(what);
    if (row != known.end() && wrong.figure <= row->bound)
      continue;
    ++failures;
    std::printf("%s: %s, %.3g times the allowed error%s\n", what.c_str(), wrong.text.c_str(), wrong.figure,
                row != known.end() ? ", beyond the bound of its row in known.tsv" : "");
  }
  for (const KnownCase &row : known)
    if (row.id == id && !wrong_.contains(row.what) && !near_.contains(row.what)) {
      ++failures;
      std::printf("%s holds now: remove its row from known.tsv\n", row.what.c_str());
    }
  std::printf("%s: %zu checked, %zu skipped, %zu wrong, %zu known, worst %.3g of the allowed error\n",
              id.c_str(), checked_, skipped_, failures, wrong_.size(), worst_);
  return failures == 0 && checked_ > 0;
}

} // namespace mercer::test
