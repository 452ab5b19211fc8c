#!/usr/bin/env python3
"""A restart with many remembered articles: time until ready, and memory beside an empty store.

  restart.py WIREDESK BENCH_RESTART [ARTICLES [BYTES [FEWER]]]

BYTES: fails above so many bytes of memory an article. FEWER: the other store is not empty but holds so many, so that
what a store costs once, whatever it holds (caches), stands in both.
Memory is read after a feed's first articles came through, when everything that is filled on demand is filled.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
os.environ["WIREDESK"] = os.path.abspath(sys.argv[1])
from daemon import Daemon  # noqa: E402
from origin import Feed, Origin  # noqa: E402

CONF = ("store: {path: state}\nhttp: {allow_private: [127.0.0.0/8]}\n"
        "feed_defaults: {interval: 300ms, interval_min: 300ms, fixed: true}\n"
        "sinks: [{type: jsonl, path: events.jsonl}]\nfeeds: [{url: \"%s\"}]\n")
TEXT = "A text of its own that is long enough to be compared with others: " + " ".join("word%d" % i for i in range(80))


def resident(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return next(int(x.split()[1]) * 1024 for x in f if x.startswith("VmRSS:"))


def cpu(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        x = f.read().rsplit(")", 1)[1].split()
    return (int(x[11]) + int(x[12])) / os.sysconf("SC_CLK_TCK")


def measure(articles):
    """(seconds until ready, CPU seconds until then, bytes resident)"""
    folder = tempfile.mkdtemp(prefix="wiredesk-restart-")
    try:
        if articles > 0:
            subprocess.run([os.path.abspath(sys.argv[2]), os.path.join(folder, "state"), str(articles)], check=True)
        with Origin() as o:
            o.add("/f", Feed(3, text=TEXT))
            d = Daemon(CONF % (o.url + "/f"), folder=folder)
            began = time.monotonic()
            d.start(wait=False)
            d.wait_log("ready version=")
            ready, used = time.monotonic() - began, cpu(d.p.pid)
            d.wait_events(3)
            size = resident(d.p.pid)
            d.stop()
            return ready, used, size
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    articles = int(sys.argv[3]) if len(sys.argv) > 3 else 1000000
    limit = float(sys.argv[4]) if len(sys.argv) > 4 else None
    fewer = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    empty = measure(fewer)
    full = measure(articles)
    each = (full[2] - empty[2]) / (articles - fewer)
    print("%-22s %10s %10s %12s" % ("", "ready", "CPU", "resident"))
    print("%-22s %8.2f s %8.2f s %8.1f MiB" % ("%d articles" % fewer if fewer else "empty store", empty[0], empty[1], empty[2] / 2**20))
    print("%-22s %8.2f s %8.2f s %8.1f MiB" % ("%d articles" % articles, full[0], full[1], full[2] / 2**20))
    print("%.1f bytes of memory an article" % each)
    if limit is not None:
        print("%d passed, %d failed" % (each <= limit, each > limit))
        sys.exit(each > limit)


if __name__ == "__main__":
    main()
