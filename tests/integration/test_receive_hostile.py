#!/usr/bin/env python3
"""Clients that mean no good: service goes on for the others, and memory stays bounded."""
import http.client
import os
import resource
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, program, run_tests  # noqa: E402
from receiver import Receiver, rss, titles  # noqa: E402

HEAD = b"POST /v1/ingest/desk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer first-token\r\n"


def status_of(answer):
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/") else None


def peak_kib(d):
    with open("/proc/%d/status" % d.p.pid) as f:
        return int(f.read().split("VmHWM:")[1].split()[0])


def test_doubtful_framing_is_refused():
    head = b"POST /v1/ingest/desk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer first-token\r\n"
    body = rss("Smuggled")
    with Receiver() as d:
        both = d.raw(head + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
                     % (len(body), len(body), body))
        assert b" 400 " in both.split(b"\r\n")[0], both
        two = d.raw(head + b"Content-Length: %d\r\nContent-Length: 5\r\n\r\n%s" % (len(body), body))
        assert b" 400 " in two.split(b"\r\n")[0], two
        big = d.raw(head + b"X-Long: " + b"y" * 100000 + b"\r\n\r\n")
        assert b" 431 " in big.split(b"\r\n")[0] or b" 413 " in big.split(b"\r\n")[0] or big == b"", big
        assert d.post(rss("Good"))[0] == 202
        d.wait_events(1)
        assert titles(d) == ["Good"]


def test_dripping_requests_end_at_the_deadline():
    with Receiver("  deadline: 5s") as d:
        drips = []
        for kind in (b"", b"POST /v1/ingest/desk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                     b"first-token\r\nContent-Length: 1000\r\n\r\n"):
            s = socket.create_connection(("127.0.0.1", d.port))
            s.sendall(kind or b"POST /v1/ing")
            drips.append(s)
        ended = set()

        def all_ended():
            for s in drips:
                try:
                    s.sendall(b"x")
                    s.settimeout(0.01)
                    if s.recv(1000) == b"":
                        ended.add(s)
                except socket.timeout:
                    pass
                except OSError:
                    ended.add(s)
            assert d.post(rss("meanwhile %f" % time.time()))[0] == 202
            return len(ended) == len(drips)
        assert not all_ended()
        d.wait("the end of both", all_ended)


def test_ten_thousand_idle_connections():
    """They get in; the others are served all the same, and memory stays bounded."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(10000, hard - 500)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted + 500), hard))
    with Receiver("  max_connections: 12000") as d:
        before = peak_kib(d)
        idle = []
        for i in range(wanted):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(("127.0.0.%d" % (1 + i % 5), d.port))
            idle.append(s)
            if i % 500 == 499:
                assert d.post(rss("with %d idle" % i))[0] == 202
        for i in range(20):
            assert d.post(rss("in spite of them %d" % i))[0] == 202
        grown = peak_kib(d) - before
        print("     %d connections: %d KiB more" % (wanted, grown))
        assert grown < wanted * 48, grown
        for s in idle:
            s.close()


def test_idle_connections_make_room_for_others():
    with Receiver("  max_connections: 300") as d:
        idle = []
        for _ in range(2000):
            try:
                idle.append(socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE))
            except OSError:
                break
        assert d.post(rss("In spite of them"))[0] == 202
        assert peak_kib(d) < 400 * 1024
        for s in idle:
            s.close()


def test_one_address_cannot_take_all_connections():
    with Receiver("  max_per_address: 20") as d:
        taken = []
        for _ in range(60):
            s = socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE)
            s.sendall(b"GET /v1/documents/0 HTTP/1.1\r\nHost: x\r\n\r\n")
            s.settimeout(PATIENCE)
            taken.append(s)
        answered = 0
        for s in taken:
            try:
                answered += s.recv(100).startswith(b"HTTP/1.1 404")
            except OSError:
                pass
        assert answered == 20, answered
        other = socket.socket()
        other.bind(("127.0.0.2", 0))
        other.connect(("127.0.0.1", d.port))
        other.sendall(b"GET /v1/documents/0 HTTP/1.1\r\nHost: x\r\n\r\n")
        other.settimeout(PATIENCE)
        assert other.recv(100).startswith(b"HTTP/1.1 404")
        for s in taken + [other]:
            s.close()


def test_framing():
    """Whatever leaves the end of a request in doubt is refused and the connection closed, so that what
    follows is never taken for a request of its own."""
    inner = b"POST /v1/ingest/open HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nsmuggled!"
    cases = [
        (b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", (400,)),
        (b"Content-Length: 5, 5\r\n\r\nhello", (400,)),
        (b"Content-Length: +5\r\n\r\nhello", (400,)),
        (b"Content-Length: -1\r\n\r\nhello", (400,)),
        (b"Content-Length: 0x5\r\n\r\nhello", (400,)),
        (b"Content-Length: 99999999999999999999999\r\n\r\nhello", (400, 413)),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (400,)),
        (b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", (400,)),
        (b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello", (400,)),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", (400,)),
    ]
    with Receiver() as d:
        for text, wanted in cases:
            got = d.raw(HEAD + text + inner)
            assert status_of(got) in wanted, (text, got)
            # (libmicrohttpd writes the head of one of its own refusals twice)
            assert set(status_of(b"HTTP/1.1 " + x) for x in got.split(b"HTTP/1.1 ")[1:]) <= set(wanted), got
        chunks = rss("In chunks")
        got = d.raw(HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x;ext=1\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (
            10, chunks[:10], len(chunks) - 10, chunks[10:]))
        assert status_of(got) == 202, got
        for bad in (b"zz\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffffff\r\nhello\r\n"):
            got = d.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + bad)
            assert status_of(got) != 202, got
        d.wait("the good one", lambda: titles(d))
        assert titles(d) == ["In chunks"], titles(d)


def test_paths_and_methods():
    with Receiver() as d:
        for path in ("/", "//", "/v1/ingest", "/v1/ingest/", "/v1/ingest/desk/", "/v1/ingest/../desk",
                     "/v1/ingest/desk%00", "/v1/ingest/" + "a" * 5000, "/v1/documents/",
                     "/v1/documents/..%2f..%2fetc", "/v1/documents/" + "g" * 32, "*", "/%ff%fe"):
            got = d.raw(b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" %
                        path.encode())
            assert status_of(got) in (400, 401, 404, 405, 414), (path, got)
        for method in ("PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "X" * 40):
            got = d.raw(b"%s /v1/ingest/desk HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" %
                        method.encode())
            assert status_of(got) in (405, 400), (method, got)
        for junk in (b"\x16\x03\x01\x02\x00\x01\x00", b"\0" * 5000, b"GET\r\n\r\n", b"\r\n" * 3000):
            assert status_of(d.raw(junk, 1)) in (None, 400, 405), junk
        many = d.raw(HEAD + b"".join(b"X-%d: y\r\n" % i for i in range(5000)) + b"\r\n")
        assert status_of(many) in (None, 400, 413, 431), many[:100]
        assert d.post(rss("Still there"))[0] == 202


def test_secrets_overlap_while_they_change():
    def write(*lines):
        with open(os.path.join(d.dir, "token"), "w") as f:
            f.write("".join(x + "\n" for x in lines))
        d.hup()
        d.wait_log("reloaded", count=len(d.log("reloaded")) + 1)
    with Receiver() as d:
        assert d.post(rss("a"), token="first-token")[0] == 202
        write("first-token", "new-token")
        assert d.post(rss("b"), token="first-token")[0] == 202
        assert d.post(rss("c"), token="new-token")[0] == 202
        write("new-token")
        assert d.post(rss("d"), token="first-token")[0] == 401
        assert d.post(rss("e"), token="new-token")[0] == 202
        # an empty file shuts the door, it does not open it
        n = len(d.log("reload"))
        with open(os.path.join(d.dir, "token"), "w"):
            pass
        d.hup()
        d.wait("an answer to it", lambda: len(d.log("reload")) > n)
        assert d.ask("POST", "/v1/ingest/desk", rss("f"), {"Authorization": "Bearer "})[0] == 401


def test_many_sources():
    more = "".join(", {name: s%d, token_file: token}" % i for i in range(500))
    with Receiver() as d:
        d.stop()
        d.lines.clear()
        d.configure(d.text.replace("{name: open}", "{name: open}" + more))
        d.start()
        for i in range(0, 500, 25):
            assert d.post(rss("of %d" % i), source="s%d" % i)[0] == 202
        assert d.post(rss("x"), source="s500")[0] == 404


def certificate(d):
    """A CA of its own and a certificate for 127.0.0.1."""
    def openssl(*args):
        subprocess.run(("openssl",) + args, cwd=d.dir, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=Test CA", "-days", "2")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "tls.csr",
            "-subj", "/CN=127.0.0.1")
    with open(os.path.join(d.dir, "ext"), "w") as f:
        f.write("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "tls.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "tls.pem", "-days", "2", "-extfile", "ext")
    os.chmod(os.path.join(d.dir, "tls.key"), 0o600)


def test_tls():
    d = Receiver("  tls_cert: tls.pem\n  tls_key_file: tls.key\n  deadline: 10s")
    certificate(d)
    with d:
        context = ssl.create_default_context(cafile=os.path.join(d.dir, "ca.pem"))
        conn = http.client.HTTPSConnection("127.0.0.1", d.port, context=context, timeout=PATIENCE)
        stuck = [socket.create_connection(("127.0.0.1", d.port)) for _ in range(20)]
        for s in stuck[:10]:
            s.sendall(b"\x16\x03\x01\x02")  # a handshake that never goes on
        for i in range(5):
            status, body, _ = d.post(rss("Over TLS %d" % i), conn=conn)
            assert status == 202, body
        d.wait_events(5)
        assert status_of(d.raw(HEAD + b"\r\n", 1)) in (None, 400)  # plain HTTP
        for s in stuck:  # the deadline is theirs, too
            s.settimeout(PATIENCE)
            try:
                while s.recv(1000):
                    pass
            except ConnectionResetError:
                pass
        assert d.stop() == 0


def test_socket_activation():
    """The listening socket is handed over, as systemd does it; it outlives the process."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    d = Receiver()
    port = listener.getsockname()[1]
    d.configure(d.text.replace("  listen: 127.0.0.1:%d\n" % d.port, ""))
    d.port = port
    launch = ("import os,sys; os.dup2(%d, 3); os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', "
              "LISTEN_FDNAMES='receive'); os.execv(sys.argv[1], sys.argv[1:])" % listener.fileno())
    d.args = [sys.executable, "-c", launch, program(), "run", "-c", d.conf_path]
    os.set_inheritable(listener.fileno(), True)
    real = subprocess.Popen

    def inheriting(*args, **kwargs):
        return real(*args, close_fds=False, **kwargs)
    subprocess.Popen = inheriting
    try:
        with d:
            assert d.post(rss("By the socket handed over"))[0] == 202
            d.wait_events(1)
            d.stop()
            waiting = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)  # nobody is there …
            body = rss("While nobody was there")
            waiting.sendall(HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            d.lines.clear()
            d.start()
            assert status_of(waiting.recv(1000)) == 202  # … and it is answered all the same
            d.wait_events(2)
    finally:
        subprocess.Popen = real
        listener.close()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
