#!/usr/bin/env python3
"""No 202 is lost: kill -9 while eight senders post, start again, and at the end every document that was
answered 202 is an event, and none is two. Without arguments 5 kills; --all: 100.
"""
import http.client
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from daemon import PATIENCE  # noqa: E402
from receiver import Receiver, rss, titles  # noqa: E402

SENDERS = 8


def send(d, round_no, number, promised, lock, stop):
    """Posts until the daemon is gone; every third document with a key, some of them sent twice."""
    conn = http.client.HTTPConnection("127.0.0.1", d.port, timeout=PATIENCE)
    i = 0
    while not stop.is_set():
        title = "round %d sender %d number %d" % (round_no, number, i)
        headers = {"Idempotency-Key": title} if i % 3 == 0 else {}
        try:
            for _ in range(1 + (i % 7 == 0)):
                status, body, _ = d.post(rss(title), headers=headers, conn=conn)
                if status == 202:
                    with lock:
                        promised[title] = body["id"]
        except (OSError, http.client.HTTPException):
            return
        i += 1


def kills(count):
    promised, lock = {}, threading.Lock()
    pick = random.Random(7)
    with Receiver() as d:
        for round_no in range(count):
            stop = threading.Event()
            threads = [threading.Thread(target=send, args=(d, round_no, n, promised, lock, stop))
                       for n in range(SENDERS)]
            for t in threads:
                t.start()
            enough = len(promised) + 6
            d.wait("some promises", lambda: len(promised) >= enough)
            time.sleep(pick.uniform(0.05, 0.8))
            d.kill()
            stop.set()
            for t in threads:
                t.join()
            d.lines.clear()
            d.start()
        assert len(promised) > 5 * count, len(promised)
        d.wait("all that was promised", lambda: set(promised) <= set(titles(d)))
        states = {}
        for one in promised.values():
            state = d.fate(one)["state"]
            states[state] = states.get(state, 0) + 1
        assert set(states) <= {"processed", "duplicate"}, states
        ids = [e["id"] for e in d.events()]
        print("     %d kills: %d promised, %d events, %d distinct, %s" % (
            count, len(promised), len(ids), len(set(ids)), states))
        # what was sent again after a crash is the same event, so a consumer knows it by its id
        assert len(set(ids)) == len(set(titles(d))), "a document became two events"
        assert d.stop() == 0


def main():
    try:
        kills(100 if "--all" in sys.argv[1:] else 5)
        print("ok   no 202 is lost\n1 passed, 0 failed")
    except AssertionError as e:
        print("FAIL no 202 is lost: %s\n0 passed, 1 failed" % e)
        sys.exit(1)


if __name__ == "__main__":
    main()
