#!/usr/bin/env python3
"""Everything `wiredesk replay` can be asked for: times, feeds, paces, sinks (a real Kafka too), comparisons, progress, hostile archives."""
import fcntl
import gzip
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import termios
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, TOP, Daemon, program, run_tests  # noqa: E402
from kafka_broker import Broker, BrokerError  # noqa: E402
from origin import Feed, Origin  # noqa: E402

SAMPLE = os.path.join(TOP, "examples/sample.warc.gz")
DATA = os.path.join(TOP, "data")
ENV = dict(os.environ)
ENV.setdefault("WIREDESK_DATA", DATA)
BOT_WALL = "bot wall"


def wiredesk(*args, cwd=None, timeout=300):
    p = subprocess.run([program(), *args], capture_output=True, timeout=timeout, cwd=cwd, env=ENV)
    return p.returncode, p.stdout.decode(), p.stderr.decode("utf-8", "replace")


def replay(*args, archive=SAMPLE, **kw):
    return wiredesk("replay", *args, archive, **kw)


def events(text):
    return [json.loads(x) for x in text.splitlines()]


def Scratch():
    return tempfile.TemporaryDirectory(prefix="wiredesk-replay-")


ALL = events(replay()[1])


def test_from_and_to_bound_the_time_of_receipt():
    rc, out, _ = replay("--from", "2026-01-13T00:00:00Z", "--to", "2026-01-14")
    got = events(out)
    assert rc == 0 and got and {e["time"][:10] for e in got} == {"2026-01-13"}, [e["time"] for e in got]
    assert len(events(replay("--from", "2026-01-14")[1])) + len(events(replay("--to", "2026-01-14")[1])) >= len(ALL)
    rc, out, _ = replay("--from", "2026-01-12T00:05:00Z", "--to", "2026-01-12T00:06:00Z")   # from: inside, to: outside
    assert {e["time"] for e in events(out)} == {"2026-01-12T00:05:00.000000Z"}, out
    for wrong in (("--from", "soon"), ("--to", "13.13.2026"), ("--speed", "fast"), ("--speed", "0x"), ("--workers", "0"), ("--update",),
                  ("--expect", "x", "--against", "y"), ("--expect", "x", "--sink", "stdout"), ("--sink", "ftp:x"), ("--rules", "/nonexistent")):
        rc, out, err = replay(*wrong)
        assert rc == 2 and not out and err, (wrong, rc, out[:80], err)


def test_one_feed():
    rc, out, _ = replay("--feed", "https://desk.example/desk.atom")
    assert rc == 0 and {e["source"] for e in events(out)} == {"https://desk.example/desk.atom"}
    assert len(events(out)) == len([e for e in ALL if e["source"] == "https://desk.example/desk.atom"])


def test_at_is_the_time_of_what_has_none():
    with Scratch() as d:
        folder = d + "/in/desk"
        os.makedirs(folder)
        item = "<rss version='2.0'><channel><title>t</title><item><title>A quay opens</title><guid>q</guid></item></channel></rss>"
        with open(folder + "/one.xml", "w") as f:
            f.write(item)
        os.utime(folder + "/one.xml", (1, 1))   # a file's own time never counts
        rc, out, err = replay("--at", "2025-08-24T12:00:00Z", archive=d + "/in")
        assert rc == 0 and [e["time"] for e in events(out)] == ["2025-08-24T12:00:00.000000Z"], (out, err)
        rc, out, _ = replay(archive=d + "/in")
        assert [e["time"] for e in events(out)] == ["2026-01-01T00:00:00.000000Z"], out
        want = out
        for name, mode in (("a.tar", "w"), ("a.tar.gz", "w:gz")):
            with tarfile.open(os.path.join(d, name), mode) as t:
                t.add(folder, arcname="desk")
            rc, out, _ = replay(archive=os.path.join(d, name))
            assert rc == 0 and [e["id"] for e in events(out)] == [e["id"] for e in events(want)], name
        if shutil.which("zstd"):
            subprocess.run(["zstd", "-q", os.path.join(d, "a.tar")], check=True)
            assert [e["id"] for e in events(replay(archive=os.path.join(d, "a.tar.zst"))[1])] == [e["id"] for e in events(want)]
        with open(os.path.join(d, "a.jsonl"), "w") as f:
            f.write(json.dumps({"feed": "desk", "body": item, "fetched_at": "2025-08-24T13:00:00Z"}) + "\n")
        assert [e["time"] for e in events(replay(archive=os.path.join(d, "a.jsonl"))[1])] == ["2025-08-24T13:00:00.000000Z"]
        assert len(events(replay(archive=folder + "/one.xml")[1])) == 1


def test_paces():
    with Scratch() as d:
        lines = [{"feed": "f", "fetched_at": "2026-01-01T00:00:%02dZ" % (s), "body": "<rss version='2.0'><channel><title>t</title><item>"
                  "<title>Second %d</title><guid>%d</guid></item></channel></rss>" % (s, s)} for s in (0, 1, 2)]
        path = os.path.join(d, "a.jsonl")
        with open(path, "w") as f:
            f.writelines(json.dumps(x) + "\n" for x in lines)
        want = replay(archive=path)[1]
        for speed, least in (("max", 0), ("10x", 0.2), ("realtime", 2.0), ("1x", 2.0)):
            began = time.monotonic()
            rc, out, _ = replay("--speed", speed, archive=path)
            took = time.monotonic() - began
            assert rc == 0 and out == want and took >= least, (speed, took)
        with open(path, "a") as f:
            f.write(json.dumps(dict(lines[2], fetched_at="2026-01-01T12:00:00Z")) + "\n")
        p = subprocess.Popen([program(), "replay", "--speed", "realtime", path], stdout=subprocess.PIPE, env=ENV)
        assert b"Second 0" in p.stdout.readline() and p.poll() is None   # it comes out while the rest is still waited for
        p.kill()
        p.wait()
        p.stdout.close()


def test_into_a_file():
    with Scratch() as d:
        path = os.path.join(d, "out.jsonl")
        for _ in range(2):   # begun anew: twice in a row gives the same file
            rc, out, _ = replay("--sink", "jsonl:" + path)
            assert not out
            with open(path, encoding="utf-8") as f:
                assert events(f.read()) == ALL
        conf = os.path.join(d, "w.yaml")
        with open(conf, "w") as f:
            f.write("store: {path: %s/state}\nsinks: [{type: jsonl, path: %s}]\n" % (d, path))
        rc, _, err = replay("-c", conf, "--sink", "jsonl:" + path)
        assert rc == 2 and "the daemon writes this file" in err, (rc, err)
        with open(path, encoding="utf-8") as f:
            assert events(f.read()) == ALL
        assert not os.path.exists(os.path.join(d, "state")), "the live store was opened"


def headers(row):
    h = row["headers"]
    return dict(zip(h[::2], h[1::2]))


def consume(broker, topic):
    out = subprocess.run(["kcat", "-b", broker.bootstrap, "-C", "-t", topic, "-e", "-q", "-J", "-X", "isolation.level=read_committed"],
                         capture_output=True, timeout=120, check=True).stdout.decode()
    return [json.loads(x) for x in out.splitlines()]


def test_into_kafka_beside_the_daemon():
    with tempfile.TemporaryDirectory() as folder:
        try:
            broker = Broker(folder)
            broker.start()
        except (BrokerError, OSError, subprocess.CalledProcessError) as x:
            if os.environ.get("WIREDESK_REQUIRE_BROKER"):
                raise
            print("skipped: no broker: %s" % x)
            return
        try:
            in_kafka(broker)
        finally:
            broker.stop()


def in_kafka(broker):
    for t in ("live", "dead", "trial"):
        broker.topic(t, 1)
    conf = ("http: {allow_private: [127.0.0.0/8]}\nfeed_defaults: {interval: 300ms, interval_min: 300ms, fixed: true}\n"
            "kafka: {bootstrap.servers: '%s'}\n"
            "sinks:\n  - {type: kafka, topic: live, dead_letter_topic: dead, delivery: exactly-once}\n" % broker.bootstrap)
    with Origin() as o:
        feed = o.add("/f", Feed(items=1))
        with Daemon(conf + "feeds: [{url: '%s/f', name: f}]\n" % o.url) as d:
            d.wait("the live event", lambda: consume(broker, "live"))
            # its own topic
            rc, _, err = wiredesk("replay", "-c", d.conf_path, "--sink", "kafka:trial", SAMPLE, cwd=d.dir)
            rows = consume(broker, "trial")
            assert rc == 1 and BOT_WALL in err, (rc, err)      # one archived document is a bot wall
            assert [headers(r)["ce_id"] for r in rows] == [e["id"] for e in ALL], len(rows)
            assert [json.loads(r["payload"]) for r in rows] == [e["data"] for e in ALL]
            assert all(headers(r)["wd_replay"] == "1" and r["key"] == headers(r)["ce_subject"] for r in rows)
            assert len(consume(broker, "live")) == 1 and not consume(broker, "dead")
            # the live topic: marked, and the daemon's transactions go on undisturbed
            rc, _, err = wiredesk("replay", "-c", d.conf_path, "--sink", "kafka", SAMPLE, cwd=d.dir)
            rows = consume(broker, "live")
            assert [("wd_replay" in headers(r)) for r in rows] == [False] + [True] * len(ALL), err
            assert not consume(broker, "dead"), "a replay's dead letters are not the daemon's"
            feed.add(1)
            d.wait("the next live event", lambda: len(consume(broker, "live")) == len(ALL) + 2)
            assert "wd_replay" not in headers(consume(broker, "live")[-1])
            assert not d.log("fenced") and not d.log("sink-down"), d.log()
            assert d.stop() == 0
    rc, _, err = replay("--sink", "kafka")
    assert rc == 2 and "kafka:TOPIC" in err, (rc, err)


def test_expect_tells_article_field_before_after():
    with Scratch() as d:
        golden = os.path.join(d, "golden.jsonl")
        rc, out, err = replay("--expect", golden)
        assert rc == 1 and "golden.jsonl" in err, (rc, err)
        rc, out, err = replay("--expect", golden, "--update")
        assert rc == 0 and "%d added; the file was updated" % len(ALL) in out, (rc, out, err)
        with open(golden, encoding="utf-8") as f:
            kept = f.read()
        assert events(kept) == ALL
        for workers in ("1", "2", "8"):
            rc, out, err = replay("--expect", golden, "--workers", workers)
            assert rc == 0 and out == "%d events, %d as expected, 0 changed, 0 missing, 0 added\n" % (len(ALL), len(ALL)), (rc, out, err)
        # written otherwise, said the same: other order of members, other numbers' form, other software
        again = [json.loads(json.dumps(e, sort_keys=True)) for e in ALL]
        for e in again:
            e["data"]["wiredesk"]["provenance"].update(software="wiredesk/9", rules="0000")
        with open(golden, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(e, sort_keys=True) + "\n" for e in reversed(again))
        rc, out, err = replay("--expect", golden)
        assert rc == 0, out
        # one field of one article, one event away, one that never was
        changed = json.loads(kept.splitlines()[0])
        changed["data"]["headlines"][0]["value"] = "Another headline"
        stranger = json.loads(kept.splitlines()[1])
        stranger["subject"] = "f" * 32
        lines = [json.dumps(changed, ensure_ascii=False)] + kept.splitlines()[1:-1] + [json.dumps(stranger)]
        with open(golden, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        rc, out, err = replay("--expect", golden)
        head = ALL[0]["data"]["headlines"][0]["value"]
        assert rc == 1 and "/data/headlines/0/value\n      before  \"Another headline\"\n      after   \"%s\"" % head in out, out
        assert re.search(r"^~ .*%s" % ALL[0]["subject"], out, re.M) and re.search(r"^- .*%s" % ("f" * 32), out, re.M), out
        assert re.search(r"^\+ .*%s" % ALL[-1]["subject"], out, re.M) and "1 changed, 1 missing, 1 added" in out, out
        rc, out, err = replay("--expect", golden, "--update")
        assert rc == 0 and "Another headline" in out
        with open(golden, encoding="utf-8") as f:
            assert f.read() == kept
        with open(golden, "a") as f:
            f.write("no json\n")
        rc, out, err = replay("--expect", golden)
        assert rc == 1 and "line %d" % (len(ALL) + 1) in err, (rc, err)


def changed_rules(d):
    """The shipped rules, with the summit's topic turned off."""
    rules = os.path.join(d, "rules")
    shutil.copytree(DATA, rules)
    path = os.path.join(rules, "topics", "korea-japan-summit.yaml")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(re.sub(r"(?m)^threshold: .*$", "threshold: 50.0", text, count=1))
    return rules


def test_two_rule_sets_over_one_archive():
    with Scratch() as d:
        rules = changed_rules(d)
        before = len([e for e in ALL if "korea-japan-summit" in e.get("topics", "").split(",")])
        assert before > 0
        rc, out, err = replay("--against", rules)
        assert rc == 0, err
        m = re.search(r"(\d+) events before, (\d+) after: (\d+) the same, (\d+) changed, 0 gone, 0 new", out)
        assert m and int(m[1]) == int(m[2]) == len(ALL) and int(m[4]) == before, out
        assert re.search(r"0 changed +%d gone +0 new +/data/wiredesk/topics\[korea-japan-summit\]" % before, out), out
        assert out.count("\n~ ") == before and "(absent)" in out, out
        assert replay("--against", rules, "--examples", "1")[1].count("\n~ ") == 1
        assert "~ " not in replay("--against", rules, "--examples", "0")[1]
        # the other way round, the same by files
        rc, out, err = replay("--rules", rules, "--against", DATA)
        assert rc == 0 and re.search(r"0 changed +0 gone +%d new +/data/wiredesk/topics\[korea-japan-summit\]" % before, out), out
        rc, text, err = replay("--rules", rules)
        with open(os.path.join(d, "other.jsonl"), "w", encoding="utf-8") as f:
            f.write(text)
        assert replay("--against", os.path.join(d, "other.jsonl"))[1] == replay("--against", rules)[1]
        # a configuration that names the rules
        with open(os.path.join(d, "b.yaml"), "w") as f:
            f.write("topics: {path: %s}\n" % rules)
        assert replay("--against", os.path.join(d, "b.yaml"))[1] == replay("--against", rules)[1]
        # bounds hold for both sides
        rc, out, err = replay("--to", "2026-01-13", "--against", rules)
        assert rc == 0 and re.match(r"(\d+) events before, \1 after: \1 the same", out), out


def test_two_programs_over_one_archive():
    with Scratch() as d:
        rc, out, err = replay("--against", program())
        assert rc == 0 and "%d events before, %d after: %d the same" % ((len(ALL),) * 3) in out, (out, err)
        other = os.path.join(d, "newer")
        with open(other, "w") as f:
            f.write("#!/bin/sh\n%s \"$@\" | sed 's/ferry line/tram line/g; 2d'\n" % program())
        os.chmod(other, 0o755)
        rc, out, err = replay("--against", other)
        assert rc == 0 and "%d events before, %d after" % (len(ALL), len(ALL) - 1) in out and ", 1 gone" in out, (out, err)
        assert "ferry line" in out and "tram line" in out and "/data/headlines/value" in out, out
        for wrong, word in ((d, "open"), (os.path.join(d, "none"), "none"), ("/bin/false", "false")):
            rc, out, err = replay("--against", wrong)
            assert rc != 0 and word in err, (wrong, rc, err)


def on_a_terminal(args):
    """stderr on a terminal of its own, as a person sees it."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
    p = subprocess.Popen([program(), "replay", *args], stdout=subprocess.DEVNULL, stderr=slave, env=ENV)
    os.close(slave)
    text = b""
    while True:
        ready, _, _ = select.select([master], [], [], PATIENCE)
        try:
            got = os.read(master, 65536) if ready else b""
        except OSError:
            got = b""
        if not got:
            break
        text += got
    os.close(master)
    return p.wait(PATIENCE), text.decode("utf-8", "replace")


def test_progress_on_a_terminal_and_silence_elsewhere():
    with Scratch() as d:
        path = os.path.join(d, "a.jsonl")
        with open(path, "w") as f:
            for s in range(4):
                f.write(json.dumps({"feed": "f", "fetched_at": "2026-01-01T00:00:%02dZ" % s, "body": "<rss version='2.0'><channel><title>t</title>"
                                    "<item><title>Second %d</title><guid>%d</guid></item></channel></rss>" % (s, s)}) + "\n")
        rc, text = on_a_terminal(["--speed", "2x", path])
        steps = text.split("\r")
        assert rc == 0 and len(steps) > 3, text
        assert re.search(r" \d+ %  \d+ documents, \d+ articles \(\d+/s\), \d+ events, \d+ s left", text), text
        assert re.search(r"100 %  4 documents, 4 articles \(\d+/s\), 4 events, \d+\.\d s", text), text
        rc, out, err = replay("--speed", "10x", archive=path)
        assert err == "", err


def gz(text):
    return gzip.compress(text.encode() if isinstance(text, str) else text, mtime=0)


def response(uri, body, extra="", length=None):
    block = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n%s\r\n%s" % (extra, body)
    return ("WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Target-URI: %s\r\n"
            "Content-Type: application/http; msgtype=response\r\nContent-Length: %s\r\n\r\n%s\r\n\r\n" % (
                uri, uri, len(block) if length is None else length, block))


def rss(name):
    return "<rss version='2.0'><channel><title>t</title><item><title>%s</title><guid>%s</guid></item></channel></rss>" % (name, name)


def titles(text):
    return [e["data"]["wiredesk"]["title"] for e in events(text)]


def test_hostile_archives_cost_only_themselves():
    first, last = response("http://a.example/1", rss("First")), response("http://a.example/2", rss("Last"))
    cases = [  # name, the bytes between, words of the message
        ("a length beyond all", response("http://a.example/x", rss("X"), length=2 ** 63), "Content-Length"),
        ("a negative length", response("http://a.example/x", rss("X"), length=-1), "Content-Length"),
        ("a length in words", response("http://a.example/x", rss("X"), length="many"), "Content-Length"),
        ("a block over the limit", response("http://a.example/x", "x" * (70 << 20)), "over the limit"),
        ("a header without end", "WARC/1.1\r\n" + "X-A: " + "y" * 300000, "header"),
        ("rubbish", "\x00\x01rubbish\r\n" * 5, "no WARC record"),
        ("a length shorter than the block", response("http://a.example/x", rss("X") + "\r\n" * 3 + "tail", length=10), "no WARC record"),
    ]
    for name, middle, word in cases:
        for packed in (True, False):
            data = gz(first) + gz(middle) + gz(last) if packed else (first + middle + "\r\n\r\n" + last).encode()
            with Scratch() as d:
                path = os.path.join(d, "h.warc.gz" if packed else "h.warc")
                with open(path, "wb") as f:
                    f.write(data)
                rc, out, err = replay(archive=path)
                assert rc == 1 and titles(out) == ["First", "Last"], (name, packed, rc, titles(out), err[:400])
                assert word in err and "offset" in err, (name, packed, err[:400])
                at = int(re.search(r"offset (\d+)", err)[1])
                begin = len(gz(first)) if packed else len(first)
                assert begin - 4 <= at <= len(data) - (len(gz(last)) if packed else len(last)), (name, packed, at, begin)


def test_a_bomb_in_an_archive():
    body = gzip.compress(b"x" * (300 << 20), 9)
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + body
    bomb = (b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:b>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Target-URI: http://b.example/\r\n"
            b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % len(block)) + block + b"\r\n\r\n"
    data = gz(response("http://a.example/1", rss("First"))) + gz(bomb) + gz(response("http://a.example/2", rss("Last")))
    with Scratch() as d:
        path = os.path.join(d, "b.warc.gz")
        with open(path, "wb") as f:
            f.write(data)
        rc, out, err = replay(archive=path)
        assert rc == 1 and titles(out) == ["First", "Last"] and "offset" in err and "over" in err, (rc, titles(out), err)


def test_every_cut_is_survived():
    with open(SAMPLE, "rb") as f:
        data = f.read()
    with Scratch() as d:
        path = os.path.join(d, "cut.warc.gz")
        for n in range(20, len(data), max(1, len(data) // 25)):
            with open(path, "wb") as f:
                f.write(data[:n])
            rc, out, err = replay(archive=path)
            got = events(out)
            assert [e["id"] for e in got] == [e["id"] for e in ALL[:len(got)]] and rc in (0, 1), (n, rc)
            assert "offset" in err or rc == 0 or BOT_WALL in err, (n, err)


def test_missing_and_empty_archives_are_named():
    with Scratch() as d:
        os.makedirs(os.path.join(d, "empty"))
        open(os.path.join(d, "zero.warc.gz"), "w").close()
        for name, status in (("missing.warc.gz", 1), ("empty", 1)):
            rc, out, err = replay(archive=os.path.join(d, name))
            assert rc == status and name in err and not out, (name, rc, err)
        rc, out, err = replay(archive=os.path.join(d, "zero.warc.gz"))
        assert not out


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
