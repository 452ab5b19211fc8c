#!/usr/bin/env python3
"""Labelled examples of the Korea-Japan topic against `wiredesk tag`.

examples.tsv was written from the topic's definition, not from the program's output. Exit status 1
when a figure falls below its bar. `topic.py -v` lists every difference; files named
are read in place of all here. `--html`: each as a badly kept page. ¶ in a text parts paragraphs.
"""
import csv
import glob
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
WIREDESK = os.environ.get("WIREDESK", "./wiredesk")
THEMES = {"security": "sec", "economy": "eco", "history": "his", "north-korea": "nk",
          "people-exchange": "ppl", "us-cooperation": "tri"}
TRILATERAL = {"korea-japan-us-trilateral": "JKU", "korea-japan-china-trilateral": "CJK"}
# What must hold on these examples.
BARS = {"summit F1": 0.95, "persons F1": 0.97, "themes F1": 0.85, "any flag F1": 0.8,
        "flag types F1": 0.75, "summit id right": 0.9, "trilateral F1": 0.9}
MAX_FALSE_POSITIVES, MAX_FALSE_FLAGS = 3, 1


def leaders():
    keys = {}
    path = os.path.join(HERE, "..", "..", "data", "korea-japan", "leaders.tsv")
    with open(path, encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            keys[row["name_en"]] = row["key"]
    return keys


RELATED = {"en": ("Related", ["South Korea-Japan summit in Tokyo, August 2025", "Yoon and Kishida meet in Seoul"]),
           "ko": ("관련기사", ["한일 정상회담, 도쿄서 개최", "윤석열-기시다 정상회담 결과"]),
           "ja": ("関連記事", ["日韓首脳会談、東京で開催", "岸田首相と尹大統領が会談"])}


def messy(row):
    """The article as a page that nobody looked after: a menu, links to other summits, ends of tags that are
    missing, stray ones, a cut entity, a share bar."""
    head, links = RELATED[row["lang"]]
    paragraphs = "".join("<p class=x>%s%s" % (p, "</div></span>" if i % 2 else "<br><br>")
                         for i, p in enumerate(row["text"].split("¶")))
    return ("<html><head><title>%s</title><script>var a='</p>'</script></head><body><nav><ul><li><a href=/>Home</a><li>"
            "<a href=/p>Politics</a></ul></nav><div id=main><div class=article><h1>%s</h1><div class=share>Share Tweet</div>"
            "<article>%s</article></div><aside class=related><h3>%s</h3><ul>%s</ul></aside></table>"
            "<footer>&copy 2025 Example</b></footer>" % (
                row["headline"], row["headline"], paragraphs, head,
                "".join("<li><a href=/n%d>%s</a>" % (i, x) for i, x in enumerate(links))))


def tag(row, folder):
    html = "--html" in sys.argv
    path = os.path.join(folder, row["id"] + (".html" if html else ".txt"))
    with open(path, "w", encoding="utf-8") as f:
        text = row["text"].replace("¶", "\n\n")
        f.write(messy(row) if html else (row["headline"] + "\n\n" if row["headline"] else "") + text + "\n")
    out = subprocess.run([WIREDESK, "tag", "--date", row["date"], path], capture_output=True,
                         check=False)
    if out.returncode != 0 or not out.stdout:
        sys.exit(f"{row['id']}: {out.stderr.decode()}")
    return json.loads(out.stdout)["data"]


def spans_wrong(data):
    """Evidence must be exactly what stands at its offsets."""
    w = data["wiredesk"]
    fields = {"text": data["bodies"][-1]["value"] if data.get("bodies") else ""}
    if data.get("headlines"):
        fields["headline"] = data["headlines"][0]["value"]
    if data.get("descriptions"):
        fields["summary"] = data["descriptions"][0]["value"]
    bad = []
    for kind, key in (("topics", "evidence"), ("entities", "mentions"), ("themes", "evidence"),
                      ("flags", "evidence")):
        for item in w.get(kind, []):
            for s in item.get(key, []):
                if fields.get(s["field"], "")[s["start"]:s["end"]] != s["text"]:
                    bad.append((kind, s))
    return bad


class Score:
    def __init__(self):
        self.tp = self.fp = self.fn = 0

    def add(self, want, got):
        want, got = set(want), set(got)
        self.tp += len(want & got)
        self.fp += len(got - want)
        self.fn += len(want - got)

    def f1(self):
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else 1.0


def main():
    verbose = "-v" in sys.argv
    keys = leaders()
    files = [a for a in sys.argv[1:] if not a.startswith("-")]
    rows = []
    for path in files or sorted(glob.glob(os.path.join(HERE, "*.tsv"))):
        with open(path, encoding="utf-8") as f:
            rows += csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda r: tag(r, folder), rows))
    scores = {k: Score() for k in ("summit F1", "persons F1", "themes F1", "any flag F1",
                                   "flag types F1", "trilateral F1")}
    ids = [0, 0]
    false_flags = false_positives = 0
    problems = []
    for row, data in zip(rows, results):
        w = data["wiredesk"]
        topics = [t["id"] for t in w.get("topics", [])]
        got = {
            "summit F1": ["yes"] if "korea-japan-summit" in topics else [],
            "trilateral F1": [TRILATERAL[t] for t in topics if t in TRILATERAL],
            "persons F1": [keys[e["name"]] for e in w.get("entities", []) if e["name"] in keys],
            "themes F1": [THEMES[t["id"]] for t in w.get("themes", []) if t["id"] in THEMES],
            "flag types F1": sorted({x["code"] for x in w.get("flags", [])}),
        }
        got["any flag F1"] = ["yes"] if got["flag types F1"] else []
        want = {
            "summit F1": ["yes"] if row["summit"] == "yes" else [],
            "trilateral F1": [row["trilateral"]] if row["trilateral"] else [],
            "persons F1": row["persons"].split(),
            "themes F1": row["themes"].split(),
            "flag types F1": sorted(row["flags"].split()),
        }
        want["any flag F1"] = ["yes"] if want["flag types F1"] else []
        diffs = []
        for k in scores:
            positives_only = k in ("themes F1",)
            if (k == "summit F1" and row["summit"] == "related") or (
                    positives_only and row["summit"] != "yes"):
                continue
            scores[k].add(want[k], got[k])
            if set(want[k]) != set(got[k]) and k != "any flag F1":
                diffs.append(f"{k[:-3]}: wanted {sorted(want[k])}, got {sorted(got[k])}")
        if row["summit"] == "yes":
            sid = w["summits"][0]["id"] if w.get("summits") else ""
            ids[0] += sid == row["summit_id"]
            ids[1] += 1
            if sid != row["summit_id"]:
                diffs.append(f"summit id: wanted {row['summit_id']}, got {sid}")
        false_flags += bool(got["flag types F1"]) and not want["flag types F1"]
        false_positives += row["summit"] == "no" and bool(got["summit F1"])
        for kind, span in spans_wrong(data):
            problems.append(f"{row['id']}: {kind}: span {span} is not what stands there")
        if verbose:
            for d in diffs:
                print(row["id"], d)
    figures = {k: s.f1() for k, s in scores.items()}
    figures["summit id right"] = ids[0] / ids[1]
    for k, v in figures.items():
        print(f"{k:16s} {v:.3f}  (at least {BARS[k]})")
        if v < BARS[k]:
            problems.append(f"{k} is {v:.3f}, below {BARS[k]}")
    print(f"{len(rows)} examples, {false_positives} hard negatives tagged, "
          f"{false_flags} flags on unflagged ones")
    if false_positives > MAX_FALSE_POSITIVES:
        problems.append(f"{false_positives} hard negatives tagged")
    if false_flags > MAX_FALSE_FLAGS:
        problems.append(f"{false_flags} unflagged examples flagged")
    for p in problems:
        print("FAIL:", p)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
