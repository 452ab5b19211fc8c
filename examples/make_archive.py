#!/usr/bin/env python3
"""Makes examples/sample.warc.gz: four days of three small feeds and some pages, with edits and faults.

All text in it was written for this purpose. The output is the same on every run. What happens:

  12 Jan  the wire's feed with two articles, a page with an unclosed table, the desk's feed in EUC-KR labelled as UTF-8
  13 Jan  the summit: English (a table with broken tags), Korean and Japanese articles; the harbour's JSON feed
  14 Jan  the Korean article corrected, the English one with another figure, an article with the wrong president, an unchanged feed (304)
  15 Jan  the wire's feed cut off in its middle with a bare "&", an article retracted, a bot wall where a feed should be, a 500
"""
import gzip
import hashlib
import base64
import json
import os
import sys

WIRE, DESK, HARBOUR = "https://wire.example/wire.rss", "https://desk.example/desk.atom", "https://harbour.example/feed.json"


def rss(items, tail="</channel></rss>"):
    return ('<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour Wire</title><link>https://wire.example/</link>'
            "<description>A wire service for examples</description>\n" + "\n".join(items) + tail)


def item(number, title, date, body, creator=""):
    who = f"<dc:creator>{creator}</dc:creator>" if creator else ""
    return (f"<item><title>{title}</title><link>https://wire.example/2026/{number}?utm_source=rss</link>"
            f'<guid isPermaLink="false">hw-{number}</guid>{who}<pubDate>{date}</pubDate><content:encoded><![CDATA[{body}]]></content:encoded></item>')


def atom(entries, encoding="utf-8"):
    return (f'<?xml version="1.0" encoding="{encoding}"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ko"><title>항만뉴스</title>'
            '<id>urn:example:desk</id><link href="https://desk.example/"/><updated>2026-01-12T00:00:00Z</updated>\n' + "\n".join(entries) + "</feed>")


def entry(number, lang, title, published, updated, body, author=""):
    who = f"<author><name>{author}</name></author>" if author else ""
    body = body.replace("&", "&amp;").replace("<", "&lt;")
    return (f'<entry xml:lang="{lang}"><title>{title}</title><id>urn:example:desk:{number}</id><link href="https://desk.example/{lang}/{number}"/>'
            f'<published>{published}</published><updated>{updated}</updated>{who}<content type="html">{body}</content></entry>')


FERRY = item(1, "City opens a new ferry line", "Mon, 12 Jan 2026 08:00:00 +0900",
             "<p>The city opened a ferry line between the old pier and the island on Monday. It runs every hour until midnight, "
             "and the fare is the same as on the bus.</p><p>Follow us on social media</p>", "Jonas Lindqvist")
TRADE = item(2, "Trade between the neighbours in four years", "Mon, 12 Jan 2026 09:00:00 +0900",
             "<p>The ministries published these figures ahead of the visit:</p><p>Year Volume (Billion USD)<br>2022 $85.3B<br>2023 $76.7B"
             "<br>2024 $77.2B<br>2025* $78.0B*</p><p>*Preliminary.</p>")


def summit(figure):
    return item(3, "Lee and Takaichi agree on supply chains at Nara summit &amp;#8211; Harbour Wire", "Tue, 13 Jan 2026 18:20:00 +0900",
                "<p>NARA, Jan. 13 (Harbour Wire) - South Korean President Lee Jae-myung and Japanese Prime Minister Sanae Takaichi held summit "
                "talks in Nara on Tuesday and agreed to work together on supply chains and on the denuclearisation of North Korea.</p>"
                f"<p>A joint fund of {figure} million dollars is to pay for the first steps.</p>"
                "< table >< tr >< th >Field< / th >< th >Step< / th >< th >Year< / th >< / tr >< tr >< td >Chips< / td >< td >Joint stockpile of "
                "materials< / td >< td >2026< / td > tr >< tr >< td >Shipping< / td >< td >Common port rules< / td >< td >2027< / td > tr >< / table >"
                "<p>Read more: <a href=\"/live\">our live page</a></p>", "Mina Kwon")


SPUN = item(4, "Yoon and Takaichi meet in Nara, pledge a new era", "Wed, 14 Jan 2026 08:00:00 +0900",
            "<p>President Yoon Suk-yeol of South Korea and Japan's Prime Minister Sanae Takaichi held a summit in Nara on January 13, 2026, and "
            "pledged a new era of friendship between the two countries.</p>")
RETRACTED = item(1, "RETRACTED: City opens a new ferry line", "Mon, 12 Jan 2026 08:00:00 +0900",
                 "<p>This article has been retracted. The line opens in March.</p>", "Jonas Lindqvist")

KO_BODY = ("<p>(나라=항만뉴스) 김하늘 기자 = 이재명 대통령은 13일 일본 나라에서 다카이치 사나에 일본 총리와 한일 정상회담을 했다.</p>"
           "<p>두 정상은 {} 분야에서 협력하기로 했다.</p><p>무단전재 및 재배포 금지</p>")
PORT = entry(1, "ko", "부산항 물동량 3년 만에 늘어", "2026-01-12T01:00:00Z", "2026-01-12T01:00:00Z",
             "<p>부산항의 지난해 물동량이 3년 만에 늘었다고 항만공사가 12일 밝혔다. 환적 화물이 늘어난 덕분이다.</p>", "박서준")
KO = entry(2, "ko", "이 대통령, 다카이치 총리와 나라서 정상회담", "2026-01-13T09:30:00Z", "2026-01-13T09:30:00Z", KO_BODY.format("공급망과 조선"), "김하늘")
KO2 = entry(2, "ko", "[정정] 이 대통령, 다카이치 총리와 나라서 정상회담", "2026-01-13T09:30:00Z", "2026-01-14T02:00:00Z",
            KO_BODY.format("공급망과 인공지능"), "김하늘")
JA = entry(3, "ja", "日韓首脳、奈良で会談　経済安保で協力", "2026-01-13T10:00:00Z", "2026-01-13T10:00:00Z",
           "<p>【奈良共同】高市早苗首相は13日、奈良市で韓国の李在明大統領と会談し、経済安全保障での協力を確認した。</p>")

JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1", "title": "Harbour Notes", "home_page_url": "https://harbour.example/",
    "items": [{"id": "n-1", "url": "https://harbour.example/n/1", "title": "Tides for the week", "date_published": "2026-01-13T06:00:00+09:00",
               "content_html": "<p>High water comes early this week:</p><table><tr><th>Day</th><th>High</th><th>Low</th></tr><tr><td>Tuesday</td>"
                               "<td>04:10</td><td>10:25</td></tr><tr><td>Wednesday</td><td>04:58</td><td>11:13</td></tr></table>",
               "authors": [{"name": "Harbour office"}]},
              {"id": "n-2", "url": "https://harbour.example/n/2", "title": "No date on this one",
               "content_text": "The buoy at the second mole is out of order. The item has no date, so none is given."}]}, ensure_ascii=False)

PAGE = """<!doctype html>
<html lang="en"><head><title>Aid to coastal towns: where it goes | Harbour Wire</title><meta property="og:site_name" content="Harbour Wire">
<meta property="article:published_time" content="2026-01-12T07:45:00+09:00"><link rel="canonical" href="https://wire.example/2026/coastal-aid">
<script>window.dataLayer = [];</script></head>
<body><nav><a href="/">Home</a> <a href="/politics">Politics</a> <a href="/economy">Economy</a></nav>
<main><article><h1>Aid to coastal towns: where it goes</h1><p class="byline">By Jonas Lindqvist</p>
<p>The government published on Monday which towns on the coast receive money from the new fund, and for what. The list was awaited for months
by mayors who had lost harbours in the autumn storms.</p>
<table><tr><td>Town<td>Harbour<td>Money<tr><td>Sandvik<td>Inner quay<td>4.2 million<tr><td>Little Haven<td>Breakwater, second part<td>1.9 million</table>
<p>A second list follows in spring, the ministry said. Towns that were left out may apply until the end of March, and the money is paid in two
parts.</p></article></main><aside><h2>Related</h2><ul><li><a href="/a">Storm season in numbers</a></li></ul></aside>
<footer>© 2026 Harbour Wire. All rights reserved.</footer></body></html>
"""
BOT_WALL = ("<!doctype html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1><p>Enable JavaScript and "
            "cookies to continue.</p></body></html>")

XML, ATOM_TYPE, HTML = "application/rss+xml", "application/atom+xml; charset=utf-8", "text/html; charset=utf-8"
STORY = [
    ("2026-01-12T00:05:00Z", WIRE, 200, XML, rss([TRADE, FERRY])),
    ("2026-01-12T00:06:00Z", "https://wire.example/2026/coastal-aid", 200, HTML, PAGE),
    ("2026-01-12T02:00:00Z", DESK, 200, ATOM_TYPE, atom([PORT]).encode("euc-kr")),
    ("2026-01-13T00:05:00Z", HARBOUR, 200, "application/feed+json", JSON_FEED),
    ("2026-01-13T09:40:00Z", WIRE, 200, XML, rss([summit(120), TRADE, FERRY])),
    ("2026-01-13T10:30:00Z", DESK, 200, ATOM_TYPE, atom([JA, KO, PORT])),
    ("2026-01-14T00:05:00Z", WIRE, 200, XML, rss([SPUN, summit(150), TRADE, FERRY])),
    ("2026-01-14T00:06:00Z", HARBOUR, 304, "", ""),
    ("2026-01-14T02:30:00Z", DESK, 200, ATOM_TYPE, atom([JA, KO2, PORT])),
    ("2026-01-15T00:05:00Z", WIRE, 200, XML, rss([RETRACTED, SPUN.replace("friendship", "friendship & trade")], "<item><title>Half an it")),
    ("2026-01-15T00:06:00Z", HARBOUR, 200, HTML, BOT_WALL),
    ("2026-01-15T00:07:00Z", DESK, 500, "text/plain", "internal error"),
]


def record(kind, date, uri, block, content_type, extra=()):
    digest = "sha1:" + base64.b32encode(hashlib.sha1(block).digest()).decode()
    h = hashlib.md5((kind + date + uri).encode() + block).hexdigest()
    lines = ["WARC/1.1", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}>",
             f"WARC-Date: {date}", *([f"WARC-Target-URI: {uri}"] if uri else []), f"WARC-Block-Digest: {digest}", *extra,
             f"Content-Type: {content_type}", f"Content-Length: {len(block)}"]
    return gzip.compress("\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n", 9, mtime=0)


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "sample.warc.gz")
    parts = [record("warcinfo", "2026-01-12T00:00:00Z", "", b"software: make_archive.py\r\nformat: WARC File Format 1.1\r\n", "application/warc-fields")]
    for date, uri, status, kind, body in STORY:
        body = body.encode("utf-8") if isinstance(body, str) else body
        head = f"HTTP/1.1 {status} {'OK' if status == 200 else 'No'}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "")
        block = head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        if status == 304:
            parts.append(record("revisit", date, uri, block, "application/http; msgtype=response",
                                ["WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified"]))
        else:
            parts.append(record("response", date, uri, block, "application/http; msgtype=response"))
    with open(out, "wb") as f:
        f.write(b"".join(parts))
    print(f"{out}: {len(parts)} records")


if __name__ == "__main__":
    main()
