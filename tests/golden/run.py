#!/usr/bin/env python3
"""Golden tests: what wiredesk prints for an input, compared with what a person wrote down.

A folder below tests/golden/ is an area. Its file `cmd` has the arguments of wiredesk, one line
(`extract --at 2025-08-24T00:00:00Z`); the input's path is put behind them, or where `{in}` stands.
A second line `subset` means that an expectation may name only some members: objects are compared by the
members it has (null: it must be absent), arrays whole. Each NAME.in.EXT has a NAME.expected.jsonl, one JSON value a line (or, as
NAME.expected.json, one pretty-printed array of them). Members that hold the program's or rule set's
version are compared only by being there.

  run.py [AREA…]            UPDATE=1 rewrites the expectations (read the difference before committing)

Prints one line a failed case with the pointers that differ, and "N passed, N failed".
"""
import json
import os
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WIREDESK = os.path.abspath(os.environ.get("WIREDESK", "./wiredesk"))
VOLATILE = {"/data/wiredesk/provenance/software", "/data/wiredesk/provenance/rules"}


def differences(want, got, subset, at=""):
    """Yields (pointer, wanted, got)."""
    if at in VOLATILE:
        if not isinstance(got, str):
            yield at, "some text", got
        return
    if isinstance(want, dict) and isinstance(got, dict):
        for k in want:
            if k not in got and subset and want[k] is None:
                continue
            if k not in got:
                yield f"{at}/{k}", want[k], "(absent)"
            else:
                yield from differences(want[k], got[k], subset, f"{at}/{k}")
        if not subset:
            for k in got:
                if k not in want:
                    yield f"{at}/{k}", "(absent)", got[k]
    elif isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            yield at, f"{len(want)} elements", f"{len(got)} elements: {short(got)}"
        for i, (w, g) in enumerate(zip(want, got)):
            yield from differences(w, g, subset, f"{at}/{i}")
    elif want != got or type(want) is not type(got):
        yield at, want, got


def short(v):
    s = json.dumps(v, ensure_ascii=False)
    return s if len(s) <= 300 else s[:300] + "…"


def expectation(stem):
    for suffix, pretty in ((".expected.jsonl", False), (".expected.json", True)):
        if os.path.exists(stem + suffix):
            with open(stem + suffix, encoding="utf-8") as f:
                values = json.load(f) if pretty else [json.loads(x) for x in f if x.strip()]
            return stem + suffix, pretty, values
    return stem + ".expected.jsonl", False, None


def run_case(area, name, args, subset):
    words = [w.replace("{in}", name) for w in shlex.split(args)]
    if "{in}" not in args:
        words.append(name)
    p = subprocess.run([WIREDESK] + words, cwd=area, capture_output=True, timeout=300)
    try:
        got = [json.loads(x) for x in p.stdout.decode("utf-8").splitlines()]
    except ValueError as x:
        return [("", "JSON lines", f"{x}; stderr: {p.stderr.decode('utf-8', 'replace')[:300]}")]
    stem = os.path.join(area, name[: name.index(".in.")])
    target, pretty, want = expectation(stem)
    if os.environ.get("UPDATE") == "1" and not subset:
        with open(target, "w", encoding="utf-8") as f:
            if pretty:
                f.write(json.dumps(got, ensure_ascii=False, indent=1) + "\n")
            else:
                f.writelines(json.dumps(v, ensure_ascii=False) + "\n" for v in got)
        return []
    if want is None:
        return [("", "an expectation", f"no {os.path.basename(target)}")]
    return list(differences(want, got, subset))


def main():
    areas = sys.argv[1:] or sorted(
        d for d in os.listdir(HERE) if os.path.exists(os.path.join(HERE, d, "cmd")))
    passed = failed = 0
    for a in areas:
        area = os.path.join(HERE, a)
        with open(os.path.join(area, "cmd"), encoding="utf-8") as f:
            lines = f.read().split("\n")
        subset = "subset" in lines[1:]
        for name in sorted(n for n in os.listdir(area) if ".in." in n):
            diffs = run_case(area, name, lines[0], subset)
            if diffs:
                failed += 1
                print(f"FAIL {a}/{name}")
                for at, want, got in diffs[:12]:
                    print(f"  {at or '(output)'}\n    wanted {short(want)}\n    got    {short(got)}")
                if len(diffs) > 12:
                    print(f"  … and {len(diffs) - 12} more")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
