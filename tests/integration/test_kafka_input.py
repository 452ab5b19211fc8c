#!/usr/bin/env python3
"""Kafka as a source: topics of raw documents, with a real broker. Nothing is mocked.

  [KILLS=10] [DOCUMENTS=1000] test_kafka_input.py [TEST…]
"""
import atexit
import collections
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, Daemon, headline, program, run_tests  # noqa: E402
from kafka_broker import Broker, BrokerError  # noqa: E402
from origin import free_port  # noqa: E402

KILLS = int(os.environ.get("KILLS", "10"))
DOCUMENTS = int(os.environ.get("DOCUMENTS", "1000"))
SEPARATOR = "\x1e"


class Shared:
    """One broker for all tests, and topics of its own for each: name("raw") is this test's."""
    broker = folder = None
    tests = 0

    def __enter__(self):
        if Shared.broker is None:
            Shared.folder = tempfile.mkdtemp(prefix="wiredesk-kafka-")
            Shared.broker = Broker(Shared.folder)
            atexit.register(lambda: (Shared.broker.stop(), shutil.rmtree(Shared.folder, ignore_errors=True)))
        Shared.tests += 1
        return Shared.broker.start()

    def __exit__(self, *exc):
        pass


def name(topic):
    return "%s-%d" % (topic, Shared.tests)


class OneMore:
    """A broker of the test's own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="wiredesk-kafka-")
        self.broker = Broker(self.dir)

    def __enter__(self):
        return self.broker.__enter__()

    def __exit__(self, *exc):
        self.broker.__exit__(*exc)
        shutil.rmtree(self.dir, ignore_errors=True)


def produce(broker, topic, values, headers=None, partition=None):
    """A record for each value; None is a record without one."""
    args = ["kcat", "-P", "-b", broker.bootstrap, "-t", name(topic), "-X", "message.timeout.ms=240000",
            "-X", "enable.idempotence=true"]
    for key, value in (headers or {}).items():
        args += ["-H", "%s=%s" % (key, value)]
    if partition is not None:
        args += ["-p", str(partition)]
    if values == [None]:
        subprocess.run(args + ["-Z", "-K", ":"], input=b"key:\n", check=True, timeout=PATIENCE)
        return
    if len(values) == 1:    # any bytes
        with tempfile.NamedTemporaryFile() as f:
            f.write(values[0])
            f.flush()
            subprocess.run(args + [f.name], stdin=subprocess.DEVNULL, check=True, timeout=PATIENCE)
        return
    data = SEPARATOR.encode().join(values)
    subprocess.run(args + ["-D", SEPARATOR], input=data, check=True, timeout=PATIENCE)


def records(broker, topic):
    """[(headers, value)], committed ones only."""
    out = subprocess.run(["kcat", "-b", broker.bootstrap, "-C", "-t", name(topic), "-e", "-q", "-X",
                          "isolation.level=read_committed", "-f", "%h\t%s" + SEPARATOR],
                         stdout=subprocess.PIPE, timeout=PATIENCE, check=True).stdout.decode("utf-8", "replace")
    rows = [line.split("\t", 1) for line in out.split(SEPARATOR)[:-1]]
    return [(dict(x.split("=", 1) for x in h.split(",") if "=" in x), v) for h, v in rows]


TEXT = "The text of %s is long enough to stand as one. It has a second sentence, and a third follows it here."


def as_rss(t):
    return ("<rss version='2.0'><channel><title>Feed</title><item><title>%s</title><guid>%s</guid>"
            "<description>%s</description></item></channel></rss>" % (t, t, TEXT % t)).encode()


def as_atom(t):
    return ("<feed xmlns='http://www.w3.org/2005/Atom'><title>Feed</title><id>urn:x:feed</id><entry><title>%s</title>"
            "<id>urn:x:%s</id><content type='text'>%s</content></entry></feed>" % (t, t.replace(" ", "-"), TEXT % t)).encode()


def as_page(t):
    return ("<!DOCTYPE html><html><head><title>%s</title><link rel='canonical' href='https://x.example/%s'></head><body>"
            "<article><h1>%s</h1><p>%s</p><p>The second paragraph of the page ends here, after some words.</p></article>"
            "</body></html>" % (t, t.replace(" ", "-"), t, TEXT % t)).encode()


def as_nitf(t):
    return ("<?xml version='1.0'?><nitf><head><title>%s</title><docdata><doc-id id-string='%s'/></docdata></head><body>"
            "<body.head><hedline><hl1>%s</hl1></hedline></body.head><body.content><p>%s</p></body.content></body></nitf>"
            % (t, t.replace(" ", "-"), t, TEXT % t)).encode()


def as_newsml(t):
    return ("<?xml version='1.0'?><newsItem xmlns='http://iptc.org/std/nar/2006-10-01/' guid='urn:newsml:x:%s' version='1'>"
            "<itemMeta><itemClass qcode='ninat:text'/></itemMeta><contentMeta><headline>%s</headline></contentMeta>"
            "<contentSet><inlineXML contenttype='application/xhtml+xml'><html xmlns='http://www.w3.org/1999/xhtml'><body>"
            "<p>%s</p></body></html></inlineXML></contentSet></newsItem>" % (t.replace(" ", "-"), t, TEXT % t)).encode()


def as_ninjs(t):
    return json.dumps({"uri": "urn:x:" + t.replace(" ", "-"), "type": "text", "headline": t,
                       "body_text": TEXT % t}).encode()


def as_json(t):
    return json.dumps({"title": t, "text": TEXT % t}).encode()


def as_event(t):
    return json.dumps({"specversion": "1.0", "id": t, "source": "/desk", "type": "raw.document",
                       "datacontenttype": "application/rss+xml", "data": as_rss(t).decode()}).encode()


BINARY = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/desk", "ce_type": "raw.document",
          "content-type": "application/rss+xml"}
# What a kind of document is made by, and the headers of its records.
KINDS = {
    "rss": (as_rss, {"content-type": "application/rss+xml"}),
    "atom": (as_atom, {}),
    "page": (as_page, {"content-type": "text/html; charset=utf-8"}),
    "nitf": (as_nitf, {}),
    "newsml": (as_newsml, {}),
    "ninjs": (as_ninjs, {"content-type": "application/json"}),
    "json": (as_json, {}),
    "structured": (as_event, {"content-type": "application/cloudevents+json"}),
    "binary": (as_rss, BINARY),
}


def config(broker, more="", sink=None, kafka="", store=""):
    return ("store: {path: state%s}\nadmin: {listen: 127.0.0.1:%d}\n"
            "kafka: {bootstrap.servers: '%s'%s}\n"
            "receive:\n  sources: [{name: wire}]\n  kafka:\n    - {topic: %s, source: wire%s}\n"
            "sinks:\n%s" % (store, free_port(), broker.bootstrap, kafka, name("raw"), more,
                            sink or "  - {type: jsonl, path: events.jsonl}\n"))


def admin(d):
    with open(d.conf_path, encoding="utf-8") as f:
        return "http://" + re.search(r"admin: \{listen: ([^}]+)\}", f.read()).group(1)


def topic_status(d):
    return json.loads(d.get(admin(d) + "/status"))["topics"][0]


def cursors(d):
    """None while the daemon is on its way up."""
    try:
        return [p.get("cursor") for p in topic_status(d)["partitions"]]
    except OSError:
        return None


def wait_cursors(d, total):
    """Until the partitions' cursors add up to that many records."""
    d.wait("cursors", lambda: cursors(d) and None not in cursors(d) and sum(cursors(d)) == total)


def metric(d, name):
    text = d.get(admin(d) + "/metrics")
    return sum(int(x) for x in re.findall(r"^wiredesk_kafka_input_%s\{[^}]*\} (-?\d+)$" % name, text, re.M))


def wiredesk(d, *args):
    return subprocess.run([program(), *args, "-c", d.conf_path], cwd=d.dir, env=d.env, capture_output=True, text=True,
                          timeout=PATIENCE)


def inputs(events):
    return [e["data"]["wiredesk"]["provenance"]["input"] for e in events]


def test_every_kind_of_document():
    with Shared() as broker:
        broker.topic(name("raw"), 3)
        with Daemon(config(broker)) as d:
            for kind, (make, headers) in KINDS.items():
                produce(broker, "raw", [make("A %s document" % kind)], headers)
            produce(broker, "raw", [gzip.compress(as_rss("A packed document"))], {"content-encoding": "gzip"})
            events = d.wait_events(len(KINDS) + 1)
            assert {headline(e) for e in events} == {"A %s document" % k for k in [*KINDS, "packed"]}, events
            assert len(set(inputs(events))) == len(events)
            assert all(re.fullmatch(r"kafka://[\w-]{22}/raw-\d+/[012]/\d+", x) for x in inputs(events)), inputs(events)
            assert all(e["source"] == "urn:wiredesk:source:wire" for e in events)
            # several in one record
            produce(broker, "raw", [b"[%s,%s]" % (as_event("First of two"), as_event("Second of two"))],
                    {"content-type": "application/cloudevents-batch+json"})
            events = d.wait_events(len(KINDS) + 3)
            assert [x[-4:] for x in inputs(events)[-2:]] == ["#1/2", "#2/2"], inputs(events)
            # no documents
            produce(broker, "raw", [None])
            produce(broker, "raw", [b"\x1f\x8b\x08broken"], {"content-encoding": "gzip"})
            produce(broker, "raw", [b"{}"], {"content-type": "application/cloudevents+json"})
            produce(broker, "raw", [b"\x89PNG\r\n"], {"content-type": "image/png"})
            produce(broker, "raw", [b'{"neither": "title", "nor": 1}'], {"content-type": "application/json"})
            produce(broker, "raw", [as_rss("The last document")])
            d.wait_events(len(KINDS) + 4)
            d.wait("the skipped one", lambda: metric(d, "skipped_total") == 1)
            d.wait("the refused ones", lambda: metric(d, "refused_total") == 3)
            letters = d.wait("dead letters", lambda: (lambda x: x if x.count("kafka://") == 4 else None)(
                wiredesk(d, "deadletter", "list").stdout))
            for word in ("not a CloudEvent", "not a document we read", "/%s/" % name("raw")):
                assert word in letters, letters
            wait_cursors(d, len(KINDS) + 8)
            status = topic_status(d)
            assert status["state"] == "ok" and not status["paused"] and status["lag"] == 0, status
            shown = wiredesk(d, "status").stdout
            assert "topic      %s -> wire, ok" % name("raw") in shown and "worked up to" in shown, shown
            # the group is told, for those who watch it
            def lags():
                told = broker.tool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--bootstrap-server",
                                   broker.bootstrap, "--describe", "--group", "wiredesk-wire", "--timeout", "120000")
                return [x.split()[5] for x in told.splitlines() if x.startswith("wiredesk-wire ") and " %s " % name("raw") in x]
            d.wait("the group's offsets", lambda: lags() == ["0", "0", "0"])
            assert d.stop() == 0
            # and decides nothing: set back to the begin, nothing comes twice
            broker.tool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--bootstrap-server",
                        broker.bootstrap, "--reset-offsets", "--to-earliest", "--execute", "--group", "wiredesk-wire",
                        "--topic", name("raw"), "--timeout", "120000")
            d.start()
            produce(broker, "raw", [as_rss("After the reset")])
            d.wait_events(len(KINDS) + 5)
            wait_cursors(d, len(KINDS) + 9)
            assert len(d.events()) == len(KINDS) + 5 and metric(d, "known_total") == 0
            assert d.stop() == 0


def test_exactly_once_through_kills_and_broker_crashes():
    """DOCUMENTS of all kinds through three partitions; the daemon is killed KILLS times, the broker twice."""
    seed = int(os.environ.get("SEED", time.time()))
    print("     SEED=%d" % seed, flush=True)
    chance = random.Random(seed)
    with Shared() as broker:
        broker.topic(name("raw"), 3)
        broker.topic(name("news"), 3)
        sink = "  - {type: kafka, topic: %s, delivery: exactly-once}\n" % name("news")
        titles = []
        with Daemon(config(broker, sink=sink, kafka=", transaction.timeout.ms: 20000")) as d:
            rounds = KILLS + 1
            for i in range(rounds):
                some = [k for n, k in enumerate(sorted(KINDS.items())) if (n + i) % 2 == 0]
                each = DOCUMENTS // rounds // len(some) + 1
                for kind, (make, headers) in some:
                    new = ["Story %d of %s in round %d" % (k, kind, i) for k in range(each)]
                    titles += new
                    produce(broker, "raw", [make(t) for t in new], headers)
                if i == rounds - 1:
                    break
                time.sleep(chance.uniform(0, 1.5))
                if KILLS >= 3 and i in (rounds // 3, 2 * rounds // 3):
                    broker.crash()
                    time.sleep(chance.uniform(0, 1))
                    d.kill()
                    broker.start()
                else:
                    d.kill()
                d.start(wait=False)
                if chance.random() < 0.3:    # while it starts
                    time.sleep(chance.uniform(0, 0.4))
                    d.kill()
                    d.start(wait=False)
            d.wait_log("ready version=")
            wait_cursors(d, len(titles))
            d.wait("the outbox to be empty", lambda: json.loads(d.get(admin(d) + "/status"))["outbox"]["events"] == 0)
            assert d.stop() == 0, d.log()[-20:]
        got = collections.Counter(json.loads(v)["headlines"][0]["value"] for _, v in records(broker, "news"))
        ids = collections.Counter(h["ce_id"] for h, _ in records(broker, "news"))
        assert set(got) == set(titles), (set(titles) - set(got), set(got) - set(titles))
        assert all(n == 1 for n in got.values()), [t for t, n in got.items() if n > 1]
        assert len(ids) == len(titles)
        print("     %d documents, %d kills: %d events, 0 lost, 0 twice" % (len(titles), KILLS, len(ids)))


def delete_before(broker, partition, offset):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump({"partitions": [{"topic": name("raw"), "partition": partition, "offset": offset}], "version": 1}, f)
        f.flush()
        broker.tool("org.apache.kafka.tools.DeleteRecordsCommand", "--bootstrap-server", broker.bootstrap,
                    "--offset-json-file", f.name)


def many(word, n):
    return [as_json("%s %d" % (word, i)) for i in range(n)]


def test_retention_that_was_faster_is_a_gap():
    with Shared() as broker:
        sink = ("  - {type: jsonl, path: events.jsonl}\n  - {type: kafka, topic: %s, health_topic: %s}\n"
                % (name("news"), name("health")))
        for t in ("raw", "news", "health"):
            broker.topic(name(t), 1)
        with Daemon(config(broker, sink=sink)) as d:
            produce(broker, "raw", many("Early", 10))
            d.wait_events(10)
            wait_cursors(d, 10)
            assert d.stop() == 0
            produce(broker, "raw", many("Lost", 20))
            produce(broker, "raw", many("Late", 5))
            delete_before(broker, 0, 30)
            d.start()
            d.wait_events(15)
            line = d.wait_log("topic-gap")[0]
            assert "from 10 to 29" in line and "up to 20 are lost" in line, line
            assert {headline(e) for e in d.events()[10:]} == {"Late %d" % i for i in range(5)}
            d.wait("the count", lambda: metric(d, "lost_total") == 20)
            d.wait("the health event", lambda: any(
                json.loads(v)["state"] == "gap" and "up to 20 are lost" in json.loads(v)["reason"]
                for h, v in records(broker, "health") if h["ce_type"] == "news.feed.health"))
            d.wait("well again", lambda: json.loads(records(broker, "health")[-1][1])["state"] == "ok")
            # the gap is told once: a restart finds the new place
            assert d.stop() == 0
            d.start()
            produce(broker, "raw", many("After", 1))
            d.wait_events(16)
            assert len(d.log("topic-gap")) == 1, d.log("topic-gap")
            assert d.stop() == 0


def recreate(broker, partitions=1):
    broker.tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", broker.bootstrap, "--delete",
                "--topic", name("raw"))
    end = time.monotonic() + PATIENCE
    while True:    # deleting takes a moment
        try:
            return broker.topic(name("raw"), partitions)
        except BrokerError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def test_topic_made_anew():
    with Shared() as broker:
        broker.topic(name("raw"), 1)
        with Daemon(config(broker)) as d:
            produce(broker, "raw", many("First life", 10))
            d.wait_events(10)
            wait_cursors(d, 10)
            assert d.stop() == 0
            # fewer records than were read: their offsets are lower than the cursor
            recreate(broker)
            produce(broker, "raw", many("Second life", 3))
            d.start()
            d.wait_log("topic-made-anew")
            d.wait_events(13)
            wait_cursors(d, 3)
            assert "?epoch=1" in inputs(d.events())[-1], inputs(d.events())
            assert d.stop() == 0
            # more records than were read: the cursor leads to a record, but not behind the one it was
            recreate(broker)
            produce(broker, "raw", many("Third life", 9))
            d.start()
            d.wait_log("topic-made-anew", count=2)
            d.wait_events(22)
            # while the daemon runs
            recreate(broker)
            produce(broker, "raw", many("Fourth life", 2))
            d.wait_events(24)
            d.wait_log("topic-made-anew", count=3)
            assert d.stop() == 0
            want = {"%s life %d" % (w, i) for w, n in (("First", 10), ("Second", 3), ("Third", 9), ("Fourth", 2))
                    for i in range(n)}
            got = collections.Counter(headline(e) for e in d.events())
            assert set(got) == want and max(got.values()) == 1, got
            assert not d.log("topic-gap")


def test_topic_that_comes_later_and_grows():
    with Shared() as broker:
        with Daemon(config(broker, ", start: latest")) as d:
            d.wait_log("the topic does not exist")
            d.wait("its state", lambda: topic_status(d)["state"] == "failing")
            broker.topic(name("raw"), 1)
            d.wait_log("topic-recovered")
            wait_cursors(d, 0)
            produce(broker, "raw", many("New", 2))
            d.wait_events(2)
            broker.tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", broker.bootstrap, "--alter",
                        "--topic", name("raw"), "--partitions", "3")
            # into a partition that is not known yet; from its begin, although start is latest
            produce(broker, "raw", many("Grown", 2), partition=2)
            d.wait_log("topic-grown")
            d.wait_events(4)
            assert d.stop() == 0


def test_latest_begins_behind_what_is_there():
    with Shared() as broker:
        broker.topic(name("raw"), 2)
        produce(broker, "raw", many("Old", 5), partition=0)
        with Daemon(config(broker, ", start: latest")) as d:
            d.wait("cursors", lambda: cursors(d) == [5, 0])
            d.kill()
            # what comes while nobody reads is read: the begin was written down
            produce(broker, "raw", many("Meanwhile", 3), partition=1)
            d.start()
            d.wait_events(3)
            assert {headline(e) for e in d.events()} == {"Meanwhile %d" % i for i in range(3)}
            assert d.stop() == 0


def memory(d):
    with open("/proc/%d/status" % d.p.pid, encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+) kB", f.read()).group(1)) // 1024


def test_back_pressure():
    """The sink's broker is away and the outbox small: reading pauses, and goes on when the sink does."""
    with Shared() as broker, OneMore() as other:
        broker.topic(name("raw"), 2)
        other.topic(name("news"), 1)
        other.stop()
        conf = ("store: {path: state, outbox_max: 1MiB}\nadmin: {listen: 127.0.0.1:%d}\n"
                "pipeline: {drain_timeout: 1s}\n"
                "kafka: {bootstrap.servers: '%s'}\n"
                "receive:\n  inbox_max: 2MiB\n  sources: [{name: wire}]\n"
                "  kafka: [{topic: %s, source: wire, brokers: '%s'}]\n"
                "sinks:\n  - {type: kafka, topic: %s, delivery: exactly-once}\n"
                % (free_port(), other.bootstrap, name("raw"), broker.bootstrap, name("news")))
        with Daemon(conf) as d:
            long = [json.dumps({"title": "Long %d" % i, "text": ("Sentence %d of many. " % i) * 1500}).encode()
                    for i in range(400)]
            produce(broker, "raw", long)
            d.wait_log("topic-paused")
            d.wait("the metric", lambda: metric(d, "paused") == 1 and topic_status(d)["paused"])
            before = memory(d)
            time.sleep(3)
            status = topic_status(d)
            assert status["paused"] and status["lag"] > 100, status
            assert memory(d) < before + 30, (before, memory(d))
            # what waits is found again
            assert d.stop() == 0
            d.start()
            d.wait_log("topic-paused", count=2)
            other.start()
            d.wait_log("topic-goes-on")
            wait_cursors(d, 400)
            d.wait("the outbox to be empty", lambda: json.loads(d.get(admin(d) + "/status"))["outbox"]["events"] == 0)
            assert d.stop() == 0
            got = collections.Counter(json.loads(v)["headlines"][0]["value"] for _, v in records(other, "news"))
        assert len(got) == 400 and max(got.values()) == 1, len(got)


def test_stop_while_the_broker_is_away():
    with Shared() as broker:
        broker.topic(name("raw"), 1)
        with Daemon(config(broker)) as d:
            produce(broker, "raw", many("One", 1))
            d.wait_events(1)
            wait_cursors(d, 1)
            broker.crash()
            d.wait_log("no broker answers")
            assert d.stop() == 0
            # and starting without one
            d.start()
            d.wait_log("no broker answers", count=2)
            broker.start()
            d.wait_log("topic-recovered")
            produce(broker, "raw", many("Two", 1))
            d.wait_events(2)
            assert d.stop() == 0


def test_too_large_for_its_source():
    with Shared() as broker:
        broker.topic(name("raw"), 1, max_message_bytes=3000000)
        conf = config(broker).replace("{name: wire}", "{name: wire, max_size: 20KiB}")
        with Daemon(conf) as d:
            produce(broker, "raw", [as_json("Small one")])
            large = json.dumps({"title": "Large", "text": "Words and words. " * 100000}).encode()
            with tempfile.NamedTemporaryFile() as f:
                f.write(large)
                f.flush()
                subprocess.run(["kcat", "-P", "-b", broker.bootstrap, "-t", name("raw"), "-X",
                                "message.max.bytes=3000000", f.name],
                               stdin=subprocess.DEVNULL, check=True, timeout=PATIENCE)
            produce(broker, "raw", [as_json("Small two")])
            d.wait_events(2)
            letters = wiredesk(d, "deadletter", "list").stdout
            assert "/%s/0/1" % name("raw") in letters and "max_size" in letters, letters
            assert [x.rsplit("/", 1)[1] for x in inputs(d.events())] == ["0", "2"]
            assert d.stop() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
