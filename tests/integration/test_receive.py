#!/usr/bin/env python3
"""Receiving over HTTP: what is taken, what is refused and how, and that a 202 is a promise."""
import base64
import gzip
import hashlib
import hmac
import http.client
import json
import os
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, headline, run_tests  # noqa: E402
from origin import free_port  # noqa: E402


def rss(title):
    return ("<rss version='2.0'><channel><title>t</title><item><title>%s</title><guid>%s</guid>"
            "<description>Text of %s.</description></item></channel></rss>" % (title, title, title)
            ).encode()


class Receiver(Daemon):
    def __init__(self, more="", source="token_file: token"):
        super().__init__(None)
        self.port = free_port()
        for name, text in (("token", "first-token\nsecond-token\n"), ("key", "hmac-key\n")):
            with open(os.path.join(self.dir, name), "w") as f:
                f.write(text)
        self.text = ("sinks: [{type: jsonl, path: events.jsonl}]\nreceive:\n"
                     "  listen: 127.0.0.1:%d\n%s\n  sources: [{name: desk, %s}, {name: signed, "
                     "hmac_file: key}, {name: open}]\n" % (self.port, more, source))
        self.configure(self.text)

    def ask(self, method, path, body=None, headers=None, conn=None):
        c = conn or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        c.request(method, path, body, headers or {})
        r = c.getresponse()
        text = r.read()
        if not conn:
            c.close()
        return r.status, json.loads(text) if text else None, r.headers

    def post(self, body, source="desk", headers=None, token="first-token", conn=None):
        h = {"Content-Type": "application/rss+xml"}
        if token:
            h["Authorization"] = "Bearer " + token
        h.update(headers or {})
        return self.ask("POST", "/v1/ingest/" + source, body, h, conn)

    def raw(self, data, timeout=5):
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            s.sendall(data)
            got = b""
            try:
                while True:
                    piece = s.recv(65536)
                    if not piece:
                        break
                    got += piece
            except socket.timeout:
                pass
            return got


def titles(d):
    return sorted(headline(e) for e in d.events())


def test_documents_are_taken():
    page = (b"<!DOCTYPE html><html><head><title>A page pushed in</title></head><body><article><h1>A page "
            b"pushed in</h1><p>The first paragraph of the page has enough words to be one.</p><p>And "
            b"so has the second paragraph, which ends here.</p></article></body></html>")
    event = {"specversion": "1.0", "id": "1", "source": "/x", "type": "t",
             "datacontenttype": "application/rss+xml",
             "data_base64": base64.b64encode(rss("In an event")).decode()}
    text_event = dict(event, data=rss("As text").decode())
    del text_event["data_base64"]
    with Receiver() as d:
        status, body, headers = d.post(rss("Plain"))
        assert status == 202 and body["state"] == "done", (status, body)
        assert body["articles"] == 1 and body["versions"] == 1, body
        status, again, _ = d.ask("GET", headers["Location"])
        assert status == 200 and again == body, again
        assert d.post(gzip.compress(rss("Packed")), headers={"Content-Encoding": "gzip"})[0] == 202
        ce = {"Content-Type": "application/cloudevents+json"}
        assert d.post(json.dumps(event), headers=ce)[0] == 202
        assert d.post(json.dumps(text_event), headers=ce)[0] == 202
        assert d.post(rss("Binary"), headers={"ce-specversion": "1.0", "ce-id": "1",
                                              "ce-source": "/x", "ce-type": "t"})[0] == 202
        assert d.post(page, headers={"Content-Type": "text/html"})[0] == 202
        assert d.post(rss("Second token"), token="second-token")[0] == 202
        assert d.post(rss("From this machine"), source="open", token=None)[0] == 202
        d.wait_events(8)
        assert "A page pushed in" in titles(d), titles(d)
        assert d.stop() == 0


def test_refusals_say_what_to_do():
    with Receiver(source="token_file: token, max_size: 100KiB, rate: 1000") as d:
        cases = [
            (dict(token=None), rss("a"), 401, "Bearer"),
            (dict(token="first-toke"), rss("a"), 401, "Bearer"),
            (dict(token="first-tokens"), rss("a"), 401, "Bearer"),
            (dict(source="nobody"), rss("a"), 404, "receive.sources"),
            ({}, b"x" * 200000, 413, "max_size"),
            (dict(headers={"Content-Encoding": "gzip"}), gzip.compress(b"<rss>" * 100000), 413,
             "max_size"),
            (dict(headers={"Content-Encoding": "compress"}), b"x", 415, "gzip"),
            (dict(headers={"Content-Type": "image/png"}), b"x", 415, "feed"),
            (dict(headers={"Content-Type": "application/cloudevents+json"}), b"{}", 400, "specversion"),
            ({}, b"", 400, "no document"),
            (dict(headers={"Content-Encoding": "gzip"}), b"\x1f\x8bbroken", 400, ""),
            (dict(headers={"Content-Type": "application/json"}), b"\x00\x01\x02\xff" * 50, 422, ""),
        ]
        for how, body, want, word in cases:
            status, answer, headers = d.post(body, **how)
            assert status == want and answer["status"] == want, (how, status, answer)
            assert headers["Content-Type"] == "application/problem+json"
            assert word in answer["detail"], answer
        assert d.ask("GET", "/v1/ingest/desk")[0] == 405
        assert d.ask("GET", "/other")[0] == 404
        assert d.ask("GET", "/v1/documents/" + "0" * 32)[0] == 404
        assert d.post(rss("Still there"))[0] == 202
        assert not any("first-tok" in x for x in d.log())


def test_rates():
    with Receiver(source="token_file: token, rate: 5") as d:
        got = [d.post(rss("r%d" % i)) for i in range(12)]
        limited = [x for x in got if x[0] == 429]
        assert limited and limited[0][2]["Retry-After"], [x[0] for x in got]
        assert sum(x[0] == 202 for x in got) >= 5
        time.sleep(1.1)
        assert d.post(rss("later"))[0] == 202


def sign(body, t=None, key=b"hmac-key"):
    t = str(int(t if t is not None else time.time()))
    mac = hmac.new(key, t.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Wiredesk-Signature": "t=%s,v1=%s" % (t, mac)}


def test_signatures():
    with Receiver() as d:
        body = rss("Signed")
        assert d.post(body, "signed", sign(body), token=None)[0] == 202
        replayed = d.post(body, "signed", sign(body), token=None)
        assert replayed[0] == 202 and replayed[1]["versions"] == 0, replayed
        for bad in (sign(body + b" "), sign(body, key=b"other"), sign(body, time.time() - 1000),
                    sign(body, time.time() + 1000), {}, {"X-Wiredesk-Signature": "t=1"},
                    {"X-Wiredesk-Signature": "t=x,v1=" + "0" * 64}):
            assert d.post(body, "signed", bad, token=None)[0] == 401, bad
        d.wait_events(1)
        time.sleep(0.3)
        assert len(d.events()) == 1


def test_idempotency_keys():
    with Receiver() as d:
        a = d.post(rss("One"), headers={"Idempotency-Key": "k1"})
        b = d.post(rss("One"), headers={"Idempotency-Key": "k1"})
        assert a[0] == b[0] == 202 and a[1]["id"] == b[1]["id"], (a, b)
        assert a[1] == b[1]
        c = d.post(rss("One"), headers={"Idempotency-Key": "k2"})
        assert c[0] == 202 and c[1]["id"] != a[1]["id"] and c[1]["versions"] == 0, c


def test_tokens_rotate_without_a_restart():
    with Receiver() as d:
        with open(os.path.join(d.dir, "token"), "w") as f:
            f.write("third-token\n")
        assert d.post(rss("a"))[0] == 202
        d.hup()
        d.wait_log("reloaded")
        assert d.post(rss("b"))[0] == 401
        assert d.post(rss("c"), token="third-token")[0] == 202


def test_doubtful_framing_is_refused():
    head = b"POST /v1/ingest/desk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer first-token\r\n"
    body = rss("Smuggled")
    with Receiver() as d:
        both = d.raw(head + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
                     % (len(body), len(body), body), 2)
        assert b" 400 " in both.split(b"\r\n")[0], both
        two = d.raw(head + b"Content-Length: %d\r\nContent-Length: 5\r\n\r\n%s" % (len(body), body), 2)
        assert b" 400 " in two.split(b"\r\n")[0], two
        big = d.raw(head + b"X-Long: " + b"y" * 100000 + b"\r\n\r\n", 2)
        assert b" 431 " in big.split(b"\r\n")[0] or b" 413 " in big.split(b"\r\n")[0] or big == b"", big
        assert d.post(rss("Good"))[0] == 202
        d.wait_events(1)
        time.sleep(0.3)
        assert titles(d) == ["Good"]


def test_dripping_requests_end_at_the_deadline():
    with Receiver("  deadline: 2s") as d:
        drips = []
        for kind in (b"", b"POST /v1/ingest/desk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                     b"first-token\r\nContent-Length: 1000\r\n\r\n"):
            s = socket.create_connection(("127.0.0.1", d.port))
            s.sendall(kind or b"POST /v1/ing")
            drips.append(s)
        start, ended = time.time(), {}
        while time.time() - start < 8 and len(ended) < 2:
            for s in drips:
                if s in ended:
                    continue
                try:
                    s.sendall(b"x")
                    s.settimeout(0.01)
                    if s.recv(1000) == b"":
                        ended[s] = time.time() - start
                except socket.timeout:
                    pass
                except OSError:
                    ended[s] = time.time() - start
            assert d.post(rss("meanwhile %f" % time.time()))[0] == 202
            time.sleep(0.2)
        assert len(ended) == 2 and all(1.5 < x < 5 for x in ended.values()), ended


def test_idle_connections_do_not_keep_others_out():
    with Receiver("  max_connections: 300") as d:
        idle = []
        for _ in range(2000):
            try:
                idle.append(socket.create_connection(("127.0.0.1", d.port), timeout=5))
            except OSError:
                break
        start = time.time()
        assert d.post(rss("In spite of them"))[0] == 202
        assert time.time() - start < 5
        with open("/proc/%d/status" % d.p.pid) as f:
            peak = int(f.read().split("VmHWM:")[1].split()[0])
        assert peak < 400 * 1024, "%d KiB" % peak
        for s in idle:
            s.close()


def test_no_202_is_lost():
    d = Receiver()
    promised = []
    lock = threading.Lock()
    with d:
        for round_no in range(5):
            stop = threading.Event()

            def push(n):
                conn = http.client.HTTPConnection("127.0.0.1", d.port, timeout=10)
                i = 0
                while not stop.is_set():
                    title = "round %d thread %d number %d" % (round_no, n, i)
                    i += 1
                    try:
                        if d.post(rss(title), conn=conn)[0] == 202:
                            with lock:
                                promised.append(title)
                    except (OSError, http.client.HTTPException):
                        return

            threads = [threading.Thread(target=push, args=(n,)) for n in range(8)]
            for t in threads:
                t.start()
            time.sleep(0.4 + 0.13 * round_no)
            d.kill()
            stop.set()
            for t in threads:
                t.join()
            d.lines.clear()
            d.start()
        assert len(promised) > 20, len(promised)
        d.wait("all that was promised", lambda: set(promised) <= set(titles(d)), 60)
        ids = [e["id"] for e in d.events()]
        print("     %d promised over 5 kills, %d events, %d distinct" % (
            len(promised), len(ids), len(set(ids))))
        assert d.stop() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
