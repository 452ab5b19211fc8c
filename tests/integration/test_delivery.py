#!/usr/bin/env python3
"""Nothing lost, nothing twice: the daemon is killed at random moments while a local feed server with a ledger goes on, the
broker goes away and comes back, and what arrived is compared with the ledger.

  test_delivery.py [TEST…]        short form; at length:  make check-faults

KILLS, BROKER_KILLS, STOPS, STOP_SECONDS=10:40, FILE_KILLS and OUTAGE in the environment make it longer.
"""
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clock import Clock  # noqa: E402
from daemon import Daemon, headline, program, run_tests  # noqa: E402
from kafka_broker import Broker  # noqa: E402
from origin import Feed, Origin, Static, free_port  # noqa: E402

KILLS = int(os.environ.get("KILLS", "8"))
FILE_KILLS = int(os.environ.get("FILE_KILLS", "8"))
BROKER_KILLS = int(os.environ.get("BROKER_KILLS", "2"))
STOPS = int(os.environ.get("STOPS", "1"))
STOP_SECONDS = [float(x) for x in os.environ.get("STOP_SECONDS", "3:6").split(":")]
OUTAGE = float(os.environ.get("OUTAGE", "6"))
FEEDS = 8
BASE = ("http: {allow_private: [127.0.0.0/8]}\n"
        "feed_defaults: {interval: 500ms, interval_min: 500ms, fixed: true}\n")


class Load:
    """A feed server on which new items and edits appear all the time. A version that was replaced may have been seen by nobody:
    the last one served of each item has to arrive. An item stays in its feed for WINDOW / PER_POLL polls at least, far more than a
    kill spoils, however slow the machine is."""
    WINDOW, PER_POLL = 400, 20

    def __init__(self, rate=60):
        self.origin = Origin()
        self.feeds = [Feed(items=3, window=self.WINDOW) for _ in range(FEEDS)]
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(rate,), daemon=True)

    def run(self, rate):
        r = random.Random(7)
        while not self.stop.wait(1.0 / rate):
            feed = r.choice(self.feeds)
            if r.random() < 0.25:
                feed.edit(r.randint(max(1, len(feed.items) - 20), len(feed.items)))
            elif len(feed.items) < (feed.asked + 1) * self.PER_POLL:
                feed.add()

    def __enter__(self):
        self.origin.__enter__()
        for i, f in enumerate(self.feeds):
            self.origin.add("/feed/%d" % i, f)
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.stop.set()
        self.origin.__exit__(*exc)

    def quiet(self):
        """No more news; every title that was ever served whole."""
        self.stop.set()
        self.thread.join()
        time.sleep(1.0)
        last = {}
        for row in list(self.origin.ledger):
            if row["version"] >= last.get(row["guid"], (0, ""))[0]:
                last[row["guid"]] = (row["version"], row["title"])
        return {title for _, title in last.values()}

    def conf(self):
        return "feeds:\n" + "".join("  - {url: '%s/feed/%d', name: 'f%d'}\n" % (self.origin.url, i, i)
                                    for i in range(FEEDS))


class Topic:
    """Reads a topic to its end, committed records only."""

    def __init__(self, broker, name, partitions=3):
        self.broker, self.name = broker, name
        broker.topic(name, partitions)

    def read(self, form, isolation="read_committed"):
        p = subprocess.Popen(["kcat", "-b", self.broker.bootstrap, "-C", "-t", self.name, "-e", "-q", "-X",
                              "isolation.level=" + isolation, "-f", form], stdout=subprocess.PIPE)
        for line in p.stdout:
            yield line.decode().rstrip("\n")
        assert p.wait() == 0, "kcat: %d" % p.returncode

    def events(self):
        """(partition, offset, key, event id, version, headline)"""
        rows = []
        for line in self.read("%p\t%o\t%k\t%h\t%s\n"):
            part, offset, key, headers, value = line.split("\t", 4)
            h = dict(x.split("=", 1) for x in headers.split(",") if "=" in x)
            data = json.loads(value)
            rows.append((int(part), int(offset), key, h["ce_id"], int(data["version"]), title(data)))
        return sorted(rows)

    def aborted(self, committed):
        """Records of transactions that a kill or a crash ended: never seen by who reads committed ones."""
        return sum(1 for _ in self.read("%o\n", "read_uncommitted")) - committed


class Tail:
    """Headlines and ids in the JSONL file, read on from where it was left: it grows long."""

    def __init__(self, path):
        self.path, self.at = path, 0
        self.titles, self.ids = set(), collections.Counter()

    def read(self):
        if not os.path.exists(self.path):
            return self
        with open(self.path, "rb") as f:
            f.seek(self.at)
            for line in f:
                if not line.endswith(b"\n"):
                    break
                self.at += len(line)
                event = json.loads(line)
                self.titles.add(headline(event))
                self.ids[event["id"]] += 1
        return self


def title(data):
    return data["headlines"][0]["value"]


def check_order(rows):
    """Versions of one article in rising order within their partition."""
    last = {}
    for _, _, key, _, v, headline_ in rows:
        shown = int(headline_.rsplit(" v", 1)[1])
        before = last.get(key, (0, 0))
        assert v > before[0] and shown > before[1], "article %s: %s after %s" % (key, (v, shown), before)
        last[key] = (v, shown)


def events_flow(d, started, r, sinks):
    """All sinks are at work and the file has just grown: a moment later the broker has a part of the same events."""
    path = os.path.join(d.dir, "events.jsonl")
    size = None
    end = time.time() + 4
    while time.time() < end:
        now = os.path.getsize(path) if os.path.exists(path) else 0
        if size is not None and now > size:
            break
        with d.lock:
            up = sum("sink-up" in x for x in d.lines[started:])
        size = now if up >= sinks else None
        time.sleep(0.005)
    time.sleep(r.uniform(0, 0.12))


def kill_at_random(d, kills, seed=11, longest=2.5, sinks=2):
    """Each life is as long as chance says: a quarter ends in the start, half while events flow, the others anywhere."""
    r = random.Random(seed)
    started = 0
    for _ in range(kills):
        what = r.random()
        if what < 0.25:
            time.sleep(r.uniform(0.05, 0.4))
        elif what < 0.75:
            events_flow(d, started, r, sinks)
        else:
            time.sleep(r.uniform(0.4, longest))
        d.kill()
        started = len(d.lines)
        d.start(wait=False)


def wait_titles(what, d, want, have):
    """Until have() holds all that is wanted; says what is missing when it does not come."""
    try:
        d.wait(what, lambda: want <= have())
    except AssertionError as e:
        missing = sorted(want - have())
        raise AssertionError("%d of %d are missing: %s\n%s" % (len(missing), len(want), missing[:20], e)) from None


def test_kill_9_loses_and_doubles_nothing_in_a_file():
    with Load() as load:
        d = Daemon(BASE + load.conf() + "sinks: [{type: jsonl, path: events.jsonl}]\n")
        with d:
            kill_at_random(d, FILE_KILLS, sinks=1)
            want = load.quiet()
            tail = Tail(os.path.join(d.dir, "events.jsonl"))
            wait_titles("every served item", d, want, lambda: tail.read().titles)
            assert d.stop() == 0
            tail.read()
    twice = [i for i, n in tail.ids.items() if n > 1]
    assert not twice, "%d ids twice" % len(twice)
    print("     %d kills, %d items in the ledger, %d events, 0 lost, 0 twice" % (FILE_KILLS, len(want), len(tail.ids)))


def backlog(d):
    got = subprocess.run([program(), "status", "-c", d.conf_path, "--json"], cwd=d.dir, env=d.env, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    return max((s["backlog"] for s in json.loads(got.stdout)["sinks"]), default=0) if got.returncode == 0 else 1


def run_against_broker(delivery, trouble):
    """The daemon under load with a Kafka and a file sink while `trouble` happens; what was served, what arrived."""
    folder = tempfile.mkdtemp(prefix="wiredesk-broker-")
    try:
        with Broker(folder) as broker, Load() as load:
            topic = Topic(broker, "news.articles")
            d = Daemon(BASE + load.conf() + "admin: {listen: '127.0.0.1:%d'}\n" % free_port() + "kafka: {bootstrap.servers: '%s', transaction.timeout.ms: 20000}\n"
                       "sinks:\n  - {type: kafka, topic: news.articles, delivery: %s}\n"
                       "  - {type: jsonl, path: events.jsonl}\n" % (broker.bootstrap, delivery))
            with d:
                trouble(d, broker, load)
                want = load.quiet()
                tail = Tail(os.path.join(d.dir, "events.jsonl"))
                wait_titles("every served item in the file", d, want, lambda: tail.read().titles)
                d.wait("the end of the backlog", lambda: backlog(d) == 0)
                assert d.stop() == 0, d.log()[-20:]
                tail.read()
            rows = topic.events()
            return want, rows, tail.ids, topic.aborted(len(rows))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judge(want, rows, in_file, aborted, exactly):
    ids = collections.Counter(r[3] for r in rows)
    twice = sum(n > 1 for n in ids.values())
    lost = want - {r[5] for r in rows}
    assert not lost, "%d lost, such as %s" % (len(lost), sorted(lost)[:3])
    assert set(ids) == set(in_file), "topic and file differ: %d, %d" % (len(ids), len(in_file))
    assert max(in_file.values()) == 1, "twice in the file: %d" % sum(n > 1 for n in in_file.values())
    if exactly:
        assert not twice, "%d ids twice" % twice
        check_order(rows)
    print("     %d items in the ledger, %d records, %d more in aborted transactions, 0 lost, %d ids twice, %s" % (
        len(want), len(rows), aborted, twice, "0 out of order" if exactly else "order not judged"))


def stop_and_go(broker, seconds):
    broker.pause()
    time.sleep(seconds)
    broker.resume()


def test_exactly_once_through_kills_crashes_and_stops():
    """Two fifths of the kills hit the daemon while the broker is well; during the others the broker is killed and stopped (longer
    than a transaction may last), so that both are away at once again and again. One ledger for all of it."""
    def trouble(d, broker, load):
        r = random.Random(3)
        start = time.time()
        first = KILLS * 2 // 5
        kill_at_random(d, first)
        print("     %d kills in %d s" % (first, time.time() - start), flush=True)
        killer = threading.Thread(target=kill_at_random, args=(d, KILLS - first, 12, 6.0))
        killer.start()
        troubles = ["crash"] * BROKER_KILLS + ["stop"] * STOPS
        r.shuffle(troubles)
        for what in troubles:
            time.sleep(r.uniform(0.5, 5))
            if what == "crash":
                broker.crash()
                time.sleep(r.uniform(0, 1))
                broker.start()
            else:
                stop_and_go(broker, r.uniform(*STOP_SECONDS))
        killer.join()
        print("     %d kills, %d broker crashes, %d stops in %d s" % (KILLS, BROKER_KILLS, STOPS, time.time() - start), flush=True)
    judge(*run_against_broker("exactly-once", trouble), True)


def test_clock_set_forward_and_back():
    """The clock of the day jumps by hours and days under load: nothing lost, nothing twice, polling goes on."""
    with Clock() as clock, Load() as load:
        d = Daemon(BASE + load.conf() + "sinks: [{type: jsonl, path: events.jsonl}]\n", env=clock.env)
        with d:
            for seconds in (3600, -7200, 86400, -86400 * 3, 0):
                clock.jump(seconds)
                served = len(load.origin.ledger)
                d.wait("a poll after the jump by %d s" % seconds, lambda: len(load.origin.ledger) > served)
                time.sleep(0.5)
            d.kill()
            clock.jump(-3600)
            d.start()
            want = load.quiet()
            wait_titles("every served item", d, want, lambda: {headline(e) for e in d.events()})
            assert d.stop() == 0, d.log()[-20:]
            events = d.events()
    ids = collections.Counter(e["id"] for e in events)
    assert max(ids.values()) == 1, "ids twice"
    print("     %d items in the ledger, %d events, 0 lost, 0 twice" % (len(want), len(events)))


def rss_kib(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return next(int(x.split()[1]) for x in f if x.startswith("VmRSS:"))


def test_broker_away_and_back():
    def trouble(d, broker, load):
        time.sleep(2)
        before, served = rss_kib(d.p.pid), len(load.origin.ledger)
        broker.stop()
        time.sleep(OUTAGE)
        d.wait("polls meanwhile", lambda: len(load.origin.ledger) > served)
        grown, polled = rss_kib(d.p.pid) - before, len(load.origin.ledger) - served
        assert grown < 50000, "memory grew by %d KiB" % grown
        broker.start()
        print("     %g s away: %d items polled meanwhile, memory %+d KiB" % (OUTAGE, polled, grown))
    judge(*run_against_broker("at-least-once", trouble), False)


def test_operator_commands():
    """Dead letters, backup and withdrawal on a store that a daemon made."""
    with Origin() as o:
        o.add("/feed/1", Feed(items=2))
        o.add("/bad", Static(b"<!DOCTYPE html><html><head><title>Login</title></head></html>", "text/html"))
        d = Daemon(BASE + "feeds:\n  - {url: '%s/feed/1', name: a}\n  - {url: '%s/bad', name: b}\n" % (o.url, o.url)
                   + "sinks: [{type: jsonl, path: events.jsonl}]\n")

        def command(*args):
            return subprocess.run([program(), args[0], "-c", d.conf_path, *args[1:]], cwd=d.dir, env=d.env,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with d:
            d.wait_events(2)
            d.wait("a dead letter", lambda: command("deadletter", "list").stdout)
            letters = [json.loads(x) for x in command("deadletter", "list").stdout.splitlines()]
            assert len(letters) == 1 and letters[0]["input"].endswith("/bad"), letters
            assert command("store", "backup", "copy.db").returncode == 0
            assert command("store", "check").returncode == 0
            first, second = (e["subject"] for e in d.events()[:2])

            def withdraw(subject):
                got = command("withdraw", "--erase", "--reason", "court order", subject)
                assert got.returncode == 0, got

            def withdrawn(count, subject):
                last = d.wait_events(count)[-1]
                assert last["type"] == "news.article.withdrawn" and last["subject"] == subject, last
                assert last["data"]["pubStatus"] == "canceled" and "bodies" not in last["data"], last
            # the running daemon does it
            again = command("deadletter", "requeue", "1")
            assert again.returncode == 1 and b"failed again" in again.stderr, again
            withdraw(first)
            withdrawn(3, first)
            unknown = command("withdraw", "0" * 32)
            assert unknown.returncode == 1 and b"no article" in unknown.stderr, unknown
            assert command("store", "renew").returncode == 0
            assert d.stop() == 0
            # and without one the command itself
            assert command("deadletter", "show", "1").stdout.startswith(b"<!DOCTYPE html>")
            assert command("deadletter", "requeue", "all").returncode == 1  # still no feed: it stays
            withdraw(second)
            d.start()
            withdrawn(4, second)
            assert d.stop() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
