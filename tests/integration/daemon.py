"""Runs ./wiredesk as a daemon for the integration tests. Standard library only."""
import glob
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

PATIENCE = 240    # seconds for whatever has to come: a test that passes never waits for them
SLOW_STOP = 40    # seconds after which a stop is told about
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
        self.p, self.readers = None, []
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
        self.readers = [threading.Thread(target=self.read, args=(pipe,), daemon=True)
                        for pipe in (self.p.stderr, self.p.stdout) if pipe]
        for t in self.readers:
            t.start()

    def read(self, pipe):
        for line in pipe:
            with self.lock:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def log(self, word=""):
        with self.lock:
            return [x for x in self.lines if word in x]

    def wait(self, what, cond, timeout=PATIENCE):
        """What cond gives once that is true; a process that ended makes nothing true any more."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            ended = self.p.poll() is not None
            if ended:
                self.ended()
            got = cond()
            if got:
                return got
            if ended:
                break
            time.sleep(0.03)
        raise AssertionError("%s did not come; exit status %s; log:\n%s" % (
            what, self.p.poll(), self.last_words()))

    def wait_log(self, word, count=1):
        return self.wait("log line '%s'" % word,
                         lambda: (self.log(word) if len(self.log(word)) >= count else None))

    def events(self, name="events.jsonl"):
        """What the jsonl sink wrote; a last line still being written is left out."""
        try:
            with open(os.path.join(self.dir, name), encoding="utf-8") as f:
                return [json.loads(x) for x in f if x.endswith("\n")]
        except FileNotFoundError:
            return []

    def wait_events(self, n, name="events.jsonl"):
        return self.wait("%d events" % n,
                         lambda: (self.events(name) if len(self.events(name)) >= n else None))

    def get(self, url):
        with urllib.request.urlopen(url, timeout=PATIENCE) as r:
            return r.read().decode()

    def hup(self):
        self.p.send_signal(signal.SIGHUP)

    def kill(self):
        self.p.kill()
        self.ended()

    def ended(self, timeout=PATIENCE):
        """The exit status, once the process has ended and all it said is in the log."""
        status = self.p.wait(timeout)
        for t in self.readers:
            t.join(PATIENCE)
        return status

    def stop(self):
        """SIGTERM; the exit status. A slow one is told with what its threads were at."""
        if self.p.poll() is None:
            self.p.send_signal(signal.SIGTERM)
        try:
            return self.ended(SLOW_STOP)
        except subprocess.TimeoutExpired:
            told = self.stuck(SLOW_STOP)
            print("slow: " + told.replace("\n", "\nslow: "), flush=True)
        try:
            return self.ended(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(self.stuck(SLOW_STOP + PATIENCE)) from None

    def stuck(self, seconds):
        return "no end %d s after SIGTERM; log:\n%s\nthreads:\n%s" % (
            seconds, self.last_words(), threads(self.p.pid))

    def last_words(self):
        return "\n".join(self.log()[-60:])

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        if self.p and self.p.poll() is None:
            self.kill()
        if self.own:
            shutil.rmtree(self.dir, ignore_errors=True)


def threads(pid):
    """What each thread of a process waits in, as well as the machine tells it."""
    try:
        p = subprocess.run(["gdb", "-p", str(pid), "-batch", "-ex", "thread apply all bt"],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE)
        if p.returncode == 0 and b"\n#0" in p.stdout:
            return p.stdout.decode("utf-8", "replace")
    except (OSError, subprocess.TimeoutExpired):
        pass
    rows = []
    for folder in sorted(glob.glob("/proc/%d/task/*" % pid)):
        row = [os.path.basename(folder)]
        for name in ("comm", "wchan", "syscall", "stack"):
            try:
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                    row.append("%s=%s" % (name, " < ".join(f.read().split("\n")).strip(" <")))
            except OSError as e:
                row.append("%s: %s" % (name, e.strerror))
        rows.append(" ".join(row))
    return "\n".join(rows)


def headline(event):
    return event["data"]["headlines"][0]["value"]


def run_tests(module):
    """Every test_* function of the module, or those named on the command line; the last line is
    "N passed, N failed"."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))    # daemons and brokers end with it
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
