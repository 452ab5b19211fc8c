#!/usr/bin/env python3
"""Every allocation failing once in turn: no crash, no hang, a clean exit status.

  test_malloc.py [--all]     without --all about 60 places a command, spread over the run

A failed allocation may cost the document in work (an error object, exit status 1) or be survived; it may not end in a signal.
One exception, outside our hands: uchardet (C++: std::bad_alloc) and libexttextcat (does not look at what malloc gives) end the
process when an allocation of their own fails; systemd then restarts the daemon, which goes on from its store. Those places are
known by the library that asked, counted and printed apart.
Prints "N passed, N failed".
"""
import concurrent.futures
import glob
import os
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
WIREDESK = os.path.abspath(os.environ.get("WIREDESK", "./wiredesk"))
PLACES = 60
FOREIGN = (b"libuchardet", b"libexttextcat")


def commands():
    golden = lambda pattern, n: sorted(glob.glob(os.path.join(TOP, "tests/golden", pattern)))[:n]
    feeds = golden("feeds/*.in.*", 3) + golden("agency/*.in.*", 2)
    texts = golden("seeds/*.in.*", 2)
    pages = golden("pages/*.in.*", 2)
    if feeds:
        yield "parse", ["parse"] + feeds
    if texts:
        yield "extract texts", ["extract"] + texts
        yield "tag", ["tag", "--date", "2025-08-24"] + texts
    if pages:
        yield "extract pages", ["extract"] + pages
    if feeds:
        yield "replay", ["replay", "--workers", "2", "--sink", "stdout"] + feeds
    yield "check", ["check", "-c", os.path.join(TOP, "conf/wiredesk.yaml.example")]


def run(library, args, folder, **env):
    e = dict(os.environ, LD_PRELOAD=library, **{k: str(v) for k, v in env.items()})
    e.pop("ASAN_OPTIONS", None)
    try:
        return subprocess.run([WIREDESK] + args, env=e, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=300)
    except subprocess.TimeoutExpired:
        return None


def main():
    everything = "--all" in sys.argv[1:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as d:
        library = os.path.join(d, "failmalloc.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(TOP, "tests/faults/failmalloc.c")], check=True)
        for name, args in commands():
            count = os.path.join(d, "count")
            p = run(library, args, d, FAIL_COUNT=count)
            total = int(open(count, encoding="ascii").read())
            step = 1 if everything else max(1, total // PLACES)
            places = list(range(1, total + 1, step))
            bad, foreign = [], 0
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                for at, r in zip(places, pool.map(lambda n: run(library, args, d, FAIL_AT=n), places)):
                    asked = [x for x in r.stderr.splitlines() if x.startswith(b"failed in:")] if r is not None else []
                    if r is not None and r.returncode < 0 and any(lib in x for x in asked for lib in FOREIGN):
                        foreign += 1
                    elif r is None or r.returncode < 0 or r.returncode > 2:
                        bad.append((at, r))
            if bad or p.returncode != 0:
                failed += 1
                print(f"FAIL {name}: exit {p.returncode} without faults; {len(bad)} of {len(places)} places go wrong")
                for at, r in bad[:5]:
                    what = "hangs" if r is None else f"exit {r.returncode}: {r.stderr.decode('utf-8', 'replace')[-300:]}"
                    print(f"  FAIL_AT={at}: {what}")
            else:
                passed += 1
                print(f"ok {name}: {len(places)} of {total} allocations failed in turn" + (f", {foreign} of them ended it inside uchardet or libexttextcat" if foreign else ""))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
