#!/usr/bin/env python3
"""WebSub: subscriptions at a small hub of our own, and at Flask-WebSub's when that is installed."""
import hashlib
import hmac
import http.server
import os
import sys
import threading
import time
import types
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.extend(filter(None, [os.environ.get("WIREDESK_TEST_HUB")]))  # where Flask-WebSub is installed
from daemon import PATIENCE, Daemon, headline, run_tests  # noqa: E402
from origin import Origin, Redirect, Static, free_port  # noqa: E402


def rss(*titles, hub=None, topic=None):
    links = "".join("<atom:link rel='%s' href='%s'/>" % x for x in (("hub", hub), ("self", topic)) if x[1])
    items = "".join("<item><title>%s</title><guid>%s</guid><description>Text of %s.</description></item>"
                    % (t, t, t) for t in titles)
    return ("<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>t</title>%s%s"
            "</channel></rss>" % (links, items)).encode()


def fetch(url, data=None, headers=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=PATIENCE) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


class Hub:
    """Verifies what is asked of it; `lease` is what it grants, `mode` what it does: verify, deny,
    ignore, refuse."""

    def __init__(self, lease=1000, mode="verify", early=False):
        self.lease, self.mode, self.early = lease, mode, early
        self.asked, self.verified, self.granted = [], [], 0
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(
                    self.rfile.read(int(self.headers["Content-Length"])).decode()))
                if self.path == "/moved":
                    self.send_response(hub.moved)
                    self.send_header("Location", "/hub")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                hub.asked.append(form)
                if hub.early:
                    hub.verify(form)
                self.send_response(500 if hub.mode == "refuse" else 202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if not hub.early:
                    threading.Thread(target=hub.verify, args=(form,), daemon=True).start()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = "http://127.0.0.1:%d" % self.server.server_address[1]
        self.url = self.base + "/hub"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def ask(self, form, mode=None, **more):
        q = {"hub.mode": mode or form["hub.mode"], "hub.topic": form["hub.topic"]}
        q.update({k.replace("_", ".", 1): v for k, v in more.items()})
        return fetch(form["hub.callback"] + "?" + urllib.parse.urlencode(q))

    def verify(self, form):
        if self.mode == "deny":
            self.verified.append(self.ask(form, "denied", hub_reason="not for you"))
        elif self.mode == "verify":
            lease = self.lease
            self.verified.append((form["hub.mode"], self.ask(
                form, hub_challenge="chal+lenge", hub_lease_seconds=lease)))
            self.granted = lease

    def push(self, body, form=None, method="sha256", secret=None, headers=None):
        form = form or self.asked[-1]
        h = {"Content-Type": "application/rss+xml"}
        if method:
            mac = hmac.new((secret or form["hub.secret"]).encode(), body, getattr(hashlib, method))
            h["X-Hub-Signature"] = method + "=" + mac.hexdigest()
        h.update(headers or {})
        return fetch(form["hub.callback"], body, h)[0]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


class Subscriber(Daemon):
    def __init__(self, origin, path="/feed", interval="300ms", poll="1h", **kw):
        super().__init__(None, **kw)
        self.port = free_port()
        self.say(origin, path, interval, poll)

    def say(self, origin, path="/feed", interval="300ms", poll="1h", websub=True, feeds=None):
        base = "http://127.0.0.1:%d" % self.port
        self.configure(
            "sinks: [{type: jsonl, path: events.jsonl}]\nreceive: {listen: '127.0.0.1:%d'}\n"
            "http: {allow_private: [127.0.0.0/8], max_per_host: 8}\n%s\nfeeds: %s\n" % (
                self.port, "websub: {callback: '%s', poll: %s}" % (base, poll) if websub else "",
                feeds or "[{name: f, url: '%s%s', interval: %s, fixed: true}]" % (
                    origin.url, path, interval)))

    def titles(self):
        return sorted(headline(e) for e in self.events())

    def pause(self, o):
        """Seconds since the last poll."""
        return time.time() - o.requests("/feed")[-1]["time"]

    def pauses(self, o):
        """Seconds between the polls."""
        times = [r["time"] for r in o.requests("/feed")]
        return [b - a for a, b in zip(times, times[1:])]


def set_up(o, hub, *titles):
    return o.add("/feed", Static(rss(*titles, hub=hub.url, topic=o.url + "/feed")))


def test_subscribe_and_content():
    for early in (False, True):  # the verification after, or before, the hub's 202
        with Hub(early=early) as hub, Origin() as o:
            set_up(o, hub, "First")
            with Subscriber(o, interval="1h") as d:
                d.wait_log("hub-verified")
                d.wait("the echo", lambda: hub.verified)
                assert hub.verified == [("subscribe", (200, "chal+lenge"))], hub.verified
                form = hub.asked[0]
                assert form["hub.topic"] == o.url + "/feed" and form["hub.lease_seconds"] == "864000"
                assert len(form["hub.callback"].split("/")[-1]) == 64 and len(form["hub.secret"]) == 64
                known = ["First"]
                for method in ("sha1", "sha256", "sha384", "sha512"):
                    known.append("By " + method)
                    assert hub.push(rss(*known), method=method) == 202
                    d.wait_events(len(known))
                for e in d.events():  # one feed, however it came
                    assert e["source"] == o.url + "/feed", e["source"]
                ids = [e["data"]["uri"] for e in d.events()]
                assert len(set(ids)) == len(known), ids
                assert len(hub.asked) == 1
                assert d.stop() == 0


def test_what_is_refused():
    with Hub() as hub, Origin() as o:
        set_up(o, hub, "First")
        with Subscriber(o, interval="1h") as d:
            d.wait("the echo", lambda: hub.verified)
            form = hub.asked[0]
            # nothing is pending any more, and other topics never were
            assert hub.ask(form, hub_challenge="x", hub_lease_seconds=9)[0] == 404
            assert hub.ask(form, "unsubscribe", hub_challenge="x")[0] == 404
            other = dict(form, **{"hub.topic": "https://other.example/"})
            assert hub.ask(other, hub_challenge="x")[0] == 404
            assert hub.ask(other, "denied")[0] == 404
            unknown = dict(form, **{"hub.callback": form["hub.callback"][:-1] + "z"})
            assert hub.ask(unknown, hub_challenge="x")[0] == 404
            assert hub.push(rss("x"), unknown) == 410
            assert fetch(form["hub.callback"])[0] == 404
            # ignored, though answered like the others
            assert hub.push(rss("Wrong key"), secret="other") == 202
            assert hub.push(rss("Not signed"), method=None) == 202
            assert hub.push(rss("Odd method"), method=None, headers={"X-Hub-Signature": "md5=00"}) == 202
            assert hub.push(rss("Good")) == 202
            d.wait_events(2)  # in the order in which they came
            assert d.titles() == ["First", "Good"], d.titles()
            assert len(d.log("hub-signature")) == 1
            assert d.stop() == 0


def test_renewal_and_restart():
    with Hub(lease=4) as hub, Origin() as o:
        set_up(o, hub, "First")
        with Subscriber(o, interval="1h") as d:
            d.wait("a renewal", lambda: len(hub.asked) >= 2)
            d.wait("its echo", lambda: len(hub.verified) >= 2)
            assert hub.asked[0]["hub.callback"] == hub.asked[1]["hub.callback"]
            assert hub.verified[1][1] == (200, "chal+lenge")
            hub.lease = 1000
            d.wait("a longer lease", lambda: hub.granted == 1000)
            n = len(hub.asked)
            d.wait_events(1)
            assert d.stop() == 0
            d.start()
            d.wait_log("ready version=", count=2)
            assert hub.push(rss("After the restart")) == 202
            d.wait_events(2)
            assert len(hub.asked) == n, "a subscription in force was asked for again"
            assert d.stop() == 0


def test_lease_over():
    with Hub(lease=3) as hub, Origin() as o:
        set_up(o, hub, "First")
        with Subscriber(o, interval="1h") as d:
            d.wait("the echo", lambda: hub.verified)
            hub.mode = "ignore"
            first = hub.asked[0]
            d.wait("renewals and a new request", lambda: len(hub.asked) >= 3)
            hub.mode = "verify"
            assert {f["hub.callback"] for f in hub.asked} == {first["hub.callback"]}
            assert d.stop() == 0


def test_denied():
    with Hub(mode="deny") as hub, Origin() as o:
        set_up(o, hub, "First")
        with Subscriber(o) as d:
            d.wait_log("hub-denied")
            assert "not for you" in d.log("hub-denied")[0]
            assert hub.push(rss("Denied")) == 410
            n = len(o.requests("/feed"))
            d.wait("polls as ever", lambda: len(o.requests("/feed")) > n + 3)
            assert d.titles() == ["First"] and len(hub.asked) == 1
            assert d.stop() == 0


def test_denied_while_it_works():
    """The end of a subscription takes effect in the midst of a long pause."""
    with Hub() as hub, Origin() as o:
        set_up(o, hub, "First")
        with Subscriber(o) as d:
            d.wait("the echo", lambda: hub.verified)
            hub.push(rss("First", "Second"))
            d.wait_log("hub-works")
            d.wait("no polls as the hub works", lambda: d.pause(o) > 1.5)
            n = len(o.requests("/feed"))
            assert hub.ask(hub.asked[0], "denied", hub_reason="no more")[0] == 200
            d.wait("polls as ever", lambda: len(o.requests("/feed")) > n + 3)
            assert d.stop() == 0


def test_polls_slow_down_and_a_silent_hub():
    with Hub() as hub, Origin() as o:
        feed = set_up(o, hub, "First")
        with Subscriber(o, poll="3s") as d:
            d.wait("the echo", lambda: hub.verified)
            n = len(o.requests("/feed"))
            d.wait("polls as ever before the first push", lambda: len(o.requests("/feed")) > n + 3)
            feed.body = rss("First", "Second", hub=hub.url, topic=o.url + "/feed")
            hub.push(feed.body)
            d.wait_log("hub-works")
            d.wait_events(2)
            d.wait("fewer polls", lambda: d.pause(o) > 2)
            if d.log("hub-silent"):  # the poll came before the push
                hub.push(feed.body)
            feed.body = rss("First", "Second", "Missed", hub=hub.url, topic=o.url + "/feed")
            d.wait_events(3)  # by polling
            d.wait_log("hub-silent")
            n = len(o.requests("/feed"))
            d.wait("polls as ever", lambda: len(o.requests("/feed")) > n + 4 and any(d.pauses(o)[n:]) and
                   min(d.pauses(o)[n:]) < 1.5)
            assert d.titles() == ["First", "Missed", "Second"]
            assert d.stop() == 0


def test_leaving():
    with Hub() as hub, Origin() as o:
        set_up(o, hub, "First")
        with Subscriber(o, interval="1h") as d:
            d.wait("the echo", lambda: hub.verified)
            d.wait_events(1)
            d.say(o, feeds="[]")
            d.hup()
            d.wait("unsubscribing", lambda: len(hub.verified) == 2)
            assert hub.verified[1] == ("unsubscribe", (200, "chal+lenge")), hub.verified
            assert hub.asked[1]["hub.callback"] == hub.asked[0]["hub.callback"]
            assert hub.push(rss("Too late"), hub.asked[0]) == 410
            d.say(o, interval="1h")
            d.hup()  # its document is known: it is read again for the hub in it
            d.wait("subscribing again", lambda: len(hub.verified) == 3)
            assert hub.asked[2]["hub.callback"] != hub.asked[0]["hub.callback"]
            assert d.stop() == 0
            d.say(o, interval="1h", websub=False)
            d.start()
            d.wait("unsubscribing when it is off", lambda: len(hub.verified) == 4)
            assert hub.verified[3] == ("unsubscribe", (200, "chal+lenge")), hub.verified
            assert d.titles() == ["First"]
            assert d.stop() == 0


def test_redirects_and_moves():
    for status in (307, 308, 302):
        with Hub() as hub, Origin() as o:
            hub.moved = status
            o.add("/feed", Redirect("/new", 301))
            # Link headers come before what the document says; the topic is self's
            o.add("/new", Static(rss("First", hub=hub.base + "/wrong", topic=o.url + "/wrong"), headers=[
                ("Link", '<%s/moved>; rel="hub", <%s/new>; rel="self"' % (hub.base, o.url))]))
            with Subscriber(o) as d:
                d.wait("the echo", lambda: hub.verified)
                assert hub.asked[0]["hub.topic"] == o.url + "/new", hub.asked
                assert hub.push(rss("Pushed")) == 202
                d.wait_events(2)
                assert {e["source"] for e in d.events()} == {o.url + "/feed"}
                assert d.stop() == 0


def test_topic_and_hub_change():
    with Hub() as hub, Hub() as other, Origin() as o:
        feed = set_up(o, hub, "First")
        with Subscriber(o) as d:
            d.wait("the echo", lambda: hub.verified)
            feed.body = rss("First", "Second", hub=other.url, topic=o.url + "/feed")
            d.wait("the new hub", lambda: other.verified)
            d.wait("the old one left", lambda: len(hub.verified) == 2)
            assert hub.verified[1][0] == "unsubscribe" and other.verified[0][0] == "subscribe"
            assert d.stop() == 0


def test_feeds_without_hub():
    with Origin() as o:
        o.add("/feed", Static(rss("First")))
        with Subscriber(o) as d:
            d.wait_events(1)
            n = len(o.requests("/feed"))
            d.wait("polls", lambda: len(o.requests("/feed")) > n + 3)
            assert not d.log("hub-")
            assert d.stop() == 0


def test_a_hub_nobody_here_wrote():
    """Flask-WebSub 0.4.1 (PyPI): its validation, verification, storage, signatures and requests."""
    try:
        import flask
        from flask_websub.hub import Hub as FlaskHub, SQLite3HubStorage
    except ImportError:
        print("skipped: Flask-WebSub is not installed")
        return
    from werkzeug.serving import make_server

    class Celery:
        """What the hub takes of Celery: tasks with delay(), here each in a thread of its own."""

        def task(self, bind=False, **opts):
            def wrap(f):
                def delay(*args):
                    args = (types.SimpleNamespace(),) + args if bind else args
                    threading.Thread(target=f, args=args, daemon=True).start()
                f.delay = delay
                return f
            return wrap

    with Origin() as o:
        import tempfile
        folder = tempfile.mkdtemp(prefix="hub-")
        hub = FlaskHub(SQLite3HubStorage(os.path.join(folder, "hub.db")), Celery())
        app = flask.Flask("hub")
        app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = "http://127.0.0.1:%d/hub" % server.server_port
        topic = o.url + "/feed"
        link = [("Link", '<%s>; rel="hub", <%s>; rel="self"' % (url, topic))]
        feed = o.add("/feed", Static(rss("First"), headers=link))
        with Subscriber(o, interval="1h") as d:
            d.wait_log("hub-verified")
            d.wait("the subscription", lambda: list(hub.storage.get_callbacks(topic)))
            for i, algo in enumerate(("sha1", "sha256", "sha384", "sha512")):
                hub.config["SIGNATURE_ALGORITHM"] = algo
                feed.body = rss("First", *["Pushed %d" % k for k in range(i + 1)])
                hub.send_change_notification.delay(topic)
                d.wait_events(i + 2)
            assert not d.log("hub-signature")
            d.say(o, feeds="[]")
            d.hup()
            d.wait("unsubscribed", lambda: not list(hub.storage.get_callbacks(topic)))
            assert d.stop() == 0
        server.shutdown()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
