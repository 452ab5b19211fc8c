#!/usr/bin/env python3
"""Feeds with fulltext: entries completed from pages at hand, in replay and in the daemon, whatever came first.

Prints "N passed, N failed".
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import daemon
from origin import Origin, Static

P1 = "The harbour office has counted the ships of the year, and found that there were fewer of them than the year before."
P2 = "Those that came were larger, so that the quays were no emptier, and the cranes had as much to lift as ever."
P3 = "On the second page the office explains how it counts, which is by hand, with a pencil, from a window."
TEASER = "The harbour office has counted the ships."
URL = "https://harbour.example/2026/ships"


def page(body, head="", title="Fewer ships, and larger ones", own=URL):
    return ("<!DOCTYPE html><html lang=en><head><title>%s - Harbour Gazette</title><meta property=og:site_name content='Harbour Gazette'>"
            "<link rel=canonical href='%s'>%s</head><body><nav><a href=/>Home</a> <a href=/sea>Sea</a></nav><article><h1>%s</h1>%s</article>"
            "<aside><a href=/x>Other story</a></aside></body></html>" % (title, own, head, title, body))


def ld(**more):
    data = {"@context": "https://schema.org", "@type": "NewsArticle"}
    data.update(more)
    return "<script type='application/ld+json'>%s</script>" % json.dumps(data)


def item(title="Fewer ships, and larger ones", link=URL + "?utm_source=rss", extra="", text=TEASER):
    return "<item><title>%s</title><link>%s</link><guid isPermaLink='false'>%s</guid><description>%s</description>%s</item>" % (
        title, link, link, text, extra)


def feed(*items):
    return ("<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Harbour Gazette</title>"
            "<link>https://harbour.example/</link>" + "".join(items) + "</channel></rss>")


def doc(url, body, at, feed_id=None):
    return {"url": url, "body": body, "fetched_at": "2026-02-01T%s:00Z" % at, "content_type": "text/html", **({"feed": feed_id} if feed_id else {})}


FEED = "https://harbour.example/rss"


def replay(docs, *args):
    """The events of every way to replay it, which must be the same bytes."""
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "archive.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(x, ensure_ascii=False) + "\n" for x in docs)
        outs = []
        for workers in ("1", "2", "8", "8"):
            p = subprocess.run([daemon.program(), "replay", *(args or ("--fulltext",)), "--workers", workers, path],
                               capture_output=True, timeout=120)
            assert p.returncode == 0, p.stderr.decode()
            outs.append(p.stdout)
        assert len(set(outs)) == 1, "the bytes depend on the workers"
    return [json.loads(x) for x in outs[0].splitlines()]


def of_feed(events):
    return [e for e in events if e["source"] == FEED]


def text(event):
    return event["data"]["bodies"][1]["value"]


def fact(event, field):
    return next((f for f in event["data"]["wiredesk"].get("metadata", []) if f["field"] == field), None)


WHOLE = page("<p>%s</p><p>%s</p>" % (P1, P2))


def test_replay_page_after_feed():
    e = of_feed(replay([doc(FEED, feed(item()), "08:00"), doc(URL, WHOLE, "08:05")]))
    assert len(e) == 1 and text(e[0]) == P1 + "\n\n" + P2, e
    assert e[0]["data"]["descriptions"][0]["value"] == TEASER
    assert e[0]["data"]["wiredesk"]["provenance"]["page"] == URL
    assert fact(e[0], "text")["source"] == "page"


def test_replay_page_before_feed():
    e = replay([doc(URL, WHOLE, "07:55"), doc(FEED, feed(item()), "08:00")])
    last = e[-1]
    assert text(last) == P1 + "\n\n" + P2 and last["source"] == FEED, e
    assert len({x["subject"] for x in e}) == 1, "one article"
    assert last["data"]["wiredesk"]["guid"].startswith(URL)


def test_replay_without_fulltext_keeps_the_teaser():
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write("store: {path: state}\n")
        f.flush()
        e = of_feed(replay([doc(FEED, feed(item()), "08:00"), doc(URL, WHOLE, "08:05")], "-c", f.name))
    assert text(e[0]) == TEASER


def test_replay_by_configuration():
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write("feeds: [{url: '%s', name: gazette, fulltext: true}]\n" % FEED)
        f.flush()
        e = of_feed(replay([doc(FEED, feed(item()), "08:00"), doc(URL, WHOLE, "08:05")], "-c", f.name))
    assert text(e[0]) == P1 + "\n\n" + P2


def test_replay_newest_page_known_then():
    old, new = page("<p>%s</p>" % P1), WHOLE
    docs = [doc(URL, old, "06:00"), doc(URL, new, "07:00"), doc(FEED, feed(item()), "08:00"),
            doc(URL, page("<p>%s</p><p>%s</p><p>%s</p>" % (P1, P2, P3)), "09:00"), doc(FEED, feed(item(text=TEASER + " Again.")), "10:00")]
    e = of_feed(replay(docs))
    assert [text(x) for x in e] == [P1 + "\n\n" + P2, "\n\n".join((P1, P2, P3))], [text(x) for x in e]
    assert e[1]["type"] == "news.article.updated"


def test_replay_amp_and_print_variants():
    for url in (URL + "/amp", "https://harbour.example/print/4711"):
        e = of_feed(replay([doc(url, WHOLE, "07:00"), doc(FEED, feed(item()), "08:00")]))
        assert text(e[-1]) == P1 + "\n\n" + P2, url
    # the full page goes before its variant, however old
    e = of_feed(replay([doc(URL, WHOLE, "06:00"), doc(URL + "/amp", page("<p>%s</p>" % P1), "07:00"), doc(FEED, feed(item()), "08:00")]))
    assert text(e[-1]) == P1 + "\n\n" + P2


def test_replay_many_pages():
    for second, link in ((URL + "?page=2", "<a href='?page=2'>2</a>"), (URL + "/2", "<a rel=next href='%s/2'>Next page</a>" % URL),
                         (URL + "-2", "<link rel=next href='%s-2'>" % URL)):
        docs = [doc(URL, page("<p>%s</p><p>%s</p>" % (P1, P2), head=link if "<link" in link else "") .replace("</article>", "</article>" + (
            link if "<link" not in link else "")), "07:00"), doc(second, page("<p>%s</p>" % P3, own=second), "07:01"), doc(FEED, feed(item()), "08:00")]
        e = of_feed(replay(docs))
        assert text(e[-1]) == "\n\n".join((P1, P2, P3)), (second, text(e[-1]))
        assert any(r["kind"] == "joined-page" for r in e[-1]["data"]["wiredesk"]["repairs"])


def test_replay_next_post_is_no_page():
    other = "https://harbour.example/2026/cranes"
    e = of_feed(replay([doc(URL, page("<p>%s</p>" % P1, head="<link rel=next href='%s'>" % other), "07:00"),
                        doc(other, page("<p>%s</p>" % P3, own=other), "07:00"), doc(FEED, feed(item()), "08:00")]))
    assert text(e[-1]) == P1


def test_replay_page_behind_a_paywall():
    long = " ".join((P1, P2, P3))
    short = page("<p>%s</p>" % P1, head=ld(headline="Fewer ships, and larger ones", isAccessibleForFree=False))
    e = of_feed(replay([doc(URL, short, "07:00"), doc(FEED, feed(item(text=long)), "08:00")]))
    assert text(e[-1]) == long and fact(e[-1], "text")["source"] == "feed", text(e[-1])
    assert e[-1]["data"]["wiredesk"]["paywalled"] is True


def test_replay_disagreements_are_noted():
    head = ld(headline="Fewer ships, and larger ones", datePublished="2026-01-31T09:00:00Z", author=[{"@type": "Person", "name": "Ida Berg"}, {"@type": "Person", "name": "Tom Hale"}])
    entry = item(title="Fewer ships, and lar…", extra="<pubDate>Sun, 01 Feb 2026 07:30:00 GMT</pubDate><dc:creator>Harbour Gazette</dc:creator>")
    e = of_feed(replay([doc(URL, page("<p>%s</p><p>%s</p>" % (P1, P2), head=head), "07:40"), doc(FEED, feed(entry), "08:00")]))[-1]
    w = e["data"]["wiredesk"]
    assert daemon.headline(e) == "Fewer ships, and larger ones"
    assert fact(e, "headline")["other"] == {"source": "feed", "value": "Fewer ships, and lar…"}
    assert w["published"] == "2026-01-31T09:00:00Z" and w["date_source"] == "json-ld" and w["updated"] == "2026-02-01T07:30:00Z", w
    assert fact(e, "published")["other"] == {"source": "feed", "value": "2026-02-01T07:30:00Z"}
    assert [a["name"] for a in w["authors"]] == ["Ida Berg", "Tom Hale"] and fact(e, "authors")["other"]["value"] == "Harbour Gazette"


def test_replay_bot_wall_is_no_page():
    wall = "<!DOCTYPE html><html><head><title>Just a moment...</title><link rel=canonical href='%s'></head><body><p>Checking your browser before accessing.</p><script src=/cdn-cgi/challenge-platform/x.js></script></body></html>" % URL
    e = of_feed(replay_any([doc(FEED, feed(item()), "08:00"), doc(URL, wall, "08:05")]))
    assert text(e[0]) == TEASER


def replay_any(docs):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "a.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(x) + "\n" for x in docs)
        p = subprocess.run([daemon.program(), "replay", "--fulltext", path], capture_output=True, timeout=120)
    return [json.loads(x) for x in p.stdout.splitlines()]


# ---- the daemon ----

def conf(url, archive=False):
    return ("http: {allow_private: [127.0.0.0/8]}\n"
            "feeds: [{url: '%s', name: gazette, interval: 10s, fixed: true, fulltext: true}]\n"
            "receive: {spool: spool}\n%s"
            "sinks: [{type: jsonl, path: events.jsonl}]\n" % (url, "archive: {path: archive}\n" if archive else ""))


def drop(d, name, content):
    folder = os.path.join(d.dir, "spool")
    os.makedirs(folder, exist_ok=True)
    tmp = os.path.join(folder, "." + name)
    with open(tmp, "w", encoding="utf-8") as f:
        f.write(content)
    os.rename(tmp, os.path.join(folder, name))


def test_daemon_page_comes_later():
    with Origin() as o:
        o.add("/rss", Static(feed(item()).encode()))
        with daemon.Daemon(conf(o.url + "/rss")) as d:
            first = d.wait_events(1)[0]
            assert text(first) == TEASER
            drop(d, "ships.html", WHOLE)
            e = d.wait_events(2)
            assert text(e[1]) == P1 + "\n\n" + P2 and e[1]["type"] == "news.article.updated", e[1]
            assert e[1]["subject"] == first["subject"] and e[1]["data"]["wiredesk"]["guid"] == first["data"]["wiredesk"]["guid"]
            assert d.stop() == 0


def test_daemon_page_was_archived():
    folder = tempfile.mkdtemp(prefix="wiredesk-test-")
    try:
        with Origin() as o:
            o.add("/rss", Static(feed().encode()))
            d = daemon.Daemon(conf(o.url + "/rss", archive=True), folder=folder)
            with d:
                drop(d, "ships.html", WHOLE)
                d.wait_events(1)
                assert d.stop() == 0
            o.add("/rss", Static(feed(item()).encode()))
            d = daemon.Daemon(conf(o.url + "/rss", archive=True), folder=folder)
            with d:
                e = d.wait("the completed entry", lambda: [x for x in d.events() if x["data"]["wiredesk"]["provenance"]["feed"] == "gazette" and text(x) == P1 + "\n\n" + P2])
                assert e[-1]["data"]["wiredesk"]["provenance"]["page_record"].startswith("urn:uuid:"), e[-1]["data"]["wiredesk"]["provenance"]
                # the archived feed alone would give the teaser
                p = subprocess.run([daemon.program(), "explain", "-c", d.conf_path, e[-1]["id"]], cwd=d.dir, env=d.env, capture_output=True,
                                   text=True, timeout=120)
                assert p.returncode == 0 and P2 in p.stdout and "as the store keeps it" in p.stdout, (p.stdout, p.stderr)
                assert d.stop() == 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    daemon.run_tests(sys.modules[__name__])
