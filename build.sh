#!/usr/bin/env bash
# Builds Mercer and does one thing with it. A second run builds only what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
usage: ./build.sh COMMAND
  demo            builds, then trains and tests on handwritten digits (examples/digits)
  test [ARG...]   builds everything and runs the tests; ARGs go to ctest (-R name, ...)
  bench [ARG...]  builds and runs the benchmarks; ARGs go to mercer-bench
  bench --peers [ARG...]
                  beside PyTorch, JAX and others, which it installs into a virtual environment first (python3 with
                  venv; several GB); ARGs go to test/bench/peers/bench.py (--workload, --rounds, --peers, ...)
  install PREFIX  builds and installs the library, headers and tools

Debian packages that are missing are installed with apt-get first (as root or through sudo).
MERCER_JOBS sets the number of parallel build jobs (default: one a processor).
TEXT
}

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

# Everything is a package of the configured Debian sources; the list is the whole of it.
packages=(cmake ninja-build ccache clang-22 libclang-rt-22-dev lld-22 llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
          libfmt-dev libcli11-dev nlohmann-json3-dev libmpfr-dev libtbb-dev libgtest-dev libbenchmark-dev
          libeigen3-dev)

install_packages() {
  local missing=() package
  command -v dpkg-query >/dev/null || fail "needs Debian packages (${packages[*]}), but there is no dpkg here"
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "missing packages (${missing[*]}): run as root or install sudo"
    root=(sudo)
  fi
  echo "build.sh: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if ! "${root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; then
    echo "build.sh: reading the package lists anew"
    "${root[@]}" apt-get update || fail "apt-get update failed; are the package sources reachable?"
    "${root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" ||
      fail "could not install ${missing[*]}; the package sources must have LLVM 22 (apt-cache policy libmlir-22-dev)"
  fi
}

build_dir=build/release
build() { # build [TARGET...]
  local options=()
  command -v ccache >/dev/null && options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  [[ -f $build_dir/build.ninja ]] || echo "build.sh: configuring $build_dir"
  local log
  log=$(mktemp)
  cmake --preset release "${options[@]}" >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; fail "configuring failed"; }
  rm -f "$log"
  local targets=()
  (($#)) && targets=(--target "$@")
  cmake --build "$build_dir" --parallel "${MERCER_JOBS:-$(nproc)}" "${targets[@]}"
}

command=${1:-}
(($#)) && shift
case $command in
demo)
  install_packages
  build digits
  mkdir -p "$build_dir/demo"
  "$build_dir/examples/digits/digits" --data examples/digits/digits.csv --svg "$build_dir/demo/embedding.svg"
  ;;
test)
  install_packages
  build
  ctest --test-dir "$build_dir" --output-on-failure --parallel 2 "$@"
  ;;
bench)
  install_packages
  build mercer-bench
  export MERCER_CACHE_DIR=off # compile times are times of compiling
  if [[ ${1:-} == --peers ]]; then
    shift
    test/bench/peers/run.sh "$build_dir/test/bench" "$@"
  else
    "$build_dir/test/bench/mercer-bench" "$@"
  fi
  ;;
install)
  (($# == 1)) || fail "install takes one argument, the prefix, but got $#"
  install_packages
  build
  cmake --install "$build_dir" --prefix "$1"
  ;;
-h | --help | help)
  usage
  ;;
*)
  usage >&2
  exit 2
  ;;
esac
