#!/usr/bin/env python3
"""The sample archive, replayed: the same bytes with 1, 2 and 8 workers and twice in a row, and what a person checked should come out.

examples/sample.story.json tells, event by event, what has to be in it (a subset); UPDATE is by hand. Prints "N passed, N failed".
"""
import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
WIREDESK = os.path.abspath(os.environ.get("WIREDESK", "./wiredesk"))
SAMPLE = os.path.join(TOP, "examples/sample.warc.gz")
results = []


def check(name, ok, why=""):
    results.append(ok)
    print(("ok   " if ok else "FAIL ") + name + ("" if ok else f": {why}"))


def replay(*args, archive=SAMPLE):
    p = subprocess.run([WIREDESK, "replay", *args, archive], capture_output=True, timeout=300)
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")


def pointer(value, path):
    for part in path.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def main():
    _, one, _ = replay("--workers", "1")
    check("there are events", one.count(b"\n") > 10, one[:200])
    for workers in ("1", "2", "8"):
        _, again, _ = replay("--workers", workers)
        check(f"the same bytes with {workers} workers", again == one, "they differ")
    events = [json.loads(line) for line in one.decode("utf-8").splitlines()]
    with open(os.path.join(TOP, "examples/sample.story.json"), encoding="utf-8") as f:
        story = json.load(f)
    check("as many events as the story tells", len(events) == len(story), f"{len(events)}, not {len(story)}")
    for event, want in zip(events, story):
        wrong = {k: pointer(event, k) for k, v in want.items() if pointer(event, k) != v}
        check(f"{want['/type'][13:]}: {want.get('/data/headlines/0/value')}", not wrong, wrong)
    with tempfile.TemporaryDirectory() as d:
        golden = os.path.join(d, "golden.jsonl")
        with open(golden, "wb") as f:
            f.write(one)
        rc, _, _ = replay("--expect", golden)
        check("--expect: equal is status 0", rc == 0, rc)
        with open(golden, "wb") as f:
            f.write(one.replace("Inner quay".encode(), b"Outer quay"))
        rc, out, err = replay("--expect", golden)
        check("--expect: a difference is status 1 and names the place", rc == 1 and "Outer quay" in out.decode() + err, (rc, out[-300:], err[-300:]))
        with open(SAMPLE, "rb") as f:
            data = f.read()
        cut = os.path.join(d, "cut.warc.gz")
        with open(cut, "wb") as f:
            f.write(data[: len(data) * 2 // 3])
        rc, out, err = replay(archive=cut)
        check("a cut archive: the good records are used, the offset is named, status 1",
              rc == 1 and 3 < out.count(b"\n") < len(events) and "offset" in err, (rc, out.count(b"\n"), err))
        rc, out, err = replay(archive=os.path.join(d, "missing.warc.gz"))
        check("a missing archive is named", rc == 1 and "missing.warc.gz" in err, (rc, err))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
