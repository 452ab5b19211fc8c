#!/usr/bin/env python3
"""Every command of docs/REPLAY.md, run as it stands there: the three of the tutorial on the archive of a real daemon, the rest on the sample.

A block marked "sh fails" has to end with status 1, one marked "sh faults" may hold commands that do (the sample has a bot wall); all others 0.
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, TOP, program, run_tests  # noqa: E402
from origin import Origin, Static  # noqa: E402

FEED = (b"<rss version='2.0'><channel><title>Harbour Wire</title><item><title>City opens a new ferry line</title><guid>hw-1</guid>"
        b"<description>The city opened a ferry line between the old pier and the island on Monday.</description></item></channel></rss>")
CONF = ("http: {allow_private: [127.0.0.0/8]}\nfeed_defaults: {interval: 300ms, interval_min: 300ms, fixed: true}\n"
        "archive: {path: archive}\nsinks: [{type: jsonl, path: events-live.jsonl}]\n")


def blocks():
    with open(os.path.join(TOP, "docs/REPLAY.md"), encoding="utf-8") as f:
        return re.findall(r"(?ms)^```sh *(\w*)\n(.*?)^```$", f.read())


def run(text, kind, folder, env):
    flags = "set -u" if kind == "faults" else "set -eu"
    p = subprocess.run(["bash", "-c", flags + "\n" + text], cwd=folder, env=env, capture_output=True, timeout=300, text=True)
    assert p.returncode == (1 if kind == "fails" else 0), (kind, text, p.returncode, p.stdout[-2000:], p.stderr[-2000:])
    assert "usage:" not in p.stderr and "not understood" not in p.stderr, (text, p.stderr)
    return p.stdout


def test_every_command_of_the_page():
    found = blocks()
    assert [k for k, _ in found].count("fails") == 1 and len(found) >= 6, found
    with Origin() as o:
        o.add("/wire.rss", Static(FEED))
        with Daemon(CONF + "feeds: [{url: '%s/wire.rss', name: wire}]\n" % o.url) as d:
            event = d.wait("the event", lambda: d.events("events-live.jsonl"))[0]
            bin_dir = os.path.join(d.dir, "bin")
            os.mkdir(bin_dir)
            os.symlink(program(), os.path.join(bin_dir, "wiredesk"))
            os.symlink(os.path.join(TOP, "examples"), os.path.join(d.dir, "examples"))
            env = dict(d.env, ID=event["id"], PATH=bin_dir + ":" + os.environ["PATH"])
            env.setdefault("WIREDESK_DATA", os.path.join(TOP, "data"))
            outs = [run(text, kind, d.dir, env) for kind, text in found]
            told = [o for (kind, _), o in zip(found, outs) if kind == "fails"][0]
            assert ("/data/headlines/0/value\n      before  \"A ferry to the island\"\n      after   \"City opens a new ferry line\"" in told
                    and "1 events, 0 as expected, 1 changed" in told), told
            assert d.stop() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
