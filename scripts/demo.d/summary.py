#!/usr/bin/env python3
"""Prints events, one article version a paragraph: summary.py FILE.jsonl  ("-" reads stdin)."""
import json
import sys


def show(event):
    data, w = event["data"], event["data"]["wiredesk"]
    kind = event["type"].rsplit(".", 1)[1]
    print(f"{kind} v{w['lifecycle']['version']}  {data['headlines'][0]['value']}" if data.get("headlines") else kind)
    facts = [data.get("contentCreated", "no date"), data.get("language", "?")]
    if data.get("by"):
        facts.append("by " + data["by"])
    if data.get("located"):
        facts.append("from " + data["located"])
    print("    " + ", ".join(facts))
    if w.get("topics"):
        print("    topics: " + ", ".join(f"{t['id']} ({t['confidence']:.2f})" for t in w["topics"]))
    if w.get("summits"):
        print("    summit: " + ", ".join(s["id"] for s in w["summits"]))
    for t in w.get("tables", []):
        rows = t.get("header", []) + t["rows"]
        note = ", repaired" if t.get("repaired") else ""
        print(f"    table: {len(t['rows'])} rows x {len(rows[0])} columns{note}")
        for row in rows[:4]:
            print("      | " + " | ".join(row) + " |")
    for f in w.get("flags", []):
        print(f"    flag: {f['code']}: {f['message']}")
    if w.get("removed"):
        print("    taken out: " + ", ".join(f"{r['kind']} “{r['text'][:40]}”" for r in w["removed"][:4]))
    diff = w["lifecycle"].get("diff", {})
    if diff:
        print(f"    changed: {', '.join(diff)} ({w['lifecycle'].get('significance', '?')})")
    print()


def main():
    with sys.stdin if sys.argv[1] == "-" else open(sys.argv[1], encoding="utf-8") as f:
        events = [json.loads(line) for line in f if line.strip()]
    for e in events:
        if e["type"].startswith("news.article."):
            show(e)


if __name__ == "__main__":
    main()
