# Read by ctest before it runs a test, which inherits this.
set(ENV{MERCER_CACHE_DIR} off)
