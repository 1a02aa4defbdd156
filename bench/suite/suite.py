#!/usr/bin/env python3
"""The benchmark suite: every target of the system beside what this machine measures now."""

import argparse
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys

sys.dont_write_bytecode = True

import cluster
import document
import targets
from targets import LIGHT, RATE, Run

LIGHT_PER_SECOND = 40
PLAINTEXT_BYTES = 96
KERNEL_LIMIT_S = 60


class Plan:
    """How much is measured."""

    def __init__(self, quick):
        self.round_trips = (5,) if quick else (1, 5, 10, 20)
        self.light_seconds = 4 if quick else 10
        self.rates = (("mixed", 600, 5 if quick else 20), ("decrypt-cold", 300, 5 if quick else 15))


def last_line(text):
    return text.strip().rpartition("\n")[2]


class Suite:
    def __init__(self, programs, out, plan):
        self.programs = programs
        self.out = out
        self.plan = plan
        self.runs = []
        self.notes = []
        self.cpu_path = ""

    def say(self, text):
        print(text, flush=True)

    def note(self, text):
        self.notes.append(text)
        self.say("   " + text)

    def load(self, target, operation, rate, seconds, label):
        """One run of tercet-bench; its report, or None with a note why not."""
        words = [self.programs.path("tercet-bench"), "--dev", target.dev_json, "--op", operation]
        words += ["--rate", str(rate), "--seconds", str(seconds), "--size", str(PLAINTEXT_BYTES)]
        words += ["--label", label, "--json"]
        print(f"   {label:42}", end=" ", flush=True)
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            self.say("not measured")
            self.note(f"{label}: not measured: {last_line(done.stderr)}")
            return None
        report = json.loads(done.stdout)
        name = label.replace(" ", "-").replace(",", "")
        (self.out / f"{name}.json").write_text(done.stdout)
        errors = "" if report["ok"] == report["sent"] else f", errors {report['errors']}"
        self.say(f"P50 {report['p50_ms']:8.2f}  P99 {report['p99_ms']:8.2f} ms{errors}")
        return report

    def light(self, target, place, system="tercet", echo_ms=None):
        for operation in targets.OPERATIONS:
            report = self.load(target, operation, LIGHT_PER_SECOND, self.plan.light_seconds, f"{operation}, {place}")
            if report:
                self.runs.append(Run(report, LIGHT, system, target.rtt_ms, echo_ms))

    def on_loopback(self):
        self.say("== no delay")
        with cluster.cluster(self.programs) as target:
            self.cpu_path = cluster.cpu_path(self.programs, target)
            self.light(target, "no delay", echo_ms=cluster.round_trip_ms(target.dev))
            self.say("== rates")
            for operation, rate, seconds in self.plan.rates:
                report = self.load(target, operation, rate, seconds, f"{operation}, {rate} a second")
                if report:
                    self.runs.append(Run(report, RATE))

    def on_baseline(self):
        """After the cluster: nodes that restock would slow the baseline and make it easy to keep up with."""
        self.say("== OpenSSL baseline")
        with cluster.baseline(self.programs) as plain:
            self.light(plain, "OpenSSL", "openssl")

    def over_distance(self):
        for rtt_ms in self.plan.round_trips:
            self.say(f"== RTT {rtt_ms} ms")
            try:
                with cluster.cluster(self.programs, rtt_ms) as target:
                    echo_ms = cluster.round_trip_ms(target.dev)
                    if echo_ms is not None:
                        self.say(f"   one TCP echo between sites: {echo_ms:.2f} ms")
                    self.light(target, f"RTT {rtt_ms} ms", echo_ms=echo_ms)
            except cluster.Unavailable as why:
                self.note(f"RTT {rtt_ms} ms: skipped: {why}")

    def kernels(self):
        """Figures of tercet-bench-kernel, if it was built."""
        if not self.programs.there("tercet-bench-kernel"):
            self.note("kernels: skipped: Google Benchmark is not installed")
            return []
        words = [self.programs.path("tercet-bench-kernel"), "--benchmark_format=json", "--benchmark_min_time=0.05"]
        try:
            done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=KERNEL_LIMIT_S, check=False)
        except subprocess.TimeoutExpired:
            self.note("kernels: skipped: they took too long")
            return []
        if done.returncode != 0:
            self.note("kernels: tercet-bench-kernel failed")
            return []
        (self.out / "kernels.json").write_bytes(done.stdout)
        return json.loads(done.stdout)["benchmarks"]

    def draw(self):
        for operation in targets.OPERATIONS:
            files = []
            for run in self.runs:
                if run.operation == operation and run.kind == LIGHT:
                    name = run.report["label"].replace(" ", "-").replace(",", "")
                    files += ["--from", str(self.out / f"{name}.json")]
            if files:
                cluster.call([self.programs.path("tercet-bench"), "--plot", str(self.out / f"{operation}.svg")] + files)


def kernel_table(benchmarks):
    rows = []
    for entry in benchmarks:
        per_second = entry.get("items_per_second")
        rows.append(
            (entry["name"], f"{entry['cpu_time']:.1f} {entry['time_unit']}", f"{per_second:.3g}" if per_second else "")
        )
    return targets.table(("kernel", "CPU time", "items a second"), rows) if rows else ""


def measured_text(suite, benchmarks, load_before):
    machine = suite.runs[0].report["machine"]
    today = datetime.date.today().isoformat()
    parts = [
        f"{today}, {machine['processor']}, {machine['processors']} processors, {machine['kernel']}, "
        f"kernels {suite.cpu_path or 'unknown'}; "
        f"load average before the run {load_before:.2f}. All programs on this one machine, messages of "
        f"{PLAINTEXT_BYTES} bytes, light load {LIGHT_PER_SECOND} requests a second for {suite.plan.light_seconds} s.",
        "\n".join("- " + note for note in suite.notes),
        targets.target_table(suite.runs),
        "Milliseconds (P99.9 of fewer than 1000 requests is the slowest); CPU of nodes and proxy together, "
        "bytes and messages between nodes, all per request:",
        targets.run_table(suite.runs),
    ]
    parts.append(kernel_table(benchmarks))
    return "\n\n".join(part for part in parts if part)


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the programs")
    parser.add_argument("--out", required=True, help="folder for reports")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    parser.add_argument("--docs", help="write the tables into this document, between its markers")
    return parser.parse_args()


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped on the way out
    out = pathlib.Path(chosen.out)
    out.mkdir(parents=True, exist_ok=True)
    load_before = os.getloadavg()[0]
    suite = Suite(cluster.Programs(chosen.bin), out, Plan(chosen.quick))
    if load_before > os.cpu_count() / 2:
        suite.note(f"other programs are running here (load average {load_before:.1f}), and what they take of the processors is in every figure")
    try:
        suite.on_loopback()
        suite.on_baseline()
    except cluster.Unavailable as why:
        print(f"bench: {why}", file=sys.stderr)
        return 1
    suite.over_distance()
    benchmarks = suite.kernels()
    if not suite.runs:
        print("bench: nothing was measured", file=sys.stderr)
        return 1
    suite.draw()
    text = measured_text(suite, benchmarks, load_before)
    (out / "results.md").write_text(text + "\n")
    rows = targets.target_rows(suite.runs)
    results = {
        "targets": [{"what": row.name, "target": row.target, "measured": row.measured, "met": row.met} for row in rows],
        "runs": [
            {"kind": run.kind, "system": run.system, "rtt_ms": run.rtt_ms, "echo_ms": run.echo_ms, "report": run.report}
            for run in suite.runs
        ],
        "notes": suite.notes,
        "cpu_path": suite.cpu_path,
        "load_average_before": load_before,
    }
    (out / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    if chosen.docs:
        page = pathlib.Path(chosen.docs)
        page.write_text(document.with_measured(page.read_text(), text))
    print("\n" + text)
    missed = [row for row in rows if not row.met]
    print(f"\n{len(rows) - len(missed)} of {len(rows)} targets met. Reports and drawings: {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
