#!/usr/bin/env python3
"""Polling against the scripted origin: what is fetched, what is not, and what is said about it."""
import gzip
import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, headline, run_tests  # noqa: E402
from origin import (BigHeaders, Bomb, Encoded, Endless, Feed, Hang, Origin, Raw, Redirect,  # noqa: E402
                    Sequence, Slow, Static, Status, Truncated, free_port)

ITEM = (b"<item><title>%s</title><guid>%s</guid><description>Some text of %s.</description></item>")


def rss(*titles):
    return (b"<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>t</title>" +
            b"".join(ITEM % (t, t, t) for t in titles) + b"</channel></rss>")


def conf(o, paths, more="", http="", interval="1s"):
    text = "http: {allow_private: [127.0.0.0/16]%s}\n%s\n" % (http, more)
    text += "feed_defaults: {interval: %s, interval_min: 200ms, fixed: true}\n" % interval
    text += "sinks: [{type: jsonl, path: events.jsonl}]\nfeeds:\n"
    for p in paths:
        text += "  - {url: '%s%s', name: '%s'}\n" % (o.url, p, p.strip("/").replace("/", "-"))
    return text


def titles(d):
    return sorted(headline(e) for e in d.events())


def test_publishes_new_and_edited():
    with Origin() as o:
        feed = o.add("/feed/1", Feed(items=3))
        with Daemon(conf(o, ["/feed/1"])) as d:
            d.wait_events(3)
            feed.add(2)
            d.wait_events(5)
            feed.edit(1)
            d.wait_events(6)
            n = len(o.requests("/feed/1"))
            d.wait("more polls", lambda: len(o.requests("/feed/1")) > n + 2)
            assert len(d.events()) == 6, titles(d)
            assert titles(d) == sorted(x["title"] for x in o.ledger), (titles(d), o.ledger)
            kinds = sorted(e["type"] for e in d.events())
            assert kinds == ["news.article.published"] * 5 + ["news.article.updated"], kinds
            assert d.stop() == 0


def test_conditional_requests():
    with Origin() as o:
        etag = 'W/"a b;\xe9\'"'.encode("latin-1").decode("latin-1")
        first = Static(rss(b"One"), validators=False,
                       headers=[("ETag", etag), ("Last-Modified", "yesterday, more or less")])
        o.add("/f", Sequence(first, Status(304, b"")))
        with Daemon(conf(o, ["/f"], interval="300ms")) as d:
            d.wait_events(1)
            d.wait("three requests", lambda: len(o.requests("/f")) >= 3)
        later = o.requests("/f")[1]["headers"]
        assert later["If-None-Match"] == etag, later
        assert later["If-Modified-Since"] == "yesterday, more or less", later
        assert "If-None-Match" not in o.requests("/f")[0]["headers"]


def test_validators_survive_a_restart():
    with Origin() as o:
        o.add("/f", Feed(items=2))
        d = Daemon(conf(o, ["/f"]))
        with d:
            d.wait_events(2)
            assert d.stop() == 0
            n = len(o.requests("/f"))
            d.start()
            d.wait("two requests", lambda: len(o.requests("/f")) > n + 1)
            assert "If-None-Match" in o.requests("/f")[n]["headers"]
            assert o.requests("/f")[n]["status"] == 304
            assert len(d.events()) == 2
            d.stop()


def test_unfit_responses_are_named_and_others_go_on():
    cases = {
        "/404": (Status(404), "class=not-found", "check the URL"),
        "/410": (Status(410), "class=gone", "remove the feed"),
        "/401": (Status(401), "class=denied", "set auth"),
        "/403": (Status(403), "class=denied", "set auth"),
        "/429": (Status(429, headers=[("Retry-After", "60")]), "class=rate-limited", "interval"),
        "/500": (Status(500), "class=server-error", "later"),
        "/304": (Status(304, b""), "class=bad-status", "304"),
        "/empty": (Static(b""), "class=empty", "empty body"),
        "/html": (Static(b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>hi</p>"
                         b"</body></html>", "text/html"), "class=not-a-feed", ""),
        "/2gb": (Endless(2 << 30), "class=too-large", "limits.document"),
        "/endless": (Endless(), "class=too-large", "limits.document"),
        "/bomb": (Bomb(64 << 20), "class=decompression-bomb", "http.max_ratio"),
        "/bigbomb": (Bomb(16 << 20), "class=decompression-bomb", "http.max_ratio"),
        "/loop": (Redirect("/loop"), "class=redirects", "max_redirects"),
        "/file": (Redirect("file:///etc/passwd"), "class=redirects", "no web address"),
        "/private": (Redirect("http://127.1.0.1:1/"), "class=private-address", "http.allow_private"),
        "/metadata": (Redirect("http://169.254.169.254/"), "class=private-address", "169.254"),
        "/mapped": (Redirect("http://[::ffff:127.2.0.1]:1/"), "class=private-address", "127.2.0.1"),
        "/nowhere": (Status(302), "class=redirects", "without saying where"),
        "/cut": (Truncated(rss(b"Cut")), "class=truncated", "broke off"),
        "/cutgzip": (Encoded(rss(b"Half"), cut=20), "class=truncated", "cut off"),
        "/cutdeflate": (Encoded(rss(b"Half"), "deflate", cut=5), "class=truncated", "cut off"),
        "/badgzip": (Static(b"\x1f\x8b\x08\x00junk junk junk junk", headers=[("Content-Encoding", "gzip")]),
                     "class=truncated", "broken gzip"),
        "/coding": (Static(rss(b"X"), headers=[("Content-Encoding", "compress")]), "class=bad-response",
                    "compress"),
        "/hang": (Hang(), "class=timeout", "too slow"),
        "/headers": (BigHeaders(), "class=bad-response", "http.max_headers"),
        "/garbage": (Raw(b"hello\r\n\r\n"), "class=bad-response", ""),
        "/noise": (Static(bytes(range(256)) * 50, "application/rss+xml"), "class=not-a-feed", ""),
    }
    with Origin() as o:
        for path, (behaviour, _, _) in cases.items():
            o.add(path, behaviour)
        good = o.add("/good", Feed(items=1))
        text = conf(o, list(cases) + ["/good"], "limits: {document: 20MiB}\n",
                    ", timeout: 10s, max_per_host: 100, max_ratio: 500")
        text += "  - {url: 'http://127.0.0.1:1/', name: refused}\n"
        text += "  - {url: 'http://no-such-host.invalid/', name: nohost}\n"
        with Daemon(text) as d:
            for path, (_, klass, advice) in cases.items():
                line = d.wait_log("<4>%s: feed-failed" % path.strip("/"))[0]
                assert klass in line and advice in line, (path, line)
            assert "class=unreachable" in d.wait_log("refused: feed-failed")[0]
            assert "check the host name" in d.wait_log("nohost: feed-failed")[0]
            good.add(1)
            d.wait_events(2)
            n = len(o.requests("/good"))
            d.wait("more polls", lambda: len(o.requests("/good")) > n + 2)
            for path in cases:  # said once, not per poll
                lines = d.log("<4>%s: feed-failed" % path.strip("/"))
                assert len(lines) == 1, lines
            sent = o.routes["/2gb"].sent
            assert sent < 3 * len(o.requests("/2gb") or [1]) * (40 << 20), sent
            with open("/proc/%d/status" % d.p.pid) as f:
                peak = int(f.read().split("VmHWM:")[1].split()[0])
            assert peak < 600 * 1024, "%d KiB" % peak
            assert len(d.events()) == 2
            assert d.stop() == 0


def test_recovery_is_said():
    with Origin() as o:
        o.add("/f", Sequence(Status(503), Status(503), Feed(items=1)))
        o.routes["/f"].steps[2].path = "/f"
        with Daemon(conf(o, ["/f"], interval="200ms")) as d:
            d.wait_log("f: feed-failed")
            d.wait_log("f: feed-recovered")
            d.wait_events(1)


def test_cut_off_responses_leave_no_validators():
    with Origin() as o:
        whole = rss(b"A", b"B")
        o.add("/f", Sequence(Truncated(whole, headers=[("ETag", '"cut"')]),
                             Static(whole, validators=False, headers=[("ETag", '"whole"')]),
                             Status(304, b"")))
        o.add("/g", Sequence(Raw(b"HTTP/1.0 200 OK\r\nETag: \"old\"\r\n\r\n" + whole[:-20]),
                             Static(whole, validators=False)))
        # a gzip file that is cut off: the whole one comes later, and was not thought to be known
        packed = gzip.compress(whole)
        o.add("/h", Sequence(Static(packed[:-30], headers=[("ETag", '"half"')]),
                             Static(packed, validators=False)))
        with Daemon(conf(o, ["/f", "/g", "/h"], interval="200ms")) as d:
            d.wait("three requests", lambda: len(o.requests("/f")) >= 3 and
                   len(o.requests("/g")) >= 2)
            asked = [r["headers"].get("If-None-Match") for r in o.requests("/f")[:3]]
            assert asked == [None, None, '"whole"'], asked
            assert o.requests("/g")[1]["headers"].get("If-None-Match") is None
            d.wait("two requests", lambda: len(o.requests("/h")) >= 2)
            assert o.requests("/h")[1]["headers"].get("If-None-Match") is None
            d.wait_events(2)


def test_encodings():
    with Origin() as o:
        o.add("/gz", Encoded(rss(b"Gzip")))
        o.add("/df", Encoded(rss(b"Deflate"), "deflate"))
        o.add("/id", Static(rss(b"Plain")))
        with Daemon(conf(o, ["/gz", "/df", "/id"])) as d:
            d.wait_events(3)
            assert titles(d) == ["Deflate", "Gzip", "Plain"], titles(d)
        accepted = o.requests("/gz")[0]["headers"]["Accept-Encoding"]
        for coding in ("gzip", "br", "zstd"):
            assert coding in accepted, accepted


def test_redirects_keep_credentials_home():
    with Origin() as o, Origin() as other:
        other.add("/there", Static(rss(b"There")))
        o.add("/away", Redirect(other.url + "/there", 301))
        o.add("/home", Redirect("/behind", 308))
        o.add("/behind", Static(rss(b"Behind")))
        d = Daemon(None)
        with open(os.path.join(d.dir, "token"), "w") as f:
            f.write("s3cret\n")
        text = conf(o, [])
        for p in ("/away", "/home"):
            text += ("  - {url: '%s%s', name: '%s', auth: {token_file: token}, "
                     "headers: {X-Key: k}}\n" % (o.url, p, p[1:]))
        d.configure(text)
        with d:
            d.wait_events(2)
        assert o.requests("/away")[0]["headers"]["Authorization"] == "Bearer s3cret"
        assert o.requests("/behind")[0]["headers"]["Authorization"] == "Bearer s3cret"
        assert o.requests("/behind")[0]["headers"]["X-Key"] == "k"
        seen = other.requests("/there")[0]["headers"]
        assert "Authorization" not in seen and "X-Key" not in seen, seen
        assert not any("s3cret" in line for line in d.log())


def test_retry_after_and_user_agent():
    with Origin() as o:
        o.add("/f", Status(429, headers=[("Retry-After", "3")]))
        with Daemon(conf(o, ["/f"], http=", contact: 'https://desk.example/'", interval="200ms")) as d:
            d.wait("two requests", lambda: len(o.requests("/f")) >= 2)
        a, b = o.requests("/f")[:2]
        assert b["time"] - a["time"] > 2.9, b["time"] - a["time"]
        ua = a["headers"]["User-Agent"]
        assert ua.startswith("wiredesk/") and "https://desk.example/" in ua, ua


def test_few_at_a_time_per_host():
    class Counting(Slow):
        now = most = 0
        lock = threading.Lock()

        def answer(self, h, o):
            with self.lock:
                Counting.now += 1
                Counting.most = max(Counting.most, Counting.now)
            try:
                super().answer(h, o)
            finally:
                with self.lock:
                    Counting.now -= 1

    with Origin() as o:
        paths = ["/s/%d" % i for i in range(12)]
        for p in paths:
            o.add(p, Counting(rss(p.encode()), piece=100, pause=0.2))
        with Daemon(conf(o, paths, http=", max_per_host: 3", interval="10s")) as d:
            d.wait_events(12)
        assert 2 <= Counting.most <= 3, Counting.most


def test_private_addresses_are_refused_unless_listed():
    with Origin() as o:
        o.add("/f", Feed(items=1))
        with Daemon(conf(o, ["/f"]).replace("[127.0.0.0/16]", "[10.0.0.0/8]")) as d:
            line = d.wait_log("f: feed-failed")[0]
            assert "127.0.0.1" in line and "http.allow_private" in line, line
            assert o.requests("/f") == []
            assert d.stop() == 0


def test_what_was_learned_survives_a_restart():
    with Origin() as o:
        o.add("/f", Feed(items=1))
        port = free_port()
        text = conf(o, ["/f"], "admin: {listen: '127.0.0.1:%d'}\n" % port, interval="300ms").replace(
            "fixed: true", "interval_max: 1h")
        with Daemon(text) as d:
            d.wait_events(1)

            def interval():
                feeds = json.loads(d.get("http://127.0.0.1:%d/status" % port))["feeds"]
                return feeds[0]["interval_s"] if feeds else 0
            d.wait("a longer interval", lambda: interval() >= 3)
            assert d.stop() == 0
            n = len(o.requests("/f"))
            d.lines.clear()
            d.start()
            d.wait("two polls", lambda: len(o.requests("/f")) > n + 1)
            first, second = o.requests("/f")[n:n + 2]
            assert second["time"] - first["time"] > 1, "learned anew"
            assert d.stop() == 0


def test_thousands_of_feeds():
    with Origin() as o:
        for i in range(2000):
            o.add("/f/%d" % i, Feed(items=1))
        d = Daemon(None)
        with open(os.path.join(d.dir, "feeds.txt"), "w") as f:
            f.write("".join("%s/f/%d\n" % (o.url, i) for i in range(2000)))
        d.configure("http: {allow_private: [127.0.0.0/8], max_per_host: 32}\nfeeds_file: feeds.txt\n"
                    "feed_defaults: {interval: 1h}\nsinks: [{type: jsonl, path: events.jsonl}]\n"
                    "admin: {listen: '127.0.0.1:%d'}\n" % free_port())
        with d:
            d.wait_events(2000)
            assert d.stop() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
