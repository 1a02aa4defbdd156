"""Starts what is measured, and measures the network under it."""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

CLONE_NEWNET = 0x40000000
ECHOES = 200
START_LIMIT_S = 90


class Unavailable(Exception):
    """This machine cannot do it; the text says why."""


def call(words):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


class Programs:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def path(self, name):
        return str(self.folder / name)

    def there(self, name):
        return (self.folder / name).exists()


class Target:
    """A system under load: its dev.json, and what it is."""

    def __init__(self, folder, rtt_ms):
        self.dev_json = str(folder / "dev.json")
        self.dev = json.loads(pathlib.Path(self.dev_json).read_text())
        self.rtt_ms = rtt_ms


@contextlib.contextmanager
def scratch():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tercet-bench."))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def cluster(programs, rtt_ms=0):
    """Three nodes and a proxy; rtt_ms apart through the emulator, or on loopback with 0."""
    with scratch() as folder:
        words = [programs.path("tercet"), "dev", "up", "--dir", str(folder), "--no-kms"]
        if rtt_ms:
            words += ["--rtt-ms", str(rtt_ms)]
        started = call(words)
        if started.returncode != 0:
            raise Unavailable(started.stdout.strip())
        try:
            yield Target(folder, rtt_ms)
        finally:
            call([programs.path("tercet"), "dev", "down", "--dir", str(folder)])


@contextlib.contextmanager
def baseline(programs):
    """The proxy's code over one OpenSSL key."""
    with scratch() as folder:
        server = subprocess.Popen([programs.path("tercet-bench-openssl"), "--dir", str(folder / "b")])
        try:
            ready = folder / "b" / "dev.json"
            limit = time.monotonic() + START_LIMIT_S
            while not ready.exists() or not ready.read_text().endswith("}\n"):
                if server.poll() is not None or time.monotonic() > limit:
                    raise Unavailable("tercet-bench-openssl did not start")
                time.sleep(0.02)
            yield Target(folder / "b", 0)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def cpu_path(programs, target):
    """Which kernels the nodes run, as `tercet status` tells it; empty if it does not."""
    words = [programs.path("tercet"), "status", "--config", target.dev["admin_config"], "--json"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    try:
        nodes = json.loads(done.stdout).get("nodes", [])
    except json.JSONDecodeError:
        return ""
    return ", ".join(sorted({node.get("cpu_path", "") for node in nodes} - {""}))


def site(dev, name):
    for entry in dev.get("wan", {}).get("sites", []):
        if entry["name"] == name:
            return entry
    return None


def _echo_server(netns, address, port_pipe):
    """In a child of its own: answers byte by byte."""
    if netns:
        with open(netns, "rb") as handle:
            if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET) != 0:
                os._exit(1)
    listener = socket.create_server((address, 0))
    os.write(port_pipe, str(listener.getsockname()[1]).encode())
    os.close(port_pipe)
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while connection.recv(1):
        connection.send(b"x")
    os._exit(0)


def round_trip_ms(dev):
    """Median time of a TCP echo from the proxy's site to node-1's, or over loopback."""
    far = site(dev, "node-1")
    address = far["address"] if far else "127.0.0.1"
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            _echo_server(far["netns"] if far else None, address, writer)
        finally:
            os._exit(1)
    os.close(writer)
    try:
        port = os.read(reader, 16)
        if not port:
            return None
        times = []
        with socket.create_connection((address, int(port)), timeout=10) as near:
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(ECHOES):
                began = time.monotonic_ns()
                near.send(b"x")
                near.recv(1)
                times.append((time.monotonic_ns() - began) / 1e6)
        return sorted(times)[len(times) // 2]
    except OSError:
        return None
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
