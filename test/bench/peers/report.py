"""Tables of measured lines: medians over the runs, ratios to Mercer, agreement of the results, targets.

    python report.py results/figures.jsonl        # prints table.md
"""

import json
import platform
import statistics
import sys
from datetime import date
from pathlib import Path

TOLERANCE = 1e-4
ANY = "best peer"

# Mercer's time over that of a peer, at most.
TARGETS = {
    "gaussian_matvec": ("keops", 1 / 15),
    "gaussian_matvec_grad": ("keops", 1 / 15),
    "softmax_cross_entropy": ("torch", 1 / 3),
    "softmax_cross_entropy_grad": ("torch", 1 / 3),
    "cross_entropy_rows_small_grad": (ANY, 0.5),
    "clip_infonce_grad": (ANY, 1),
    "linear_cross_entropy_grad": (ANY, 1),
    "mmd2_rbf_unbiased": (ANY, 0.5),
    "mmd2_rbf_unbiased_grad": (ANY, 0.5),
    "ksd_imq": (ANY, 0.5),
    "gmm_diag_loglik": (ANY, 0.5),
    "gmm_diag_loglik_grad": (ANY, 0.5),
    "sinkhorn_step": (ANY, 0.5),
    "supcon_grad": (ANY, 0.6),
    "triplet_batch_hard_grad": (ANY, 0.6),
    "kl_distillation": ("torch", 1 / 3),
    "kl_distillation_grad": ("torch", 1 / 3),
    "focal_loss": ("torch", 1 / 3),
    "focal_loss_grad": ("torch", 1 / 3),
}


def read(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def difference(line, reference):
    """Returns the larger relative difference of value and gradient norm."""
    pairs = [(line.get(key), reference.get(key)) for key in ("value", "gradient_norm")]
    return max((abs(a - b) / max(abs(b), 1e-30) for a, b in pairs if a is not None and b is not None), default=0)


def rows(lines):
    """Returns a row for each workload, number of threads and peer, in order of appearance."""
    groups = {}
    for line in lines:
        groups.setdefault((line["workload"], line["size"], line["threads"], line["peer"]), []).append(line)
    result = []
    for (workload, size, threads, peer), runs in groups.items():
        mercer = groups.get((workload, size, threads, "mercer"), runs)
        medians = [run["median_s"] for run in runs]
        # The n-th runs of both followed each other.
        ratios = [run["median_s"] / other["median_s"] for run, other in zip(runs, mercer)]
        result.append({
            **runs[0],
            "runs": len(runs),
            "median_s": statistics.median(medians),
            "ratio": statistics.median(ratios),
            "least": min(ratios),
            "greatest": max(ratios),
            "first_call_s": max(run["first_call_s"] for run in runs),
            "peak_rss_mb": max(run["peak_rss_mb"] for run in runs),
            "difference": difference(runs[0], mercer[0]),
        })
    return result


def text(row):
    """Returns a row of the table: times of a peer and how many times Mercer's they are."""
    agrees = "agrees" if row["difference"] <= TOLERANCE else f"DIFFERS by {row['difference']:.0e}"
    ratio = "1" if row["peer"] == "mercer" else f"{row['ratio']:.3g} ({row['least']:.3g} - {row['greatest']:.3g})"
    return (f"| {row['workload']} | {row['threads']} | {row['peer']} | {row['median_s'] * 1e3:.4g} | {ratio} | "
            f"{row['first_call_s']:.2g} | {row['peak_rss_mb']:.1f} | {agrees} |")


def targets(table):
    """Yields rows of the table of targets."""
    times = {(row["workload"], row["peer"]): row for row in table if row["threads"] == 1 and row["size"] == "full"}
    for workload, (peer, limit) in TARGETS.items():
        mercer = times.get((workload, "mercer"))
        others = [row for (name, other), row in times.items()
                  if name == workload and (other == peer or peer == ANY and other not in ("mercer", "hand"))]
        if mercer is None or not others:
            continue
        best = min(others, key=lambda row: row["median_s"])
        ratio = 1 / best["ratio"]
        yield (f"| {workload} | {best['peer']} | {mercer['median_s'] * 1e3:.4g} | {best['median_s'] * 1e3:.4g} | "
               f"{ratio:.3f} ({1 / best['greatest']:.3f} - {1 / best['least']:.3f}) | {limit:.3f} | "
               f"{'' if ratio <= limit else 'missed'} |")
    if call := times.get(("call_overhead", "mercer")):
        yield (f"| call_overhead | | {call['median_s'] * 1e3:.3g} | | | 0.001 ms | "
               f"{'' if call['median_s'] <= 1e-6 else 'missed'} |")


def memory(table):
    """Returns a sentence on the memory that Mercer needs beside inputs and outputs."""
    peaks = sorted(((row["peak_rss_mb"], row["workload"]) for row in table if row["peer"] == "mercer"), reverse=True)
    return ("Mercer's memory beside inputs and outputs, of which 64 MB are allowed; the most: "
            + ", ".join(f"{workload} {peak:.1f} MB{' (missed)' if peak > 64 else ''}" for peak, workload in peaks[:4])
            + ".")


def machine():
    """Returns the name of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{name}, {sum(line.startswith('processor') for line in lines)} processors"


def page(lines):
    """Returns all tables as a page."""
    table = rows(lines)
    versions = sorted({line["version"] for line in lines})
    return "\n".join([
        f"{machine()}, {platform.system()} {platform.release()}, {date.today()}. f32. Versions: {', '.join(versions)}.",
        "", "## Targets beside libraries", "",
        "| workload | peer | Mercer, ms | peer, ms | Mercer / peer (least - greatest) | at most | |",
        "|---|---|---:|---:|---|---:|---|", *targets(table),
        "", memory(table),
        "", "## Every workload with every peer", "",
        "| workload | threads | who | ms | times Mercer's (least - greatest) | first call, s | peak, MB | result |",
        "|---|---:|---|---:|---|---:|---:|---|", *map(text, table), ""])


if __name__ == "__main__":
    print(page(read(sys.argv[1])), end="")
