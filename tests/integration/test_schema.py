#!/usr/bin/env python3
"""Events against docs/event.schema.json, and, without the member `wiredesk`, against plain ninjs 3.1.

Inputs: everything the golden tests extract. Needs python3-jsonschema (Debian). Prints "N passed, N failed".
"""
import glob
import json
import os
import subprocess
import sys

import jsonschema

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
WIREDESK = os.path.abspath(os.environ.get("WIREDESK", "./wiredesk"))


def schemas():
    """Our schema and plain ninjs, and a store of everything they refer to, by $id and by file name."""
    store = {}
    for path in glob.glob(os.path.join(TOP, "tests/schema/**/*.json"), recursive=True) + [os.path.join(TOP, "docs/event.schema.json")]:
        with open(path, encoding="utf-8") as f:
            doc = json.load(f)
        for key in (doc.get("$id", "").rstrip("#"), os.path.basename(path)):
            if key:
                store[key] = doc
    return store


def validator(store, name):
    doc = store[name]
    resolver = jsonschema.RefResolver(doc.get("$id", ""), doc, store=store)
    jsonschema.Draft202012Validator.check_schema(doc)
    return jsonschema.Draft202012Validator(doc, resolver=resolver)


def main():
    store = schemas()
    ours = validator(store, "event.schema.json")
    ninjs = validator(store, next(n for n in store if n.startswith("ninjs-schema_3.1")))
    inputs = sorted(glob.glob(os.path.join(TOP, "tests/golden/*/*.in.*")))
    inputs = [p for p in inputs if open(os.path.join(os.path.dirname(p), "cmd"), encoding="utf-8").read().startswith("extract")]
    p = subprocess.run([WIREDESK, "extract", "--files-from", "-"], input="\n".join(inputs), capture_output=True, text=True, timeout=600)
    passed = failed = 0
    whole = "specversion" in json.dumps(store["event.schema.json"].get("required", [])) or "specversion" in store["event.schema.json"].get("properties", {})
    for line in p.stdout.splitlines():
        event = json.loads(line)
        data = event["data"]
        plain = {k: v for k, v in data.items() if k != "wiredesk"}
        errors = [jsonschema.exceptions.best_match(v.iter_errors(x)) for v, x in ((ours, event if whole else data), (ninjs, plain))]
        errors = [e for e in errors if e is not None]
        if errors:
            failed += 1
            print("FAIL", data["wiredesk"]["provenance"]["input"], "; ".join(f"{e.json_path}: {e.message[:200]}" for e in errors))
        else:
            passed += 1
    # A schema that takes anything proves nothing: broken events must be refused.
    good = json.loads(p.stdout.splitlines()[0])
    for what, spoil in (("no uri", lambda d: d.pop("uri")), ("unknown member", lambda d: d.update(surprise=1)),
                        ("a null title", lambda d: d["wiredesk"].update(title=None)),
                        ("a table of strings", lambda d: d["wiredesk"].update(tables=["x"])),
                        ("a flag without code", lambda d: d["wiredesk"].update(flags=[{"message": "x"}]))):
        event = json.loads(json.dumps(good))
        spoil(event["data"])
        if ours.is_valid(event if whole else event["data"]):
            failed += 1
            print("FAIL the schema takes an event with", what)
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
