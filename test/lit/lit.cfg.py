import os
import sys
import lit.formats

config.name = "mercer"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir", ".test"]
config.excludes = ["CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join(
    [config.tools, os.path.join(config.tools, "mercerc"), config.llvm_tools, config.environment["PATH"]])
config.substitutions.append(("%python", sys.executable))
