// Which builds, which machine: what code depends on beside its program.
#include "mercer/runtime/Host.h"
#include "mercer/runtime/cache/Key.h"

#include "compiler/scheduling/Machine.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <algorithm>

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/stat.h>

namespace mercer::detail::cache {
namespace {

/// The note in a loaded library that its linker made of all its bytes; empty: there is none.
std::string build_id(const dl_phdr_info &library) {
  for (int n = 0; n < library.dlpi_phnum; ++n) {
    const ElfW(Phdr) &header = library.dlpi_phdr[n];
    if (header.p_type != PT_NOTE)
      continue;
    llvm::StringRef notes(reinterpret_cast<const char *>(library.dlpi_addr + header.p_vaddr), header.p_memsz);
    while (notes.size() >= sizeof(ElfW(Nhdr))) {
      const auto &note = *reinterpret_cast<const ElfW(Nhdr) *>(notes.data());
      notes = notes.drop_front(sizeof(ElfW(Nhdr)));
      auto take = [&](std::size_t size) {
        const llvm::StringRef taken = notes.take_front(size);
        notes = notes.drop_front(std::min(notes.size(), (size + 3) / 4 * 4));
        return taken;
      };
      const llvm::StringRef name = take(note.n_namesz), id = take(note.n_descsz);
      if (note.n_type == NT_GNU_BUILD_ID && name == llvm::StringRef("GNU\0", 4))
        return llvm::toHex(id);
    }
  }
  return {};
}

/// Where a library has no such note: its file, its size, when it was written.
std::string file_id(const char *path) {
  struct stat status {};
  if (stat(path, &status) != 0)
    return path;
  return std::string(path) + ":" + std::to_string(status.st_size) + ":" + std::to_string(status.st_mtim.tv_sec) + "." +
         std::to_string(status.st_mtim.tv_nsec);
}

/// Of the library that has something at this address.
std::string build_of(const void *address) {
  struct Search {
    ElfW(Addr) address;
    std::string id;
  } search{reinterpret_cast<ElfW(Addr)>(address), {}};
  dl_iterate_phdr(
      [](dl_phdr_info *library, std::size_t, void *data) {
        auto &search = *static_cast<Search *>(data);
        for (int n = 0; n < library->dlpi_phnum; ++n) {
          const ElfW(Phdr) &header = library->dlpi_phdr[n];
          const ElfW(Addr) start = library->dlpi_addr + header.p_vaddr;
          if (header.p_type != PT_LOAD || search.address < start || search.address >= start + header.p_memsz)
            continue;
          search.id = build_id(*library);
          return 1;
        }
        return 0;
      },
      &search);
  Dl_info file{};
  if (search.id.empty() && dladdr(address, &file) && file.dli_fname)
    return file_id(file.dli_fname);
  return search.id;
}

std::string host_features() {
  std::vector<std::string> features;
  for (const auto &[name, present] : llvm::sys::getHostCPUFeatures())
    features.push_back(std::string(present ? "+" : "-") + name.str());
  std::sort(features.begin(), features.end());
  return llvm::join(features, ",");
}

/// Of code for the host.
Platform host_platform() {
  Platform platform;
  platform.mercer_build = build_of(reinterpret_cast<const void *>(&platform_of));
  platform.llvm_build = build_of(reinterpret_cast<const void *>(&llvm::sys::getHostCPUName));
  void (*in_mlir)(mlir::DialectRegistry &) = &mlir::registerBuiltinDialectTranslation;
  platform.mlir_build = build_of(reinterpret_cast<const void *>(in_mlir));
  platform.abi = mercer_abi_version;
  const llvm::Triple triple(llvm::sys::getProcessTriple());
  platform.triple = triple.str();
  platform.data_layout = triple.computeDataLayout();
  platform.cpu = llvm::sys::getHostCPUName().str();
  platform.features = host_features();
  const scheduling::Caches &caches = scheduling::hostCaches();
  std::copy(caches.begin(), caches.end(), platform.caches.begin());
  return platform;
}

} // namespace

Platform platform_of(const KernelOptions &options) {
  static const Platform host = host_platform();
  Platform platform = host;
  if (!options.cpu.empty()) { // its features follow from its name
    platform.cpu = options.cpu;
    platform.features.clear();
  }
  platform.tile_registers = options.fast && may_use_tile_registers();
  return platform;
}

} // namespace mercer::detail::cache
