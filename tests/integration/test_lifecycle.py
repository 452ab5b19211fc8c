#!/usr/bin/env python3
"""Who an article is and what became of it, item by item, through the running daemon: feeds change from step to step, and what
came out of each is compared with what a reader of the feed would say happened.

  test_lifecycle.py [TEST…]
"""
import collections
import datetime
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, headline, run_tests  # noqa: E402
from origin import Origin, Redirect, Static  # noqa: E402

BASE = ("http: {allow_private: [127.0.0.0/8], max_per_host: 20}\n"
        "receive: {spool: '@DIR@/spool', sources: [{name: wire}]}\n"
        "feed_defaults: {interval: 300ms, interval_min: 300ms, fixed: true}\n"
        "sinks: [{type: jsonl, path: events.jsonl}]\n")
HARBOUR = ("The harbour was closed for two days after the storm. Ships waited outside the bay while divers looked at the sea "
           "wall. The mayor, Anna Berg, thanked the crews of both tugs on Sunday.")
BRIDGE = ("The council voted for the new bridge after a debate of nine hours. Work begins in spring and will take four years, said "
          "the engineer in charge. Shopkeepers on the old quay fear for their trade.")
OWLS = ("Two pairs of eagle owls nest in the quarry again, bird watchers report. The paths below the rock stay closed until "
        "the young have flown, which is expected in the middle of June.")


class Item:
    def __init__(self, title, text, guid=None, link=None, date="Sat, 23 Aug 2025 06:00:00 GMT"):
        self.title, self.text, self.guid, self.link, self.date = title, text, guid, link, date

    def xml(self):
        parts = [("title", self.title), ("link", self.link), ("guid", self.guid), ("pubDate", self.date), ("description", self.text)]
        return "<item>%s</item>" % "".join("<%s%s>%s</%s>" % (n, " isPermaLink='false'" if n == "guid" else "", v, n)
                                           for n, v in parts if v)


def rss(items):
    return ("<rss version='2.0'><channel><title>F</title><link>https://f.example/</link>%s</channel></rss>"
            % "".join(i.xml() for i in items)).encode()


def story(e):
    life = e["data"]["wiredesk"]["lifecycle"]
    return " ".join([e["type"].rsplit(".", 1)[1] + "#" + str(life["version"])] + [life[k] for k in ("significance",) if k in life])


class Desk:
    """A daemon that reads `feeds`: name → [body of step 1, of step 2, …]; the last body stays."""

    def __init__(self, o, feeds, settings=None):
        self.o, self.feeds, self.pages = o, feeds, {}
        lines = []
        for name, steps in feeds.items():
            self.pages[name] = o.add("/" + name, Static(steps[0], validators=False))
            lines.append("  - {url: '%s/%s', name: %s%s}\n" % (o.url, name, name, (settings or {}).get(name, "")))
        self.d = Daemon(BASE + ("feeds:\n" + "".join(lines) if feeds else ""))

    def read_all(self):
        """Every feed was read whole after this moment: asked for, and asked for again."""
        now = time.time()
        self.d.wait("all feeds to be read", lambda: all(sum(r["time"] > now for r in self.o.requests("/" + n)) > 2
                                                        for n in self.feeds))

    def run(self):
        for step in range(max(len(s) for s in self.feeds.values())):
            for name, steps in self.feeds.items():
                self.pages[name].body = steps[min(step, len(steps) - 1)]
            self.read_all()

    def by_feed(self):
        out = collections.defaultdict(list)
        for e in self.d.events():
            out[e["source"].rsplit("/", 1)[1]].append(e)
        return out


def check(cases, settings=None):
    """cases: name → ([items of step 1, items of step 2, …], [what comes out])."""
    with Origin() as o:
        desk = Desk(o, {n: [rss(items) for items in steps] for n, (steps, _) in cases.items()}, settings)
        with desk.d:
            desk.run()
            assert desk.d.stop() == 0
            got = {n: [story(e) for e in events] for n, events in desk.by_feed().items()}
            wrong = {n: (got.get(n, []), want) for n, (_, want) in cases.items() if got.get(n, []) != want}
            assert not wrong, "\n".join("%s: came %s, wanted %s" % (n, *w) for n, w in wrong.items())
            return desk.by_feed()


def test_identity():
    def one(guid=None, link=None, title="Storm closes harbour", text=HARBOUR, **more):
        return Item(title, text, guid, link, **more)

    bridge = Item("Council votes for bridge", BRIDGE, None, "https://b.example/bridge")
    three = [("Storm closes harbour", HARBOUR), ("Council votes for bridge", BRIDGE), ("Owls in the quarry", OWLS)]
    cases = {
        "guid-churn": ([[one("2b1-%d" % i, "https://a.example/storm")] for i in range(4)]
                       + [[one("2b1-9", "https://a.example/storm", text=HARBOUR + " Ferries run again.")]],
                       ["published#1", "updated#2 minor"]),
        "guid-the-same-for-all": ([[Item(t, x, "item", "https://c.example/%d" % i) for i, (t, x) in enumerate(three)]] * 3,
                                  ["published#1"] * 3),
        "guid-is-position": ([[Item(t, x, str(i + 1), "https://p.example/" + t[:5]) for i, (t, x) in enumerate(three[k:])]
                              for k in (2, 1, 0)], ["published#1"] * 3),
        "guid-is-position-no-links": ([[Item(t, x, str(i + 1)) for i, (t, x) in enumerate(three[k:])] for k in (2, 1, 0)],
                                      ["published#1"] * 3),
        "amp-and-mobile": ([[one(None, "https://www.t.example/news/storm")], [one(None, "https://m.t.example/news/storm")],
                            [one(None, "https://www.t.example/amp/news/storm")], [one(None, "https://www.t.example/news/storm?outputType=amp")],
                            [one(None, "https://amp.t.example/news/storm/")]], ["published#1"]),
        "tracking": ([[one(None, "https://k.example/s?id=7&amp;utm_source=rss&amp;utm_campaign=%d" % i)] for i in range(3)]
                     + [[one(None, "https://k.example/s?id=8", title="Council votes for bridge", text=BRIDGE)]],
                     ["published#1", "published#1"]),
        "link-moves-guid-stays": ([[one("tag:l.example,2025:77", "https://l.example/old-slug")],
                                   [one("tag:l.example,2025:77", "https://l.example/new-slug")]], ["published#1"]),
        "all-link-to-the-home-page": ([[Item(t, x, "https://h.example/guid/%s" % t[:4], "https://h.example/")
                                        for t, x in three[:n]] for n in (1, 2, 3, 3)], ["published#1"] * 3),
        "neither-guid-nor-link": ([[Item(*three[0])], [Item(three[0][0], HARBOUR + " Ferries run again.")]],
                                  ["published#1", "updated#2 minor"]),
        "vanishes-and-comes-back": ([[one("v-1", "https://v.example/1"), bridge], [bridge], [one("v-1", "https://v.example/1"), bridge]],
                                    ["published#1", "published#1"]),
        "a-b-a": ([[one("x-1", "https://x.example/1", text=t)] for t in (HARBOUR, HARBOUR + " Ferries run again.", HARBOUR)],
                  ["published#1", "updated#2 minor", "updated#3 minor"]),
    }
    events = check(cases)
    ids = [e["id"] for e in events["a-b-a"]]
    assert len(set(ids)) == 3 and len({e["subject"] for e in events["a-b-a"]}) == 1, ids
    previous = [e["data"]["wiredesk"]["lifecycle"].get("previous") for e in events["a-b-a"]]
    assert previous == [None, ids[0], ids[1]], previous


def test_the_same_article_in_two_feeds_is_one_with_two_sources():
    link = "https://s.example/storm"
    with Origin() as o:
        desk = Desk(o, {"front": [rss([Item("Storm closes harbour", HARBOUR, "front-1", link)]),
                                  rss([Item("Storm closes harbour", HARBOUR + " Ferries run again.", "front-1", link)])],
                        "region": [rss([]), rss([])]})
        with desk.d:
            desk.read_all()
            desk.pages["region"].body = rss([Item("Storm closes harbour", HARBOUR, "region-9", link + "?from=region-rss")])
            desk.pages["region"].body = rss([Item("Storm closes harbour", HARBOUR, "region-9", link + "?utm_source=region")])
            desk.read_all()
            desk.pages["front"].body = desk.feeds["front"][1]
            desk.read_all()
            assert desk.d.stop() == 0
            events = desk.d.events()
    assert [story(e) for e in events] == ["published#1", "updated#2 minor"], [story(e) for e in events]
    sources = [x.get("uri") for x in events[1]["data"]["infoSources"]]
    assert [any(s and s.endswith("/" + n) for s in sources) for n in ("front", "region")] == [True, True], sources


def test_significance_and_corrections():
    numbers = iter(range(100))

    def edit(before, after, title="Storm closes harbour", new_title=None):
        link = "https://e.example/%d" % next(numbers)   # the same in two feeds would be one article
        return [[Item(title, before, "e-1", link)], [Item(new_title or title, after, "e-1", link)]]

    cases = {
        "typo": (edit(HARBOUR.replace("divers", "dvires"), HARBOUR), ["published#1", "updated#2 typo"]),
        "comma": (edit(HARBOUR, HARBOUR.replace("storm. Ships", "storm; Ships").replace("mayor, Anna", "mayor Anna")),
                  ["published#1", "updated#2 typo"]),
        "number": (edit(HARBOUR + " Damage: 3.4 million.", HARBOUR + " Damage: 4.3 million."), ["published#1", "updated#2 fact"]),
        "name": (edit(HARBOUR, HARBOUR.replace("Anna Berg", "Ines Holm")), ["published#1", "updated#2 fact"]),
        "date": (edit(HARBOUR + " It opens on 4 September.", HARBOUR + " It opens on 9 September."), ["published#1", "updated#2 fact"]),
        "headline-number": (edit(HARBOUR, HARBOUR, "Storm kills 2", "Storm kills 3"), ["published#1", "updated#2 fact"]),
        "rewrite": (edit(HARBOUR, OWLS), ["published#1", "updated#2 rewrite"]),
        "japanese-number": (edit("港は嵐のあと2日間閉鎖された。船は湾の外で待っていた。", "港は嵐のあと3日間閉鎖された。船は湾の外で待っていた。",
                                 "嵐で港が閉鎖"), ["published#1", "updated#2 fact"]),
        "korean-typo": (edit("항구는 폭풍이 지나간 뒤 이틀 동안 닫혀 있었다. 배들은 만 밖에서 기다렸따.",
                             "항구는 폭풍이 지나간 뒤 이틀 동안 닫혀 있었다. 배들은 만 밖에서 기다렸다.", "폭풍으로 항구 폐쇄"),
                        ["published#1", "updated#2 typo"]),
        "corrected-en": (edit(HARBOUR, "Correction: An earlier version named the wrong mayor. " + HARBOUR.replace("Anna Berg", "Ines Holm")),
                         ["published#1", "corrected#2 fact"]),
        "corrected-head": (edit(HARBOUR, HARBOUR.replace("Anna Berg", "Ines Holm"), "Storm closes harbour",
                                "CORRECTED: Storm closes harbour"), ["published#1", "corrected#2 fact"]),
        "corrected-ko": (edit("회담은 3시간 동안 이어졌다. 양측은 합의문을 냈다.", "회담은 5시간 동안 이어졌다. 양측은 합의문을 냈다.",
                              "정상회담 종료", "[정정] 정상회담 종료"), ["published#1", "corrected#2 fact"]),
        "corrected-ja": (edit("会談は3時間続いた。双方は合意文書を出した。", "会談は5時間続いた。双方は合意文書を出した。",
                              "首脳会談が終了", "【訂正】首脳会談が終了"), ["published#1", "corrected#2 fact"]),
        "only-speaks-of-one": (edit(HARBOUR, HARBOUR + " Markets expect a correction: prices had risen for a year."),
                               ["published#1", "updated#2 minor"]),
        "retracted": (edit(HARBOUR, "This article has been retracted.", "Storm closes harbour", "RETRACTED: Storm closes harbour"),
                      ["published#1", "withdrawn#2 rewrite"]),
    }
    events = check(cases)
    change = events["number"][1]["data"]["wiredesk"]["lifecycle"]["diff"]["text"]
    assert "4.3 million" in change["added"][0] and "3.4 million" in change["removed"][0], change
    gone = events["retracted"][1]["data"]
    assert gone["pubStatus"] == "canceled", gone


def test_first_polls_and_dates():
    now = datetime.datetime.now(datetime.timezone.utc)

    def aged(feed, name, hours):
        date = None if hours is None else (now - datetime.timedelta(hours=hours)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        text = {"fresh": HARBOUR, "old": BRIDGE, "undated": OWLS}.get(name, "The pool opens an hour earlier from Monday.")
        return Item(name, text, name, "https://%s.example/%s" % (feed, name), date)

    def steps(feed):
        first = [aged(feed, "fresh", 1), aged(feed, "old", 50), aged(feed, "undated", None)]
        return [first, [aged(feed, "later", None)] + first]

    events = check({n: (steps(n), want) for n, want in (
        ("all", ["published#1"] * 4), ("since", ["published#1"] * 2), ("none", ["published#1"]))},
        {n: ", first_poll: %s, first_age: 1d" % n for n in ("all", "since", "none")})
    seen = {n: [(headline(e), e["data"]["wiredesk"]["lifecycle"].get("backfill", False)) for e in es] for n, es in events.items()}
    assert sorted(seen["all"]) == [("fresh", True), ("later", False), ("old", True), ("undated", True)], seen
    assert sorted(seen["since"]) == [("fresh", True), ("later", False)], seen
    assert seen["none"] == [("later", False)], seen
    for e in events["all"]:
        dated = headline(e) in ("fresh", "old")
        data = e["data"]
        assert ("contentCreated" in data) == dated and ("published" in data["wiredesk"]) == dated, data
        assert ("date_source" in data["wiredesk"]) == dated, data["wiredesk"]


NITF = ("<?xml version='1.0'?><nitf><head><docdata%s><doc-id id-string='WIRE-77'/><date.issue norm='20250823T060000Z'/></docdata></head>"
        "<body><body.head><hedline><hl1>Storm closes harbour</hl1></hedline></body.head><body.content><p>%s</p></body.content></body></nitf>")
NINJS = ('{"uri": "urn:wire:88", "type": "text", "version": "%d", "versioncreated": "2025-08-23T06:00:00Z", "pubstatus": "%s",'
         ' "headline": "Council votes for bridge", "body_text": "%s"}')
G2 = ("<?xml version='1.0' encoding='UTF-8'?><newsItem xmlns='http://iptc.org/std/nar/2006-10-01/' guid='urn:wire:99' version='%d'"
      " standard='NewsML-G2' standardversion='2.30' conformance='power'><itemMeta><itemClass qcode='ninat:text'/>"
      "<provider qcode='x:x'/><versionCreated>2025-08-23T06:00:00Z</versionCreated><pubStatus qcode='stat:%s'/></itemMeta>"
      "<contentMeta><headline>Owls in the quarry</headline></contentMeta><contentSet><inlineXML contenttype='application/xhtml+xml'>"
      "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>%s</p></body></html></inlineXML></contentSet></newsItem>")
PAGE = ("<!DOCTYPE html><html><head><title>Storm closes harbour</title><link rel='canonical' href='https://canon.example/storm'>"
        "<meta property='og:type' content='article'></head><body><article><h1>Storm closes harbour</h1><p>%s</p><p>%s</p></article>"
        "</body></html>")


def drop(d, name, text):
    path = os.path.join(d.dir, "spool", "wire", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".part", "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(path + ".part", path)


def test_kills_and_canonical_pages():
    with Origin() as o:
        desk = Desk(o, {"canon": [rss([Item("Storm closes harbour", HARBOUR, "c-1", "https://canon.example/storm?utm_source=x")])]})
        d = desk.d
        with d:
            d.wait_events(1)
            for name, text in (("a.nitf", NITF % ("", HARBOUR)), ("b.json", NINJS % (1, "usable", BRIDGE)), ("c.xml", G2 % (1, "usable", OWLS))):
                drop(d, name, text)
            d.wait_events(4)
            drop(d, "d.nitf", NITF % (" management-status='canceled'", HARBOUR))
            drop(d, "e.json", NINJS % (2, "canceled", BRIDGE))
            drop(d, "f.xml", G2 % (2, "canceled", OWLS))
            d.wait_events(7)
            drop(d, "page.html", PAGE % (HARBOUR, OWLS))        # whatever it says, it is the feed's article
            d.wait("the page to be read", lambda: not [n for n in os.listdir(os.path.join(d.dir, "spool", "wire")) if n == "page.html"])
            desk.read_all()
            assert d.stop() == 0
            lives = collections.defaultdict(list)
            for e in d.events():
                lives[e["subject"]].append((headline(e) if e["data"].get("headlines") else "", story(e)))
    harbour = [[x[1] for x in life] for life in lives.values()]
    assert len(lives) == 4, dict(lives)
    assert sum(life == ["published#1", "withdrawn#2 fact"] for life in harbour) == 3, dict(lives)


def test_a_feed_that_moved_brings_nothing_again():
    items = [Item("Storm closes harbour", HARBOUR, "m-1", "https://m.example/storm")]
    with Origin() as o:
        desk = Desk(o, {"old": [rss(items)]})
        with desk.d as d:
            d.wait_events(1)
            o.add("/new", Static(rss(items + [Item("Owls in the quarry", OWLS, "m-2", "https://m.example/owls")]), validators=False))
            o.add("/old", Redirect("/new", 301))
            d.wait_events(2)
            n = len(o.requests("/new"))
            d.wait("more polls", lambda: len(o.requests("/new")) > n + 2)
            assert d.stop() == 0
            assert [(headline(e), story(e)) for e in d.events()] == [
                ("Storm closes harbour", "published#1"), ("Owls in the quarry", "published#1")], d.events()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
