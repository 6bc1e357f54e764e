#include "compiler/scheduling/Forecast.h"

#include <algorithm>
#include <cmath>

namespace mercer::scheduling {

Work &Work::operator+=(const Work &other) {
  arithmetic += other.arithmetic, loads += other.loads, stores += other.stores;
  divisions += other.divisions, others += other.others, chain += other.chain;
  return *this;
}

Work Work::operator*(double times) const {
  return {arithmetic * times, loads * times, stores * times, divisions * times, others * times, chain * times};
}

const char *in_words(Bound bound) {
  static constexpr const char *words[] = {"arithmetic", "loads", "stores", "divisions", "the number of instructions",
                                          "results that wait for each other", "the second cache", "the third cache", "memory"};
  return words[static_cast<int>(bound)];
}

namespace {

constexpr double cacheLine = 64;

/// One nest with numbers for its sizes.
class Evaluation {
public:
  Evaluation(const NestForecast &nest, const Symbols &symbols, const SizeOf &sizes, const Machine &machine)
      : nest_(nest), machine_(machine) {
    for (const LoopForecast &loop : nest.loops) {
      const std::optional<double> turns = symbols.value(loop.turns, sizes);
      known_ &= turns.has_value();
      turns_.push_back(turns.value_or(0));
    }
    for (unsigned loop = 0; known_ && loop < nest.loops.size(); ++loop)
      for (const Access &access : nest.loops[loop].accesses) {
        std::vector<double> dimensions;
        for (const Access::Dimension &dimension : access.dimensions) {
          const std::optional<double> size = symbols.value(dimension.size, sizes);
          known_ &= size.has_value();
          dimensions.push_back(std::max(size.value_or(1), 1.0));
        }
        places_.push_back({&access, loop, std::move(dimensions)});
      }
  }

  bool known() const { return known_; }

  /// Bytes of all elements that the nest touches, of each array once.
  void touched(std::vector<double> &arrays) const {
    for (const Place &place : places_) {
      if (place.access->array >= arrays.size())
        arrays.resize(place.access->array + 1);
      double &bytes = arrays[place.access->array];
      bytes = std::max(bytes, this->bytes(place, 0, true));
    }
  }

  /// Cycles of the core, were all data in its first cache.
  double cycles(Bound &bound) const {
    std::array<double, 6> by{};
    for (unsigned loop = 0; loop < nest_.loops.size(); ++loop)
      spend(loop, by);
    double all = 0;
    for (unsigned n = 0; n < by.size(); ++n) {
      all += by[n];
      if (by[n] > by[static_cast<unsigned>(bound)])
        bound = static_cast<Bound>(n);
    }
    return all;
  }

  /// Bytes that come from beyond a cache, of so many bytes.
  double moved(double cache) const {
    double shared = 0;
    for (const Place &place : places_)
      if (place.access->shared)
        shared = std::max(shared, bytes(place, 0, true));
    const double near = static_cast<double>(machine_.caches[1]) / 2; // lowering/Panels.cpp
    double all = 0;
    for (const Place &place : places_) {
      double bytes = moved(place, path(place.loop), 0, cache);
      if (nest_.panels > 1 && place.access->shared && shared > near)
        bytes = std::max(bytes / nest_.panels, std::min(bytes, this->bytes(place, 0, true)));
      all += place.access->written ? 2 * bytes : bytes; // what is written is read before
    }
    return all;
  }

private:
  /// An access with the sizes of its array.
  struct Place {
    const Access *access;
    unsigned loop;
    std::vector<double> sizes;
  };

  /// How often the body runs each time that the one around it does.
  double turnsEach(unsigned loop) const {
    const double outer = loop == 0 ? 1 : turns_[nest_.loops[loop].parent];
    return outer > 0 ? turns_[loop] / outer : 0;
  }
  bool isInside(unsigned loop, unsigned outer) const {
    while (loop > outer)
      loop = nest_.loops[loop].parent;
    return loop == outer;
  }

  /// Bytes of the elements that an access touches in one turn of a loop around it, or in all of its turns; each once. Where they are
  /// `moved`, those that come late count for more.
  double bytes(const Place &place, unsigned within, bool allTurns, bool moved = false) const {
    double run = place.access->bytes, rows = 1;
    bool whole = true; // so far: what is further in is touched without gaps
    for (std::size_t n = place.sizes.size(); n-- > 0;) {
      const Access::Dimension &dimension = place.access->dimensions[n];
      double values = std::max<double>(1, static_cast<double>(dimension.fixed.size()));
      for (unsigned loop : dimension.loops) {
        const bool runs = isInside(loop, within) && (allTurns || loop != within);
        values *= std::max(1.0, nest_.loops[loop].width * (runs ? turnsEach(loop) : 1.0));
      }
      values = std::min(values, place.sizes[n]);
      (whole ? run : rows) *= values;
      whole = whole && !dimension.data && values >= place.sizes[n];
    }
    // Pieces of a few lines are not foreseen by the hardware, which reads ahead in order.
    constexpr double foreseen = 4 * cacheLine, late = 2;
    const double slower = moved && rows > 1 && run < foreseen ? late : 1;
    return slower * rows * std::max(run, rows > 1 ? cacheLine : 0.0);
  }

  /// The loops from the nest to the one that has an access.
  std::vector<unsigned> path(unsigned loop) const {
    std::vector<unsigned> result{loop};
    for (; loop != 0; result.insert(result.begin(), loop))
      loop = nest_.loops[loop].parent;
    return result;
  }

  /// Bytes that one run of a loop takes from beyond a cache for an access: each element once where the cache keeps them over the
  /// turns, beside what else a turn touches.
  double moved(const Place &place, const std::vector<unsigned> &path, std::size_t at, double cache) const {
    const unsigned loop = path[at];
    const double once = bytes(place, loop, true);
    double beside = 0;
    for (const Place &other : places_)
      if (&other != &place && isInside(other.loop, loop))
        beside += bytes(other, loop, false);
    const double atOnce = bytes(place, loop, true, true);
    if (once + beside <= cache)
      return atOnce;
    const double turn = at + 1 == path.size() ? bytes(place, loop, false, true) : moved(place, path, at + 1, cache);
    return std::max(atOnce, turnsEach(loop) * turn);
  }

  /// Adds a body's cycles to what bounds them.
  void spend(unsigned loop, std::array<double, 6> &by) const {
    const LoopForecast &body = nest_.loops[loop];
    auto add = [&](const Work &work, double times, double overlap) {
      const Core &core = machine_.core;
      const double instructions = work.arithmetic + work.loads + work.stores + work.divisions + work.others;
      const double cycles[] = {work.arithmetic / core.arithmetic, work.loads / core.loads,
                               work.stores / core.stores,         work.divisions * core.division,
                               instructions / core.instructions,  work.chain * core.latency / overlap};
      const auto most = std::max_element(std::begin(cycles), std::end(cycles));
      // Ports that are busy at nearly the same rates get into each other's way, and none is ever filled evenly.
      constexpr double evenness = 1.15;
      double cubes = 0;
      for (double one : cycles)
        cubes += one * one * one;
      by[static_cast<std::size_t>(most - std::begin(cycles))] += times * evenness * std::cbrt(cubes);
    };
    // Sums that start anew while others still wait run beside these.
    double length = turnsEach(loop);
    const double instructions = body.work.arithmetic + body.work.loads + body.work.stores + body.work.others;
    const double chain = std::max(1.0, body.restarts > 0 ? std::min(length, body.restarts) : length);
    const double overlap = std::max(1.0, machine_.core.window / (std::max(instructions, 1.0) * chain));
    add(body.work, turns_[loop], overlap);
    const double runs = loop == 0 ? 1 : turns_[body.parent];
    add(body.ends, runs, 1);
    // The end of a short loop is where it was the last time; that of a longer one is not foreseen.
    constexpr double foreseen = 32;
    if (loop != 0 && length > foreseen)
      by[static_cast<std::size_t>(Bound::waiting)] += runs * machine_.core.mispredicted;
  }

  const NestForecast &nest_;
  const Machine &machine_;
  bool known_ = true;
  std::vector<double> turns_;
  std::vector<Place> places_;
};

} // namespace

std::vector<Prediction> predict(const std::vector<NestForecast> &nests, const Symbols &symbols, const SizeOf &sizes,
                                const Machine &machine, const Rates &rates) {
  std::vector<Evaluation> all;
  std::vector<double> arrays;
  for (const NestForecast &nest : nests) {
    all.emplace_back(nest, symbols, sizes, machine);
    if (!all.back().known())
      return {};
    all.back().touched(arrays);
  }
  double data = 0; // what the next call finds where this one has left it
  for (double bytes : arrays)
    data += bytes;
  std::vector<Prediction> result;
  for (const Evaluation &nest : all) {
    Prediction &prediction = result.emplace_back();
    double most = nest.cycles(prediction.bound) / rates.cycles, cubes = most * most * most;
    for (unsigned level = 0; level < rates.bytes.size(); ++level) {
      const double cache = static_cast<double>(machine.caches[level]);
      if (data <= cache)
        break;
      const double seconds = nest.moved(cache) / rates.bytes[level];
      cubes += seconds * seconds * seconds;
      if (seconds > most) {
        most = seconds;
        prediction.bound = static_cast<Bound>(static_cast<unsigned>(Bound::second_cache) + level);
      }
    }
    prediction.seconds = std::cbrt(cubes);
  }
  return result;
}

} // namespace mercer::scheduling
