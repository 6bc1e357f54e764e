"""Runs one workload with one peer and prints one JSON line.

    python peers.py --workload clip_infonce --peer torch --threads 1
    python peers.py --workload clip_infonce_grad --peer torch --threads 2 --size small
    python peers.py --list

A name ending in `_grad` means value and gradient together. Only the peer's own library is imported.
"""

import argparse
import contextlib
import fcntl
import importlib
import json
import os
import sys

from measure import measure
from workloads import ALL, BY_NAME

PEERS = {
    "torch": "torch_eager",
    "torch_blocked": "torch_blocked",
    "torch_compile": "torch_compile",
    "torch_compile_closed": "torch_compile_closed",
    "jax": "jax_jit",
    "keops": "keops",
    "sklearn": "scikit_learn",
    "numba": "numba_loops",
    "numpy": "numpy_arrays",
}
READY = "PEERS_ENVIRONMENT_READY"


def environment(threads):
    """Returns the variables that must be set before any library is loaded.

    Flags for KeOps and the allocator's settings give way to those the caller has set.
    """
    count = str(threads)
    return {
        READY: "1",
        "OMP_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "NUMBA_NUM_THREADS": count,
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
        # KeOps compiles with these; without them it uses the oldest vectors only.
        "CXXFLAGS": os.environ.get("CXXFLAGS", "-march=native -ffast-math"),
        # Keeps freed memory in the process, as jemalloc would: no page faults at each call.
        "MALLOC_MMAP_MAX_": os.environ.get("MALLOC_MMAP_MAX_", "0"),
        "MALLOC_TRIM_THRESHOLD_": os.environ.get("MALLOC_TRIM_THRESHOLD_", str(2**40)),
    }


def restart_with_environment(threads):
    """Starts this program again, pinned to the processors that Mercer's benchmark uses, with the variables set."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **environment(threads)})


def split_name(name):
    """Returns the workload and whether its gradient is asked for."""
    gradient = name.endswith("_grad")
    workload = BY_NAME[name.removesuffix("_grad")]
    if gradient and not workload.differentiable:
        raise SystemExit(f"{name}: this workload has no gradient; drop _grad")
    return workload, gradient


def run(arguments):
    """Returns the figures of one workload, or exits if the peer does not do it."""
    name, peer = arguments.workload, arguments.peer
    workload, gradient = split_name(name)
    library = importlib.import_module("libraries." + PEERS[peer])
    library.set_threads(arguments.threads)
    data = workload.data(arguments.size)
    call = library.prepare(workload, data, gradient)
    if call is None:
        raise SystemExit(f"{peer} does not do {name}")

    def summary(value):
        return workload.summary(data, value) if workload.summary else value

    with open(arguments.lock, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        figures = measure(call, library.to_numpy, summary, arguments.seconds)
    return {
        "workload": name,
        "peer": peer,
        "version": library.VERSION,
        "threads": arguments.threads,
        "size": arguments.size,
        "caches": "warm",
        **figures,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", help="a name; with _grad for value and gradient")
    parser.add_argument("--peer", choices=PEERS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--size", choices=("small", "full"), default="full")
    parser.add_argument("--seconds", type=float, default=2.0, help="time to spend on warm calls")
    parser.add_argument("--lock", default=os.devnull, help="hold this file's lock while timing")
    parser.add_argument("--list", action="store_true", help="print the workloads and peers")
    arguments = parser.parse_args()
    if arguments.list:
        print("workloads:", *(w.name + (" (+ _grad)" if w.differentiable else "") for w in ALL), sep="\n  ")
        print("peers:", *PEERS, sep="\n  ")
        return
    if not arguments.workload or not arguments.peer:
        parser.error("--workload and --peer are needed")
    if READY not in os.environ:
        restart_with_environment(arguments.threads)
    with contextlib.redirect_stdout(sys.stderr):
        line = run(arguments)
    print(json.dumps(line))


if __name__ == "__main__":
    main()
