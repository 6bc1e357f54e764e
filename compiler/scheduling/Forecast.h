// How long the nests of a plan take, for any sizes of a call. No LLVM, so that who runs a program can evaluate it.
#pragma once

#include "compiler/scheduling/Machine.h"
#include "compiler/scheduling/Quantity.h"

namespace mercer::scheduling {

/// Instructions: of a body's one turn, on whole vectors where it runs in vectors.
struct Work {
  double arithmetic = 0, loads = 0, stores = 0, divisions = 0, others = 0;
  double chain = 0; ///< arithmetic that waits for the turn before, one after the other

  Work &operator+=(const Work &other);
  Work operator*(double times) const;
};

/// What a body reads or writes of an array.
struct Access {
  /// The values of one subscript.
  struct Dimension {
    Quantity size;                   ///< of the array
    std::vector<unsigned> loops;     ///< whose indices it depends on: positions in the nest's list of loops
    std::vector<std::int64_t> fixed; ///< constants
    bool data = false;               ///< it is read from somewhere
    bool operator==(const Dimension &) const = default;
  };

  unsigned array = 0; ///< a number of its own for each array
  double bytes = 0;   ///< of an element: with one for each lane where it is scratch memory of vectors
  std::vector<Dimension> dimensions;
  bool written = false, shared = false; ///< shared: the same for all iterations of the nest
};

/// A nest (the first of its list, its own parent) or a loop in it.
struct LoopForecast {
  unsigned parent = 0;
  Quantity turns;   ///< of its body as the code has it, in the whole nest
  double width = 1; ///< values of its index in one turn: lanes, or iterations side by side
  Work work;        ///< of a turn, without loops inside
  Work ends;        ///< each time the loop is run
  double restarts = 0; ///< turns after which sums start anew; 0: at the end
  std::vector<Access> accesses;
};

struct NestForecast {
  std::vector<LoopForecast> loops; ///< outer ones first
  double panels = 1;               ///< vectors of iterations that share what they read
};

/// What keeps a nest from being faster.
enum class Bound { arithmetic, loads, stores, divisions, instructions, waiting, second_cache, third_cache, memory };
const char *in_words(Bound bound);

struct Prediction {
  double seconds = 0;
  Bound bound = Bound::arithmetic;
};

/// The time of each nest on one thread, when the plan runs again and again; empty: a size is not known.
std::vector<Prediction> predict(const std::vector<NestForecast> &nests, const Symbols &symbols, const SizeOf &sizes,
                                const Machine &machine, const Rates &rates);

} // namespace mercer::scheduling
