#!/usr/bin/env python3
"""Reading archives beside bare zlib, and the speed of a replay, on two archives made for it: feeds of entries, and full pages.

  warc.py BENCH_WARC [MEGABYTES [ROUNDS]]     prints a table of each; figures on one machine in one run
"""
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make_feeds import WORDS, body, sentence  # noqa: E402


def record(uri, minute, kind, payload):
    head = ("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(payload))).encode()
    block = head + payload
    return gzip.compress(("WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-%012d>\r\n"
                          "WARC-Date: 2025-08-%02dT%02d:%02d:00Z\r\nWARC-Target-URI: %s\r\nContent-Type: application/http; msgtype=response\r\n"
                          "Content-Length: %d\r\n\r\n" % (minute, 1 + minute // 1440 % 28, minute // 60 % 24, minute % 60, uri, len(block))).encode()
                         + block + b"\r\n\r\n", 6, mtime=0)


def feed(r, number):
    items = "".join("<item><title>%s</title><link>https://bench.example/a/%d</link><guid>g%d</guid><pubDate>Sat, 23 Aug 2025 "
                    "%02d:%02d:00 +0900</pubDate><description><![CDATA[%s]]></description></item>"
                    % (sentence(r)[:70], number * 50 + i, number * 50 + i, i % 24, i, body(r)) for i in range(50))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Bench</title>'
            "<link>https://bench.example/</link>%s</channel></rss>\n" % items).encode()


def page(r, number):
    """A page as news sites send them: head, navigation, article, teasers of others, scripts."""
    menu = "".join('<li class="menu__item"><a href="/%s/%d" data-track="nav">%s</a></li>' % (r.choice(WORDS), i, r.choice(WORDS)) for i in range(60))
    cards = "".join('<div class="card card--s"><a href="/a/%d"><img src="/i/%08x.jpg" alt="" loading="lazy"><h3>%s</h3></a>'
                    "<time>2 hours ago</time></div>" % (i, r.getrandbits(32), sentence(r)[:60]) for i in range(40))
    script = "".join("window.q%d=window.q%d||[];q%d.push({k:%d,v:'%08x'});" % (i, i, i, i, r.getrandbits(32)) for i in range(150))
    return ('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>%s | Bench</title><meta property="article:published_time" '
            'content="2025-08-23T%02d:%02d:00+09:00"><script>%s</script></head><body><header><nav><ul>%s</ul></nav></header><main><article>'
            "<h1>%s</h1>%s</article></main><aside>%s</aside><footer><p>All rights reserved.</p></footer></body></html>"
            % (sentence(r)[:70], number // 60 % 24, number % 60, script, menu, sentence(r)[:70], body(r) + body(r), cards)).encode()


def make(path, megabytes, kind, one):
    r, total, number = random.Random(3), 0, 0
    with open(path, "wb") as f:
        while total < int(megabytes) << 20:
            payload = one(r, number)
            total += len(payload)
            f.write(record("https://bench.example/%s/%d" % (kind.split("/")[1], number), number, kind, payload))
            number += 1


def main():
    bench, megabytes, rounds = (sys.argv[1:] + ["64", "3"][len(sys.argv) - 2:])[:3]
    with tempfile.TemporaryDirectory(prefix="bench-warc-") as d:
        for name, kind, one in (("feeds of 50 entries of 3 kB", "application/rss+xml", feed), ("full pages", "text/html", page)):
            path = os.path.join(d, "x.warc.gz")
            make(path, megabytes, kind, one)
            got = json.loads(subprocess.run([os.path.abspath(bench), rounds, path], check=True, capture_output=True).stdout)
            mb, n = got["bytes"] / 1e6, got["articles"]
            print("%s: %.0f MB in %.1f MB of file, %d articles" % (name, mb, os.path.getsize(path) / 1e6, n))
            for step in ("zlib", "records", "documents"):
                print("  reading, %-9s  %7.0f MB/s of one core   %5.2f of zlib" % (step, mb / got[step], got["zlib"] / got[step]))
            print("  replay, two workers  %7.0f articles/s on the wall, %.0f per CPU second" % (n / got["wall"], n / got["replay"]))
            parts = [("read", got["documents"]), ("parse, repair, clean", got["built"] - got["documents"]),
                     ("tag, check", got["tagged"] - got["built"]), ("desk, store, encode", got["replay"] - got["tagged"])]
            for what, seconds in parts:
                print("    %-22s %5.1f %%" % (what, 100 * seconds / got["replay"]))


if __name__ == "__main__":
    main()
