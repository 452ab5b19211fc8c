#!/usr/bin/env python3
"""The command line: what is refused, how it is said, and with which exit status.

Each case is a list of arguments, the exit status and a piece of what is said; run in a folder of its own.
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile

WIREDESK = os.path.abspath(os.environ.get("WIREDESK", "./wiredesk"))
if "WIREDESK_DATA" in os.environ:
    os.environ["WIREDESK_DATA"] = os.path.abspath(os.environ["WIREDESK_DATA"])
RSS = (b"<?xml version='1.0'?><rss version='2.0'><channel><title>Wire</title><item><title>One</title>"
       b"<guid>1</guid><description>A ferry ran again.</description></item></channel></rss>")
FILES = {
    "feed.xml": RSS,
    "feed.xml.gz": gzip.compress(RSS),
    "cut.xml.gz": gzip.compress(RSS)[:-20],
    "tiny.gz": gzip.compress(RSS)[:12],
    "none.xml": b"<rss version='2.0'><channel><title>Wire</title></channel></rss>",
    "empty": b"",
    "blank": b" \n\t\n",
    "data.json": b'{"a": 1, "b": [2]}',
    "list.json": b"[1, 2, 3]",
    "rows.json": b'[{"a": 1}, {"a": 2}]',
    "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\2" + bytes(200),
    "bracket.txt": "[Port Aven = Wire] The ferry ran again on Monday, the harbour office said.".encode(),
}
READERS = ("extract", "tag", "explain")
CASES = [
    (["parse", "--as", "bogus", "feed.xml"], 2, "rss20 atom"),
    (["parse", "--as", "rss", "feed.xml"], 0, '"title":"One"'),
    (["parse", "--bogus"], 2, "usage: wiredesk parse"),
    (["parse", "feed.xml.gz"], 0, '"title":"One"'),
    (["parse", "cut.xml.gz", "feed.xml"], 1, '"input":"cut.xml.gz"'),
    (["parse", "tiny.gz"], 1, "nothing in it can be decompressed"),
    (["parse", "empty"], 1, "empty"),
    (["extract", "none.xml"], 0, ""),
    (["extract", "cut.xml.gz"], 1, "cut off"),
    (["replay", "cut.xml.gz"], 1, "cut.xml.gz: gzip"),
    (["replay", "-e", "none", "feed.xml"], 1, "none"),
    (["replay", "--bogus"], 2, "usage: wiredesk replay"),
    (["clean", "feed.xml.gz"], 0, "ferry"),
    (["clean", "cut.xml.gz"], 1, "cut off"),
    (["clean", "empty"], 1, "empty"),
    (["clean", "blank"], 1, "empty"),
    (["clean", "picture.png"], 1, "no text"),
    (["archive", "verify", "empty"], 1, "no WARC record"),
    (["archive", "ls", "empty"], 1, "no WARC record"),
    (["archive", "stats", "feed.xml"], 1, "no WARC record"),
    (["deadletter", "list"], 1, "no store in"),
    (["store", "check"], 1, "no store in"),
    (["stories"], 1, "no store in"),
    (["withdraw", "0123456789abcdef0123456789abcdef"], 1, "no store in"),
    (["explain", "0123456789abcdef0123456789abcdef"], 1, "no store in"),
    (["explain", "--url", "http://x.example/", "0123456789abcdef0123456789abcdef"], 2, "--url is for files"),
    (["explain", "nothing.txt"], 1, "nothing.txt"),
    (["status", "extra"], 2, "too much"),
    (["status", "--bogus"], 2, "usage: wiredesk status"),
    (["run", "--bogus"], 2, "usage: wiredesk run"),
    (["check", "--bogus"], 2, "usage: wiredesk check"),
]
for reader in READERS:
    CASES += [([reader, f], 1, "JSON, but neither") for f in ("data.json", "list.json", "rows.json")]
    CASES += [([reader, "picture.png"], 1, "no text"), ([reader, "empty"], 1, "empty"),
              ([reader, "bracket.txt"], 0, "ferry")]


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, data in FILES.items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(data)
        for args, status, said in CASES:
            p = subprocess.run([WIREDESK] + args, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                               timeout=240)
            out = (p.stdout + p.stderr).decode("utf-8", "replace")
            if p.returncode != status or said not in out:
                failed += 1
                print("FAIL", " ".join(args), "-> exit", p.returncode, "instead of", status, "and", repr(said), "in",
                      json.dumps(out[:300]))
        left = sorted(set(os.listdir(folder)) - set(FILES))
        if left:
            failed += 1
            print("FAIL left behind:", left)
    print("%d passed, %d failed" % (len(CASES) + 1 - failed, failed))
    return failed > 0


sys.exit(main())
