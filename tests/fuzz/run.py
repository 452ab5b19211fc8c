#!/usr/bin/env python3
"""Fuzzes all targets, or the named ones, for some seconds each; prints executions, coverage and findings as a table.

  run.py [--seconds N] [--jobs N] [--corpus DIR] [--nice N] [TARGET…]       from a build folder configured with --enable-fuzzing

New inputs go to DIR/<target>/ (default fuzz-corpus/ in the build folder), findings to fuzz-findings/.
The seconds are CPU time of each target. Exit status 1: something was found.
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
    dictionary = os.path.join(HERE, name + ".dict")
    runs = cover = rc = 0
    cpu = 0.0
    # libFuzzer stops by the clock on the wall; on a busy machine that is little work: round after round until the CPU time is spent.
    # Its time limit for one input is by that clock as well, and a nice process may stand still for a minute.
    while rc == 0 and cpu < o.seconds:
        cmd = [f"./tests/fuzz/{name}", f"-max_total_time={max(5, int(o.seconds - cpu))}", "-timeout=300", "-rss_limit_mb=2048",
               "-print_final_stats=1", f"-artifact_prefix={found}/", corpus, os.path.join(HERE, "corpus", name)]
        if os.path.exists(dictionary):
            cmd.append(f"-dict={dictionary}")
        log = os.path.join(found, "log")
        with open(log, "w", encoding="utf-8") as f:
            p = subprocess.Popen(["nice", "-n", str(o.nice)] + cmd, stdout=f, stderr=subprocess.STDOUT,
                                 env=dict(os.environ, WIREDESK_DATA=os.path.join(HERE, "..", "..", "data")))
            _, status, used = os.wait4(p.pid, 0)
        p.returncode = rc = os.waitstatus_to_exitcode(status)
        cpu += used.ru_utime + used.ru_stime
        with open(log, encoding="utf-8", errors="replace") as f:
            text = f.read()
        runs += sum(map(int, re.findall(r"stat::number_of_executed_units:\s+(\d+)", text)[-1:]))
        cover = max([cover] + list(map(int, re.findall(r"cov: (\d+)", text))))
    return name, cpu, runs, cover, rc, sorted(x for x in os.listdir(found) if x != "log")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seconds", type=int, default=60)
    ap.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    ap.add_argument("--corpus", default="fuzz-corpus")
    ap.add_argument("--nice", type=int, default=10)
    ap.add_argument("targets", nargs="*")
    o = ap.parse_args()
    targets = o.targets or sorted(os.path.basename(x)[:-2] for x in glob.glob(os.path.join(HERE, "fuzz_*.c")))
    bad = 0
    print(f"| target | CPU seconds | executions | coverage (edges) | findings |\n|---|---|---|---|---|")
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for name, cpu, runs, cover, rc, found in pool.map(lambda n: fuzz(n, o), targets):
            bad += rc != 0
            print(f"| {name[5:]} | {cpu:.0f} | {runs:,} | {cover:,} | {', '.join(found) or ('none' if rc == 0 else f'exit {rc}')} |", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
