#!/usr/bin/env python3
"""Innocent texts through `wiredesk extract`: nothing may be repaired away, no table invented.

innocent.jsonl has a case a line: `name`, `ext`, `text` (the document), and `keep`: strings that must stand in the headline or
the text, white space aside. Without `keep` every word of the document (between blanks) must be there, as often.
Prints one line a failure and "N passed, N failed".
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
WIREDESK = os.path.abspath(os.environ.get("WIREDESK", "./wiredesk"))


def wrong(case, data):
    if data is None:
        return ["no event"]
    bodies = {b["role"]: b["value"] for b in data.get("bodies", [])}
    parts = [h["value"] for h in data.get("headlines", [])] + [d["value"] for d in data.get("descriptions", [])]
    words = " ".join(parts + [bodies.get("text", "")]).split()
    text = " ".join(words)
    found = ["a table: " + json.dumps(t["rows"], ensure_ascii=False)[:200] for t in data["wiredesk"].get("tables", [])]
    if "keep" in case:
        found += [f"not there: {k!r}" for k in case["keep"] if k not in text]
    else:
        lost = collections.Counter(case["text"].split()) - collections.Counter(words)
        found += [f"lost: {' '.join(lost)}"] if lost else []
    return found


def main():
    with open(os.path.join(HERE, "innocent.jsonl"), encoding="utf-8") as f:
        cases = [json.loads(line) for line in f]
    with tempfile.TemporaryDirectory() as tmp:
        paths = []
        for c in cases:
            paths.append(os.path.join(tmp, f"{c['name']}.{c['ext']}"))
            with open(paths[-1], "w", encoding="utf-8") as f:
                f.write(c["text"])
        run = subprocess.run([WIREDESK, "extract", "--at", "2025-08-24T00:00:00Z"] + paths, capture_output=True, timeout=300)
    got = {}
    for line in run.stdout.decode("utf-8").splitlines():
        data = json.loads(line)["data"]
        got[os.path.basename(data["wiredesk"]["provenance"]["input"])] = data
    failed = 0
    for c in cases:
        faults = wrong(c, got.get(f"{c['name']}.{c['ext']}"))
        failed += bool(faults)
        for f in faults:
            print(f"FAIL {c['name']}: {f}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
