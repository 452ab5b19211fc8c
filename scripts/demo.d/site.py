#!/usr/bin/env python3
"""A small news site for scripts/demo: two feeds, one edited article. Loopback only.

  site.py FILE      writes the port it listens on to FILE once it is ready; runs until it is ended

/wire.rss     RSS 2.0: a table whose tags are broken by spaces, a flattened table, a wrong date, an item without a date
/desk.atom    Atom 1.0: Korean and Japanese articles; from the second request on one of them is corrected
Both answer 304 to a validator that is still good.
"""
import hashlib
import http.server
import os
import sys

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harbour Wire</title><link>{base}/</link><description>A wire service for demonstrations</description>
<item><title>Lee and Takaichi agree on supply chains at Nara summit &amp;#8211; Harbour Wire</title>
 <link>{base}/2026/nara-summit?utm_source=rss&amp;utm_medium=feed</link><guid isPermaLink="false">hw-1001</guid>
 <dc:creator>Mina Kwon</dc:creator><pubDate>Tue, 13 Jan 2026 18:20:00 +0900</pubDate>
 <content:encoded><![CDATA[<p>NARA, Jan. 13 (Harbour Wire) - South Korean President Lee Jae-myung and Japanese Prime Minister Sanae
Takaichi held summit talks in Nara on Tuesday and agreed to work together on supply chains and on the denuclearisation of North Korea.</p>
<p>The two sides set out what they will do first:</p>
< table >< tr >< th >Field< / th >< th >Step< / th >< th >Year< / th >< / tr >
< tr >< td >Chips< / td >< td >Joint stockpile of materials< / td >< td >2026< / td > tr >
< tr >< td >Shipping< / td >< td >Common port rules< / td >< td >2027< / td > tr >< / table >
<p>Read more: <a href="{base}/live">our live page</a></p>]]></content:encoded></item>
<item><title>Trade between the neighbours in four years</title><link>{base}/2026/trade</link><guid isPermaLink="false">hw-1002</guid>
 <pubDate>Mon, 12 Jan 2026 09:00:00 +0900</pubDate>
 <description>&lt;p&gt;The figures the ministries published ahead of the visit:&lt;/p&gt;&lt;p&gt;Year Volume (Billion USD)&lt;br&gt;2022 $85.3B&lt;br&gt;2023 $76.7B&lt;br&gt;2024 $77.2B&lt;br&gt;2025* $78.0B*&lt;/p&gt;&lt;p&gt;*Preliminary.&lt;/p&gt;</description></item>
<item><title>Yoon and Takaichi meet in Nara, pledge a new era</title><link>{base}/2026/spun</link><guid isPermaLink="false">hw-1003</guid>
 <pubDate>Wed, 14 Jan 2026 08:00:00 +0900</pubDate>
 <description>President Yoon Suk-yeol of South Korea and Japan's Prime Minister Sanae Takaichi held a summit in Nara on January 13, 2026, and pledged a new era.</description></item>
<item><title>City opens a new ferry line</title><link>{base}/2026/ferry</link><guid isPermaLink="false">hw-1004</guid>
 <description>The line runs every hour from the old pier. The item has no date, so none is given.</description></item>
</channel></rss>
"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ko"><title>항만뉴스</title><id>urn:example:desk</id>
<link href="{base}/"/><updated>2026-01-13T12:00:00Z</updated>
<entry><title>이 대통령, 다카이치 총리와 나라서 정상회담{mark}</title><id>urn:example:desk:1</id><link href="{base}/ko/1"/>
 <published>2026-01-13T09:30:00Z</published><updated>{updated}</updated><author><name>김하늘</name></author>
 <content type="html">&lt;p&gt;(나라=항만뉴스) 김하늘 기자 = 이재명 대통령은 13일 일본 나라에서 다카이치 사나에 일본 총리와 한일 정상회담을 했다.&lt;/p&gt;&lt;p&gt;두 정상은 {facts} 분야에서 협력하기로 했다.&lt;/p&gt;&lt;p&gt;무단전재 및 재배포 금지&lt;/p&gt;</content></entry>
<entry xml:lang="ja"><title>日韓首脳、奈良で会談　経済安保で協力</title><id>urn:example:desk:2</id><link href="{base}/ja/2"/>
 <published>2026-01-13T10:00:00Z</published><updated>2026-01-13T10:00:00Z</updated>
 <content type="html">&lt;p&gt;【奈良共同】高市早苗首相は13日、奈良市で韓国の李在明大統領と会談し、経済安全保障での協力を確認した。&lt;/p&gt;</content></entry>
</feed>
"""


class Site(http.server.BaseHTTPRequestHandler):
    desk_requests = 0

    def do_GET(self):
        base = "http://%s:%d" % self.server.server_address
        if self.path == "/wire.rss":
            self.answer("application/rss+xml", RSS.replace("{base}", base))
        elif self.path == "/desk.atom":
            Site.desk_requests += 1
            edited = Site.desk_requests > 1
            self.answer("application/atom+xml", ATOM.format(
                base=base, updated="2026-01-13T11:15:00Z" if edited else "2026-01-13T09:30:00Z",
                mark=" [정정]" if edited else "", facts="공급망과 인공지능" if edited else "공급망과 조선"))
        else:
            self.send_error(404)

    def answer(self, kind, text):
        body = text.encode("utf-8")
        etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        fresh = self.headers.get("If-None-Match") == etag
        self.send_response(304 if fresh else 200)
        self.send_header("ETag", etag)
        if not fresh:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not fresh:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    with open(sys.argv[1] + ".tmp", "w", encoding="ascii") as f:
        f.write(str(server.server_address[1]))
    os.rename(sys.argv[1] + ".tmp", sys.argv[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
