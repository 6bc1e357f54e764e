"""Times a callable, measures its memory and sums up its result."""

import ctypes
import gc
import math
import os
import statistics
import time
from pathlib import Path

import numpy as np

SHORTEST_SAMPLE_SECONDS = 2e-3


def seconds(call, count=1):
    """Returns the time of one call, averaged over `count` of them in a row."""
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def samples(call, budget_seconds):
    """Returns times of warm calls: at least 5, then until the budget or 200 samples are reached.

    Calls shorter than 2 ms are timed in groups. Calls above 2 s need only 3 samples.
    """
    warm = seconds(call)
    count = max(1, math.ceil(SHORTEST_SAMPLE_SECONDS / warm))
    least = 3 if warm > 2 else 5
    times = []
    while len(times) < least or (sum(times) * count < budget_seconds and len(times) < 200):
        times.append(seconds(call, count))
    return times


def machine_cpu_seconds():
    """Returns the processor time that all programs have used since the machine started."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def status_kib(field):
    """Returns a size from the process status in KiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise KeyError(field)


def peak_growth_mb(call):
    """Returns how far resident memory rises in one warm call, outputs included, inputs not."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = status_kib("VmRSS")
    result = call()
    growth = status_kib("VmHWM") - before
    del result
    return growth / 1024


def norm(array):
    """Returns sqrt(sum_p (1 + p/P) v_p^2) in float64, p the row-major position and P the count.

    The weight makes the sum depend on the order without cancellation.
    """
    v = np.asarray(array, dtype=np.float64).ravel()
    weight = 1 + np.arange(v.size) / v.size
    return math.sqrt(float(np.dot(weight * v, v)))


def checksum(value, gradients):
    """Returns the scalar itself, or the norm of an array, and the joint norm of the gradients."""
    value = float(value) if np.ndim(value) == 0 else norm(value)
    joint = math.sqrt(sum(norm(g) ** 2 for g in gradients)) if gradients else None
    return {
        "value": float(f"{value:.6g}"),
        "gradient_norm": None if joint is None else float(f"{joint:.6g}"),
    }


def measure(call, to_numpy, summary, budget_seconds):
    """Returns the figures of one callable that gives (value, *gradients)."""
    start = time.perf_counter()
    result = call()
    first = time.perf_counter() - start
    value, *gradients = (to_numpy(part) for part in result)
    sums = checksum(summary(value), gradients)
    del result, value, gradients
    start, own, machine = time.perf_counter(), time.process_time(), machine_cpu_seconds()
    times = samples(call, budget_seconds)
    others = machine_cpu_seconds() - machine - (time.process_time() - own)
    elapsed = time.perf_counter() - start
    return {
        "first_call_s": round(first, 6),
        "median_s": float(f"{statistics.median(times):.4g}"),
        "min_s": float(f"{min(times):.4g}"),
        "repeats": len(times),
        "other_load": round(max(others, 0) / elapsed, 2),
        "peak_rss_mb": round(peak_growth_mb(call), 1),
        **sums,
    }
