#!/usr/bin/env python3
"""Pages per CPU second, side by side in one run: wiredesk, resiliparse, trafilatura (as it comes, and
fast=True, which leaves its fall-backs out).

  bench_extract.py [--rounds N] [--repeat N] PAGE… | FOLDER

Each system reads the same files in one process of its own; start-up is measured without pages and
taken off; systems run in turn, the best of N rounds counts. Peers that are not installed are left
out (pip install resiliparse trafilatura). Pages that end in .gz are unpacked first.
"""
import argparse
import gzip
import os
import resource
import subprocess
import sys
import tempfile

PEERS = {
    "resiliparse": "from resiliparse.extract.html2text import extract_plain_text\n"
                   "from resiliparse.parse.encoding import detect_encoding\n"
                   "from resiliparse.parse.html import HTMLTree\n"
                   "def one(b):\n"
                   "    t = HTMLTree.parse_from_bytes(b, detect_encoding(b))\n"
                   "    return extract_plain_text(t, main_content=True, alt_texts=False)\n",
    "trafilatura": "import trafilatura\n"
                   "def one(b): return trafilatura.extract(b)\n",
    "trafilatura:fast": "import trafilatura\n"
                        "def one(b): return trafilatura.extract(b, fast=True)\n",
}
LOOP = "import sys\nfor p in sys.stdin:\n    with open(p.strip(), 'rb') as f: one(f.read())\n"


def cpu(argv, stdin):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    rc = subprocess.run(argv, input=stdin, text=True, stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, rc


def collect(args, work):
    paths = []
    for a in args:
        names = [os.path.join(a, n) for n in sorted(os.listdir(a))] if os.path.isdir(a) else [a]
        for p in names:
            if p.endswith(".gz"):
                q = os.path.join(work, os.path.basename(p)[:-3])
                with gzip.open(p, "rb") as f, open(q, "wb") as g:
                    g.write(f.read())
                p = q
            paths.append(p)
    return paths


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--repeat", type=int, default=3, help="the list this many times in one process")
    ap.add_argument("--python", default=sys.executable, help="interpreter that has the peers")
    ap.add_argument("pages", nargs="+")
    a = ap.parse_args()
    systems = {"wiredesk": [os.environ.get("WIREDESK", "./wiredesk"), "extract", "--files-from", "-"]}
    for name, code in PEERS.items():
        if subprocess.run([a.python, "-c", code], stderr=subprocess.DEVNULL).returncode == 0:
            systems[name] = [a.python, "-c", code + LOOP]
    with tempfile.TemporaryDirectory() as work:
        paths = collect(a.pages, work)
        empty = os.path.join(work, "empty.html")
        with open(empty, "w") as f:
            f.write('<html lang="en"><p>x</p>')  # a language, so that none has to be guessed
        lists = {0: empty + "\n", 1: "\n".join(paths * a.repeat) + "\n"}
        best = {}
        for _ in range(a.rounds):
            for name, argv in systems.items():
                for k, text in lists.items():
                    c, _rc = cpu(argv, text)
                    best[name, k] = min(c, best.get((name, k), 1e9))
    size = sum(map(os.path.getsize, paths)) if all(map(os.path.exists, paths)) else 0
    print(f"{len(paths)} pages x {a.repeat}, best of {a.rounds} rounds" + (f", {size / 1e6:.1f} MB" if size else ""))
    own = None
    for name in systems:
        rate = len(paths) * a.repeat / max(1e-6, best[name, 1] - best[name, 0])
        own = own or rate
        print(f"{name:16} {rate:8.0f} pages per CPU second   wiredesk is {own / rate:.2f} x")


if __name__ == "__main__":
    main()
