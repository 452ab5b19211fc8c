#!/usr/bin/env python3
"""Kafka as an operator meets it: routes, the health and dead-letter topics, creating and checking topics, secured
brokers. A real broker; nothing is mocked.

  test_kafka.py [TEST…]
"""
import collections
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, Daemon, headline, program, run_tests  # noqa: E402
from kafka_broker import PASSWORD, USER, Broker  # noqa: E402
from origin import Feed, Origin, Static, Status, free_port  # noqa: E402

BASE = ("http: {allow_private: [127.0.0.0/8]}\n"
        "feed_defaults: {interval: 300ms, interval_min: 300ms, fixed: true}\n")


class WithBroker:
    def __init__(self, **options):
        self.dir = tempfile.mkdtemp(prefix="wiredesk-kafka-")
        self.broker = Broker(self.dir, **options)

    def __enter__(self):
        return self.broker.__enter__()

    def __exit__(self, *exc):
        self.broker.__exit__(*exc)
        shutil.rmtree(self.dir, ignore_errors=True)


def records(broker, topic):
    """[(key, headers, value)], committed ones, in the order of partition and offset; no value: None, no JSON: text."""
    out = subprocess.run(["kcat", "-b", broker.bootstrap, "-C", "-t", topic, "-e", "-q", "-X", "isolation.level=read_committed",
                          "-f", "%k\t%h\t%S\t%s\x1e"], stdout=subprocess.PIPE, timeout=PATIENCE, check=True).stdout.decode()
    rows = []
    for line in out.split("\x1e")[:-1]:
        key, headers, size, value = line.split("\t", 3)
        h = dict(x.split("=", 1) for x in headers.split(",") if "=" in x)
        rows.append((key, h, None if int(size) <= 0 else json.loads(value) if value[0] == "{" else value))
    return rows


def title(data):
    return data["headlines"][0]["value"]


WORDS = {"en": "Words about %s, long enough to stand as a text.",
         "ko": "%s: 항구는 폭풍이 지나간 뒤 이틀 동안 닫혀 있었다. 배들은 만 밖에서 기다렸다.",
         "ja": "%s: 港は嵐のあと二日間閉鎖された。船は湾の外で待っていた。"}


def rss(*items, language="en", name="F"):
    body = "".join("<item><title>%s</title><guid>%s</guid><link>https://x.example/%s</link>"
                   "<description>%s</description></item>" % (t, g, g, WORDS[language] % t)
                   for g, t in items)
    return ("<rss version='2.0'><channel><title>%s</title><language>%s</language>%s</channel></rss>"
            % (name, language, body)).encode()


def wiredesk(d, *args):
    return subprocess.run([program(), args[0], *args[1:2], "-c", d.conf_path, *args[2:]], cwd=d.dir, env=d.env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=PATIENCE)


def test_routes_exactly_once_with_health_and_dead_letters():
    """Five topics in one transaction; killed at moments of its own, and each event is in its topic once."""
    with WithBroker() as broker, Origin() as o:
        feeds = {n: Static(rss((n + "-1", "Story one of " + n), language=lang), "application/rss+xml")
                 for n, lang in (("alpha", "en"), ("beta", "ko"), ("gamma", "ja"), ("quiet", "en"), ("nowhere", "en"))}
        for n, f in feeds.items():
            o.add("/" + n, f)
        o.add("/bad", Static(b"<!DOCTYPE html><html><head><title>Login</title></head></html>", "text/html"))
        conf = (BASE + "feeds:\n" + "".join("  - {url: '%s/%s', name: %s}\n" % (o.url, n, n) for n in [*feeds, "bad"])
                + "kafka: {bootstrap.servers: '%s', transaction.timeout.ms: 20000}\n" % broker.bootstrap
                + "routes:\n"
                "  - {types: [withdrawn], to: news.desk}\n"
                "  - {languages: [ko, ja], to: news.asia}\n"
                "  - {feeds: [quiet], to: none}\n"
                "  - {feeds: [nowhere], to: news.missing}\n"
                "sinks:\n  - {type: kafka, topic: news.all, delivery: exactly-once, dead_letter_topic: news.dead,"
                " health_topic: news.health}\n  - {type: jsonl, path: events.jsonl}\n")
        d = Daemon(conf)
        for t in ("news.all", "news.asia", "news.desk", "news.dead", "news.health"):
            broker.topic(t, 3)
        with d:
            d.wait_events(5)
            for i in range(4):
                for n, f in feeds.items():
                    f.body = rss((n + "-1", "Story one of %s, edition %d" % (n, i)), (n + "-%d" % (i + 2), "Story %d of %s" % (i, n)),
                                 language="ko" if n == "beta" else "ja" if n == "gamma" else "en")
                time.sleep(0.7)
                d.kill()
                d.start(wait=False)
            d.kill()
            with d.lock:
                d.lines.clear()
            d.start()
            want = {n: {"Story %d of %s" % (3, n)} for n in feeds}
            d.wait("the last stories", lambda: set().union(*want.values()) <= {headline(e) for e in d.events()})
            subject = next(e["subject"] for e in d.events() if headline(e).startswith("Story one of alpha"))
            got = wiredesk(d, "withdraw", "--tombstone", subject)
            assert got.returncode == 0, got
            d.wait("the withdrawal", lambda: records(broker, "news.desk"))
            d.wait("dead letters", lambda: len(records(broker, "news.dead")) > 1)
            assert d.stop() == 0, d.log()[-20:]
            events = [e for e in d.events() if e["type"] != "news.article.withdrawn"]
        by_feed = collections.defaultdict(list)
        for e in events:
            by_feed[e["source"].rsplit("/", 1)[1]].append(e["id"])
        topics = {t: records(broker, t) for t in ("news.all", "news.asia", "news.desk", "news.dead", "news.health")}
        ids = {t: [h["ce_id"] for _, h, v in rows if v is not None and "ce_id" in h] for t, rows in topics.items()}
        assert sorted(ids["news.all"]) == sorted(by_feed["alpha"]), (ids["news.all"], by_feed["alpha"])
        assert sorted(ids["news.asia"]) == sorted(by_feed["beta"] + by_feed["gamma"])
        last = {}
        for key, _, data in topics["news.all"] + topics["news.asia"]:
            if data is not None:
                assert int(data["version"]) > last.get(key, 0), (key, data["version"])
                last[key] = int(data["version"])
        # the withdrawal by its type's rule, the tombstone where the article went
        assert [h["ce_type"] for _, h, _ in topics["news.desk"]] == ["news.article.withdrawn"]
        assert [k for k, _, v in topics["news.all"] if v is None] == [subject]
        # a topic that does not exist costs only its own events
        dead = [h for _, h, _ in topics["news.dead"]]
        assert {h["wd_error"].split("'")[1] for h in dead if "news.missing" in h["wd_error"]} == {"news.missing"}, dead
        assert any("bad" in h.get("wd_input", "") for h in dead), dead
        states = {(h["ce_subject"], v["state"]) for _, h, v in topics["news.health"] if h["ce_type"] == "news.feed.health"}
        read = [h["ce_subject"] for _, h, v in topics["news.health"] if h["ce_type"] == "news.feed.read"]
        assert ("alpha", "ok") in states and ("bad", "failing") in states, states
        assert sorted(read) == sorted(feeds), read     # once each: a restart tells nothing twice


def test_topics_are_made_and_their_settings_looked_at():
    with WithBroker() as broker, Origin() as o:
        o.add("/f", Feed(items=1))
        d = Daemon(BASE + "feeds:\n  - {url: '%s/f', name: f}\n" % o.url
                   + "kafka: {bootstrap.servers: '%s'}\n" % broker.bootstrap
                   + "routes: [{languages: [ko], to: made.ko}]\n"
                   "sinks: [{type: kafka, topic: made, dead_letter_topic: made.dead}]\n")
        with d:
            assert "kafka init" in d.wait_log("topic 'made' does not exist")[0]
            made = wiredesk(d, "kafka", "init")
            assert made.returncode == 0 and "made.ko" in made.stdout, made
            d.wait("the event", lambda: records(broker, "made"))
            assert "min.insync.replicas" in d.wait_log("topic-settings")[0]
            assert "made.ko: exists" in wiredesk(d, "kafka", "init").stdout
            assert d.stop() == 0


def secured(broker, how):
    ca = "ssl.ca.location: '%s'" % broker.ca
    sasl = ("bootstrap.servers: '%s', security.protocol: SASL_SSL, %s, sasl.username: %s, sasl.password_file: password"
            % (broker.secure_bootstrap, ca, USER))
    return {
        "PLAIN": sasl + ", sasl.mechanism: PLAIN",
        "SCRAM-SHA-256": sasl + ", sasl.mechanism: SCRAM-SHA-256",
        "SCRAM-SHA-512": sasl + ", sasl.mechanism: SCRAM-SHA-512",
        "TLS": "bootstrap.servers: '%s', security.protocol: SSL, %s" % (broker.tls_bootstrap, ca),
        "mTLS": "bootstrap.servers: '%s', security.protocol: SSL, %s, ssl.certificate.location: '%s', ssl.key.location: '%s'"
                % (broker.mtls_bootstrap, ca, os.path.join(broker.dir, "client.crt"), os.path.join(broker.dir, "client.key")),
        "mTLS without a certificate": "bootstrap.servers: '%s', security.protocol: SSL, %s" % (broker.mtls_bootstrap, ca),
        "wrong password": sasl.replace("password_file: password", "password_file: wrong") + ", sasl.mechanism: PLAIN",
    }[how]


def test_secured_brokers():
    with WithBroker(secure=True) as broker, Origin() as o:
        o.add("/f", Feed(items=2))
        for i, how in enumerate(("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "TLS", "mTLS", "mTLS without a certificate",
                                 "wrong password")):
            topic = "secure.%d" % i
            broker.topic(topic, 1)
            d = Daemon(None)
            for name, text in (("password", PASSWORD), ("wrong", "not-" + PASSWORD)):
                with open(os.path.join(d.dir, name), "w", encoding="ascii") as f:
                    f.write(text + "\n")
            d.configure(BASE + "feeds:\n  - {url: '%s/f', name: f}\n" % o.url
                        + "kafka: {%s}\n" % secured(broker, how)
                        + "sinks: [{type: kafka, topic: %s, delivery: exactly-once}]\n" % topic)
            with d:
                if how in ("mTLS without a certificate", "wrong password"):
                    d.wait("a refusal", lambda: d.log("sink-down") or d.log("kafka-refused"))
                    assert not any(PASSWORD in x for x in d.log()), "a password in the log"
                else:
                    d.wait(how + ": two events", lambda: len(records(broker, topic)) == 2)
                    assert d.stop() == 0


def acl(broker, topic, *operations):
    """The user may do these things with the topic and nothing else (once a topic has a rule, the rest is forbidden)."""
    broker.tool("kafka.admin.AclCommand", "--bootstrap-server", broker.bootstrap, "--add", "--allow-principal", "User:" + USER,
                "--topic", topic, *[x for op in operations for x in ("--operation", op)])


def tries(d, port):
    """Transactions given up so far."""
    text = d.get("http://127.0.0.1:%d/metrics" % port)
    return sum(int(x.split()[-1]) for x in text.splitlines() if x.startswith("wiredesk_kafka_transactions_aborted_total"))


def letters(d):
    return [json.loads(x) for x in wiredesk(d, "deadletter", "list").stdout.splitlines()]


def test_topics_that_may_not_be_written_to():
    """With an authorizer: a route's topic costs its own events only, the sink's own topic holds the sink up until it is allowed."""
    settings = ("authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users=User:ANONYMOUS",
                "allow.everyone.if.no.acl.found=true")
    with WithBroker(secure=True, settings=settings) as broker, Origin() as o:
        for t in ("news.all", "news.locked", "news.dead", "news.own"):
            broker.topic(t, 1)
        for t in ("news.locked", "news.own"):
            acl(broker, t, "Describe")
        for delivery in ("exactly-once", "at-least-once"):
            feeds = {n: o.add("/%s/%s" % (delivery, n), Static(rss((n + "-1", "One of %s, %s" % (n, delivery)))))
                     for n in ("open", "locked")}
            d = Daemon(None)
            with open(os.path.join(d.dir, "password"), "w", encoding="ascii") as f:
                f.write(PASSWORD + "\n")
            d.configure(BASE + "feeds:\n" + "".join("  - {url: '%s/%s/%s', name: %s}\n" % (o.url, delivery, n, n) for n in feeds)
                        + "kafka: {%s}\n" % secured(broker, "PLAIN")
                        + "routes: [{feeds: [locked], to: news.locked}]\n"
                        "sinks: [{type: kafka, topic: news.all, delivery: %s, dead_letter_topic: news.dead}]\n" % delivery)

            def arrived(topic):     # at-least-once may bring one again with the same id
                rows = [(h.get("ce_id"), title(v)) for _, h, v in records(broker, topic) if v and delivery in title(v)]
                return sorted(t for _, t in (rows if delivery == "exactly-once" or topic == "news.dead" else set(rows)))
            with d:
                letter = d.wait("a dead letter", lambda: letters(d))
                assert len(letter) == 1 and "Write" in letter[0]["error"], letter
                d.wait("its copy in the topic", lambda: arrived("news.dead"))
                feeds["open"].body = rss(("open-2", "Two of open, " + delivery), ("open-1", "One of open, " + delivery))
                d.wait("what may be written", lambda: len(arrived("news.all")) == 2)
                assert arrived("news.dead") == ["One of locked, " + delivery]
                assert arrived("news.all") == ["One of open, " + delivery, "Two of open, " + delivery]
                assert arrived("news.locked") == [] and len(letters(d)) == 1
                d.kill()        # and nothing of it comes twice
                with d.lock:
                    d.lines.clear()
                d.start()
                feeds["open"].body = rss(("open-3", "Three of open, " + delivery))
                d.wait("an event after the restart", lambda: "Three of open, " + delivery in arrived("news.all"))
                assert arrived("news.dead") == ["One of locked, " + delivery] and len(letters(d)) == 1
                assert d.stop() == 0
        # the sink's own topic
        feed = o.add("/own", Static(rss(("o-1", "One of our own"))))
        d = Daemon(None)
        with open(os.path.join(d.dir, "password"), "w", encoding="ascii") as f:
            f.write(PASSWORD + "\n")
        port = free_port()
        d.configure(BASE + "feeds:\n  - {url: '%s/own', name: own}\n" % o.url + "kafka: {%s}\n" % secured(broker, "PLAIN")
                    + "admin: {listen: '127.0.0.1:%d'}\n" % port
                    + "sinks:\n  - {type: kafka, topic: news.own, delivery: exactly-once}\n  - {type: jsonl, path: events.jsonl}\n")
        with d:
            assert "Read, Write and Describe on topic 'news.own'" in d.wait_log("sink-down")[0]
            feed.body = rss(("o-2", "Two of our own"), ("o-1", "One of our own"))
            d.wait_events(2)        # the other sink goes on
            d.wait("a few tries", lambda: tries(d, port) >= 4)
            assert records(broker, "news.own") == [] and letters(d) == []
            told = [x.split()[1] for x in d.log("kafka:news.own: sink-")]
            assert "sink-up" not in told[told.index("sink-down"):], "up and down again and again"
            acl(broker, "news.own", "Read", "Write")
            d.wait("both events once allowed", lambda: len(records(broker, "news.own")) == 2)
            assert d.stop() == 0


def test_states_of_feeds_are_told():
    """blocked, failing, gone, gap and silent, each told once, and once more when it is over; a restart repeats nothing."""
    with WithBroker() as broker, Origin() as o:
        for t in ("news.all", "news.health"):
            broker.topic(t, 1)
        n = iter(range(1000))

        def fresh(name):
            return rss(*(("%s-%d" % (name, next(n)), "News %d of %s" % (next(n), name)) for _ in range(4)), name=name)

        pages = {name: o.add("/" + name, Static(fresh(name))) for name in ("denied", "broken", "gone", "gap", "silent")}
        conf = (BASE + "pipeline: {silent_after: 3s}\nfeeds:\n"
                + "".join("  - {url: '%s/%s', name: %s}\n" % (o.url, x, x) for x in pages)
                + "  - {url: 'http://10.255.255.1/feed', name: inside}\n"
                + "kafka: {bootstrap.servers: '%s'}\n" % broker.bootstrap
                + "sinks: [{type: kafka, topic: news.all, health_topic: news.health}]\n")
        d = Daemon(conf)

        def told():
            states = collections.defaultdict(list)
            for _, h, v in records(broker, "news.health"):
                if h["ce_type"] == "news.feed.health":
                    states[v["feed"]].append(v["state"])
            return states
        with d:
            d.wait("all feeds to be well", lambda: all(told()[x][:1] == ["ok"] for x in pages) and told()["inside"])
            o.add("/denied", Status(403))
            o.add("/broken", Status(500))
            o.add("/gone", Status(410))
            for _ in range(3):      # nothing of the read before is in it any more
                pages["gap"].body = fresh("gap")
                time.sleep(0.7)
            states = d.wait("the states", lambda: (
                lambda t: t if all(want in t[x] for x, want in (("denied", "blocked"), ("broken", "failing"), ("gone", "gone"),
                                                                ("gap", "gap"), ("silent", "silent"))) else None)(told()))
            assert states["inside"] == ["blocked"], states
            assert d.stop() == 0
            before = told()
            d.start()
            o.add("/denied", pages["denied"])
            o.add("/broken", pages["broken"])
            pages["silent"].body = fresh("silent")
            pages["gap"].body = pages["gap"].body.replace(b"</channel>", b"<item><title>One more, the rest is known</title>"
                                                          b"<guid>gap-more</guid><description>Words.</description></item></channel>")
            d.wait("the recoveries", lambda: (lambda t: all("ok" in t[x][len(before[x]):] for x in ("denied", "broken")) and
                                                   len(t["silent"]) > len(before["silent"]))(told()))
            assert d.stop() == 0
        after = told()
        assert after["inside"] == ["blocked"] and after["gone"] == before["gone"], (before, after)
        for x, states in after.items():
            assert all(a != b for a, b in zip(states, states[1:])), "%s told twice in a row: %s" % (x, states)


def status_of(d, sink):
    got = wiredesk(d, "status", "--json")
    return next((x for x in json.loads(got.stdout)["sinks"] if x["sink"] == sink), None) if got.returncode == 0 else None


def test_renewed_while_running_with_times_and_status():
    """Two sinks on one store, one with the events' times and one with those of sending; `store renew` under the running daemon."""
    with WithBroker() as broker, Origin() as o:
        for t in ("by.event", "by.sending"):
            broker.topic(t, 1)
        feed = o.add("/f", Static(rss(("r-1", "Before"))))
        d = Daemon(BASE + "admin: {listen: '127.0.0.1:%d'}\n" % free_port() + "feeds:\n  - {url: '%s/f', name: f}\n" % o.url
                   + "kafka: {bootstrap.servers: '%s', transaction.timeout.ms: 20000}\n" % broker.bootstrap
                   + "sinks:\n  - {type: kafka, topic: by.event, timestamps: event}\n"
                   "  - {type: kafka, topic: by.sending, timestamps: sent, delivery: exactly-once}\n"
                   "  - {type: jsonl, path: events.jsonl}\n")

        def stamps(topic):
            out = subprocess.run(["kcat", "-b", broker.bootstrap, "-C", "-t", topic, "-e", "-q", "-f", "%T\t%h\n"],
                                 stdout=subprocess.PIPE, timeout=PATIENCE, check=True).stdout.decode()
            return [(int(x.split("\t")[0]), x.split("ce_time=")[1].split(",")[0]) for x in out.splitlines()]

        def ms(iso):
            t = datetime.datetime.fromisoformat(iso.replace("Z", "+00:00"))
            return int(t.timestamp() * 1000)
        broker.pause()
        with d:
            d.wait_events(1)
            time.sleep(2)
            broker.resume()
            d.wait("the event in both topics", lambda: records(broker, "by.event") and records(broker, "by.sending"))
            (stamp, seen), = stamps("by.event")
            assert abs(stamp - ms(seen)) <= 1, (stamp, seen)
            (stamp, seen), = stamps("by.sending")
            assert stamp - ms(seen) > 1500, (stamp, seen)
            first = d.wait("an idle transaction", lambda: (
                lambda s: s if s and s["transaction"] == "idle" and s["transactions"] == 1 else None)(status_of(d, "kafka:by.sending")))
            assert first["delivery"] == "exactly-once" and first["state"] == "running" and first["backlog"] == 0, first
            assert status_of(d, "kafka:by.event")["delivery"] == "at-least-once"
            assert "transaction=idle" in wiredesk(d, "status").stdout
            renewed = wiredesk(d, "store", "renew")
            assert renewed.returncode == 0, renewed
            feed.body = rss(("r-2", "After"), ("r-1", "Before"))
            for topic in ("by.event", "by.sending"):
                d.wait("the new event in " + topic, lambda t=topic: len(records(broker, t)) > 1)
                assert [title(v) for _, _, v in records(broker, topic)] == ["Before", "After"]
            second = d.wait("the new identity", lambda: (
                lambda s: s if s and s["transactional_id"] != first["transactional_id"] else None)(status_of(d, "kafka:by.sending")))
            assert second["state"] == "running", second
            d.kill()
            with d.lock:
                d.lines.clear()
            d.start()               # the position under the new name is found
            feed.body = rss(("r-3", "Later"), ("r-2", "After"), ("r-1", "Before"))
            d.wait("what came after the restart", lambda: len(records(broker, "by.sending")) > 2)
            assert [title(v) for _, _, v in records(broker, "by.sending")] == ["Before", "After", "Later"]
            assert d.stop() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
