"""Measures Mercer beside loops by hand and beside other libraries: every workload with each of them in turn.

    python bench.py --mercer build/release/test/bench/mercer-bench --to results
    python bench.py ... --workload supcon_grad focal_loss --peers torch jax --rounds 3

Writes figures.jsonl (a line a run), table.md and charts into the folder `--to`. A folder that has figures is added to.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import report
from charts import write_charts
from workloads import ALL

HERE = Path(__file__).parent
PAIRWISE = ("torch", "torch_blocked", "torch_compile", "jax", "keops", "sklearn")
TENSOR = ("torch", "torch_compile", "jax")

PEERS_OF = {
    "gaussian_matvec": PAIRWISE + ("torch_compile_closed", "numba"),
    "gaussian_matvec_d64": PAIRWISE,
    "laplacian_l1_matvec": PAIRWISE + ("numba",),
    "softmax_cross_entropy": TENSOR + ("numba",),
    "cross_entropy_rows_small": TENSOR + ("numba",),
    "linear_cross_entropy": TENSOR + ("torch_blocked",),
    "gmm_diag_loglik": TENSOR + ("sklearn",),
    "kmeans_assign": PAIRWISE,
    "sinkhorn_step": TENSOR + ("torch_blocked", "keops", "numba"),
    "call_overhead": TENSOR + ("numba", "numpy"),
    "memory_copy": ("torch", "numpy"),
    "sgemm": ("torch", "numpy"),
}
VALUE_ONLY = {"sklearn"}
GRADIENT_ONLY = {"torch_compile_closed"}
BY_HAND = {
    "gaussian_matvec", "gaussian_matvec_grad", "gaussian_matvec_d64", "laplacian_l1_matvec", "softmax_cross_entropy",
    "softmax_cross_entropy_grad", "clip_infonce", "clip_infonce_grad", "kmeans_assign", "focal_loss",
    "focal_loss_grad", "memory_copy",
}


def measurements():
    """Yields (name, peers) for each value and each value with gradient."""
    for workload in ALL:
        peers = PEERS_OF.get(workload.name, TENSOR)
        yield workload.name, [p for p in peers if p not in GRADIENT_ONLY]
        if workload.differentiable:
            yield workload.name + "_grad", [p for p in peers if p not in VALUE_ONLY]


def commands(name, peers, arguments):
    """Returns the commands that do a workload, Mercer's first."""
    options = ["--workload", name, "--threads", str(arguments.threads), "--size", arguments.size]
    locked = ["flock", arguments.lock] if arguments.lock else []
    mercer = [*locked, arguments.mercer, *options]
    by_hand = [[*mercer, "--peer", "hand"]] if name in BY_HAND and arguments.threads == 1 else []
    lock = ["--lock", arguments.lock] if arguments.lock else []
    script = [sys.executable, str(HERE / "peers.py"), *options, "--seconds", str(arguments.seconds), *lock]
    return [mercer, *by_hand, *([*script, "--peer", peer] for peer in peers)]


def run(command, prefix):
    """Returns the JSON lines that a command prints; a failing command gives none and is reported."""
    result = subprocess.run([*shlex.split(prefix), *command], capture_output=True, text=True, check=False)
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"{' '.join(command)}: {reason}", file=sys.stderr)
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mercer", required=True, help="the program mercer-bench")
    parser.add_argument("--to", default="results", help="folder for figures, table and charts")
    parser.add_argument("--workload", nargs="+", help="names, with _grad for value and gradient; all of them if left out")
    parser.add_argument("--peers", nargs="*", help="only these; nothing after it: Mercer and loops by hand alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--size", choices=("small", "full"), default="full")
    parser.add_argument("--seconds", type=float, default=2.0, help="time to spend on warm calls of a peer")
    parser.add_argument("--lock", default="", help="hold this file's lock while timing")
    parser.add_argument("--prefix", default="", help="what to put before each command, for example 'nice -n -5'")
    arguments = parser.parse_args()
    chosen = [(name, peers) for name, peers in measurements()
              if arguments.workload is None or name in arguments.workload]
    unknown = set(arguments.workload or ()) - {name for name, _ in chosen}
    if unknown:
        parser.error(f"no workload is called {', '.join(sorted(unknown))}")
    folder = Path(arguments.to)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(folder / "caches" / "torch"))
    os.environ.setdefault("KEOPS_CACHE_FOLDER", str(folder / "caches" / "keops"))
    with open(folder / "figures.jsonl", "a") as figures:
        for name, peers in chosen:
            if arguments.peers is not None:
                peers = [peer for peer in peers if peer in arguments.peers]
            lines = [line for _ in range(arguments.rounds)
                     for command in commands(name, peers, arguments)
                     for line in run(command, arguments.prefix)]
            figures.writelines(json.dumps(line) + "\n" for line in lines)
            figures.flush()
            for row in report.rows(lines):
                print(report.text(row), flush=True)
    lines = report.read(folder / "figures.jsonl")
    (folder / "table.md").write_text(report.page(lines))
    write_charts(lines, folder)
    print(f"{folder}: figures.jsonl, table.md, ratios.svg, roofline.svg")


if __name__ == "__main__":
    main()
