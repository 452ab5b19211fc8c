#!/usr/bin/env python3
"""Sends every attack of vectors.py, and MUTATIONS more made of them (default 1000), through `wiredesk clean` and judges the result
without it.

The judge is html5lib where it is installed (zero parse errors are asked for too), and in any case a
strict reader of the cleaner's own dialect: every tag must be one of the allow-list, every attribute
double-quoted and allowed, every address of an allowed scheme. Cleaning the result again must change
nothing. Prints one line a failure and "N passed, N failed".
"""
import html
import json
import os
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vectors import VECTORS  # noqa: E402

try:
    import html5lib
except ImportError:
    html5lib = None

MUTATIONS = int(os.environ.get("MUTATIONS", "1000"))
AROUND = ("<svg>%s</svg>", "<math><mtext>%s</mtext></math>", "<template>%s</template>", "<noscript>%s</noscript>", "<select>%s</select>",
          "<table><tr>%s</tr></table>", "<table><caption>%s", "<style>%s</style>", "<textarea>%s</textarea>", "<title>%s</title>",
          "<xmp>%s</xmp>", "<iframe>%s</iframe>", "<!--%s-->", '<p title="%s">', '<a href="http://x/%s">y</a>', "<form><form>%s",
          "<option>%s", "<frameset>%s", "<plaintext>%s", "&lt;p&gt;%s&lt;/p&gt;", "<![CDATA[%s]]>", "<pre>\n%s</pre>", "<li>%s<li>",
          "<svg><style>%s", '<math><annotation-xml encoding="text/html">%s', "<svg><foreignObject>%s", "<b><i>%s</b></i>", "<td>%s</td>")
WIREDESK = os.path.abspath(os.environ.get("WIREDESK", "./wiredesk"))
ELEMENTS = set("p h1 h2 h3 h4 h5 h6 pre blockquote ul ol li dl dt dd figure figcaption table caption thead tbody tfoot tr th td a abbr b strong i em cite code "
               "kbd samp var sub sup s del ins mark q small u bdi bdo span dfn time ruby rt rp br hr img".split())
ATTRIBUTES = set("href src alt title cite datetime start type reversed value colspan rowspan scope lang dir width height".split())
TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>|([^<>]+)')
BAD_URL = re.compile(r"^\s*(?!https?:|mailto:|tel:)[^/?#]*:", re.I)


def mutated(count):
    """Attacks inside of other elements, inside of each other, in part, and written in other characters; the same ones each time."""
    r = random.Random(20)
    vectors = [v for _, v in VECTORS]

    def written(c):
        return r.choice((c, c, c, c, f"&#{ord(c)};", f"&#x{ord(c):x}", c + "\0", c + "\t", c.upper(), c.lower(), c + "\u00ad"))

    def once(s):
        other, at = r.choice(vectors), r.randrange(len(s) + 1)
        way = r.randrange(5)
        if way == 0:
            return r.choice(AROUND).replace("%s", s)
        if way == 1:
            return s[:at] + other + s[at:]
        if way == 2:
            return "".join(map(written, s))
        if way == 3:
            return s[:at] + s[at + r.randrange(6):]
        return other[:r.randrange(len(other) + 1)] + s[at:]

    for _ in range(count):
        s = r.choice(vectors)
        for _ in range(r.randrange(1, 5)):
            s = once(s)
        yield "mutation", s[:4000]


def strict(text):
    """What is wrong with it as the cleaner's dialect; None: nothing."""
    at, stack = 0, []
    while at < len(text):
        m = TOKEN.match(text, at)
        if m is None:
            return f"not the dialect at {text[at:at + 60]!r}"
        at = m.end()
        if m[4] is not None:
            continue
        if m[2] not in ELEMENTS:
            return f"element {m[2]}"
        if m[1]:
            if not stack or stack.pop() != m[2]:
                return f"</{m[2]}> closes nothing"
        elif m[2] not in ("br", "hr", "img"):
            stack.append(m[2])
        for name, value in re.findall(r' ([a-z]+)="([^"]*)"', m[3]):
            value = re.sub(r"[\x00-\x20\u200b\ufeff]", "", html.unescape(value))
            if name not in ATTRIBUTES:
                return f"attribute {name}"
            if name in ("href", "src", "cite") and BAD_URL.match(value):
                return f"address {value[:60]!r}"
    return f"left open: {stack}" if stack else None


def standard(text):
    if html5lib is None:
        return None
    p = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = p.parseFragment(text)
    if p.errors:
        return f"parse errors {p.errors[:2]}"
    for el in tree.iter():
        if not isinstance(el.tag, str) or (el.tag not in ELEMENTS and el.tag != "DOCUMENT_FRAGMENT"):
            return f"element {el.tag}"
        for name in el.attrib:
            if name not in ATTRIBUTES:
                return f"attribute {name}"
    return None


def clean(fragments, *options):
    lines = "".join(json.dumps({"id": i, "html": h}) + "\n" for i, h in enumerate(fragments))
    p = subprocess.run([WIREDESK, "clean", "--json-lines", *options], input=lines.encode("utf-8", "surrogatepass"), capture_output=True, check=False)
    out = [json.loads(x) for x in p.stdout.decode().splitlines()]
    if p.returncode != 0 or [o["id"] for o in out] != list(range(len(fragments))):
        sys.exit(f"wiredesk clean: status {p.returncode}, {len(out)} of {len(fragments)} answers\n{p.stderr.decode()[:500]}")
    return [o["html"] for o in out]


def main():
    passed = failed = 0
    attacks = list(VECTORS) + list(mutated(MUTATIONS))
    for options in ((), ("--sanitise-only",)):
        once = clean([v for _, v in attacks], *options)
        twice = clean(once, *options)
        for (kind, vector), a, b in zip(attacks, once, twice):
            why = strict(a) or standard(a) or (None if a == b else f"cleaned again: {b[:200]!r}")
            passed, failed = passed + (why is None), failed + (why is not None)
            if why is not None:
                print(f"FAIL {kind}: {vector[:120]!r}\n     -> {a[:200]!r}: {why}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
