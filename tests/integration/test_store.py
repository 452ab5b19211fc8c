#!/usr/bin/env python3
"""The store under the daemon: a full disk, a corrupt file, a sink replaced by another, articles held until their time.

  test_store.py [TEST…]       the full disk needs to mount a small tmpfs: skipped (and counted) without the right to
"""
import datetime
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clock import Clock  # noqa: E402
from daemon import Daemon, headline, program, run_tests  # noqa: E402
from origin import Feed, Origin, Static, Status, free_port  # noqa: E402

BASE = ("http: {allow_private: [127.0.0.0/8]}\n"
        "feed_defaults: {interval: 200ms, interval_min: 200ms, fixed: true}\n")
FILE_SINK = "sinks: [{type: jsonl, path: events.jsonl}]\n"
skipped = []


def feeds(o, *names):
    return "feeds:\n" + "".join("  - {url: '%s/%s', name: %s}\n" % (o.url, n, n) for n in names)


def test_a_full_disk_pauses_and_goes_on_by_itself():
    folder = tempfile.mkdtemp(prefix="wiredesk-full-")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], stderr=subprocess.DEVNULL).returncode != 0:
        os.rmdir(folder)
        skipped.append("no right to mount a tmpfs")
        return
    try:
        with Origin() as o:
            feed = Feed(items=3, window=2000)
            o.add("/f", feed)
            d = Daemon("store: {path: '%s/state'}\n" % folder + BASE + feeds(o, "f") + FILE_SINK)
            with d:
                d.wait_events(3)
                ballast = os.path.join(folder, "ballast")
                with open(ballast, "wb") as f:
                    try:
                        while True:
                            f.write(b"x" * 65536)
                            f.flush()
                    except OSError:
                        pass
                feed.add()
                d.wait_log("stands-still")
                said = d.log("stands-still")
                assert "MiB free" in said[0], said
                for _ in range(20):
                    feed.add()
                    time.sleep(0.05)
                assert d.p.poll() is None, "it ended"
                assert len(d.events()) == 3, "something got through a full disk"
                assert len(d.log("stands-still")) == 1, "said more than once"
                os.unlink(ballast)
                d.wait_log("goes-on")
                want = {row["title"] for row in o.ledger}
                d.wait("all that was served", lambda: want <= {headline(e) for e in d.events()})
                ids = [e["id"] for e in d.events()]
                assert len(ids) == len(set(ids)), "something came twice"
                assert d.stop() == 0
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        os.rmdir(folder)


def test_a_corrupt_store_is_refused_and_left_alone():
    for name, spoil in (("header", lambda b: b"this is no database" + b[19:]), ("middle", lambda b: b[:4096] + b"\xa5" * 8192 + b[12288:]),
                        ("emptied", lambda b: b"\0" * len(b))):
        with Origin() as o:
            o.add("/f", Feed(items=20))
            d = Daemon(BASE + feeds(o, "f") + FILE_SINK)
            with d:
                d.wait_events(20)
                assert d.stop() == 0
                path = os.path.join(d.dir, "state", "wiredesk.db")
                with open(path, "rb") as f:
                    good = f.read()
                with open(path, "wb") as f:
                    f.write(spoil(good))
                d.start(wait=False)
                assert d.ended() == 1, name
                text = "\n".join(d.log())
                assert "corrupt" in text and "Nothing was deleted" in text and "backup" in text, (name, text[-2000:])
                with open(path, "rb") as f:
                    assert f.read() == spoil(good), name + ": the file was touched"


def test_another_sink_gets_what_waits():
    """The only sink is a broker that is not there; the configuration names a file instead, and nothing is missing."""
    with Origin() as o:
        feed = Feed(items=5, window=2000)
        o.add("/f", feed)
        kafka = "kafka: {bootstrap.servers: '127.0.0.1:%d'}\nsinks: [{type: kafka, topic: t, delivery: %s}]\n"
        for delivery in ("exactly-once", "at-least-once"):
            d = Daemon(BASE + "pipeline: {drain_timeout: 1s}\n" + feeds(o, "f") + kafka % (free_port(), delivery))
            with d:
                d.wait_log("feed-ok")
                for _ in range(30):
                    feed.add()
                    time.sleep(0.02)
                served = len(o.requests("/f"))
                d.wait("another poll", lambda: len(o.requests("/f")) > served + 2)
                want = {row["title"] for row in o.ledger}
                assert d.stop() == 0
                d.configure(BASE + feeds(o, "f") + FILE_SINK)
                d.start()
                d.wait("all that waited", lambda: want <= {headline(e) for e in d.events()})
                ids = [e["id"] for e in d.events()]
                assert len(ids) == len(set(ids)), "something came twice"
                assert d.stop() == 0


def ninjs(uri, head, **more):
    return json.dumps(dict({"uri": uri, "type": "text", "language": "en", "version": "1", "headline": head,
                            "body_text": head + ": words enough to be a text of its own."}, **more)).encode()


def test_held_until_the_time_over_restarts():
    admin = free_port()
    with Clock() as clock, Origin() as o:
        due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=12)
        due = due.replace(microsecond=0)
        o.add("/embargo", Static(ninjs("urn:newsml:x.example:story-71a", "Under embargo", embargoed=due.strftime("%Y-%m-%dT%H:%M:%SZ")), "application/json"))
        killed = Static(ninjs("urn:newsml:x.example:story-72a", "Never seen", embargoed=due.strftime("%Y-%m-%dT%H:%M:%SZ")), "application/json")
        o.add("/killed", killed)
        withheld = Static(ninjs("urn:newsml:x.example:story-73a", "Withheld", pubstatus="withheld"), "application/json")
        o.add("/withheld", withheld)
        o.add("/free", Static(ninjs("urn:newsml:x.example:story-74a", "Free"), "application/json"))
        d = Daemon(BASE + "release: {embargoed: hold, withheld: hold}\nadmin: {listen: '127.0.0.1:%d'}\n" % admin
                   + feeds(o, "embargo", "killed", "withheld", "free") + FILE_SINK, env=clock.env)

        def held():
            try:
                return json.loads(d.get("http://127.0.0.1:%d/status" % admin))["held"]
            except (urllib.error.URLError, KeyError):
                return {}
        with d:
            d.wait("three held", lambda: held().get("versions") == 3)
            assert held()["next"] == due.strftime("%Y-%m-%dT%H:%M:%SZ"), held()
            shown = subprocess.run([program(), "status", "-c", d.conf_path], env=d.env, stdout=subprocess.PIPE).stdout.decode()
            assert "held       3 versions" in shown, shown
            assert [headline(e) for e in d.events()] == ["Free"]
            d.kill()
            d.start()
            killed.body = ninjs("urn:newsml:x.example:story-72a", "Never seen", pubstatus="canceled", version="2")
            d.wait("the killed one gone", lambda: held().get("versions") == 2)
            assert [headline(e) for e in d.events()] == ["Free"], "out before its time"
            clock.jump(12 * 3600)
            d.wait_events(2)
            withheld.body = ninjs("urn:newsml:x.example:story-73a", "Withheld", pubstatus="usable", version="2")
            d.wait_events(3)
            d.kill()
            d.start()
            n = len(o.requests("/free"))
            d.wait("more polls", lambda: len(o.requests("/free")) > n + 2)
            got = [(e["type"].rsplit(".", 1)[1], headline(e), e["data"]["version"]) for e in d.events()]
            assert got == [("published", "Free", "1"), ("published", "Under embargo", "1"), ("published", "Withheld", "1")], got
            assert held() == {"versions": 0}, held()
            assert d.stop() == 0


def test_a_store_of_the_last_release_goes_on():
    """store-7.sql is a store as 0.1.0 left it after a kill -9, with two events that no sink had taken."""
    def rss(title, text):
        return ("<rss version='2.0'><channel><title>Harbour</title><link>https://old.example/</link><item><title>%s</title>"
                "<guid isPermaLink='false'>o-1</guid><link>https://old.example/o-1</link><pubDate>Sat, 23 Aug 2025 06:00:00 GMT</pubDate>"
                "<description>%s</description></item></channel></rss>" % (title, text))

    def drop(name, text):
        path = os.path.join(d.dir, "spool", "drop", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".part", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(path + ".part", path)
        d.wait("the document to be read", lambda: not os.path.exists(path))
    d = Daemon("receive: {spool: '@DIR@/spool', sources: [{name: drop}]}\n" + FILE_SINK)
    state = os.path.join(d.dir, "state")
    os.mkdir(state, 0o700)
    db = sqlite3.connect(os.path.join(state, "wiredesk.db"))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "store-7.sql"), encoding="utf-8") as f:
        db.executescript(f.read())
    identity = db.execute("SELECT value FROM meta WHERE name = 'uuid'").fetchone()
    db.close()
    with d:
        waited = d.wait_events(2)
        assert [headline(e) for e in waited] == ["Ferry runs again", "Owls in the quarry"], waited
        drop("same.xml", rss("Ferry runs again", "It had stood still for two weeks."))
        drop("edited.xml", rss("Ferry runs again", "It had stood still for three weeks."))
        edited = d.wait_events(3)[2]
        assert edited["type"] == "news.article.updated" and edited["subject"] == waited[0]["subject"], edited
        assert edited["data"]["wiredesk"]["lifecycle"]["previous"] == waited[0]["id"], edited
        assert d.stop() == 0 and len(d.events()) == 3
        db = sqlite3.connect(os.path.join(state, "wiredesk.db"))
        assert db.execute("PRAGMA user_version").fetchone()[0] > 7
        assert db.execute("SELECT value FROM meta WHERE name = 'uuid'").fetchone() == identity
        db.close()


def test_first_poll_policies():
    now = datetime.datetime.now(datetime.timezone.utc)
    items = "".join("<item><title>%s</title><guid>%s</guid><link>https://x.example/%s</link><pubDate>%s</pubDate>"
                    "<description>Words about it, long enough.</description></item>"
                    % (t, t, t, (now - datetime.timedelta(hours=h)).strftime("%a, %d %b %Y %H:%M:%S GMT"))
                    for t, h in (("new", 1), ("old", 50)))
    body = "<rss version='2.0'><channel><title>F</title>%s</channel></rss>"
    with Origin() as o:
        pages = {n: Static((body % items).encode()) for n in ("all", "since", "none")}
        for n, p in pages.items():
            o.add("/" + n, p)
        d = Daemon(BASE + "feeds:\n" + "".join(
            "  - {url: '%s/%s', name: %s, first_poll: %s, first_age: 1d, topics: []}\n" % (o.url, n, n, n)
            for n in ("none",)) + FILE_SINK)
        with d:
            d.wait_log("feed-ok")
            pages["none"].body = (body % (items + "<item><title>later</title><guid>l</guid><description>More words.</description></item>")).encode()
            d.wait_events(1)
            assert [headline(e) for e in d.events()] == ["later"]
            assert d.stop() == 0
        d = Daemon(BASE + "feeds:\n  - {url: '%s/since', name: since, first_poll: since, first_age: 1d}\n" % o.url + FILE_SINK)
        with d:
            d.wait_events(1)
            n = len(o.requests("/since"))
            d.wait("more polls", lambda: len(o.requests("/since")) > n + 2)
            assert [headline(e) for e in d.events()] == ["new"]
            assert d.events()[0]["data"]["wiredesk"]["lifecycle"]["backfill"] is True
            assert d.stop() == 0


def test_a_feed_of_nothing_but_new_articles():
    """No sink with a health topic: health costs no rows, and a 410 of the feed's own address withdraws nothing."""
    with Origin() as o:
        o.add("/f", Feed(items=3))
        d = Daemon(BASE + feeds(o, "f") + FILE_SINK)
        with d:
            d.wait_events(3)
            o.add("/f", Status(410))
            d.wait_log("class=gone")
            n = len(o.requests("/f"))
            d.wait("another poll", lambda: len(o.requests("/f")) > n + 1)
            assert {e["type"] for e in d.events()} == {"news.article.published"}
            assert d.stop() == 0


if __name__ == "__main__":
    try:
        run_tests(sys.modules[__name__])
    finally:
        for why in skipped:
            print("1 skipped: " + why)
