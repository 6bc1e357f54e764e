#include "Trial.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace mercer::fuzz {
namespace {

/// What the process that runs cases says to the one that waits.
struct Report {
  std::int64_t number;
  Verdict verdict;
  Tally tally;
  char text[2000];
};

Report *report = nullptr;

/// Says where a signal came from, with what is safe in a handler, and ends.
void onSignal(int signal, siginfo_t *info, void *) {
  report->verdict = signal == SIGALRM ? Verdict::slow : Verdict::crash;
  static const char digits[] = "0123456789abcdef";
  char *at = report->text;
  auto put = [&](const char *text) {
    for (; *text; ++text)
      *at++ = *text;
  };
  put(signal == SIGALRM   ? "no answer in time"
      : signal == SIGSEGV ? "SIGSEGV at 0x"
                          : "ended by a signal at 0x");
  if (signal != SIGALRM)
    for (int shift = 60; shift >= 0; shift -= 4)
      *at++ = digits[(reinterpret_cast<std::uintptr_t>(info->si_addr) >> shift) & 15];
  *at = 0;
  _exit(3);
}

void catchSignals() {
  static char stack[64 * 1024];
  stack_t alternate{};
  alternate.ss_sp = stack, alternate.ss_size = sizeof stack;
  sigaltstack(&alternate, nullptr);
  struct sigaction action{};
  action.sa_sigaction = onSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGALRM})
    sigaction(signal, &action, nullptr);
}

#ifdef __SANITIZE_ADDRESS__ // GCC's macro; clang has a feature
#define MERCER_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MERCER_ADDRESS_SANITIZER
#endif
#endif

/// A case that takes all memory is a finding, not the machine's end. Sanitizers need the addresses.
void limitMemory() {
#ifndef MERCER_ADDRESS_SANITIZER
  const rlimit limit{rlim_t{6} << 30, rlim_t{6} << 30};
  setrlimit(RLIMIT_AS, &limit);
#endif
}

[[noreturn]] void runAll(const std::function<Case(std::int64_t)> &caseOf, std::int64_t first,
                         std::int64_t last, unsigned limit) {
  catchSignals();
  limitMemory();
  for (std::int64_t number = first; number < last; ++number) {
    report->number = number;
    report->verdict = Verdict::crash;
    std::strcpy(report->text, "the process ended without a word");
    alarm(limit);
    Case test = caseOf(number);
    Outcome outcome = check(test);
    report->verdict = outcome.verdict;
    std::snprintf(report->text, sizeof report->text, "%s", outcome.text.c_str());
    ++report->tally.cases;
    report->tally.nodes += countNodes(test);
    report->tally.withDerivatives += test.wrapper != Wrapper::none;
    report->tally.elements += outcome.elements, report->tally.undecidedElements += outcome.undecided;
    report->tally.refused += outcome.verdict == Verdict::refused;
    report->tally.undecided += outcome.verdict == Verdict::undecided;
    report->tally.errors += outcome.verdict == Verdict::agreed && outcome.elements == 0;
    if (outcome.verdict > Verdict::undecided)
      _exit(1);
  }
  _exit(0);
}

} // namespace

std::optional<Failure> runCases(const std::function<Case(std::int64_t)> &caseOf, std::int64_t first,
                                std::int64_t last, unsigned limit, Tally &tally) {
  if (!report) {
    void *memory = mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      throw std::runtime_error("no memory to report to");
    report = new (memory) Report();
  }
  report->tally = tally;
  std::fflush(nullptr);
  pid_t child = fork();
  if (child < 0)
    throw std::runtime_error("no process to run cases in");
  if (child == 0)
    runAll(caseOf, first, last, limit);
  int status = 0;
  waitpid(child, &status, 0);
  tally = report->tally;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return std::nullopt;
  return Failure{report->number, report->verdict, report->text};
}

} // namespace mercer::fuzz
