"""A daemon that receives over HTTP, and requests to it. Standard library only."""
import http.client
import json
import os
import socket

from daemon import PATIENCE, Daemon, headline
from origin import free_port


def rss(title, text=None):
    return ("<rss version='2.0'><channel><title>t</title><item><title>%s</title><guid>%s</guid>"
            "<description>%s</description></item></channel></rss>" % (
                title, title, text or "Text of %s." % title)).encode()


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
        c = conn or http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
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

    def fate(self, document):
        """What became of a document, once it is settled: of an id or of a 202's body."""
        if isinstance(document, dict):
            document = document["id"]

        def settled():
            status, body, _ = self.ask("GET", "/v1/documents/" + document)
            assert status == 200, (status, body)
            return body if body["state"] != "queued" else None
        return self.wait("the fate of " + document, settled)

    def raw(self, data, timeout=PATIENCE):
        """What comes until the other side closes, or for so long."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            s.sendall(data)
            got = b""
            try:
                while True:
                    piece = s.recv(65536)
                    if not piece:
                        break
                    got += piece
            except (socket.timeout, ConnectionResetError):
                pass
            return got


def titles(d):
    return sorted(headline(e) for e in d.events())
