// E8: while functions are compiled and freed, no page is writable and executable; memory is given back.
#include "Programs.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

using namespace mercer;

namespace {

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:"))
      return std::atol(line.c_str() + 6);
  return 0;
}

int writable_and_executable() {
  int count = 0;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    count += line.find(" rwx") != std::string::npos;
  return count;
}

} // namespace

int main(int argc, char **argv) {
  const int cycles = argc > 1 ? std::atoi(argv[1]) : 300;
  std::atomic<bool> done = false;
  std::atomic<int> found = 0, samples = 0;
  std::thread watcher([&] {
    while (!done) {
      found += writable_and_executable();
      ++samples;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  long early = 0;
  bool right = true;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    Tensor x("x", 1);
    Index i("i");
    Function f = jit(Program("scaled", {x}, {{"y", i, x(i) * (cycle + 1.0)}}));
    float value = 2;
    right &= f(view(&value, {1})).item<float>() == 2.0f * static_cast<float>(cycle + 1);
    if (cycle + 1 == 100)
      early = resident_kib();
  }
  done = true;
  watcher.join();
  const long late = resident_kib();
  std::printf("%d cycles, %d samples, %d rwx lines, resident %ld KiB after 100, %ld KiB at the end\n", cycles,
              samples.load(), found.load(), early, late);
  return right && found == 0 && late <= early * 1.05 ? 0 : 1;
}
