#!/usr/bin/env python3
"""make bench-parse: feeds through wiredesk, bare libxml2 SAX2 and, where installed, feedparser and gofeed.

  parse.py BENCH_PROGRAM [--feeds DIR] [--rounds N]

Without --feeds the pile is made here (fixed seed): RSS and Atom in English, Korean and Japanese with escaped HTML,
CDATA and Media RSS, plus one feed in ten that is damaged. All peers read the same files on the same machine in one run.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

WORDS = {
    "en": "the summit talks leaders agreed on trade security and energy officials said after the meeting in".split(),
    "ko": "정상회담 대통령 총리 한일 관계 회담 오늘 도쿄에서 밝혔다 협력 경제 안보 기자 양국 정부".split(),
    "ja": "首脳会談 大統領 首相 日韓 関係 本日 東京で 述べた 協力 経済 安全保障 両国 政府 記者".split(),
}


def text(rnd, lang, n):
    return " ".join(rnd.choice(WORDS[lang]) for _ in range(n))


def rss(rnd, lang, items):
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
           'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">'
           '<channel><title>%s</title><link>https://news.example/</link>' % text(rnd, lang, 3)]
    for i in range(items):
        out.append('<item>\n<title>%s</title>\n<link>https://news.example/a/%d?x=1&amp;y=2</link>\n'
                   '<guid isPermaLink="false">id-%d</guid>\n<pubDate>Sat, 23 Aug 2025 09:%02d:00 +0900</pubDate>\n'
                   '<dc:creator><![CDATA[%s]]></dc:creator><category>%s</category>\n'
                   '<media:thumbnail url="https://i.example/%d.jpg" width="100"/>\n'
                   '<description>&lt;p&gt;%s &lt;b&gt;%s&lt;/b&gt;&lt;/p&gt;</description>\n'
                   '<content:encoded><![CDATA[<p>%s</p><p>%s <a href="https://x.example/">%s</a></p>]]></content:encoded>\n'
                   '</item>\n' % (text(rnd, lang, 9), i, i, i % 60, text(rnd, lang, 2), text(rnd, lang, 1), i,
                                  text(rnd, lang, 30), text(rnd, lang, 3), text(rnd, lang, 80), text(rnd, lang, 60),
                                  text(rnd, lang, 3)))
    out.append("</channel></rss>\n")
    return "".join(out)


def atom(rnd, lang, items):
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="%s"><title>%s</title>'
           '<id>urn:x</id><updated>2025-08-23T00:00:00Z</updated>' % (lang, text(rnd, lang, 3))]
    for i in range(items):
        out.append('<entry><title type="html">%s</title><id>urn:x:%d</id><link href="https://news.example/%d"/>'
                   '<updated>2025-08-23T00:%02d:00Z</updated><author><name>%s</name></author>'
                   '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>%s</p><ul><li>%s</li></ul></div></content>'
                   '</entry>\n' % (text(rnd, lang, 9), i, i, i % 60, text(rnd, lang, 2), text(rnd, lang, 90),
                                   text(rnd, lang, 10)))
    out.append("</feed>\n")
    return "".join(out)


def make_pile(folder):
    rnd = random.Random(20250823)
    for i in range(200):
        lang = ("en", "ko", "ja")[i % 3]
        doc = (rss if i % 4 else atom)(rnd, lang, 20 + i % 60)
        if i % 10 == 9:
            doc = doc.replace("&amp;", "&").replace("</item>", "", 3)
        with open(os.path.join(folder, "%03d.xml" % i), "w", encoding="utf-8") as f:
            f.write(doc)


def feedparser_rate(files):
    try:
        import feedparser
    except ImportError:
        return None
    docs = [open(f, "rb").read() for f in files]
    start = time.perf_counter()
    for d in docs:
        feedparser.parse(d, sanitize_html=False, resolve_relative_uris=False)
    return sum(map(len, docs)) / 1e6 / (time.perf_counter() - start)


GOFEED = """package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/mmcdole/gofeed"
)

func main() {
	var docs [][]byte
	total := 0
	for _, f := range os.Args[1:] {
		b, err := os.ReadFile(f)
		if err == nil {
			docs = append(docs, b)
			total += len(b)
		}
	}
	start := time.Now()
	for _, d := range docs {
		_, _ = gofeed.NewParser().Parse(bytes.NewReader(d))
	}
	fmt.Printf("%f\\n", float64(total)/1e6/time.Since(start).Seconds())
}
"""


def gofeed_rate(files):
    folder = os.environ.get("GOFEED_DIR")  # a Go module that has github.com/mmcdole/gofeed in its go.mod
    if not folder or not shutil.which("go"):
        return None
    main = os.path.join(folder, "bench_main.go")
    with open(main, "w") as f:
        f.write(GOFEED)
    out = subprocess.run(["go", "run", "bench_main.go", *files], cwd=folder, capture_output=True, text=True)
    os.remove(main)
    return float(out.stdout) if out.returncode == 0 else None


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("program")
    ap.add_argument("--feeds", help="a folder of feeds instead of the made pile")
    ap.add_argument("--rounds", type=int, default=5)
    a = ap.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        folder = a.feeds or tmp
        if not a.feeds:
            make_pile(folder)
        files = sorted(os.path.join(d, f) for d, _, fs in os.walk(folder) for f in fs
                       if f.endswith((".xml", ".rss", ".atom", ".rdf")))
        r = json.loads(subprocess.run([a.program, str(a.rounds), *files], check=True, capture_output=True).stdout)
        r["feedparser_mb_s"] = feedparser_rate(files)
        r["gofeed_mb_s"] = gofeed_rate(files)
    print("%d files, %.1f MB, %d entries; median of %d rounds" % (r["files"], r["bytes"] / 1e6, r["entries"], a.rounds))
    for k in ("wiredesk", "libxml2_push", "libxml2_memory", "feedparser", "gofeed"):
        v = r[k + "_mb_s"]
        print("%-16s %s" % (k, "not installed" if v is None else "%8.1f MB/s   wiredesk is %.2f×" % (v, r["wiredesk_mb_s"] / v)))


if __name__ == "__main__":
    sys.exit(main())
