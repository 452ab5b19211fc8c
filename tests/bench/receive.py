#!/usr/bin/env python3
"""What a 202 costs: POSTs of one-item feeds to a bare libmicrohttpd handler that reads and forgets, and to
the daemon, in one run: the same requests from the same loader, in turns. The
measure is requests per second of the server's own CPU time. For the daemon that is the threads a request
passes on its way to a 202 (HTTP, and the inbox's that writes and syncs); what reads, tags and delivers the
documents afterwards is printed beside it.

Usage: receive.py WIREDESK BARE_HTTP LOAD_HTTP [REQUESTS [CONNECTIONS [TURNS]]]

With --beside: both at the same time and at the same rate, so that what else the machine does weighs on both.
Usage: receive.py --beside WIREDESK BARE_HTTP LOAD_HTTP [REQUESTS [RATE [TURNS]]]

With --kafka: from POST to readable in Kafka (a real broker, at-least-once): first as fast as it goes, for
the full load, then at half of it, ROUNDS times.
What the machine did to everybody meanwhile stands beside it: time the host took, and how late a process woke that only slept.
Usage: receive.py --kafka WIREDESK LOAD_HTTP [SECONDS [ROUNDS]]
"""
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))
from daemon import Daemon  # noqa: E402
from origin import free_port  # noqa: E402

RECEIVING = ("MHD", "inbox")


def threads(pid):
    """CPU seconds by thread name."""
    got = {}
    for t in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/comm" % (pid, t)) as f:
                name = f.read().strip()
            with open("/proc/%d/task/%s/schedstat" % (pid, t)) as f:
                used = int(f.read().split()[0]) / 1e9
        except FileNotFoundError:
            continue
        got[name] = got.get(name, 0) + used
    return got


def load(tool, port, *args):
    out = subprocess.run([tool, str(port)] + [str(x) for x in args], stdout=subprocess.PIPE, check=True)
    got = json.loads(out.stdout)
    assert got["refused"] == 0, got
    return got


def measure(pid, tool, port, *args):
    before = threads(pid)
    got = load(tool, port, *args)
    after = threads(pid)
    got["cpu"] = {name: used - before.get(name, 0) for name, used in after.items()}
    return got


def per_cpu(runs, n, names=None):
    return n * len(runs) / sum(used for r in runs for name, used in r["cpu"].items()
                               if not names or name.startswith(names))


def show(name, value, runs):
    print("%-28s %8.0f requests per CPU second; %6.0f a second, answered after %.1f ms (p50), %.1f ms (p99)" % (
        name, value, statistics.median(r["rate"] for r in runs),
        statistics.median(r["p50_ms"] for r in runs), statistics.median(r["p99_ms"] for r in runs)))


def prepare(wiredesk, bare):
    """The bare handler, running, and its port; a daemon to start, and its port."""
    p = subprocess.Popen([bare], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    bare_port, port = int(p.stdout.readline()), free_port()
    d = Daemon("sinks: [{type: jsonl, path: events.jsonl}]\nreceive: {listen: '127.0.0.1:%d', "
               "max_connections: 5000, sources: [{name: s}]}\n" % port)
    d.args = [wiredesk, "run", "-c", d.conf_path]
    return p, bare_port, d, port


def bench_accept(wiredesk, bare, tool, n=20000, connections=64, turns=3):
    n, connections, turns = int(n), int(connections), int(turns)
    p, bare_port, d, port = prepare(wiredesk, bare)
    base, ours = [], []
    with d, Machine() as machine:
        for turn in range(turns):
            base.append(measure(p.pid, tool, bare_port, n, connections, 0, turn * n))
            ours.append(measure(d.p.pid, tool, port, n, connections, 0, turn * n))
            d.wait("all events", lambda: wc(d) >= (turn + 1) * n, 300)
        d.stop()
    p.stdin.close()
    p.wait()
    bare_rate, rate = per_cpu(base, n), per_cpu(ours, n, RECEIVING)
    print("%d requests, %d connections, %d turns" % (n, connections, turns))
    show("bare handler", bare_rate, base)
    show("wiredesk, taking documents", rate, ours)
    print("%-28s %8.0f requests per CPU second while documents were worked up beside it" % (
        "wiredesk, whole process", per_cpu(ours, n)))
    print("ratio %.2f; meanwhile %s" % (rate / bare_rate, machine))
    used = {}
    for r in ours:
        for name, cpu in r["cpu"].items():
            used[name] = used.get(name, 0) + cpu
    print("CPU by thread, µs a request: " + ", ".join("%s %.1f" % (k, v * 1e6 / n / turns) for k, v in sorted(
        used.items(), key=lambda kv: -kv[1])[:6]))


def bench_beside(wiredesk, bare, tool, n=6000, rate=1500, turns=3):
    n, rate, turns = int(n), int(rate), int(turns)
    p, bare_port, d, port = prepare(wiredesk, bare)
    with d:
        for turn in range(turns):
            got = {}

            def go(key, pid, to, first=turn * n, got=got):
                got[key] = measure(pid, tool, to, n, 64, rate, first)
            both = [threading.Thread(target=go, args=("bare", p.pid, bare_port)),
                    threading.Thread(target=go, args=("ours", d.p.pid, port))]
            for t in both:
                t.start()
            for t in both:
                t.join()
            base, ours = per_cpu([got["bare"]], n), per_cpu([got["ours"]], n, RECEIVING)
            print("bare handler %.0f, wiredesk %.0f requests per CPU second at %.0f and %.0f a second: ratio %.2f" % (
                base, ours, got["bare"]["rate"], got["ours"]["rate"], ours / base), flush=True)
            d.wait("all events", lambda: wc(d) >= (turn + 1) * n, 300)
        d.stop()
    p.stdin.close()
    p.wait()


class Machine:
    """How much of the machine there was: the host's share of the processors' time, and how late a process wakes
    that sleeps 5 ms."""
    SLEEPER = ("import sys, time\nlate = []\ntry:\n  while True:\n    t = time.monotonic(); time.sleep(0.005); "
               "late.append(time.monotonic() - t - 0.005)\nexcept KeyboardInterrupt:\n  late.sort(); "
               "print(late[len(late) * 99 // 100] * 1e3, late[-1] * 1e3)")

    @staticmethod
    def stat():
        with open("/proc/stat") as f:
            all_ = [int(x) for x in f.readline().split()[1:9]]
        return all_[7], sum(all_)

    def __enter__(self):
        self.before = self.stat()
        self.p = subprocess.Popen([sys.executable, "-c", self.SLEEPER], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_):
        stolen, total = self.stat()
        self.stolen = 100 * (stolen - self.before[0]) / max(total - self.before[1], 1)
        self.p.send_signal(signal.SIGINT)
        self.p99, self.most = (float(x) for x in self.p.communicate()[0].split())

    def __str__(self):
        return "the host took %.1f %% of the processors, a sleeper woke %.0f ms late (p99), %.0f ms (max)" % (
            self.stolen, self.p99, self.most)


def wc(d):
    try:
        with open(os.path.join(d.dir, "events.jsonl"), "rb") as f:
            return sum(piece.count(b"\n") for piece in iter(lambda: f.read(1 << 20), b""))
    except FileNotFoundError:
        return 0


class Consumer:
    """kcat at the end of the topic: when each story could be read."""

    def __init__(self, address, topic):
        self.seen, self.lock = {}, threading.Lock()
        self.p = subprocess.Popen(["kcat", "-C", "-q", "-u", "-b", address, "-t", topic, "-X",
                                   "fetch.wait.max.ms=100", "-o", "beginning"], stdout=subprocess.PIPE)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.p.stdout:
            now = time.time()
            m = re.search(rb"Story (\d+) of (\d+)", line)
            if m:
                with self.lock:
                    self.seen.setdefault(int(m.group(1)), now - int(m.group(2)) / 1e6)

    def wait(self, numbers, timeout):
        end = time.time() + timeout
        while time.time() < end:
            with self.lock:
                if all(n in self.seen for n in numbers):
                    return [self.seen[n] for n in numbers]
            time.sleep(0.02)
        raise AssertionError("events are missing")


def half_load(consumer, tool, port, rate, seconds, first):
    n = int(rate * seconds)
    with Machine() as machine:
        got = load(tool, port, n, 64, rate, first)
        late = sorted(consumer.wait(range(first, first + n), 60))
    print("half load: %.0f a second for %.0f s: answered after %.1f ms (p50), %.1f ms (p99); readable in "
          "Kafka after %.1f ms (p50), %.1f ms (p99), %.1f ms (max); meanwhile %s" % (
              got["rate"], got["seconds"], got["p50_ms"], got["p99_ms"], late[n // 2] * 1e3,
              late[n * 99 // 100] * 1e3, late[-1] * 1e3, machine), flush=True)
    return late[n * 99 // 100] * 1e3


def bench_kafka(wiredesk, tool, seconds=20, rounds=3):
    from kafka_broker import Broker
    with tempfile.TemporaryDirectory() as folder, Broker(folder) as broker:
        topic, port = "receive", free_port()
        broker.topic(topic)
        d = Daemon("kafka: {bootstrap.servers: '%s'}\nsinks: [{type: kafka, topic: %s, delivery: at-least-once}]\n"
                   "receive: {listen: '127.0.0.1:%d', sources: [{name: s}]}\n" % (broker.bootstrap, topic, port))
        d.args = [wiredesk, "run", "-c", d.conf_path]
        with d:
            consumer = Consumer(broker.bootstrap, topic)
            load(tool, port, 500, 16, 0, 0)  # warm
            consumer.wait(range(500), 60)
            n = 8000
            start = time.time()
            load(tool, port, n, 64, 0, 1000)
            consumer.wait(range(1000, 1000 + n), 300)
            full = n / (time.time() - start)
            print("full load: %.0f documents a second from POST to readable in Kafka" % full, flush=True)
            p99 = [half_load(consumer, tool, port, full / 2, float(seconds), 1000000 * (i + 1))
                   for i in range(int(rounds))]
            print("p99 from POST to readable in Kafka at half load: %.0f ms (median of %d)" % (
                statistics.median(p99), len(p99)))
            consumer.p.kill()
            d.stop()


if __name__ == "__main__":
    args = [os.path.abspath(x) if os.path.exists(x) else x for x in sys.argv[1:]]
    if args[0] == "--kafka":
        bench_kafka(*args[1:])
    elif args[0] == "--beside":
        bench_beside(*args[1:])
    else:
        bench_accept(*args)
