#include "mercer/runtime/Host.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace mercer::detail {

std::string why_not_here(const std::string &cpu) {
  if (llvm::X86::parseArchX86(cpu, /*Only64Bit=*/true) == llvm::X86::CK_None)
    return "is no 64-bit x86 CPU that LLVM knows";
  llvm::SmallVector<llvm::StringRef, 64> needed;
  llvm::X86::getFeaturesForCPU(cpu, needed);
  const llvm::StringMap<bool, llvm::MallocAllocator> present = llvm::sys::getHostCPUFeatures();
  // What code may use and a machine may lack; others (prefetch hints, tuning) do no harm.
  for (llvm::StringRef feature : needed) {
    feature.consume_front("+");
    static constexpr std::string_view used[] = {"fma",   "f16c", "bmi",  "bmi2", "popcnt", "lzcnt",
                                                "movbe", "gfni", "vaes", "cx16", "egpr",   "ndd",
                                                "ccmp",  "nf",   "zu",   "cf"};
    const bool vector = feature.starts_with("avx") || feature.starts_with("sse") ||
                        feature.starts_with("ssse") || llvm::is_contained(used, std::string_view(feature));
    auto found = present.find(feature);
    if (vector && (found == present.end() || !found->second))
      return "needs " + feature.str() + ", which this machine has not";
  }
  return "";
}

bool may_use_tile_registers() {
  static const bool granted = [] {
#if defined(__linux__) && defined(SYS_arch_prctl)
    constexpr int request = 0x1023, tile_data = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, request, tile_data) == 0;
#else
    return false;
#endif
  }();
  return granted;
}

} // namespace mercer::detail
