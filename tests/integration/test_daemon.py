#!/usr/bin/env python3
"""The daemon as a whole: starting, reloading, stopping, the spool, looking inside."""
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, TOP, Daemon, headline, program, run_tests  # noqa: E402
from origin import Feed, Origin, Slow, free_port  # noqa: E402

BASE = "http: {allow_private: [127.0.0.0/8]}\n"
JSONL = "sinks: [{type: jsonl, path: events.jsonl}]\n"
FAST = "feed_defaults: {interval: 300ms, interval_min: 300ms, fixed: true}\n"


def feeds(o, *paths):
    return "feeds:\n" + "".join("  - {url: '%s%s', name: '%s'}\n" % (o.url, p, p[1:]) for p in paths)


def refused(conf, *words, status=2, setup=None):
    d = Daemon(conf)
    if setup:
        setup(d)
    d.start(wait=False)
    try:
        assert d.ended() == status, (d.p.returncode, d.log())
        text = "\n".join(d.log())
        for w in words:
            assert w in text, (w, text)
    finally:
        d.__exit__()


def test_wrong_configuration_is_refused_with_place_and_advice():
    refused("feeds: [{url: 'http://a/', interavl: 5m}]\nsniks: []\n", ":2:", "'interavl'", "'interval'",
            ":3:1", "'sinks'", "wiredesk check")


def test_missing_files_are_named():
    refused("feeds_file: nothing.txt\n", "nothing.txt", "No such file")
    refused("topics: {path: /nonexistent/dictionaries}\n", "/nonexistent/dictionaries")
    d = Daemon(None, args=[program(), "run", "-c", "/nonexistent/w.yaml"])
    d.start(wait=False)
    assert d.ended() == 2
    assert "/nonexistent/w.yaml" in "\n".join(d.log())
    d.__exit__()


def test_folders_without_rights_are_named():
    # /proc refuses everybody, also root
    refused("store: {path: /proc/wiredesk-state}\n", "/proc/wiredesk-state", status=1)
    refused("receive: {spool: /proc/spool}\n", "/proc/spool", "receive.spool", status=1)

    def as_file(d):
        with open(os.path.join(d.dir, "afile"), "w") as f:
            f.write("x")
    refused("store: {path: afile/state}\n", "afile", status=1, setup=as_file)
    d = Daemon("sinks: [{type: jsonl, path: afile/e.jsonl}]\n")
    as_file(d)
    with d:  # a sink may come back: said, and the rest goes on
        d.wait_log("afile/e.jsonl")
        assert d.stop() == 0


def test_a_port_in_use_is_named():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        refused("admin: {listen: '127.0.0.1:%d'}\n" % s.getsockname()[1], "admin.listen",
                "another program", status=1)


def test_a_second_process_on_the_store_is_refused():
    with Daemon(JSONL) as d:
        other = Daemon(None, folder=d.dir)
        other.start(wait=False)
        assert other.ended() == 1
        assert other.log("not-started"), other.log()
        assert d.p.poll() is None


def test_no_configuration_is_needed():
    d = Daemon(None)
    d.args = [program(), "run"]
    with d:
        d.wait_log("no-sources")
        assert d.stop() == 0


def test_unreachable_broker_is_said_and_not_fatal():
    with Origin() as o:
        feed = o.add("/f", Feed(items=2))
        conf = (BASE + FAST + "kafka: {bootstrap.servers: '127.0.0.1:1'}\n"
                "pipeline: {drain_timeout: 2s}\n"
                "sinks:\n  - {type: kafka, topic: t}\n  - {type: jsonl, path: events.jsonl}\n")
        with Daemon(conf + feeds(o, "/f")) as d:
            d.wait_events(2)
            d.wait_log("127.0.0.1:1")
            feed.add(1)
            d.wait_events(3)
            assert d.stop() == 0
            assert d.log("in the store"), d.log()[-5:]


def test_sigterm_with_a_transfer_running():
    with Origin() as o:
        o.add("/f", Slow(b"<rss/>" * 1000, pause=1))  # takes longer than anybody waits for a stop
        with Daemon(BASE + JSONL + feeds(o, "/f")) as d:
            d.wait("the request", lambda: o.requests("/f"))
            assert d.stop() == 0
            assert len(o.requests("/f")) == 1 and o.requests("/f")[0]["status"] is None


def test_reload_applies_all_or_nothing():
    with Origin() as o:
        one, two = o.add("/one", Feed(items=1)), o.add("/two", Feed(items=1))
        conf = BASE + FAST + JSONL
        with Daemon(conf + feeds(o, "/one")) as d:
            d.wait_events(1)
            d.configure(conf + feeds(o, "/one", "/two"))
            d.hup()
            d.wait_log("reloaded feeds=2")
            d.wait_events(2)
            d.configure(conf + feeds(o, "/two") + "bogus: 1\n")
            d.hup()
            d.wait_log("reload-refused")
            one.add(1)
            d.wait_events(3)  # the old configuration is in force
            d.configure(conf.replace("events.jsonl", "other.jsonl") + feeds(o, "/two"))
            d.hup()
            line = d.wait_log("reload-refused", count=2)[1]
            assert "sinks" in line and "restart" in line, line
            d.configure(conf + feeds(o, "/two"))
            d.hup()
            d.wait_log("reloaded feeds=1")
            n, m = len(o.requests("/one")), len(o.requests("/two"))
            two.add(1)
            d.wait_events(4)
            d.wait("more polls of the other", lambda: len(o.requests("/two")) > m + 3)
            assert len(o.requests("/one")) <= n + 1
            assert d.stop() == 0


def drop(d, name, text):
    folder = os.path.join(d.dir, "spool", os.path.dirname(name))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, ".new"), "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(os.path.join(folder, ".new"), os.path.join(d.dir, "spool", name))


def rss(title):
    return ("<rss version='2.0'><channel><title>t</title><item><title>%s</title><guid>%s</guid>"
            "<description>Text of %s.</description></item></channel></rss>" % (title, title, title))


def test_spool():
    conf = JSONL + "receive: {spool: spool, sources: [{name: agency}]}\n"
    with Daemon(conf) as d:
        drop(d, "agency/a.xml", rss("From the agency"))
        drop(d, "b.xml", rss("From nowhere"))
        drop(d, "agency/empty.xml", "")
        drop(d, "agency/left.part", rss("Not whole yet"))
        d.wait_events(2)
        spool = os.path.join(d.dir, "spool")
        d.wait("done files", lambda: os.path.exists(spool + "/agency/done/a.xml") and
               os.path.exists(spool + "/done/b.xml"))
        d.wait("the failed file", lambda: os.path.exists(spool + "/agency/failed/empty.xml"))
        with open(spool + "/agency/failed/empty.xml.reason") as f:
            assert "empty" in f.read()
        assert os.path.exists(spool + "/agency/left.part")
        assert sorted(headline(e) for e in d.events()) == ["From nowhere", "From the agency"]
        for i in range(300):
            drop(d, "agency/%03d.xml" % i, rss("Number %d" % i))
        d.wait_events(302)
        d.wait("an empty spool", lambda: not [x for x in os.listdir(spool + "/agency")
                                              if x.endswith(".xml")])
        assert d.stop() == 0


def test_spool_is_read_again_after_a_crash():
    conf = JSONL + "receive: {spool: spool}\n"
    with Daemon(conf) as d:
        d.kill()
        drop(d, "x.xml", rss("Waiting"))
        d.start()
        d.wait_events(1)
        spool = os.path.join(d.dir, "spool")
        d.wait("done", lambda: os.path.exists(spool + "/done/x.xml"))


def ask(url, body=None):
    """Status and body, whatever the status is."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=PATIENCE) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def held_back(o):
    """Few requests in a time in which 20 feeds would have been asked for 130 times."""
    n = len(o.log)
    time.sleep(2)
    return len(o.log) - n < 40


def test_a_full_outbox_holds_the_sources_back():
    with Origin() as o:
        for i in range(20):
            o.add("/f%d" % i, Feed(items=40, text="word " * 2000))
        admin, push = free_port(), free_port()
        conf = (BASE + FAST + "store: {path: state, outbox_max: 1MiB}\n"
                "pipeline: {drain_timeout: 1s, queue_items: 2}\n"
                "kafka: {bootstrap.servers: '127.0.0.1:1'}\nsinks: [{type: kafka, topic: t}]\n"
                "admin: {listen: '127.0.0.1:%d'}\n"
                "receive: {listen: '127.0.0.1:%d', spool: spool, sources: [{name: s}]}\n" % (admin, push))
        with Daemon(conf + feeds(o, *["/f%d" % i for i in range(20)])) as d:
            d.wait("healthz to say 503", lambda: ask("http://127.0.0.1:%d/healthz" % admin)[0] == 503)
            assert "outbox is full" in ask("http://127.0.0.1:%d/healthz" % admin)[1]
            drop(d, "x.xml", rss("waits"))
            # nobody who pushes is left waiting
            answers = [ask("http://127.0.0.1:%d/v1/ingest/s" % push, rss("no room").encode())
                       for _ in range(12)]
            assert all(a[0] == 503 and "send it again" in a[1] for a in answers), answers
            d.wait("fewer polls", lambda: held_back(o))
            status = json.loads(d.get("http://127.0.0.1:%d/status" % admin))
            assert status["outbox"]["bytes"] < 8 << 20, status["outbox"]
            assert os.path.exists(os.path.join(d.dir, "spool", "x.xml"))
            assert d.stop() == 0
            assert os.listdir(os.path.join(d.dir, "spool")) == ["x.xml"]  # not failed, not gone
            # with room again, all that was held back comes
            d.configure(conf.replace("outbox_max: 1MiB", "outbox_max: 1GiB").replace(
                "sinks: [", "sinks: [{type: jsonl, path: events.jsonl}, ") +
                feeds(o, *["/f%d" % i for i in range(20)]))
            d.lines.clear()
            d.start()
            d.wait("the file in the spool", lambda: os.path.exists(
                os.path.join(d.dir, "spool", "done", "x.xml")))

            def versions():
                return json.loads(d.get("http://127.0.0.1:%d/status" % admin))["outbox"]["events"]
            d.wait("all events in the outbox", lambda: versions() == 801)
            n = len(o.log)
            d.wait("more polls, without news", lambda: len(o.log) > n + 60)
            assert versions() == 801, versions()
            assert d.stop() == 0


def metric_names(text):
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def test_admin_and_status():
    with Origin() as o:
        o.add("/f", Feed(items=2))
        port = free_port()
        conf = BASE + FAST + JSONL + "admin: {listen: '127.0.0.1:%d'}\n" % port
        url = "http://127.0.0.1:%d" % port
        with Daemon(conf + feeds(o, "/f", "/gone")) as d:
            d.wait_events(2)
            d.wait_log("gone: feed-failed")
            assert d.get(url + "/healthz").strip() == "ok"

            def told():
                status = json.loads(d.get(url + "/status"))
                states = {f["id"]: f["state"] for f in status["feeds"]}
                return status if states == {"f": "ok", "gone": "not-found"} else None
            status = d.wait("the feeds' states", told)
            assert status["articles"]["versions"] == 2, status
            metrics = d.get(url + "/metrics")
            assert re.search(r"^wiredesk_feeds 2$", metrics, re.M), metrics
            assert re.search(r"^wiredesk_feeds_failing 1$", metrics, re.M), metrics
            out = subprocess.run([program(), "status", "-c", d.conf_path], capture_output=True,
                                 text=True)
            assert out.returncode == 0, out.stderr
            assert "gone" in out.stdout and "not-found" in out.stdout, out.stdout
            with open(os.path.join(TOP, "docs", "OPERATIONS.md"), encoding="utf-8") as f:
                listed = set(re.findall(r"^\| `(wiredesk_\w+)", f.read(), re.M))
            assert metric_names(metrics) <= listed, metric_names(metrics) - listed
            d.stop()
        out = subprocess.run([program(), "status", "-c", d.conf_path], capture_output=True, text=True)
        assert out.returncode == 1 or out.returncode == 2, out


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
