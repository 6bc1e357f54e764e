// Sums of many terms that are not deep.
#pragma once

#include "mercer/dsl/language.h"

#include <utility>
#include <vector>

namespace mercer::test {

/// The sum of these in a balanced tree.
inline Expr balancedSum(std::vector<Expr> level) {
  while (level.size() > 1) {
    std::vector<Expr> next;
    for (std::size_t n = 0; n + 1 < level.size(); n += 2)
      next.push_back(level[n] + level[n + 1]);
    if (level.size() % 2)
      next.push_back(level.back());
    level = std::move(next);
  }
  return level.front();
}

} // namespace mercer::test
