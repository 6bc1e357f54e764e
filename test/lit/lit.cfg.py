import os
import sys
import lit.formats

config.name = "mercer"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir", ".test"]
config.recursiveExpansionLimit = 4
config.excludes = ["CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join(
    [config.tools, os.path.join(config.tools, "mercerc"), config.llvm_tools, config.environment["PATH"]])
if os.path.exists(os.path.join(config.bench, "mercer-bench")):
    config.available_features.add("bench")
    config.environment["PATH"] = os.pathsep.join([config.bench, config.environment["PATH"]])
if os.path.exists("/proc/cpuinfo") and " avx512dq " in open("/proc/cpuinfo").read():
    config.available_features.add("avx512")
config.environment["MERCER_CACHE_DIR"] = "off"
config.substitutions += [("%python", sys.executable), ("%cc", config.c_compiler), ("%support", config.support)]
