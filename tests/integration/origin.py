#!/usr/bin/env python3
"""A scripted HTTP origin with a ledger, for tests, the crash test and the demo. Standard library only.

In a test:

    with Origin() as o:                       # a thread; o.url is http://127.0.0.1:PORT
        o.add("/feed/1", Feed(items=3))       # a feed that changes: see Feed
        o.add("/moved", Redirect("/feed/1", 301))
        o.add("/page", Static(b"<html>...", "text/html"))
        ...
        o.ledger                              # items ever served, in order: see below
        o.requests("/feed/1")                 # what was asked: [{"time", "path", "headers", "status"}]

As a program (the crash test and scripts/demo start it so):

    origin.py --port 0 --feeds 20 --items 10 --rate 5 --ledger LEDGER.jsonl
    origin.py --port 8000 --dir FOLDER        # serves the files of a folder, with validators

prints "listening http://127.0.0.1:PORT" on stdout and runs until SIGTERM. With --feeds it serves
/feed/1 … /feed/N; --rate makes so many new items a second over all feeds.

The ledger has one line per (feed, guid, version) the first time it was *served completely*:
{"feed": "/feed/1", "guid": "…", "version": 1, "title": "…", "time": 1756000000.1}. It is flushed
before the response's last byte leaves, so whatever a client may have taken as whole is in it. A test
of "nothing is lost" compares it with the events that came out; "guid" is the entry's guid and "title"
its headline, unique per version ("Item 7 of /feed/1 v1").

Behaviours: Static, Feed, Redirect, Status, Sequence (one behaviour after the other), Slow (drips),
Truncated (announces more than it sends), Bomb (gzip of zeros), Endless (a body without end, chunked
or with a huge Content-Length), Hang (accepts and says nothing), Raw (bytes as given), Encoded (gzip,
br-less), BigHeaders.
"""
import argparse
import email.utils
import fcntl
import gzip
import hashlib
import http.server
import json
import os
import random
import signal
import socket
import socketserver
import sys
import tempfile
import threading
import time
import zlib
from xml.sax.saxutils import escape


class Behaviour:
    """Answers one request; `h` is the http.server handler, `o` the Origin."""

    def answer(self, h, o):
        raise NotImplementedError


def send(h, status, body=b"", ctype="text/plain", headers=(), length=None):
    h.send_response(status)
    h.send_header("Content-Type", ctype)
    for k, v in headers:
        h.send_header(k, v)
    if length is None and status != 304:
        length = len(body)
    if length is not None:
        h.send_header("Content-Length", str(length))
    h.end_headers()
    h.status = status
    if h.command != "HEAD":
        h.wfile.write(body)


class Static(Behaviour):
    def __init__(self, body, ctype="application/rss+xml", headers=(), validators=True):
        self.body, self.ctype, self.headers, self.validators = body, ctype, list(headers), validators

    def answer(self, h, o):
        headers = list(self.headers)
        if self.validators:
            etag = '"%s"' % hashlib.sha1(self.body).hexdigest()
            headers.append(("ETag", etag))
            if h.headers.get("If-None-Match") == etag:
                send(h, 304, headers=headers)
                return
        send(h, 200, self.body, self.ctype, headers)


class Status(Behaviour):
    def __init__(self, status, body=b"no\n", headers=()):
        self.status, self.body, self.headers = status, body, list(headers)

    def answer(self, h, o):
        send(h, self.status, self.body, headers=self.headers)


class Redirect(Behaviour):
    def __init__(self, to, status=302):
        self.to, self.status = to, status

    def answer(self, h, o):
        send(h, self.status, b"elsewhere\n", headers=[("Location", self.to)])


class Sequence(Behaviour):
    """Each request gets the next behaviour; the last one stays."""

    def __init__(self, *steps):
        self.steps, self.at = steps, 0
        self.lock = threading.Lock()

    def answer(self, h, o):
        with self.lock:
            step = self.steps[min(self.at, len(self.steps) - 1)]
            self.at += 1
        step.answer(h, o)


class Encoded(Behaviour):
    """gzip, or deflate, of a body; `cut` bytes of it are missing although the length says nothing of it."""

    def __init__(self, body, coding="gzip", ctype="application/rss+xml", cut=0):
        self.coding, self.ctype = coding, ctype
        self.body = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
        self.body = self.body[:len(self.body) - cut]

    def answer(self, h, o):
        send(h, 200, self.body, self.ctype, [("Content-Encoding", self.coding)])


class Bomb(Behaviour):
    """`size` zero bytes, gzipped."""

    def __init__(self, size=256 << 20):
        c = zlib.compressobj(9, zlib.DEFLATED, 31)
        block = bytes(1 << 20)
        self.body = b"".join([c.compress(block) for _ in range(size >> 20)] + [c.flush()])

    def answer(self, h, o):
        send(h, 200, self.body, "application/rss+xml", [("Content-Encoding", "gzip")])


class Slow(Behaviour):
    """Sends the body in pieces with a pause behind each."""

    def __init__(self, body, piece=10, pause=0.5, ctype="application/rss+xml"):
        self.body, self.piece, self.pause, self.ctype = body, piece, pause, ctype

    def answer(self, h, o):
        send(h, 200, b"", self.ctype, length=len(self.body))
        for i in range(0, len(self.body), self.piece):
            if o.stopping.wait(self.pause):
                return
            h.wfile.write(self.body[i:i + self.piece])
            h.wfile.flush()


class Truncated(Behaviour):
    """Announces all of the body, sends a part of it, closes."""

    def __init__(self, body, part=0.5, ctype="application/rss+xml", headers=()):
        self.body, self.part, self.ctype, self.headers = body, part, ctype, list(headers)

    def answer(self, h, o):
        h.close_connection = True
        send(h, 200, b"", self.ctype, self.headers, length=len(self.body))
        h.wfile.write(self.body[:int(len(self.body) * self.part)])


class Endless(Behaviour):
    """Never ends: chunked, or with `length` announced (a 2 GB response)."""

    def __init__(self, length=None, start=b"<rss><channel><title>t</title>"):
        self.length, self.start = length, start
        self.sent = 0

    def answer(self, h, o):
        h.close_connection = True
        h.status = 200
        h.send_response(200)
        h.send_header("Content-Type", "application/rss+xml")
        if self.length is not None:
            h.send_header("Content-Length", str(self.length))
        else:
            h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        block = self.start + b"x" * 65536
        while not o.stopping.is_set():
            piece = block if self.length is not None else b"%x\r\n%s\r\n" % (len(block), block)
            h.wfile.write(piece)
            self.sent += len(block)


class Hang(Behaviour):
    def answer(self, h, o):
        h.close_connection = True
        h.status = 0
        o.stopping.wait(3600)


class Raw(Behaviour):
    """Bytes as given, then the connection is closed."""

    def __init__(self, data):
        self.data = data

    def answer(self, h, o):
        h.close_connection = True
        h.status = 200
        h.wfile.write(self.data)


class BigHeaders(Behaviour):
    def __init__(self, size=1 << 20):
        self.size = size

    def answer(self, h, o):
        send(h, 200, b"x", headers=[("X-%d" % i, "y" * 1000) for i in range(self.size // 1000)])


class Feed(Behaviour):
    """An RSS feed of items "Item N of PATH vV", newest first, `window` of them shown.

    add() makes new items, edit() a new version of one. ETag and Last-Modified change with it; a
    conditional request that matches gets 304. With validators=False there are none.
    """

    def __init__(self, items=1, window=50, validators=True, headers=(), text="", gzip_it=False):
        self.window, self.validators, self.headers = window, validators, list(headers)
        self.text, self.gzip_it = text, gzip_it
        self.lock = threading.Lock()
        self.items = []  # [guid, version, time]
        self.asked = 0
        self.path = "?"
        self.changed = time.time()
        self.rendered = {}  # (number, version) → text: long feeds are asked for often
        self.add(items)

    def add(self, n=1):
        with self.lock:
            for _ in range(n):
                number = len(self.items) + 1
                self.items.append([number, 1, time.time()])
            self.changed = time.time()

    def edit(self, number):
        with self.lock:
            self.items[number - 1][1] += 1
            self.changed = time.time()

    def shown(self):
        return list(reversed(self.items[-self.window:]))

    def title(self, item):
        return "Item %d of %s v%d" % (item[0], self.path, item[1])

    def render_item(self, o, item):
        link = "%s%s/item/%d" % (o.url, self.path, item[0])
        return (
            "<item><title>%s</title><link>%s</link><guid isPermaLink=\"false\">%s#%d</guid>"
            "<pubDate>%s</pubDate><description>%s</description></item>\n" % (
                escape(self.title(item)), escape(link), escape(self.path), item[0],
                email.utils.formatdate(item[2], usegmt=True),
                escape("<p>This is the text of %s. %s</p>" % (self.title(item), self.text))))

    def render(self, o):
        old, self.rendered = self.rendered, {}
        for item in self.shown():
            key = (item[0], item[1])
            self.rendered[key] = old.get(key) or self.render_item(o, item)
        rows = self.rendered.values()
        return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel>"
                "<title>Feed %s</title><link>%s/</link><description>d</description>\n%s"
                "</channel></rss>\n" % (escape(self.path), o.url, "".join(rows))).encode()

    def answer(self, h, o):
        with self.lock:
            self.asked += 1
            body = self.render(o)
            seen = [(self.path, "%s#%d" % (self.path, i[0]), i[1], self.title(i))
                    for i in self.shown()]
        etag = 'W/"%s"' % hashlib.sha1(body).hexdigest()
        headers = list(self.headers)
        if self.validators:
            headers += [("ETag", etag),
                        ("Last-Modified", email.utils.formatdate(self.changed, usegmt=True))]
            if h.headers.get("If-None-Match") == etag:
                send(h, 304, headers=headers)
                return
        if self.gzip_it and "gzip" in h.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            headers.append(("Content-Encoding", "gzip"))
        send(h, 200, body[:-1], "application/rss+xml; charset=utf-8", headers, length=len(body))
        h.wfile.flush()
        o.enter(seen)
        h.wfile.write(body[-1:])


class Folder(Behaviour):
    """The files of a folder, under the path this is added for."""

    TYPES = {".xml": "application/xml", ".rss": "application/rss+xml", ".atom": "application/atom+xml",
             ".html": "text/html; charset=utf-8", ".json": "application/feed+json"}

    def __init__(self, root):
        self.root = os.path.realpath(root)

    def answer(self, h, o):
        path = os.path.realpath(os.path.join(self.root, h.path.split("?")[0].lstrip("/")))
        if not path.startswith(self.root + os.sep) or not os.path.isfile(path):
            send(h, 404, b"not here\n")
            return
        with open(path, "rb") as f:
            body = f.read().replace(b"@ORIGIN@", o.url.encode())
        Static(body, self.TYPES.get(os.path.splitext(path)[1], "text/plain")).answer(h, o)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    status = 0

    def do_GET(self):
        o = self.server.origin
        b = o.find(self.path)
        self.status = 0
        row = o.note(self)
        try:
            b.answer(self, o)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            row["status"] = self.status

    do_HEAD = do_GET

    def log_message(self, fmt, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request, client_address):
        pass  # clients are killed on purpose


class Origin:
    def __init__(self, port=0, host="127.0.0.1", ledger_path=None):
        self.server = Server((host, port), Handler)
        self.server.origin = self
        self.port = self.server.server_address[1]
        self.url = "http://%s:%d" % (host, self.port)
        self.routes, self.prefixes = {}, []
        self.ledger, self.entered, self.log = [], set(), []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.file = open(ledger_path, "a", encoding="utf-8") if ledger_path else None
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        end = time.monotonic() + 10    # what is in the ledger leaves whole, if anybody reads it
        while any(r["status"] is None for r in self.log) and time.monotonic() < end:
            time.sleep(0.01)
        if self.file:
            self.file.close()

    def add(self, path, behaviour):
        if isinstance(behaviour, Feed):
            behaviour.path = path
        if path.endswith("/*"):
            self.prefixes.append((path[:-1], behaviour))
        else:
            self.routes[path] = behaviour
        return behaviour

    def find(self, path):
        path = path.split("?")[0]
        if path in self.routes:
            return self.routes[path]
        for prefix, b in self.prefixes:
            if path.startswith(prefix):
                return b
        return Status(404)

    def enter(self, rows):
        with self.lock:
            for feed, guid, version, title in rows:
                if (feed, guid, version) in self.entered:
                    continue
                self.entered.add((feed, guid, version))
                row = {"feed": feed, "guid": guid, "version": version, "title": title,
                       "time": time.time()}
                self.ledger.append(row)
                if self.file:
                    self.file.write(json.dumps(row) + "\n")
            if self.file:
                self.file.flush()

    def note(self, h):
        """A request that came; its status is None until it is answered."""
        with self.lock:
            self.log.append({"time": time.time(), "path": h.path, "status": None,
                             "headers": dict(h.headers.items())})
            return self.log[-1]

    def requests(self, path):
        with self.lock:
            return [r for r in self.log if r["path"] == path]


def free_port():
    """A port below the ephemeral range, so that no client's socket takes it meanwhile, and no other test
    beside this one: a lock on a file says so as long as this process lives."""
    for _ in range(200):
        port = random.randrange(20000, 32000)
        fd = os.open(os.path.join(tempfile.gettempdir(), "wiredesk-port-%d" % port), os.O_CREAT | os.O_RDWR, 0o666)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
            return port    # the lock stays
        except OSError:
            os.close(fd)
    raise RuntimeError("no free port")


def main():
    p = argparse.ArgumentParser(description="scripted HTTP origin with a ledger")
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--feeds", type=int, default=0)
    p.add_argument("--items", type=int, default=10, help="items a feed starts with")
    p.add_argument("--window", type=int, default=100, help="items a feed shows")
    p.add_argument("--rate", type=float, default=0, help="new items per second over all feeds")
    p.add_argument("--text", type=int, default=200, help="bytes of text an item has")
    p.add_argument("--ledger")
    p.add_argument("--dir")
    a = p.parse_args()
    stop = threading.Event()
    for s in (signal.SIGTERM, signal.SIGINT):
        signal.signal(s, lambda *_: stop.set())
    with Origin(a.port, ledger_path=a.ledger) as o:
        feeds = [o.add("/feed/%d" % (i + 1), Feed(a.items, a.window, text="word " * (a.text // 5)))
                 for i in range(a.feeds)]
        if a.dir:
            o.add("/*", Folder(a.dir))
        print("listening " + o.url, flush=True)
        n = 0
        start = time.time()
        while not stop.wait(0.05):
            while feeds and a.rate and n < (time.time() - start) * a.rate:
                feeds[n % len(feeds)].add()
                n += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
