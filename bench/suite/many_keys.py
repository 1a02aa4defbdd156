#!/usr/bin/env python3
"""What many keys cost: a node's start, links, memory, making one more. docs/performance.md, "Many keys"."""

import argparse
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import time
import urllib.request

sys.dont_write_bytecode = True

import cluster

NODES = ("node-1", "node-2", "node-3")
LIMIT_S = 120
MADE = 80
DIFFERENCES = 3


def until(condition, what):
    limit = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > limit:
            raise cluster.Unavailable(what + " took more than two minutes")
        time.sleep(0.01)


def page(url):
    """A node's page over plain HTTP; empty where it does not say 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def metric(url, name):
    found = re.search("^" + re.escape(name) + r" ([0-9.e+-]+)$", page(url), re.MULTILINE)
    return float(found.group(1)) if found else 0.0


class Xks:
    """Signed Encrypts over one connection, as AWS KMS sends them."""

    def __init__(self, dev):
        proxy = dev["proxies"][0]
        self.path = proxy["uri_path"]
        self.credential = proxy["credential"]
        self.host = proxy["endpoint"].removeprefix("https://")
        context = ssl.create_default_context(cafile=proxy["ca_file"])
        self.connection = http.client.HTTPSConnection(self.host, context=context, timeout=10)

    def encrypt(self, key):
        body = json.dumps({
            "requestMetadata": {"awsPrincipalArn": "arn:aws:iam::111122223333:user/alice",
                                "kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/many",
                                "kmsOperation": "Encrypt", "kmsRequestId": os.urandom(8).hex()},
            "plaintext": base64.b64encode(b"many keys").decode(), "encryptionAlgorithm": "AES_GCM"})
        target = f"{self.path}/keys/{key}/encrypt"
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{date[:8]}/us-east-1/kms-xks-proxy/aws4_request"
        canonical = "\n".join(["POST", target, "", f"host:{self.host}", f"x-amz-date:{date}", "", "host;x-amz-date",
                               hashlib.sha256(body.encode()).hexdigest()])
        signed = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        step = ("AWS4" + self.credential["RawSecretAccessKey"]).encode()
        for word in scope.split("/"):
            step = hmac.new(step, word.encode(), hashlib.sha256).digest()
        signature = hmac.new(step, signed.encode(), hashlib.sha256).hexdigest()
        self.connection.request("POST", target, body, {
            "Host": self.host, "X-Amz-Date": date, "Content-Type": "application/json",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self.credential['AccessKeyId']}/{scope}, "
                             f"SignedHeaders=host;x-amz-date, Signature={signature}"})
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


class Cluster:
    """A development cluster whose nodes are started here, one by one."""

    def __init__(self, programs, folder):
        self.programs = programs
        self.folder = folder
        self.dev = json.loads((folder / "dev.json").read_text())
        self.running = {}

    def tercet(self, *words):
        return cluster.call([self.programs.path("tercet"), *words, "--config", self.dev["admin_config"]])

    def metrics_of(self, name):
        return self.dev["nodes"][NODES.index(name)]["metrics"]

    def log(self, name):
        return self.folder / "log" / (name + ".measured.log")

    def serving(self, name):
        return page(self.metrics_of(name).replace("/metrics", "/ping")) == "serving\n"

    def start(self, name):
        """Seconds until it has started."""
        log = self.log(name).open("w")
        began = time.monotonic()
        words = [self.programs.path("tercet-node"), "--config", str(self.folder / (name + ".yaml"))]
        self.running[name] = subprocess.Popen(words, stdout=log, stderr=log)
        until(lambda: self.running[name].poll() is not None or "node_started" in self.log(name).read_text(),
              name + "'s start")
        if self.running[name].poll() is not None:
            raise cluster.Unavailable(f"{name} ended: " + self.log(name).read_text()[-1000:])
        return time.monotonic() - began

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def memory_mib(self, name, what):
        text = pathlib.Path(f"/proc/{self.running[name].pid}/status").read_text()
        return int(re.search(what + r":\s+(\d+)", text).group(1)) / 1024

    def cpu_ms(self, name):
        fields = pathlib.Path(f"/proc/{self.running[name].pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def peer_bytes(self):
        return sum(metric(self.metrics_of(name), 'tercet_node_link_sent_bytes_total{link="peer"}')
                   for name in self.running)


def write_keys(programs, folder, count):
    for words in (["tercet", "dev", "up", "--dir", str(folder), "--no-kms"],
                  ["tercet", "key", "create", "--config", str(folder / "admin.yaml"), "--id", "first"],
                  ["tercet", "dev", "down", "--dir", str(folder)],
                  ["tercet-many-keys", "--dir", str(folder), "--from", "first", "--count", str(count)],
                  ["tercet", "dev", "up", "--dir", str(folder), "--no-kms", "--timeout-s", str(LIMIT_S)]):
        done = cluster.call([programs.path(words[0])] + words[1:])
        if done.returncode != 0:
            raise cluster.Unavailable(done.stdout.strip())
        if words[:3] == ["tercet", "dev", "down"]:
            print(f"writing {count} keys", flush=True)


def take_over(nodes):
    """Ends the nodes that `tercet dev` started, and starts them here."""
    for entry in nodes.dev["nodes"]:
        os.kill(entry["pid"], 9)
        until(lambda pid=entry["pid"]: not pathlib.Path(f"/proc/{pid}/exe").exists(), "the end of a node")
    for name in NODES:
        nodes.start(name)
    until(lambda: all(nodes.serving(name) for name in NODES), "the first start")


def measure_restarts(nodes):
    for name in NODES:
        nodes.kill(name)
        until(lambda: not any(nodes.serving(other) for other in nodes.running), "the links' end")
        started = nodes.start(name)
        began = time.monotonic()
        until(lambda: all(nodes.serving(other) for other in NODES), "the links")
        print(f"{name} restarted: started after {started:.2f} s, all links stand {time.monotonic() - began:.2f} s "
              f"later; {nodes.memory_mib(name, 'VmRSS'):.0f} MiB resident", flush=True)


def measure_differences(nodes):
    name = NODES[-1]
    nodes.kill(name)
    until(lambda: not any(nodes.serving(other) for other in nodes.running), "the links' end")
    for i in range(DIFFERENCES):
        nodes.tercet("key", "disable", "--id", f"many-{i + 1}")
    before = nodes.peer_bytes()
    nodes.start(name)

    def caught_up():
        said = json.loads(nodes.tercet("key", "show", "--json", "--id", f"many-{DIFFERENCES}").stdout)
        return said["nodes"].get(name, {}).get("state") == "disabled"

    until(lambda: all(nodes.serving(other) for other in NODES) and caught_up(), "catching up")
    print(f"link set-up with {DIFFERENCES} differences: {(nodes.peer_bytes() - before) / 1000:.1f} kB over both links of "
          "the node, both ways, heartbeats until then included", flush=True)


def measure_use(nodes, count):
    xks = Xks(nodes.dev)
    served = 0
    began = time.monotonic()
    for i in range(count):
        for _ in range(100):
            status = xks.encrypt(f"many-{DIFFERENCES + 1 + i}")
            if status == 200:
                break
            time.sleep(0.02)
        served += status == 200
    took = time.monotonic() - began
    print(f"{served} of {count} keys encrypt, one after the other, {1000 * took / count:.1f} ms each", flush=True)
    for name in NODES:
        sets = metric(nodes.metrics_of(name), "tercet_node_derived_sets_open")
        print(f"{name}: {sets:.0f} derived sets open, {nodes.memory_mib(name, 'VmRSS'):.0f} MiB resident, "
              f"{nodes.memory_mib(name, 'VmLck'):.0f} MiB locked", flush=True)


def rest(nodes):
    """Until no stock is made any more, which costs CPU of its own."""
    def stock():
        return [metric(nodes.metrics_of(name), "tercet_node_vectors_in_stock") for name in NODES]

    seen = [None]

    def is_still():
        time.sleep(1)
        was, seen[0] = seen[0], stock()
        return was == seen[0]

    until(is_still, "making stock")


def measure_making(nodes):
    rest(nodes)
    before = [nodes.cpu_ms(name) for name in NODES]
    began = time.monotonic()
    done = nodes.tercet("key", "create", "--id", "more", "--count", str(MADE))
    took = time.monotonic() - began
    cpu = [(nodes.cpu_ms(name) - was) / MADE for name, was in zip(NODES, before)]
    print(f"making {MADE} keys: {'done' if done.returncode == 0 else done.stdout}, {1000 * took / MADE:.0f} ms each, "
          f"CPU a key {', '.join(f'{ms:.1f}' for ms in cpu)} ms at the three nodes", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/release/bin", help="where the programs are")
    parser.add_argument("--keys", type=int, default=30000, help="how many (default 30000; 120 KB on disk each)")
    parser.add_argument("--used", type=int, default=3000, help="so many of them encrypt (default 3000)")
    options = parser.parse_args()
    programs = cluster.Programs(options.bin)
    with cluster.scratch() as folder:
        nodes = None
        try:
            write_keys(programs, folder, options.keys)
            nodes = Cluster(programs, folder)
            take_over(nodes)
            measure_making(nodes)
            measure_restarts(nodes)
            measure_differences(nodes)
            measure_use(nodes, min(options.used, options.keys - DIFFERENCES))
        except cluster.Unavailable as error:
            print("not measured: " + str(error))
            return 1
        finally:
            for name in list(nodes.running) if nodes else []:
                nodes.kill(name)
            cluster.call([programs.path("tercet"), "dev", "down", "--dir", str(folder)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
