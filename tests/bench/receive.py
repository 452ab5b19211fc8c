#!/usr/bin/env python3
"""What a 202 costs: POSTs of one-item feeds to the daemon and to a bare libmicrohttpd handler, in one
run, same requests, same senders. The measure is requests per second of the *server's* CPU time, so
the senders (Python) cost nothing of it. Usage: receive.py WIREDESK BARE_HTTP [REQUESTS [CONNECTIONS]]
"""
import os
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from daemon import Daemon  # noqa: E402
from origin import free_port  # noqa: E402


def request(i):
    body = ("<rss version='2.0'><channel><title>t</title><item><title>Story number %d of the day</title>"
            "<guid>g%d</guid><description>%s</description></item></channel></rss>" % (
                i, i, "The minister said on Tuesday that talks would go on. " * 20)).encode()
    return (b"POST /v1/ingest/s HTTP/1.1\r\nHost: x\r\nContent-Type: application/rss+xml\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


def cpu(pid):
    with open("/proc/%d/stat" % pid) as f:
        rest = f.read().rsplit(")", 1)[1].split()
    return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")


def threads_cpu(pid):
    got = {}
    for t in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/stat" % (pid, t)) as f:
            rest = f.read().rsplit(")", 1)[1].split()
        got[t] = (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")
    return got


def send(port, numbers, times, bad):
    s = socket.create_connection(("127.0.0.1", port))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for i in numbers:
        start = time.perf_counter()
        s.sendall(request(i))
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += s.recv(65536)
        head, rest = answer.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length:")[1].split()[0])
        while len(rest) < length:
            rest += s.recv(65536)
        times.append(time.perf_counter() - start)
        if b" 202 " not in head.split(b"\r\n")[0]:
            bad.append(head)
    s.close()


def run(port, pid, n, connections):
    times, bad = [], []
    before, start = cpu(pid), time.perf_counter()
    threads = [threading.Thread(target=send, args=(port, range(k, n, connections), times, bad))
               for k in range(connections)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took, used = time.perf_counter() - start, cpu(pid) - before
    assert not bad, bad[:3]
    times.sort()
    return n / max(used, 0.01), n / took, times[n // 2] * 1e3, times[n * 99 // 100] * 1e3


def main():
    wiredesk, bare = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    n = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
    connections = int(sys.argv[4]) if len(sys.argv) > 4 else 64
    p = subprocess.Popen([bare], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    port = int(p.stdout.readline())
    base = run(port, p.pid, n, connections)
    p.stdin.close()
    p.wait()
    port = free_port()
    d = Daemon("sinks: [{type: jsonl, path: events.jsonl}]\nreceive: {listen: '127.0.0.1:%d', "
               "sources: [{name: s}]}\n" % port)
    d.args = [wiredesk, "run", "-c", d.conf_path]
    with d:
        ours = run(port, d.p.pid, n, connections)
        d.wait_events(n, 60)
        per_thread = sorted(threads_cpu(d.p.pid).values(), reverse=True)
        d.stop()
    print("%d requests, %d connections" % (n, connections))
    for name, r in (("bare handler", base), ("wiredesk", ours)):
        print("%-13s %8.0f requests per CPU second, %7.0f a second; answer after %.1f ms (p50), %.1f ms (p99)"
              % ((name,) + r))
    print("ratio         %8.3f" % (ours[0] / base[0]))
    print("CPU seconds by thread: " + ", ".join("%.2f" % x for x in per_thread[:8]))


if __name__ == "__main__":
    main()
