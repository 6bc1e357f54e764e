"""Two charts of measured lines as SVG: ratios to other libraries, and a roofline.

    python charts.py results/figures.jsonl results
"""

import math
import sys
from pathlib import Path

import report

COLOURS = {"hand": "#444444", "torch": "#ee4c2c", "torch_blocked": "#f4a08c", "torch_compile": "#b03a20",
           "torch_compile_closed": "#7a2412", "jax": "#4285f4", "keops": "#0f9d58", "sklearn": "#f9ab00",
           "numba": "#00a3e0", "numpy": "#7d5fb2", "mercer": "#c2185b"}
STYLE = "<style>text{font:11px sans-serif}.title{font-size:14px}.grid{stroke:#ddd}.axis{stroke:#888}</style>"


def document(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
            f'{STYLE}<rect width="{width}" height="{height}" fill="white"/>' + "\n".join(parts) + "</svg>\n")


def label(x, y, content, anchor="start", kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{content}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def ratios(table):
    """Returns bars of how many times Mercer's time others take, on a logarithmic axis."""
    groups = {}
    for row in table:
        if row["peer"] != "mercer":
            groups.setdefault(row["workload"], []).append(row)
    left, bar, gap, scale = 215, 9, 7, 170
    x = lambda ratio: left + scale * (1 + math.log10(min(max(ratio, 0.1), 1000)))
    parts, y = [label(10, 20, "Time relative to Mercer (1), one thread; longer: Mercer is faster", kind="title")], 48
    height = y + sum(len(rows) * bar + gap for rows in groups.values()) + 40
    for ratio in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        parts += [line(x(ratio), 34, x(ratio), height - 34, "axis" if ratio == 1 else "grid"),
                  label(x(ratio), height - 20, f"{ratio:g}", "middle")]
    for workload, rows in groups.items():
        parts.append(label(left - 6, y + len(rows) * bar / 2 + 4, workload, "end"))
        for row in rows:
            start, end = sorted((x(1), x(row["ratio"])))
            parts.append(f'<rect x="{start:.1f}" y="{y}" width="{end - start:.1f}" height="{bar - 1}" '
                         f'fill="{COLOURS[row["peer"]]}"><title>{row["peer"]} {row["ratio"]:.3g}</title></rect>')
            y += bar
        y += gap
    used = [peer for peer in COLOURS if any(row["peer"] == peer for rows in groups.values() for row in rows)]
    for n, peer in enumerate(used):
        parts += [f'<rect x="{left + 4 * scale + 20}" y="{40 + 16 * n}" width="10" height="10" fill="{COLOURS[peer]}"/>',
                  label(left + 4 * scale + 36, 49 + 16 * n, peer)]
    return document(left + 4 * scale + 170, height, parts)


def roofline(table):
    """Returns least operations a second against least operations a byte, under the measured rates."""
    points = [row for row in table if row["peer"] == "mercer" and row.get("least_operations") and row.get("fma_per_s")]
    if not points:
        return None
    peak = max(row["fma_per_s"] for row in points)
    bandwidth = max(row["copied_bytes_per_s"] for row in points)
    intensity = lambda row: row["least_operations"] / row["bytes"]
    left, top, width, height = 70, 40, 760, 420
    low, high = -1.5, 4.5
    floor, ceiling = math.log10(peak) - 2.5, math.log10(peak) + 0.2
    x = lambda value: left + width * (min(max(math.log10(value), low), high) - low) / (high - low)
    y = lambda value: top + height * (1 - (min(max(math.log10(value), floor), ceiling) - floor) / (ceiling - floor))
    ridge = peak / bandwidth
    start = 10 ** low
    parts = [label(10, 20, "Mercer under the roofline: multiplications that any program needs (a function counts as 8)",
                   kind="title"),
             f'<polyline points="{x(start):.1f},{y(start * bandwidth):.1f} {x(ridge):.1f},{y(peak):.1f} '
             f'{x(10 ** high):.1f},{y(peak):.1f}" fill="none" stroke="#444" stroke-width="2"/>',
             label(x(10 ** high), y(peak) - 6, f"{peak / 1e9:.0f} G multiply-adds a second", "end"),
             label(x(start * 2) + 8, y(start * 2 * bandwidth) + 14, f"{bandwidth / 1e9:.0f} GB a second"),
             label(left + width / 2, top + height + 36, "multiplications a byte of inputs and outputs", "middle"),
             f'<text transform="translate(16,{top + height / 2}) rotate(-90)" text-anchor="middle">'
             "G multiplications a second</text>"]
    for power in range(-1, 5):
        parts += [line(x(10 ** power), top, x(10 ** power), top + height, "grid"),
                  label(x(10 ** power), top + height + 16, f"{10.0 ** power:g}", "middle")]
    for value in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        if floor < math.log10(value * 1e9) < ceiling:
            parts += [line(left, y(value * 1e9), left + width, y(value * 1e9), "grid"),
                      label(left - 6, y(value * 1e9) + 4, f"{value:g}", "end")]
    for n, row in enumerate(points):
        share = row["least_operations"] / row["median_s"]
        at_x, at_y = x(intensity(row)), y(share)
        parts += [f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="3.5" fill="{COLOURS["mercer"]}"><title>'
                  f'{row["workload"]}: {share / 1e9:.3g} G a second</title></circle>',
                  label(at_x + 5, at_y + (-3 if n % 2 else 9), n + 1),
                  label(left + width + 22, top + 10 + 14 * n, n + 1, "end"),
                  label(left + width + 28, top + 10 + 14 * n, row["workload"])]
    return document(left + width + 210, max(top + height + 50, top + 20 + 14 * len(points)), parts)


def write_charts(lines, folder):
    """Writes ratios.svg and, where Mercer's lines have floors, roofline.svg."""
    table = [row for row in report.rows(lines) if row["threads"] == 1 and row["size"] == "full"]
    for name, chart in (("ratios", ratios(table)), ("roofline", roofline(table))):
        if chart:
            (Path(folder) / f"{name}.svg").write_text(chart)


if __name__ == "__main__":
    write_charts(report.read(sys.argv[1]), sys.argv[2])
