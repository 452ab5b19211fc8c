#!/usr/bin/env python3
"""Archives and the public tools: what wiredesk writes, warcio reads; what warcio and Common Crawl write, wiredesk reads.

warcio comes from PyPI into a virtual environment (kept in the user's cache). Without network the tests are skipped, and said so.
"""
import gzip
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "wiredesk-tests")
WARCIO = "warcio==1.8.1"


def in_venv():
    """Runs this file again with a Python that has warcio; why not, if that cannot be had."""
    venv = os.path.join(CACHE, "venv-" + hashlib.sha1((WARCIO + sys.version).encode()).hexdigest()[:8])
    python = os.path.join(venv, "bin", "python")
    if subprocess.run([python, "-c", "import warcio"], capture_output=True).returncode if os.path.exists(python) else True:
        os.makedirs(CACHE, exist_ok=True)
        for cmd in ([sys.executable, "-m", "venv", "--clear", venv], [python, "-m", "pip", "install", "-q", WARCIO]):
            p = subprocess.run(cmd, capture_output=True, text=True)
            if p.returncode != 0:
                return (p.stderr.strip().splitlines() or ["no reason given"])[-1]
    os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])


try:
    import warcio
except ImportError:
    reason = in_venv()
    print("skipped: warcio could not be installed: " + reason)
    print("0 passed, 0 failed")
    sys.exit(0)

from warcio.archiveiterator import ArchiveIterator  # noqa: E402
from warcio.statusandheaders import StatusAndHeaders  # noqa: E402
from warcio.warcwriter import WARCWriter  # noqa: E402

from daemon import Daemon, run_tests  # noqa: E402
from origin import Feed, Origin, Static  # noqa: E402
from test_archive import ARCHIVE, BASE, FAST, JSONL, feeds, files, ls, record, wiredesk  # noqa: E402

PAGE = """<!doctype html><html lang="en"><head><title>Bridge over the strait opens in May</title>
<meta property="article:published_time" content="2026-02-03T04:05:06Z"></head><body><article><h1>Bridge over the strait opens in May</h1>
<p>The bridge over the strait opens to traffic on 4 May, the ministry said on Tuesday. It has taken nine years to build.</p>
<p>%s</p></article></body></html>""" % ("Drivers will pay a toll for the first ten years, and buses cross free of charge. " * 6)


def scratch():
    import tempfile
    return tempfile.TemporaryDirectory(prefix="wiredesk-warc-")


def test_warcio_reads_what_the_daemon_writes():
    with Origin() as o:
        feed = o.add("/f", Feed(items=2, gzip_it=True))
        o.add("/same", Static(b"<rss version='2.0'><channel><title>s</title><item><title>Only one</title></item></channel></rss>",
                              validators=False))
        with Daemon(BASE + FAST + JSONL + ARCHIVE + feeds(o, "/f", "/same")) as d:
            d.wait_events(3)
            feed.edit(1)
            events = d.wait_events(4)
            d.wait("revisits of both kinds", lambda: {x["status"] for x in ls(d) if x["type"] == "revisit"} >= {"200", "304"})
            assert d.stop() == 0
            records, checked = {}, 0
            for path in files(d):
                with open(path, "rb") as f:
                    it = ArchiveIterator(f, check_digests="raise")
                    for r in it:
                        body = r.content_stream().read()
                        records[r.rec_headers["WARC-Record-ID"].strip("<>")] = (r.rec_type, r.rec_headers["WARC-Target-URI"], body)
                        checked += r.digest_checker.passed is True
                        if r.rec_type == "response":
                            assert r.http_headers.get_statuscode() == "200"
                            assert int(r.http_headers.get_header("Content-Length")) == len(body)
                        if r.rec_type == "revisit":
                            assert body == b"" and r.rec_headers["WARC-Profile"].startswith("http://netpreserve.org/warc/1.1/revisit/")
                            assert r.rec_headers["WARC-Refers-To"].strip("<>") in records, r.rec_headers
                        if r.rec_type == "request":
                            assert r.http_headers.protocol == "GET" and r.http_headers.get_header("Host"), r.http_headers
                            assert r.rec_headers["WARC-Concurrent-To"].strip("<>") in records
            kinds = [x[0] for x in records.values()]
            assert {"warcinfo", "response", "request", "metadata", "revisit"} == set(kinds), set(kinds)
            # warcio leaves out revisits (their payload is elsewhere) and the warcinfo
            assert checked == len(kinds) - kinds.count("revisit") - kinds.count("warcinfo"), (checked, kinds)
            for e in events:
                assert e["data"]["wiredesk"]["title"].encode() in records[record(e)][2]
            # warcio's own program agrees
            warc = os.path.join(os.path.dirname(sys.executable), "warcio")
            for path in files(d):
                p = subprocess.run([warc, "check", path], capture_output=True, text=True)
                assert p.returncode == 0, p.stdout + p.stderr
                rows = subprocess.run([warc, "index", "-f", "offset,warc-type", path], capture_output=True, text=True).stdout.splitlines()
                ours = [(x["offset"], x["type"]) for x in ls(d, path)]
                assert [(json.loads(x)["offset"], json.loads(x)["warc-type"]) for x in rows] == ours, (rows, ours)


def http(status="200 OK", protocol="HTTP/1.1", headers=()):
    return StatusAndHeaders(status, list(headers), protocol=protocol)


def news_archive(gzipped=True, version="WARC/1.0"):
    """A file in the manner of CC-NEWS: warcinfo, then request, response, metadata for each page; payloads as they travelled."""
    out = io.BytesIO()
    w = WARCWriter(out, gzip=gzipped, warc_version=version[5:])
    w.write_record(w.create_warcinfo_record("CC-NEWS-20260203040506-00001.warc.gz", {
        "operator": "tests", "software": "news-please-like crawler", "format": "WARC File Format 1.0"}))
    page = PAGE.encode()
    chunked = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(page[i:i + 700]), page[i:i + 700]) for i in range(0, len(page), 700)) + b"0\r\nX-Trailer: 1\r\n\r\n"
    packed = gzip.compress(page)
    both = b"%X\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    html = ("Content-Type", "text/html; charset=utf-8")
    answers = [
        ("plain", http(headers=[html]), page),
        ("chunked", http(headers=[html, ("Transfer-Encoding", "chunked")]), chunked),
        ("gzip", http(headers=[html, ("Content-Encoding", "gzip")]), packed),
        ("chunked-gzip", http(headers=[html, ("Transfer-Encoding", "Chunked"), ("Content-Encoding", "gzip")]), both),
        ("raw-deflate", http(headers=[html, ("Content-Encoding", "deflate")]), raw.compress(page) + raw.flush()),
        ("undone", http(headers=[html, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]), page),
        ("undone-br", http(headers=[html, ("Content-Encoding", "br")]), page),
        ("crawler", http(headers=[html, ("X-Crawler-Content-Encoding", "gzip"), ("X-Crawler-Transfer-Encoding", "chunked"),
                                  ("Content-Length", str(len(page)))]), page),
        ("http2", http("200", "HTTP/2", headers=[("content-type", "text/html")]), page),
        ("http10", http("200 OK", "HTTP/1.0", headers=[html]), page),
    ]
    for i, (name, head, body) in enumerate(answers):
        uri = "https://news.example/%s" % name
        date = {"WARC-Date": "2026-02-03T04:%02d:06Z" % i}
        answer = w.create_warc_record(uri, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict=dict(date))
        ask = w.create_warc_record(uri, "request", http_headers=StatusAndHeaders(
            "GET /%s HTTP/1.1" % name, [("Host", "news.example")], is_http_request=True), warc_headers_dict=dict(date))
        w.write_request_response_pair(ask, answer)
        w.write_record(w.create_warc_record(uri, "metadata", payload=io.BytesIO(b"fetchTimeMs: 45\r\n"), warc_content_type="application/warc-fields",
                                            warc_headers_dict=dict(date)))
    uri = "https://news.example/gone"
    w.write_record(w.create_warc_record(uri, "response", payload=io.BytesIO(b"no"), http_headers=http("404 Not Found"),
                                        warc_headers_dict={"WARC-Date": "2026-02-03T05:00:00Z"}))
    w.write_record(w.create_revisit_record("https://news.example/plain", "sha1:" + "A" * 32, "https://news.example/plain", "2026-02-03T04:00:06Z",
                                           warc_headers_dict={"WARC-Date": "2026-02-03T06:00:00Z"}))
    return out.getvalue(), [a[0] for a in answers]


ALL = news_archive()[1]


def check_replay(data, names, name="news.warc.gz", status=0):
    with scratch() as d:
        path = os.path.join(d, name)
        with open(path, "wb") as f:
            f.write(data)
        rc, out, err = wiredesk("replay", path)
        assert rc == status, (rc, err)
        events = [json.loads(x) for x in out.decode().splitlines()]
        assert [e["source"].rsplit("/", 1)[1] for e in events] == names, ([e["source"] for e in events], err)
        for e in events:
            w = e["data"]["wiredesk"]
            assert w["title"] == "Bridge over the strait opens in May", w["title"]
            assert w["published"] == "2026-02-03T04:05:06Z", w
            assert "nine years to build" in e["data"]["bodies"][1]["value"]
            minute = ALL.index(e["source"].rsplit("/", 1)[1])
            assert e["time"].startswith("2026-02-03T04:%02d:06" % minute), (e["source"], e["time"])
        return err


def test_common_crawl_news_gzip():
    data, names = news_archive()
    check_replay(data, names)
    with scratch() as d:
        path = os.path.join(d, "n.warc.gz")
        with open(path, "wb") as f:
            f.write(data)
        rc, out, err = wiredesk("archive", "verify", path)
        assert rc == 0 and b" 0 damaged" in out, (out, err)
        rc, out, err = wiredesk("archive", "extract", os.path.join(d, "out"), path)
        assert rc == 0, err
        bodies = {open(x.split("\t")[0], "rb").read() for x in out.decode().splitlines()}
        assert bodies == {PAGE.encode()}, [b[:60] for b in bodies]


def test_other_shapes_of_the_same_archive():
    plain, names = news_archive(gzipped=False)
    check_replay(plain, names, "news.warc")
    check_replay(gzip.compress(plain), names)                               # one member for all
    check_replay(gzip.compress(plain[:len(plain) // 2]) + gzip.compress(plain[len(plain) // 2:]), names)  # members cut anywhere
    data, names = news_archive(version="WARC/1.1")
    check_replay(data, names)
    check_replay(b"\x1f\x8b\x08\x14\0\0\0\0\0\x03\x04\0sl\0\0name\0" + data[10:] if data[3] == 0 else data, names)  # extra field and name
    end = plain.rindex(b"\r\n\r\n")
    check_replay(plain[:end], names, "cut-end.warc")                        # the last record's line ends are missing
    check_replay(plain.replace(b"\r\n\r\nWARC/1.0", b"\r\nWARC/1.0"), names, "one-end.warc")


def test_damage_in_the_middle_costs_only_what_it_hit():
    data, names = news_archive()
    members, at = [], 0
    while at < len(data):
        z = zlib.decompressobj(31)
        z.decompress(data[at:])
        members.append(at)
        at = len(data) - len(z.unused_data) if z.unused_data else len(data)
    random.seed(7)
    hit = [i for i, m in enumerate(members) if b"/chunked\r\n" in zlib.decompressobj(31).decompress(data[m:])[:400]]
    victim = [i for i in hit if b"WARC-Type: response" in zlib.decompressobj(31).decompress(data[members[i]:])][0]
    broken = bytearray(data)
    for i in range(members[victim] + 60, members[victim + 1] - 20):
        broken[i] = random.randrange(256)
    err = check_replay(bytes(broken), [n for n in names if n != "chunked"], status=1)
    offsets = [int(w.rstrip(":")) for line in err.splitlines() if "offset" in line for w in line.split() if w.rstrip(":").isdigit()]
    assert offsets and members[victim] <= offsets[0] <= members[victim + 1], (err, members[victim])


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
