#include "Data.h"

#include <fstream>
#include <numeric>
#include <sstream>
#include <stdexcept>

namespace digits {

void Images::add(const float *image, std::int64_t digit) {
  x.insert(x.end(), image, image + pixels);
  label.push_back(digit);
}

std::vector<std::int64_t> Random::order(std::int64_t count) {
  std::vector<std::int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t last = count - 1; last > 0; --last)
    std::swap(order[last], order[below(last + 1)]);
  return order;
}

Images read_csv(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    throw std::runtime_error("cannot read " + path);
  Images images;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream fields(line);
    std::string field;
    std::vector<float> values;
    while (std::getline(fields, field, ','))
      values.push_back(std::stof(field));
    if (values.size() != pixels + 1)
      throw std::runtime_error(path + ":" + std::to_string(number) + ": expected 65 numbers, but got " +
                               std::to_string(values.size()));
    auto digit = static_cast<std::int64_t>(values.back());
    for (float &value : values)
      value /= 16;
    images.add(values.data(), digit);
  }
  return images;
}

Split split(const Images &all) {
  constexpr std::int64_t trained = 1347;
  Split result;
  std::vector<std::int64_t> order = Random(1).order(all.count());
  for (std::int64_t n = 0; n < all.count(); ++n)
    (n < trained ? result.train : result.test).add(all.image(order[n]), all.label[order[n]]);
  return result;
}

} // namespace digits
