#!/usr/bin/env python3
"""Innocent paragraphs beside tables, whole and broken ones: each must come out of `wiredesk clean` as it does alone.

A table speaks for its own tags, never for words around it: "the 20<sup>th</sup> time" has no cell, whatever follows. Each paragraph
stands once before and once behind each table; then no word may be missing and the tables must be the same.
Prints one line a failure and "N passed, N failed".
"""
import collections
import json
import os
import re
import subprocess
import sys

WIREDESK = os.path.abspath(os.environ.get("WIREDESK", "./wiredesk"))
NAMES = "td tr th table caption col thead tbody TD TH Table".split()
SAID = (
    "The {0} of it was the {0} that mattered.", "On the 20<sup>{0}</sup> of May.", "On the <b>20</b>{0} of May.",
    "the <i>n</i>{0} part and the <i>m</i>{0} part", "first line<br>{0} of May", "{0}", "{0}/{0}", "a {0}, b {0}: c",
    "See /{0} and {0}/ there.", "next\n{0}\nfollows", "{0}: yes", "“{0}” and '{0}'", "x < {0} and {0} > y", "if (x<{0}) return;",
    "<em>{0}</em> and <em>{0}</em>", "{0}. {0}. {0}.", "&lt;{0}&gt; is an element.", "Write <code>&lt;{0}&gt;</code> now.",
    '<a href="https://example.org/x">{0}</a>{0}')
PROSE = (
    "Rovers beat United 1-3 on Saturday, and City drew 2-4 before 8953 fans.", "When: Monday 8 p.m.<br>Where: Town Hall, Room 22",
    "He said so.  She did not.  They left.", "1. Wash the rice.<br>2. Boil it.<br>3. Serve.",
    "AT&amp;T rose; 3 &lt; 5 &gt; 2", "[1] See the note.", "“Trade,” he said, “is up 4.1%.”")
ROWS = (("Port", "Freight", "Cars"), ("Aven", "1,204", "88"), ("Holm", "970", "41"), ("Skarn", "312", "12"))


def table(start="<table>", row="<tr>{}</tr>", cell="<td>{}</td>", end="</table>", gap="\n"):
    return start + gap + gap.join(row.format("".join(cell.format(c) for c in r)) for r in ROWS) + gap + end


TABLES = {
    "whole": table(),
    "spaced": table("< table >", "< tr >{}< / tr >", "< td >{}< / td >", "< / table >"),
    "lost brackets": table("table>", "tr>{}/tr>", "td>{}/td>", "/table>"),
    "lost ends": table(cell="<td>{}", row="<tr>{}"),
    "bare names": table("table", "tr {} /tr", " td {} /td ", "/table"),
    "rows alone": table("", end=""),
    "escaped": table("&lt;table&gt;", "&lt;tr&gt;{}&lt;/tr&gt;", "&lt;td&gt;{}&lt;/td&gt;", "&lt;/table&gt;"),
    "nested": "<table><tr><td>" + table() + "</td></tr></table>",
    "wide brackets": table("＜table＞", "＜tr＞{}＜/tr＞", "＜td＞{}＜/td＞", "＜/table＞"),
    "pipes": "<p>" + "<br>".join(" | ".join(r) for r in ROWS) + "</p>",
    "one space": "<p>" + "<br>".join(" ".join(r) for r in ROWS) + "</p>",
    "boxes": "".join("<div>" + "".join(f"<span>{c}</span> " for c in r) + "</div>" for r in ROWS),
}


def clean(texts):
    lines = "".join(json.dumps({"id": i, "html": t}) + "\n" for i, t in enumerate(texts))
    p = subprocess.run([WIREDESK, "clean", "--json-lines"], input=lines.encode(), capture_output=True, check=False)
    out = [json.loads(x) for x in p.stdout.decode().splitlines()]
    if p.returncode != 0 or len(out) != len(texts):
        sys.exit(f"wiredesk clean: status {p.returncode}, {len(out)} of {len(texts)} answers\n{p.stderr.decode()[:500]}")
    return out


def words(x):
    return collections.Counter(re.findall(r"\w+", " ".join([x["text"]] + [r["text"] for r in x["removed"]])))


def grids(x):
    return sorted(json.dumps([t["header"], t["rows"]]) for t in x["tables"])


def main():
    said = [f"<p>{s.format(n)}</p>" for s in SAID for n in NAMES] + [f"<p>{p}</p>" for p in PROSE]
    pairs = [(a, kind, both) for a in said for kind, t in TABLES.items() for both in (a + "\n" + t, t + "\n" + a)]
    alone = {t: x for t, x in zip(said, clean(said))}
    tables = dict(zip(TABLES, clean(TABLES.values())))
    failed = 0
    for (a, kind, both), x in zip(pairs, clean([p[2] for p in pairs])):
        lost = words(alone[a]) + words(tables[kind]) - words(x)
        want = sorted(grids(alone[a]) + grids(tables[kind]))
        if lost or grids(x) != want:
            failed += 1
            print(f"FAIL {kind}: {both[:200]!r}\n     lost {dict(lost)}, tables {grids(x)}")
    for kind, x in tables.items():
        if len(x["tables"]) != 1:
            failed += 1
            print(f"FAIL {kind}: {len(x['tables'])} tables alone")
    print(f"{len(pairs) + len(tables) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
