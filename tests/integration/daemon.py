"""Runs ./wiredesk as a daemon for the integration tests. Standard library only."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


def program():
    """The wiredesk to test: $WIREDESK, else the one in a build folder beside the sources."""
    for p in (os.environ.get("WIREDESK"), os.path.join(TOP, "build", "wiredesk"),
              os.path.join(TOP, "wiredesk")):
        if p and os.path.exists(p):
            return os.path.abspath(p)
    sys.exit("no wiredesk program: set WIREDESK")


class Daemon:
    """`conf` is YAML text; @DIR@ in it becomes the daemon's own folder, store: is added."""

    def __init__(self, conf, folder=None, args=None, env=None):
        self.own = folder is None
        self.dir = folder or tempfile.mkdtemp(prefix="wiredesk-test-")
        self.conf_path = os.path.join(self.dir, "wiredesk.yaml")
        self.args = args
        self.env = dict(os.environ, **(env or {}))
        if os.path.isdir(os.path.join(TOP, "data")):
            self.env.setdefault("WIREDESK_DATA", os.path.join(TOP, "data"))
        self.lines, self.lock = [], threading.Lock()
        self.p = None
        if conf is not None:
            self.configure(conf)

    def configure(self, conf):
        if "\nstore:" not in "\n" + conf:
            conf = "store: {path: state}\n" + conf
        with open(self.conf_path, "w", encoding="utf-8") as f:
            f.write(conf.replace("@DIR@", self.dir))

    def start(self, wait=True):
        self.p = subprocess.Popen(self.args or [program(), "run", "-c", self.conf_path], cwd=self.dir,
                                  env=self.env, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        self.read_in_background()
        if wait:
            self.wait_log("ready version=")
        return self

    def read_in_background(self):
        for pipe in (self.p.stderr, self.p.stdout):
            if pipe:
                threading.Thread(target=self.read, args=(pipe,), daemon=True).start()

    def read(self, pipe):
        for line in pipe:
            with self.lock:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def log(self, word=""):
        with self.lock:
            return [x for x in self.lines if word in x]

    def wait(self, what, cond, timeout=20):
        end = time.time() + timeout
        while time.time() < end:
            got = cond()
            if got:
                return got
            if self.p.poll() is not None and not cond():
                break
            time.sleep(0.03)
        raise AssertionError("%s did not come; exit status %s; log:\n%s" % (
            what, self.p.poll(), "\n".join(self.log()[-40:])))

    def wait_log(self, word, timeout=20, count=1):
        return self.wait("log line '%s'" % word,
                         lambda: (self.log(word) if len(self.log(word)) >= count else None), timeout)

    def events(self, name="events.jsonl"):
        """What the jsonl sink wrote; a last line still being written is left out."""
        try:
            with open(os.path.join(self.dir, name), encoding="utf-8") as f:
                return [json.loads(x) for x in f if x.endswith("\n")]
        except FileNotFoundError:
            return []

    def wait_events(self, n, timeout=20, name="events.jsonl"):
        return self.wait("%d events" % n,
                         lambda: (self.events(name) if len(self.events(name)) >= n else None), timeout)

    def get(self, url):
        with urllib.request.urlopen(url, timeout=10) as r:
            return r.read().decode()

    def hup(self):
        self.p.send_signal(signal.SIGHUP)

    def kill(self):
        self.p.kill()
        self.p.wait()

    def stop(self, timeout=40):
        """SIGTERM; the exit status."""
        if self.p.poll() is None:
            self.p.send_signal(signal.SIGTERM)
        return self.p.wait(timeout)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        if self.p and self.p.poll() is None:
            self.kill()
        if self.own:
            shutil.rmtree(self.dir, ignore_errors=True)


def headline(event):
    return event["data"]["headlines"][0]["value"]


def run_tests(module):
    """Every test_* function of the module, or those named on the command line; the last line is
    "N passed, N failed"."""
    names = sys.argv[1:] or [n for n in dir(module) if n.startswith("test_")]
    passed = failed = 0
    for name in sorted(names):
        start = time.time()
        try:
            getattr(module, name)()
            passed += 1
            print("ok   %s (%.1f s)" % (name, time.time() - start), flush=True)
        except Exception:
            failed += 1
            print("FAIL %s" % name, flush=True)
            traceback.print_exc(file=sys.stdout)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(0 if failed == 0 else 1)
