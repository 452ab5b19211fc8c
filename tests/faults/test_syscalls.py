#!/usr/bin/env python3
"""Every system call on the store's and the JSONL sink's files failing once in turn, the process killed before each of them in turn,
and every allocation of the running daemon failing.

  test_syscalls.py [--all] [WORD…]     only kinds with one of the words in them (kill, EIO, …); without --all some twenty places
                                       of each kind, spread over the run

A daemon reads feeds from a spool folder into its store and from there into a JSONL file. The fault may end it with an error (never by
another signal) or be survived; afterwards the daemon is started without one, and then the file must hold every event exactly once.
Faults: EIO and ENOSPC for system calls, ENOMEM for allocations; those inside uchardet and libexttextcat are counted apart
(test_malloc.py says why).
Prints "N passed, N failed".
"""
import concurrent.futures
import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))
from daemon import Daemon  # noqa: E402

PLACES = 20
FEEDS, ITEMS = 3, 4
FOREIGN = ("libuchardet", "libexttextcat")
CONF = ("store: {path: '@DIR@/durable/state'}\n"
        "receive: {spool: '@DIR@/spool', sources: [{name: drop}]}\n"
        "sinks: [{type: jsonl, path: '@DIR@/durable/events.jsonl'}]\n")
EVENTS = os.path.join("durable", "events.jsonl")


def feed(number):
    items = "".join("<item><title>Ferry %d of harbour %d runs again</title><guid isPermaLink='false'>%d-%d</guid>"
                    "<link>https://harbour.example/%d/%d</link><pubDate>Sat, 23 Aug 2025 0%d:00:00 GMT</pubDate>"
                    "<description>It had stood still for %d weeks.</description></item>" % (i, number, number, i, number, i, i, i + 2)
                    for i in range(ITEMS))
    return "<rss version='2.0'><channel><title>Harbour %d</title><link>https://harbour.example/%d/</link>%s</channel></rss>" % (
        number, number, items)


def prepare(folder):
    os.makedirs(os.path.join(folder, "durable"))
    os.makedirs(os.path.join(folder, "spool", "drop"))
    for i in range(FEEDS):
        with open(os.path.join(folder, "spool", "drop", "%d.xml" % i), "w", encoding="utf-8") as f:
            f.write(feed(i))


def finish(d, what):
    """Waits for all events or for the end of the process."""
    want = FEEDS * ITEMS
    d.wait(what, lambda: d.p.poll() is not None or len(d.events(EVENTS)) >= want)


def run_once(library, env):
    """A run with the fault, one without: None, or what is wrong."""
    folder = tempfile.mkdtemp(prefix="wiredesk-fault-")
    try:
        prepare(folder)
        d = Daemon(CONF, folder=folder, env=dict(env, LD_PRELOAD=library, FAIL_UNDER="/durable/"))
        try:
            d.start(wait=False)
            finish(d, "the events, or the end of the process,")
            rc = d.stop()
        except AssertionError as e:
            return "stands still: %s" % str(e)[-600:]
        finally:
            if d.p.poll() is None:
                d.kill()
        log = "\n".join(d.log())
        if rc < 0 and not ("FAIL_KILL" in env and rc == -signal.SIGKILL) and not any(lib in x for x in d.log("failed in:") for lib in FOREIGN):
            return "ended by signal %d: %s" % (-rc, log[-600:])
        again = Daemon(None, folder=folder)
        with again:
            again.wait_events(FEEDS * ITEMS, EVENTS)
            if again.stop() != 0:
                return "the second start ends with an error: %s" % "\n".join(again.log())[-600:]
        ids = [e["id"] for e in again.events(EVENTS)]
        titles = {e["data"]["headlines"][0]["value"] for e in again.events(EVENTS)}
        if len(ids) != len(set(ids)) or len(titles) != FEEDS * ITEMS or len(ids) != FEEDS * ITEMS:
            return "%d lines, %d ids, %d articles of %d; first run's log: %s" % (
                len(ids), len(set(ids)), len(titles), FEEDS * ITEMS, log[-600:])
        return None
    except AssertionError as e:
        return "after the second start: %s" % str(e)[-600:]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def count_calls(library):
    folder = tempfile.mkdtemp(prefix="wiredesk-fault-")
    try:
        prepare(folder)
        count = os.path.join(folder, "count")
        with Daemon(CONF, folder=folder, env={"LD_PRELOAD": library, "FAIL_UNDER": "/durable/", "FAIL_COUNT": count}) as d:
            finish(d, "all events without a fault")
            assert d.stop() == 0, d.log()[-20:]
        with open(count, encoding="ascii") as f:
            return int(f.read())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    everything = "--all" in sys.argv[1:]
    words = [x for x in sys.argv[1:] if x != "--all"]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as d:
        libraries = {}
        for name in ("failcall", "failmalloc"):
            libraries[name] = os.path.join(d, name + ".so")
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", libraries[name], os.path.join(HERE, name + ".c")], check=True)
        for what, name, env in (("system calls with EIO", "failcall", {"FAIL_ERRNO": str(errno.EIO)}),
                                ("system calls with ENOSPC", "failcall", {"FAIL_ERRNO": str(errno.ENOSPC)}),
                                ("kill -9 before system calls", "failcall", {"FAIL_KILL": "1"}),
                                ("allocations", "failmalloc", {})):
            if words and not any(w in what for w in words):
                continue
            total = count_calls(libraries[name])
            step = max(1, total // (400 if name == "failmalloc" else total)) if everything else max(1, total // PLACES)
            places = list(range(1, total + 1, step))
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                results = pool.map(lambda at: run_once(libraries[name], dict(env, FAIL_AT=str(at))), places)
                bad = [(at, r) for at, r in zip(places, results) if r is not None]
            if bad:
                failed += 1
                print("FAIL %s: %d of %d places" % (what, len(bad), len(places)))
                for at, r in bad[:6]:
                    print("  FAIL_AT=%d: %s" % (at, r))
            else:
                passed += 1
                print("ok %s: %d of %d in turn, every event once" % (what, len(places), total), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
