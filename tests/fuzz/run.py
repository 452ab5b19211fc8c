#!/usr/bin/env python3
"""Fuzzes all targets, or the named ones, for some seconds each; prints executions, coverage and findings as a table.

  run.py [--seconds N] [--jobs N] [--corpus DIR] [TARGET…]       from a build folder configured with --enable-fuzzing

New inputs go to DIR/<target>/ (default fuzz-corpus/ in the build folder), findings to fuzz-findings/. Exit status 1: something was found.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def fuzz(name, o):
    corpus, found = os.path.join(o.corpus, name), os.path.join("fuzz-findings", name)
    os.makedirs(corpus, exist_ok=True)
    os.makedirs(found, exist_ok=True)
    cmd = [f"./tests/fuzz/{name}", f"-max_total_time={o.seconds}", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1",
           f"-artifact_prefix={found}/", corpus, os.path.join(HERE, "corpus", name)]
    dictionary = os.path.join(HERE, name + ".dict")
    if os.path.exists(dictionary):
        cmd.append(f"-dict={dictionary}")
    p = subprocess.run(["nice", "-n", "10"] + cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                       env=dict(os.environ, WIREDESK_DATA=os.path.join(HERE, "..", "..", "data")))
    with open(os.path.join(found, "log"), "w", encoding="utf-8") as f:
        f.write(p.stdout)
    runs = re.findall(r"stat::number_of_executed_units:\s+(\d+)", p.stdout)
    cover = re.findall(r"cov: (\d+)", p.stdout)
    return name, int(runs[-1]) if runs else 0, int(cover[-1]) if cover else 0, p.returncode, sorted(
        x for x in os.listdir(found) if x != "log")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seconds", type=int, default=60)
    ap.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    ap.add_argument("--corpus", default="fuzz-corpus")
    ap.add_argument("targets", nargs="*")
    o = ap.parse_args()
    targets = o.targets or sorted(os.path.basename(x)[:-2] for x in glob.glob(os.path.join(HERE, "fuzz_*.c")))
    bad = 0
    print(f"| target | seconds | executions | coverage (edges) | findings |\n|---|---|---|---|---|")
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for name, runs, cover, rc, found in pool.map(lambda n: fuzz(n, o), targets):
            bad += rc != 0
            print(f"| {name[5:]} | {o.seconds} | {runs:,} | {cover:,} | {', '.join(found) or ('none' if rc == 0 else f'exit {rc}')} |", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
