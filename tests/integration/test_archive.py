#!/usr/bin/env python3
"""The archive the daemon writes: records, rotation, retention, its index, and the same events again from a replay."""
import glob
import gzip
import json
import os
import pty
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, TOP, program, run_tests  # noqa: E402
from origin import Feed, Origin, Static  # noqa: E402
from receiver import Receiver, rss  # noqa: E402

BASE = "http: {allow_private: [127.0.0.0/8]}\nadmin: {listen: '127.0.0.1:0'}\n"
JSONL = "sinks: [{type: jsonl, path: events.jsonl}]\n"
FAST = "feed_defaults: {interval: 300ms, interval_min: 300ms, fixed: true}\n"
ARCHIVE = "archive: {path: archive}\n"
ENV = dict(os.environ)
if os.path.isdir(os.path.join(TOP, "data")):
    ENV.setdefault("WIREDESK_DATA", os.path.join(TOP, "data"))


def wiredesk(*args, cwd=None):
    p = subprocess.run([program(), *args], capture_output=True, timeout=120, cwd=cwd, env=ENV)
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")


def on_a_terminal(*args, cwd):
    master, slave = pty.openpty()
    with subprocess.Popen([program(), *args], stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=ENV) as p:
        os.close(slave)
        out = b""
        while True:
            try:
                more = os.read(master, 65536)
            except OSError:  # EIO: nobody holds the other end any more
                break
            if not more:
                break
            out += more
    os.close(master)
    return p.returncode, out


def feeds(o, *paths, more=""):
    return "feeds:\n" + "".join("  - {url: '%s%s', name: '%s'%s}\n" % (o.url, p, p[1:], more) for p in paths)


def files(d):
    return sorted(glob.glob(os.path.join(d.dir, "archive", "*")))


def ls(d, *args):
    rc, out, err = wiredesk("archive", "ls", *(args or ("-c", d.conf_path)), cwd=d.dir)
    assert rc == 0, err
    keys = ("file", "offset", "date", "type", "status", "bytes", "id", "uri")
    return [dict(zip(keys, x.split("\t"))) for x in out.decode().splitlines()]


def record(event):
    return event["data"]["wiredesk"]["provenance"]["record"]


def test_records_of_each_kind_and_their_digests():
    with Origin() as o:
        feed = o.add("/f", Feed(items=2))
        o.add("/same", Static(b"<rss version='2.0'><channel><title>s</title><item><title>Only one</title><guid>1</guid>"
                              b"</item></channel></rss>", validators=False))
        with Daemon(BASE + FAST + JSONL + ARCHIVE + feeds(o, "/f", "/same", more=", headers: {X-Key: hush-hush}")) as d:
            d.wait_events(3)
            feed.edit(1)
            d.wait_events(4)
            d.wait("revisits of both kinds", lambda: {x["status"] for x in ls(d) if x["type"] == "revisit"} >= {"200", "304"})
            assert d.stop() == 0
            rows = ls(d)
            kinds = [x["type"] for x in rows]
            assert kinds[0] == "warcinfo" and kinds.count("response") == 3, kinds
            assert kinds.count("request") == 3 and kinds.count("metadata") == 3, kinds
            rc, out, err = wiredesk("archive", "verify", "-c", d.conf_path, cwd=d.dir)
            assert rc == 0 and b" 0 damaged, 0 with" in out, (out, err)
            text = b"".join(gzip.open(f).read() for f in files(d))
            assert b"hush-hush" not in text and b"X-Key: (not archived)" in text
            assert b"GET /f HTTP/1.1\r\nHost: 127.0.0.1:" in text and b"User-Agent: wiredesk/" in text
            assert all(f.endswith(".warc.gz") for f in files(d)), files(d)
            # a revisit names the record it repeats
            first = [x for x in rows if x["uri"].endswith("/same") and x["type"] == "response"][0]
            assert ("WARC-Refers-To: <%s>" % first["id"]).encode() in text


def test_a_replay_of_the_archive_gives_the_daemons_events():
    with Origin() as o:
        feed = o.add("/f", Feed(items=3))
        o.add("/g", Feed(items=2, gzip_it=True))
        o.add("/wall", Static(b"<html><head><title>Story</title></head><body><p>%s</p></body></html>" % (b"Many words here. " * 60),
                              "text/html"))
        more = ", timezone: Asia/Seoul"
        conf = BASE + FAST + JSONL + ARCHIVE + "receive: {spool: spool}\n" + feeds(o, "/f", "/g", "/wall", more=more)
        with Daemon(conf) as d:
            d.wait_events(5)
            feed.edit(2)
            feed.add(1)
            d.wait_events(7)
            os.makedirs(os.path.join(d.dir, "spool", "desk"), exist_ok=True)
            with open(os.path.join(d.dir, "spool", "desk", ".x"), "w") as f:
                f.write("Harbour opens on Monday\n\nThe harbour opens again on Monday, the city said. " + "It was closed. " * 20)
            os.rename(os.path.join(d.dir, "spool", "desk", ".x"), os.path.join(d.dir, "spool", "desk", "x.txt"))
            want = d.wait_events(8)
            # also while the daemon runs and writes; the live store is not touched
            before = [(x, os.stat(os.path.join(d.dir, "state", x)).st_mtime_ns) for x in ("lock",)]
            rc, out, err = wiredesk("replay", "-c", d.conf_path, os.path.join(d.dir, "archive"), cwd=d.dir)
            assert before == [(x, os.stat(os.path.join(d.dir, "state", x)).st_mtime_ns) for x in ("lock",)]
            assert d.stop() == 0
            got = [json.loads(x) for x in out.decode().splitlines()]
            by_id = {e["id"]: e for e in got}
            assert len(got) == len(want) == 8, (len(got), len(want), err)
            for e in want:
                assert e["id"] in by_id, (e, sorted(by_id))
                assert by_id[e["id"]] == e, (e, by_id[e["id"]])


def test_from_an_event_back_to_its_bytes():
    with Origin() as o:
        feed = o.add("/f", Feed(items=2))
        with Daemon(BASE + FAST + JSONL + ARCHIVE + feeds(o, "/f")) as d:
            d.wait_events(2)
            feed.edit(2)
            events = d.wait_events(3)
            first = [e for e in events if e["data"]["wiredesk"]["title"].startswith("Item 2 ")]
            for wanted in (first[0]["id"], record(first[0]), "<" + record(first[0]) + ">"):
                rc, out, err = wiredesk("archive", "cat", "-c", d.conf_path, wanted, cwd=d.dir)
                assert rc == 0 and b"Item 2 of /f v1" in out and b"v2" not in out, (wanted, rc, out, err)
            rc, out, err = wiredesk("archive", "cat", "-c", d.conf_path, first[0]["subject"], cwd=d.dir)
            assert rc == 0 and b"Item 2 of /f v2" in out, (rc, out, err)
            assert d.stop() == 0
            # the article's whole story as an archive of its own gives its two events again
            rc, out, err = wiredesk("archive", "cat", "--warc", "-c", d.conf_path, first[0]["subject"], cwd=d.dir)
            story = os.path.join(d.dir, "story.warc.gz")
            with open(story, "wb") as f:
                f.write(out)
            rc, out, err = wiredesk("replay", story, cwd=d.dir)
            ids = [json.loads(x)["id"] for x in out.decode().splitlines()]
            assert rc == 0 and [e["id"] for e in first] == [x for x in ids if x in {e["id"] for e in first}], (ids, err)
            rc, out, err = wiredesk("archive", "cat", "-c", d.conf_path, "0" * 32, cwd=d.dir)
            assert rc == 1 and "not in the archive's index" in err, (rc, err)
            # by record id in given files, no store
            rc, out, err = wiredesk("archive", "cat", record(first[1]), *files(d))
            assert rc == 0 and b"Item 2 of /f v2" in out, (rc, err)
            # erasure: nothing leads there any more
            rc, out, err = wiredesk("withdraw", "-c", d.conf_path, "--erase", first[0]["subject"], cwd=d.dir)
            assert rc == 0, err
            for wanted in (first[0]["id"], first[1]["id"], first[0]["subject"]):
                rc, out, err = wiredesk("archive", "cat", "-c", d.conf_path, wanted, cwd=d.dir)
                assert rc == 1 and "not in the archive's index" in err, (wanted, rc, out, err)
                assert "withdrawn and erased" in err and first[0]["subject"] in err, (wanted, err)
                rc, out, err = wiredesk("explain", "-c", d.conf_path, wanted, cwd=d.dir)
                assert rc == 1 and not out and "withdrawn and erased" in err, (wanted, rc, out, err)
            # the other article's event came from the first record, too, and still leads there
            other = [e for e in events if e["subject"] != first[0]["subject"]][0]
            rc, out, err = wiredesk("explain", "-c", d.conf_path, other["id"], cwd=d.dir)
            assert rc == 0 and b"Item 1 of /f" in out and b"Item 2" not in out, (rc, out, err)


def test_explain_by_id():
    with Origin() as o:
        feed = o.add("/f", Feed(items=3))
        conf = BASE + FAST + JSONL + feeds(o, "/f")
        with Daemon(conf + ARCHIVE) as d:
            d.wait_events(3)
            feed.edit(2)
            events = d.wait_events(4)
            old, new = [e for e in events if e["data"]["wiredesk"]["title"].startswith("Item 2 ")]

            def explain(wanted, *args):
                rc, out, err = wiredesk("explain", "-c", d.conf_path, *args, wanted, cwd=d.dir)
                return rc, out.decode(), err

            # beside the running daemon: one article, in the version of that event
            for e, has, not_has in ((old, "v1", "v2"), (new, "v2", "v1")):
                rc, out, err = explain(e["id"])
                assert rc == 0 and "Item 2 of /f %s" % has in out and not_has not in out, (rc, out, err)
                assert "Item 1 " not in out and "Item 3 " not in out and record(e) in out, out
                assert out.startswith("from the archive\n") and "\x1b" not in out, out
            rc, out, err = explain(new["subject"])
            assert rc == 0 and "Item 2 of /f v2" in out and "v1" not in out and "Item 1 " not in out, (rc, out, err)
            # a record's every article
            for wanted in (record(old), "<" + record(old) + ">"):
                rc, out, err = explain(wanted)
                assert rc == 0 and all("Item %d of /f v1" % n in out for n in (1, 2, 3)), (rc, out, err)
            for wanted in ("0" * 32, "urn:uuid:00000000-0000-0000-0000-000000000000"):
                rc, out, err = explain(wanted)
                assert rc == 1 and not out and "look at the id and at --config" in err, (rc, out, err)
            assert explain(new["id"], "--url", "http://x.example/")[0] == 2
            # a file of such a name is a file
            with open(os.path.join(d.dir, new["id"]), "w") as f:
                f.write("Harbour opens on Monday\n\nThe harbour opens again on Monday, the city said.")
            rc, out, err = explain(new["id"])
            assert rc == 0 and "Harbour opens" in out and "Item" not in out, (rc, out, err)
            os.unlink(os.path.join(d.dir, new["id"]))
            assert d.stop() == 0
            # without the archive the store has the newest version only
            d.configure(conf)
            for wanted in (new["id"], new["subject"]):
                rc, out, err = explain(wanted)
                assert rc == 0 and out.startswith("the newest version as the store keeps it") and "Item 2 of /f v2" in out, (rc, out, err)
            rc, out, err = explain(old["id"])
            assert rc == 1 and not out and "the newest version, which the store keeps" in err, (rc, out, err)


def test_rotation_by_time_and_size_and_retention():
    with Origin() as o:
        feed = o.add("/f", Feed(items=1, text=os.urandom(40000).hex()))
        with Daemon(BASE + FAST + JSONL + "archive: {path: archive, max_size: 1MiB, file_size: 64KiB, file_age: 2s}\n" +
                    feeds(o, "/f")) as d:
            oldest = d.wait_events(1)[0]
            name = os.path.basename(files(d)[0]).replace(".open", "")
            d.wait("a file closed for its age", lambda: name in {os.path.basename(x) for x in files(d)})
            n = 1
            while name in {os.path.basename(x).replace(".open", "") for x in files(d)}:
                feed.add(1)
                n += 1
                assert n < 200, "the oldest file never went"
                d.wait_events(n)
                size = sum(os.path.getsize(f) for f in files(d))
                assert size < (1 << 20) + (200 << 10), size
            d.wait("the index to follow", lambda: wiredesk("archive", "cat", "-c", d.conf_path, oldest["id"], cwd=d.dir)[0] == 1)
            newest = d.events()[-1]
            rc, out, err = wiredesk("archive", "cat", "-c", d.conf_path, newest["id"], cwd=d.dir)
            assert rc == 0 and newest["data"]["wiredesk"]["title"].encode() in out, err
            assert len([f for f in files(d) if f.endswith(".open")]) == 1, files(d)
            assert d.stop() == 0
            assert not [f for f in files(d) if f.endswith(".open")], files(d)


def test_pushed_documents_are_archived_and_replayed():
    page = (b"<!DOCTYPE html><html><head><title>A page pushed in</title></head><body><article><h1>A page pushed in</h1><p>The first paragraph "
            b"of the page has enough words to be one.</p><p>And so has the second paragraph, which ends here.</p></article></body></html>")
    d = Receiver()
    d.configure(d.text + ARCHIVE)
    with d:
        assert d.post(rss("A story pushed in"), headers={"Content-Type": "application/rss+xml"})[0] == 202
        assert d.post(page, headers={"Content-Type": "text/html; charset=utf-8"})[0] == 202
        want = d.wait_events(2)
        rc, out, err = wiredesk("archive", "cat", "-c", d.conf_path, want[1]["id"], cwd=d.dir)
        assert rc == 0 and out == page, (rc, out[:200], err)
        rc, out, err = wiredesk("explain", "-c", d.conf_path, want[1]["id"], cwd=d.dir)
        assert rc == 0 and b"left out of the page" in out and b"which ends here." in out, (rc, out, err)
        rc, out = on_a_terminal("explain", "-c", d.conf_path, want[0]["subject"], cwd=d.dir)
        assert rc == 0 and b"\x1b[1mfrom the archive\x1b[0m" in out and b"A story pushed in" in out, (rc, out)
        assert d.stop() == 0
        rc, out, err = wiredesk("replay", "-c", d.conf_path, os.path.join(d.dir, "archive"), cwd=d.dir)
        got = [json.loads(x) for x in out.decode().splitlines()]
        assert rc == 0 and len(got) == len(want), (rc, err)
        for g, w in zip(got, want):
            assert g == w, (g, w)


def test_files_removed_by_hand_leave_the_index():
    with Origin() as o:
        o.add("/f", Feed(items=1))
        with Daemon(BASE + FAST + JSONL + ARCHIVE + feeds(o, "/f")) as d:
            event = d.wait_events(1)[0]
            assert d.stop() == 0
            for f in files(d):
                os.unlink(f)
            began = int(time.time())
            while int(time.time()) == began:  # a new file is named by the second
                time.sleep(0.05)
            d.start()
            d.wait_log("archive-forgot")
            rc, _, err = wiredesk("archive", "cat", "-c", d.conf_path, event["id"], cwd=d.dir)
            assert rc == 1 and "not in the archive's index" in err, err
            assert d.stop() == 0


def test_kill_leaves_a_sound_archive():
    with Origin() as o:
        feed = o.add("/f", Feed(items=1))
        with Daemon(BASE + FAST + JSONL + ARCHIVE + feeds(o, "/f")) as d:
            d.wait_events(1)
            d.kill()
            torn = files(d)[0]
            assert torn.endswith(".open"), torn
            with open(torn, "ab") as f:
                f.write(gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 1000\r\n\r\n" + os.urandom(500))[:-30])
            feed.add(1)
            d.start()
            d.wait_events(2)
            assert d.stop() == 0
            rc, out, err = wiredesk("archive", "verify", "-c", d.conf_path, cwd=d.dir)
            assert rc == 0 and b" 0 damaged" in out, (out, err)
            for e in d.events():
                rc, out, err = wiredesk("archive", "cat", "-c", d.conf_path, e["id"], cwd=d.dir)
                assert rc == 0 and e["data"]["wiredesk"]["title"].encode() in out, (e["id"], err)


def test_without_an_archive_there_is_none():
    with Origin() as o:
        o.add("/f", Feed(items=1))
        with Daemon(BASE + FAST + JSONL + feeds(o, "/f")) as d:
            event = d.wait_events(1)[0]
            assert "record" not in event["data"]["wiredesk"]["provenance"]
            assert not files(d)
            rc, _, err = wiredesk("archive", "ls", "-c", d.conf_path, cwd=d.dir)
            assert rc == 2 and "archive.path" in err, (rc, err)
            assert d.stop() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
