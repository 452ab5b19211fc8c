#!/usr/bin/env python3
"""Clients that mean no good: service goes on for the others, and memory stays bounded."""
import os
import resource
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import run_tests  # noqa: E402
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


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
