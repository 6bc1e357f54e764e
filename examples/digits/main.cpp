// Handwritten digits: a loss written as an expression, compiled here, trained on real data; a two-sample
// test; kernel ridge classification.
#include "Tasks.h"

#include <cstdio>
#include <cstring>
#include <exception>

int main(int argc, char **argv) {
  std::string data = "digits.csv", svg = "embedding.svg";
  bool check = false;
  for (int n = 1; n < argc; ++n) {
    if (!std::strcmp(argv[n], "--data") && n + 1 < argc) {
      data = argv[++n];
    } else if (!std::strcmp(argv[n], "--svg") && n + 1 < argc) {
      svg = argv[++n];
    } else if (!std::strcmp(argv[n], "--check")) {
      check = true;
    } else {
      std::fprintf(stderr, "usage: digits [--data digits.csv] [--svg FILE] [--check]\n");
      return 2;
    }
  }
  try {
    digits::Report report;
    digits::Split split = digits::split(digits::read_csv(data));
    std::printf("training a linear embedding 64 -> 16 on %d digits, testing on %d\n",
                static_cast<int>(split.train.count()), static_cast<int>(split.test.count()));
    std::vector<float> z = digits::train(split, report);
    std::printf("two-sample test\n");
    digits::test_two_samples(split.train, 3, 8, report);
    std::printf("kernel ridge classification\n");
    digits::classify(split, report);
    digits::plot(z, split.test.label, svg);
    bool good = report.print();
    std::printf("\nthe embedding of the test images: %s\n", svg.c_str());
    return good || !check ? 0 : 1;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return 1;
  }
}
