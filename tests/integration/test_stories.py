#!/usr/bin/env python3
"""Stories and new rules, end to end: one agency text in two feeds, told again after a restart; `wiredesk stories`; `wiredesk retag`."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, TOP, program, run_tests  # noqa: E402
from origin import Origin, Static  # noqa: E402

BASE = "http: {allow_private: [127.0.0.0/8]}\nadmin: {listen: '127.0.0.1:0'}\n"
JSONL = "sinks: [{type: jsonl, path: events.jsonl}]\n"
FAST = "feed_defaults: {interval: 300ms, interval_min: 300ms, fixed: true}\n"
TEXT = ("The two harbour authorities signed an agreement on Monday that lets ships of both ports use each other's repair docks "
        "for the next ten years, officials said after the ceremony. The docks were built in the nineteen seventies and have "
        "stood half empty since the yards moved north. Unions asked for a promise that no job will be lost before the end of "
        "next year, and got it in writing from both mayors.")
OTHER = ("Fishermen on the island have caught fewer squid this summer than in any year since records began, the provincial "
         "office said. Warm water is thought to have driven the swarms away, and many boats stay in port.")
RULES = """topic: harbours
label: Harbours
threshold: 1.0
concepts:
  dock: {en: [docks, harbour, harbours]}
rules:
  - id: dock
    add: 1.0
    all: [dock]
examples:
  yes: ["New docks for the harbour"]
  no: ["Nothing of the kind"]
"""


def rss(name, title, text):
    return Static(("<rss version='2.0'><channel><title>%s</title><item><title>%s</title><guid>%s-1</guid>"
                   "<description>%s</description></item></channel></rss>" % (name, title, name, text)).encode(), validators=False)


def wiredesk(d, *args):
    env = dict(os.environ)
    if os.path.isdir(os.path.join(TOP, "data")):
        env.setdefault("WIREDESK_DATA", os.path.join(TOP, "data"))
    p = subprocess.run([program(), args[0], "-c", d.conf_path, *args[1:]], capture_output=True, timeout=120, cwd=d.dir, env=env,
                       text=True)
    return p.returncode, p.stdout, p.stderr


def conf(o, *paths, more=""):
    return BASE + FAST + JSONL + "archive: {path: archive}\n" + more + "feeds:\n" + "".join(
        "  - {url: '%s/%s', name: '%s'}\n" % (o.url, p, p) for p in paths)


def story(event):
    return event["data"]["wiredesk"]["story"]


def test_copies_share_a_story_across_a_restart_and_new_rules_reach_old_articles():
    with Origin() as o:
        o.add("/a", rss("a", "Ports share docks", TEXT))
        o.add("/b", rss("b", "Two ports, one dock", "(Agency) " + TEXT + " (END)"))
        o.add("/c", rss("c", "Squid stay away", OTHER))
        with Daemon(conf(o, "a", "c")) as d:
            d.wait_events(2)
            assert d.stop() == 0
            d.configure(conf(o, "a", "b", "c"))
            d.start()
            events = d.wait_events(3)
            assert d.stop() == 0
            by = {e["data"]["headlines"][0]["value"]: e for e in events}
            one, two, squid = by["Ports share docks"], by["Two ports, one dock"], by["Squid stay away"]
            assert story(one)["id"] == story(two)["id"] != story(squid)["id"]
            assert story(two)["first_seen"] == story(one)["first_seen"] and 0.6 < story(two)["similarity"] <= 1
            rc, out, err = wiredesk(d, "stories", "--json")
            listed = [json.loads(x) for x in out.splitlines()]
            assert rc == 0 and len(listed) == 1 and listed[0]["id"] == story(one)["id"], (out, err)
            assert [a["headline"] for a in listed[0]["articles"]] == ["Ports share docks", "Two ports, one dock"]
            assert len(wiredesk(d, "stories", "--json", "--min", "1")[1].splitlines()) == 2
            assert wiredesk(d, "stories")[1].startswith(story(one)["id"] + "  2 articles")
            assert wiredesk(d, "stories", "--min", "x")[0] == 2

            assert wiredesk(d, "retag")[1].splitlines()[-1] == "3 articles looked at, 0 changed"
            rules = os.path.join(d.dir, "rules")
            shutil.copytree(os.path.join(TOP, "data"), rules)
            with open(os.path.join(rules, "topics", "harbours.yaml"), "w", encoding="utf-8") as f:
                f.write(RULES)
            d.configure(conf(o, "a", "b", "c", more="topics: {path: '%s'}\n" % rules))
            rc, out, err = wiredesk(d, "retag", "--dry-run")
            assert out.splitlines()[-1] == "3 articles looked at, 2 would change", (rc, out, err)
            rc, out, err = wiredesk(d, "retag")
            assert rc == 0 and out.splitlines()[-1] == "3 articles looked at, 2 changed", (out, err)
            assert wiredesk(d, "retag")[1].splitlines()[-1] == "3 articles looked at, 0 changed"
            # The archive says the same as the store; the newest rules are in both.
            rc, out, err = wiredesk(d, "retag", "--archive", os.path.join(d.dir, "archive"))
            assert rc == 0 and out.splitlines()[-1].endswith("articles looked at, 0 changed"), (out, err)
            os.unlink(os.path.join(rules, "topics", "harbours.yaml"))
            rc, out, err = wiredesk(d, "retag", "--archive", os.path.join(d.dir, "archive"))
            assert rc == 0 and out.splitlines()[-1].endswith(", 2 changed"), (out, err)
            d.start()
            events = d.wait_events(7)
            assert d.stop() == 0
            again = [e for e in events if e["data"]["wiredesk"]["lifecycle"].get("reason") == "retag"]
            assert [e["type"] for e in again] == ["news.article.updated"] * 4
            first = [e for e in again if e["subject"] == one["subject"]]
            life = [e["data"]["wiredesk"]["lifecycle"] for e in first]
            assert [x["version"] for x in life] == [2, 3] and life[0]["previous"] == one["id"], life
            assert all(x["significance"] == "tags" for x in life)
            assert [t["id"] for t in first[0]["data"]["wiredesk"]["topics"]] == ["harbours"]
            assert not first[1]["data"]["wiredesk"].get("topics")
            rules_of = [e["data"]["wiredesk"]["provenance"]["rules"] for e in (one, *first)]
            assert rules_of[0] == rules_of[2] != rules_of[1] and len({e["id"] for e in events}) == 7
            # What is not a tag is as it was.
            for key in ("headlines", "bodies", "descriptions", "altIds"):
                assert first[0]["data"].get(key) == one["data"].get(key), key
            assert story(first[0]) == story(one)


def test_a_reload_changes_the_rules_for_what_comes_next():
    with Origin() as o:
        o.add("/a", rss("a", "Ports share docks", TEXT))
        o.add("/b", rss("b", "Two ports, one dock", TEXT))
        with Daemon(conf(o, "a")) as d:
            before = d.wait_events(1)
            rules = os.path.join(d.dir, "rules")
            shutil.copytree(os.path.join(TOP, "data"), rules)
            with open(os.path.join(rules, "topics", "harbours.yaml"), "w", encoding="utf-8") as f:
                f.write(RULES)
            d.configure(conf(o, "a", "b", more="topics: {path: '%s'}\n" % rules))
            d.hup()
            after = d.wait_events(2)[-1]
            assert d.stop() == 0
            old = before[0]["data"]["wiredesk"]["provenance"]["rules"]
            assert after["data"]["wiredesk"]["provenance"]["rules"] != old
            assert [t["id"] for t in after["data"]["wiredesk"]["topics"]] == ["harbours"]


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
