"""The targets, each beside what was measured. Pure functions of the runs' reports."""

MEMORY_MIB_MAX = 512
LIGHT = "light"
RATE = "rate"
OPERATIONS = ("encrypt", "decrypt-repeat", "decrypt-cold", "mixed")

# Milliseconds at the 99th percentile: so many round trips and so much more.
OVER_DISTANCE = {"encrypt": (1.0, 6.0), "decrypt-repeat": (1.0, 6.0), "decrypt-cold": (7.5, 10.0)}
# Without delay: so many times the baseline's.
OVER_BASELINE = {"encrypt": 4.0, "decrypt-repeat": 4.0, "decrypt-cold": 10.0}


class Run:
    """One report of tercet-bench with where it was made."""

    def __init__(self, report, kind, system="tercet", rtt_ms=0, echo_ms=None):
        self.report = report
        self.kind = kind  # light or rate
        self.system = system  # tercet or openssl
        self.rtt_ms = rtt_ms
        self.echo_ms = echo_ms

    @property
    def operation(self):
        return self.report["op"]

    def clean(self):
        return self.report["ok"] == self.report["sent"] > 0


class Row:
    """What is wanted, what was measured, and whether that is enough."""

    def __init__(self, name, target, measured, met):
        self.name = name
        self.target = target
        self.measured = measured
        self.met = met

    def verdict(self):
        return "pass" if self.met else "miss"


def find(runs, **wanted):
    for run in runs:
        if all(getattr(run, name) == value for name, value in wanted.items()):
            return run
    return None


def failures(run):
    if run.clean():
        return ""
    return "; errors: " + ", ".join(f"{name} {count}" for name, count in sorted(run.report["errors"].items()))


def distance_rows(runs):
    rows = []
    for rtt_ms in sorted({run.rtt_ms for run in runs if run.rtt_ms}):
        for operation, (trips, extra_ms) in OVER_DISTANCE.items():
            run = find(runs, kind=LIGHT, system="tercet", rtt_ms=rtt_ms, operation=operation)
            if run is None:
                continue
            limit = trips * rtt_ms + extra_ms
            p99 = run.report["p99_ms"]
            rows.append(
                Row(
                    f"{operation}, RTT {rtt_ms} ms, P99",
                    f"<= {trips:g} R + {extra_ms:g} ms = {limit:g} ms",
                    f"{p99:.2f} ms{failures(run)}",
                    p99 <= limit and run.clean(),
                )
            )
    return rows


def baseline_rows(runs):
    rows = []
    for operation, times in OVER_BASELINE.items():
        run = find(runs, kind=LIGHT, system="tercet", rtt_ms=0, operation=operation)
        plain = find(runs, kind=LIGHT, system="openssl", operation=operation)
        if run is None or plain is None:
            continue
        p99 = run.report["p99_ms"]
        plain_p99 = plain.report["p99_ms"]
        rows.append(
            Row(
                f"{operation}, no delay, P99",
                f"<= {times:g} x OpenSSL's {plain_p99:.2f} ms = {times * plain_p99:.2f} ms",
                f"{p99:.2f} ms ({p99 / plain_p99:.1f} x){failures(run)}" if plain_p99 > 0 else f"{p99:.2f} ms",
                p99 <= times * plain_p99 and run.clean(),
            )
        )
    return rows


def rate_rows(runs):
    rows = []
    for run in runs:
        if run.kind != RATE:
            continue
        report = run.report
        rows.append(
            Row(
                f"{run.operation} at {report['rate']:g} a second, no delay",
                "no error",
                f"{report['ok']} of {report['sent']} ok, P99 {report['p99_ms']:.2f} ms{failures(run)}",
                run.clean(),
            )
        )
    return rows


def memory_rows(runs):
    peaks = [
        value
        for run in runs
        for name, value in run.report["memory_peak_mib"].items()
        if name.startswith("node-")
    ]
    if not peaks:
        return []
    peak = max(peaks)
    return [
        Row("memory of a node, most in any run", f"<= {MEMORY_MIB_MAX} MiB", f"{peak:.0f} MiB", peak <= MEMORY_MIB_MAX)
    ]


def target_rows(runs):
    return distance_rows(runs) + baseline_rows(runs) + rate_rows(runs) + memory_rows(runs)


def table(header, rows):
    """Markdown whose columns also line up as plain text."""
    cells = [list(header)] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]

    def line(row):
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"

    return "\n".join([line(cells[0]), "| " + " | ".join("-" * width for width in widths) + " |"] + [line(row) for row in cells[1:]])


def target_table(runs):
    rows = [(row.name, row.target, row.measured, row.verdict()) for row in target_rows(runs)]
    return table(("what", "target", "measured", ""), rows)


def where(run):
    if run.system == "openssl":
        return "OpenSSL baseline"
    if not run.rtt_ms:
        return "no delay"
    return f"RTT {run.rtt_ms} ms" + (f" (echo {run.echo_ms:.2f})" if run.echo_ms else "")


def total_cpu(report):
    return sum(value for name, value in report["cpu_ms_per_request"].items() if name != "tercet-bench")


def run_table(runs):
    rows = []
    for run in runs:
        report = run.report
        traffic = report["node_bytes_per_request"].get("requests")
        messages = report["node_messages_per_request"].get("requests")
        rows.append(
            (
                where(run),
                run.operation,
                f"{report['rate']:g}",
                *(f"{report[name]:.2f}" for name in ("p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms")),
                f"{total_cpu(report):.2f}",
                "" if traffic is None else f"{traffic:.0f}",
                "" if messages is None else f"{messages:.0f}",
                str(report["sent"] - report["ok"]),
            )
        )
    header = ("where", "operation", "a second", "P50", "P90", "P99", "P99.9", "max", "CPU ms", "bytes", "messages", "errors")
    return table(header, rows)
