#!/usr/bin/env python3
"""Writes N articles of about 3 KB as RSS files of 50 entries each: the corpus of the replay and Kafka benchmarks.

  make_feeds.py FOLDER [N]        always the same bytes for the same N
"""
import os
import random
import sys

WORDS = ("the of and to in a is that for on with as was at by from minister talks Seoul Tokyo summit trade agreement president "
         "leader visit security economic council statement export tariff growth million percent year government official "
         "said told reporters meeting relations cooperation island history court workers company price market report "
         "people city north south east west school river bridge storm harbour police team match season film music").split()


def sentence(r):
    words = [r.choice(WORDS) for _ in range(r.randint(8, 22))]
    return " ".join(words).capitalize() + "."


def body(r):
    parts = []
    for i in range(r.randint(6, 10)):
        text = " ".join(sentence(r) for _ in range(r.randint(2, 5)))
        parts.append("<p>%s</p>" % text)
    if r.random() < 0.1:
        rows = "".join("<tr><td>%s</td><td>%d</td></tr>" % (r.choice(WORDS), r.randint(1, 9999)) for _ in range(5))
        parts.insert(2, "<table><tr><th>Item</th><th>Value</th></tr>%s</table>" % rows)
    return "".join(parts)


def main():
    folder, total = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    os.makedirs(folder, exist_ok=True)
    r = random.Random(1)
    for f in range((total + 49) // 50):
        items = []
        for i in range(f * 50, min(total, f * 50 + 50)):
            items.append("<item><title>%s</title><link>https://bench.example/a/%d</link><guid>https://bench.example/a/%d</guid>"
                         "<pubDate>Sat, 23 Aug 2025 %02d:%02d:00 +0900</pubDate><description><![CDATA[%s]]></description></item>"
                         % (sentence(r)[:70], i, i, i // 60 % 24, i % 60, body(r)))
        with open(os.path.join(folder, "feed-%05d.xml" % f), "w", encoding="utf-8") as out:
            out.write('<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Bench</title>'
                      "<link>https://bench.example/</link>%s</channel></rss>\n" % "\n".join(items))


if __name__ == "__main__":
    main()
