"""The suite's judgement: unittest, run by CTest."""

import contextlib
import io
import pathlib
import sys
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "suite"))

import cluster
import document
import suite
import targets
from targets import LIGHT, RATE, Run


def report(operation, p99_ms=5.0, sent=100, failed=0, rate=40, peak=80.0):
    return {
        "op": operation,
        "rate": rate,
        "sent": sent,
        "ok": sent - failed,
        "errors": {"timeout": failed} if failed else {},
        "p50_ms": 1.0,
        "p90_ms": 2.0,
        "p99_ms": p99_ms,
        "p999_ms": p99_ms,
        "max_ms": p99_ms,
        "cpu_ms_per_request": {"node-1": 1.0, "proxy-1": 0.5, "tercet-bench": 9.0},
        "memory_peak_mib": {"node-1": peak, "tercet-bench": 10_000.0},
        "node_bytes_per_request": {"requests": 1234.0},
        "node_messages_per_request": {"requests": 12.0},
    }


def verdicts(runs):
    return {row.name: row.met for row in targets.target_rows(runs)}


class Targets(unittest.TestCase):
    def test_distance_counts_round_trips(self):
        runs = [
            Run(report("encrypt", p99_ms=16.0), LIGHT, rtt_ms=10),
            Run(report("decrypt-repeat", p99_ms=16.01), LIGHT, rtt_ms=10),
            Run(report("decrypt-cold", p99_ms=85.0), LIGHT, rtt_ms=10),
        ]
        found = verdicts(runs)
        self.assertTrue(found["encrypt, RTT 10 ms, P99"])
        self.assertFalse(found["decrypt-repeat, RTT 10 ms, P99"])
        self.assertTrue(found["decrypt-cold, RTT 10 ms, P99"])

    def test_without_delay_the_baseline_is_the_measure(self):
        runs = [
            Run(report("encrypt", p99_ms=4.0), LIGHT),
            Run(report("encrypt", p99_ms=1.0), LIGHT, system="openssl"),
            Run(report("decrypt-cold", p99_ms=10.1), LIGHT),
            Run(report("decrypt-cold", p99_ms=1.0), LIGHT, system="openssl"),
        ]
        found = verdicts(runs)
        self.assertTrue(found["encrypt, no delay, P99"])
        self.assertFalse(found["decrypt-cold, no delay, P99"])

    def test_what_was_not_measured_has_no_row(self):
        self.assertEqual(targets.baseline_rows([Run(report("encrypt"), LIGHT)]), [])
        self.assertEqual(targets.target_rows([]), [])

    def test_an_error_is_a_miss_however_fast(self):
        fast = Run(report("encrypt", p99_ms=0.1, failed=1), LIGHT, rtt_ms=5)
        self.assertFalse(verdicts([fast])["encrypt, RTT 5 ms, P99"])
        held = Run(report("mixed", rate=600), RATE)
        broke = Run(report("decrypt-cold", rate=300, failed=2), RATE)
        found = verdicts([held, broke])
        self.assertTrue(found["mixed at 600 a second, no delay"])
        self.assertFalse(found["decrypt-cold at 300 a second, no delay"])

    def test_a_run_that_sent_nothing_is_not_clean(self):
        self.assertFalse(Run(report("mixed", sent=0), RATE).clean())

    def test_memory_is_of_nodes_only(self):
        self.assertTrue(verdicts([Run(report("mixed"), RATE)])["memory of a node, most in any run"])
        large = Run(report("mixed", peak=600.0), RATE)
        self.assertFalse(verdicts([large])["memory of a node, most in any run"])


class Order(unittest.TestCase):
    def test_the_baseline_is_measured_when_no_cluster_runs(self):
        running, seen = [], []

        @contextlib.contextmanager
        def system(name):
            running.append(name)
            yield mock.Mock(dev={}, rtt_ms=0)
            running.remove(name)

        def load(target, operation, rate, seconds, label):
            seen.append(tuple(running))

        measured = suite.Suite(programs=None, out=None, plan=suite.Plan(quick=True))
        with (
            mock.patch.object(cluster, "cluster", lambda programs: system("cluster")),
            mock.patch.object(cluster, "baseline", lambda programs: system("baseline")),
            mock.patch.object(cluster, "cpu_path", lambda programs, target: ""),
            mock.patch.object(cluster, "round_trip_ms", lambda dev: None),
            mock.patch.object(measured, "load", load),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            measured.on_loopback()
            measured.on_baseline()
        self.assertEqual(set(seen), {("cluster",), ("baseline",)})


class Tables(unittest.TestCase):
    def test_columns_line_up_and_each_row_is_a_line(self):
        text = targets.table(("a", "b"), [("1", "long cell"), ("22", "x")])
        lines = text.split("\n")
        self.assertEqual(len(lines), 4)
        self.assertEqual(len({len(line) for line in lines}), 1)

    def test_runs_show_cost_without_the_load_generator(self):
        text = targets.run_table([Run(report("mixed"), LIGHT, rtt_ms=5, echo_ms=5.2)])
        self.assertIn("RTT 5 ms (echo 5.20)", text)
        self.assertIn(" 1.50 ", text)
        self.assertIn(" 1234 ", text)


class Document(unittest.TestCase):
    def test_only_what_is_between_the_markers_changes(self):
        page = f"before\n{document.BEGIN}\nold\n{document.END}\nafter\n"
        once = document.with_measured(page, "new")
        self.assertEqual(once, f"before\n{document.BEGIN}\n\nnew\n\n{document.END}\nafter\n")
        self.assertEqual(document.with_measured(once, "new"), once)

    def test_a_page_without_markers_is_refused(self):
        with self.assertRaises(ValueError):
            document.with_measured("nothing here", "new")


if __name__ == "__main__":
    unittest.main()
