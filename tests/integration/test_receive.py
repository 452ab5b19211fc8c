#!/usr/bin/env python3
"""Receiving over HTTP and stdin: what is taken, what is refused and how, what became of it."""
import base64
import gzip
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, headline, run_tests  # noqa: E402
from receiver import Receiver, rss, titles  # noqa: E402


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
        assert status == 202 and body["state"] == "queued", (status, body)
        assert headers["Location"] == body["location"] == "/v1/documents/" + body["id"]
        fate = d.fate(body)
        assert fate == {"id": body["id"], "state": "processed", "articles": 1, "versions": 1}, fate
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
    with Receiver(source="token_file: token, rate: 2") as d:
        got = [d.post(rss("r%d" % i)) for i in range(2)]
        assert [x[0] for x in got] == [202] * 2, got
        limited = d.wait("a refusal", lambda: (lambda x: x if x[0] == 429 else None)(d.post(rss("more"))))
        assert limited[2]["Retry-After"], limited
        d.wait("room", lambda: d.post(rss("later"))[0] == 202)


def sign(body, t=None, key=b"hmac-key"):
    t = str(int(t if t is not None else time.time()))
    mac = hmac.new(key, t.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Wiredesk-Signature": "t=%s,v1=%s" % (t, mac)}


def test_signatures():
    with Receiver() as d:
        body, other = rss("Signed", "As it was."), rss("Signed", "As it is now.")
        first = sign(body)
        taken = d.post(body, "signed", first, token=None)
        assert taken[0] == 202
        assert d.fate(taken[1])["state"] == "processed"
        changed = d.post(other, "signed", sign(other), token=None)
        assert d.fate(changed[1])["versions"] == 1
        # somebody who recorded the first request cannot bring the old text back with it
        replayed = d.post(body, "signed", first, token=None)
        assert replayed[0] == 202 and replayed[1]["id"] == taken[1]["id"], replayed
        for bad in (sign(body + b" "), sign(body, key=b"other"), sign(body, time.time() - 1000),
                    sign(body, time.time() + 1000), {}, {"X-Wiredesk-Signature": "t=1"},
                    {"X-Wiredesk-Signature": "t=x,v1=" + "0" * 64},
                    {"X-Wiredesk-Signature": sign(body)["X-Wiredesk-Signature"][:-2]}):
            assert d.post(body, "signed", bad, token=None)[0] == 401, bad
        last = d.post(rss("After it"), "signed", sign(rss("After it")), token=None)
        assert d.fate(last[1])["state"] == "processed"
        d.wait_events(3)
        assert titles(d) == ["After it", "Signed", "Signed"], titles(d)


def test_repeats_and_returns():
    """The same bytes in a row are a repeat; A, B, A is three versions of a story."""
    a, b = rss("Story", "The first wording."), rss("Story", "The second wording.")
    with Receiver() as d:
        first = d.post(a)[1]
        assert d.post(a)[1]["id"] == first["id"]
        assert d.fate(first)["versions"] == 1
        assert d.fate(d.post(b)[1])["versions"] == 1
        again = d.post(a)[1]
        assert d.fate(again)["versions"] == 1 and again["id"] == first["id"]
        d.wait_events(3)


def test_idempotency_keys():
    with Receiver() as d:
        a = d.post(rss("One"), headers={"Idempotency-Key": "k1"})
        b = d.post(rss("One"), headers={"Idempotency-Key": "k1"})
        assert a[0] == b[0] == 202 and a[1]["id"] == b[1]["id"], (a, b)
        assert d.fate(a[1])["state"] == "processed"
        c = d.post(rss("One"), headers={"Idempotency-Key": "k2"})
        assert c[0] == 202 and c[1]["id"] != a[1]["id"], c
        assert d.fate(c[1])["state"] == "duplicate"
        again = d.post(rss("One"), headers={"Idempotency-Key": "k1"})
        assert again[0] == 202 and again[1]["state"] == "processed", again
        other = d.post(rss("Two"), headers={"Idempotency-Key": "k1"})
        assert other[0] == 422 and "Idempotency-Key" in other[1]["detail"], other


def test_tokens_rotate_without_a_restart():
    with Receiver() as d:
        with open(os.path.join(d.dir, "token"), "w") as f:
            f.write("third-token\n")
        assert d.post(rss("a"))[0] == 202
        d.hup()
        d.wait_log("reloaded")
        assert d.post(rss("b"))[0] == 401
        assert d.post(rss("c"), token="third-token")[0] == 202


def form(parts, boundary=b"b0undary", end=b"--"):
    out = b"a preamble\r\n"
    for head, content in parts:
        out += b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"
    return out + b"--" + boundary + end + b"\r\n", {
        "Content-Type": "multipart/form-data; boundary=" + boundary.decode()}


def file_part(content, name="f.xml", kind="application/rss+xml"):
    return (b'Content-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: %s'
            % (name.encode(), kind.encode()), content)


def test_forms():
    with Receiver() as d:
        field = (b'Content-Disposition: form-data; name="submit"', b"Send")
        body, kind = form([file_part(rss("First file")), field,
                           file_part(b"Dateline\r\n\r\nplain text", "b.txt", "text/plain"),
                           file_part(rss("Third file --b0undar\r\n"))])
        status, answer, headers = d.post(body, headers=kind)
        assert status == 202 and len(answer["documents"]) == 3, (status, answer)
        for one in answer["documents"]:
            assert d.fate(one)["state"] == "processed", one
        d.wait("the files", lambda: {"First file", "Third file --b0undar"} <= set(titles(d)))
        body, kind = form([file_part(rss("Alone"))])
        status, answer, headers = d.post(body, headers=kind)
        assert status == 202 and headers["Location"].endswith(answer["id"])
        body, kind = form([file_part(rss("Good one")), file_part(b"\x89PNG\r\n", "p.png", "image/png")])
        status, answer, _ = d.post(body, headers=kind)
        assert status == 415 and "2 of 2" in answer["detail"], answer
        bad = [form([field]), form([file_part(rss("Cut off"))], end=b""),
               (b"no boundary at all", kind), (b"--x\r\n", {"Content-Type": "multipart/form-data"})]
        for body, kind in bad:
            assert d.post(body, headers=kind)[0] == 400, body
        body, kind = form([file_part(rss("Many %d" % i)) for i in range(101)])
        assert d.post(body, headers=kind)[0] == 413
        body, kind = form([file_part(rss("Packed form"))])
        assert d.post(gzip.compress(body), headers=dict(kind, **{"Content-Encoding": "gzip"}))[0] == 202
        d.wait_events(5)
        assert not {"Good one", "Cut off", "Many 1"} & set(titles(d)), titles(d)


def test_cloud_events():
    def binary(number, **more):
        h = {"ce-specversion": "1.0", "ce-id": str(number), "ce-source": "/x", "ce-type": "t"}
        return dict(h, **more)

    def structured(number, title):
        return {"specversion": "1.0", "id": str(number), "source": "/x", "type": "t",
                "datacontenttype": "application/rss+xml", "data": rss(title).decode()}
    batch = {"Content-Type": "application/cloudevents-batch+json; charset=utf-8"}
    with Receiver() as d:
        one = d.post(rss("One"), headers=binary(1))
        two = d.post(rss("Two"), headers=binary(2))
        again = d.post(rss("One"), headers=binary(1))  # an event's source and id name it
        assert [x[0] for x in (one, two, again)] == [202] * 3 and again[1]["id"] == one[1]["id"]
        assert d.fate(one[1])["versions"] == 1
        for missing in ("ce-id", "ce-source", "ce-type"):
            h = binary(3)
            del h[missing]
            assert d.post(rss("Three"), headers=h)[0] == 400
        assert d.post(rss("Three"), headers=binary(3, **{"ce-specversion": "0.2"}))[0] == 400
        events = [structured(4, "Four"), structured(5, "Five")]
        status, answer, _ = d.post(json.dumps(events), headers=batch)
        assert status == 202 and len(answer["documents"]) == 2, answer
        for one in answer["documents"]:
            assert d.fate(one)["versions"] == 1
        del events[1]["id"]
        assert d.post(json.dumps(events), headers=batch)[0] == 400
        assert d.post("[]", headers=batch)[0] == 400
        data = {"specversion": "1.0", "id": "6", "source": "/x", "type": "t",
                "data": {"uri": "urn:n:1", "headlines": [{"role": "main", "value": "As an object"}],
                         "bodies": [{"role": "main", "value": "The text of the object."}],
                         "standard": {"name": "ninjs", "version": "3.1"}, "type": "text"}}
        status, answer, _ = d.post(json.dumps(data), headers={
            "Content-Type": "application/cloudevents+json"})
        assert status == 202 and d.fate(answer)["articles"] == 1, d.fate(answer)
        d.wait_events(5)


FORMATS = {
    "Headline in NITF": ("application/xml", """<?xml version="1.0" encoding="UTF-8"?>
<nitf><head><title>Headline in NITF</title><docdata><doc-id id-string="n-17"/></docdata></head><body>
<body.head><hedline><hl1>Headline in NITF</hl1></hedline></body.head><body.content><p>The harbour was
closed on Monday.</p></body.content></body></nitf>"""),
    "Headline in NewsML-G2": ("application/xml", """<?xml version="1.0" encoding="UTF-8"?>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:example.org:1" version="1" standard="NewsML-G2"
standardversion="2.30"><itemMeta><itemClass qcode="ninat:text"/><versionCreated>2025-03-01T10:00:00Z</versionCreated>
</itemMeta><contentMeta><headline>Headline in NewsML-G2</headline></contentMeta><contentSet><inlineXML
contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body><p>The ferry left an hour
late.</p></body></html></inlineXML></contentSet></newsItem>"""),
    "Headline in ninjs": ("application/json", json.dumps({
        "uri": "urn:example:ninjs:1", "type": "text", "headline": "Headline in ninjs",
        "body_text": "The bridge opens in May.", "versioncreated": "2025-03-01T10:00:00Z"})),
    "Headline in plain JSON": ("application/json", json.dumps({
        "title": "Headline in plain JSON", "url": "https://example.org/plain", "author": "Jane Doe",
        "published_at": "2025-03-01T10:00:00Z", "content": "The market hall is being repaired."})),
    "Headline in JSON Feed": ("application/feed+json", json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": "f", "items": [
            {"id": "1", "title": "Headline in JSON Feed", "content_text": "The mill burned down."}]})),
    "Headline in Atom": ("application/atom+xml", """<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:f</id>
<title>f</title><updated>2025-03-01T10:00:00Z</updated><entry><id>urn:e</id><title>Headline in Atom</title>
<updated>2025-03-01T10:00:00Z</updated><content>The station has a new clock.</content></entry></feed>"""),
}


def test_formats():
    with Receiver() as d:
        for title, (kind, text) in FORMATS.items():
            for how in ({}, {"Content-Encoding": "gzip"}):
                body = gzip.compress(text.encode()) if how else text.encode()
                status, answer, _ = d.post(body, headers=dict(how, **{"Content-Type": kind}))
                assert status == 202, (title, answer)
                fate = d.fate(answer)
                assert fate["state"] in ("processed", "duplicate") and fate["articles"] == 1, (title, fate)
        d.wait("all of them", lambda: set(FORMATS) <= set(titles(d)))
        # what cannot be read is taken, and its fate says why
        for body in (b'{"some": "object", "of": "no kind"}', b'[{"a": 1}', b"<html><body></body></html>"):
            status, answer, _ = d.post(body, headers={"Content-Type": "application/json"})
            assert status == 202, answer
            fate = d.fate(answer)
            assert fate["state"] == "failed" and fate["reason"], fate
        d.stop()
        d.lines.clear()
        d.start()
        assert d.fate(answer) == fate  # the store remembers


def test_fates_outlive_the_process():
    with Receiver() as d:
        taken = [d.post(rss("Number %d" % i))[1] for i in range(20)]
        keyed = d.post(rss("Keyed"), headers={"Idempotency-Key": "k"})[1]
        d.kill()
        d.lines.clear()
        d.start()
        fates = [d.fate(x) for x in taken]
        # one at work when the process died may find its own event there
        assert all(x["articles"] == 1 and x["state"] in ("processed", "duplicate") for x in fates), fates
        assert d.post(rss("Keyed"), headers={"Idempotency-Key": "k"})[1]["id"] == keyed["id"]
        assert d.fate(keyed)["articles"] == 1
        d.wait_events(21)
        # a sink may say a thing twice after a crash, always under the same id
        assert len({x["id"] for x in d.events()}) == 21, titles(d)


def test_a_full_inbox_says_so():
    """Nothing can be delivered and little may wait: 503 at once, and all goes on when there is room."""
    with Receiver("  inbox_max: 1MiB") as d:
        d.stop()
        with open(d.conf_path) as f:
            conf = f.read()
        d.lines.clear()
        d.configure(conf.replace("store: {path: state}", "store: {path: state, outbox_max: 1MiB}").replace(
            "sinks: [{type: jsonl, path: events.jsonl}]",
            "kafka: {bootstrap.servers: '127.0.0.1:1'}\nsinks: [{type: kafka, topic: t}]\n"
            "pipeline: {drain_timeout: 1s}"))
        d.start()
        taken, refused = [], None
        for i in range(400):
            status, answer, headers = d.post(rss("Number %d" % i, "word " * 4000))
            if status == 202:
                taken.append(answer["id"])
            else:
                refused = (status, answer, headers["Retry-After"])
                break
        assert refused and refused[0] == 503 and int(refused[2]) >= 1, refused
        assert taken
        d.stop()
        d.configure(conf)
        d.lines.clear()
        d.start()
        states = {d.fate(x)["state"] for x in taken}
        assert states <= {"processed", "duplicate"}, states
        assert d.post(rss("Now there is room"))[0] == 202


def test_standard_input():
    with Daemon("sinks: [{type: jsonl, path: events.jsonl}]\n"
                "receive: {stdin: wire, sources: [{name: wire}]}\n") as d:
        d.stop()
        documents = [rss("By pipe %d" % i) for i in range(30)]
        d.p = subprocess.Popen(d.p.args, cwd=d.dir, env=d.env, stdin=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        d.lines.clear()
        d.read_in_background()
        d.p.stdin.write(b"\0".join(documents) + b"\0\x00" + b"\x89PNG\1\2\3" * 9 + b"\0" + rss("Last"))
        d.p.stdin.close()
        d.wait_events(31)
        assert "taken=31 dropped=" in d.wait_log("stdin-ended")[0], d.log("stdin")
        assert d.stop() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
