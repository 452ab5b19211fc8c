#!/usr/bin/env python3
"""A real single-node Apache Kafka (KRaft) broker on loopback, for tests and the demonstration.

  kafka_broker.py start  --dir D [--secure] [--auto-create] [--set key=value]…   prints its addresses as shell lines
  kafka_broker.py stop|crash|pause|resume|env --dir D
  kafka_broker.py topic  --dir D NAME PARTITIONS [key=value]…
  kafka_broker.py tool   --dir D CLASS [ARG…]      any of Kafka's own command classes
  kafka_broker.py fetch                            only fill the cache of jars

In Python: `with Broker(folder) as b: b.bootstrap, b.topic("news.articles", 3), b.crash(), b.start() …`.
The jars come from Maven Central once, into $XDG_CACHE_HOME/wiredesk-test-broker. Needs java 17, mvn and, for
--secure, openssl. A second start on the same folder keeps ports and data; only the own process is ever ended.
"""
import argparse
import base64
import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from origin import free_port  # noqa: E402

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "broker")
USER, PASSWORD = "ingest", "ingest-secret"
START_SECONDS = int(os.environ.get("KAFKA_START_WAIT", "240"))


class BrokerError(Exception):
    pass


def fetch():
    """The folder of jars, filled on first use."""
    with open(os.path.join(HERE, "pom.xml"), "rb") as f:
        key = hashlib.sha256(f.read()).hexdigest()[:12]
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "wiredesk-test-broker")
    libs = os.path.join(cache, key)
    done = os.path.join(libs, ".complete")
    if os.path.exists(done):
        return libs
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(done):
            print("fetching the Kafka jars once", file=sys.stderr)
            subprocess.run(["mvn", "-q", "-B", "-f", os.path.join(HERE, "pom.xml"), "dependency:copy-dependencies",
                            "-DincludeScope=runtime", f"-DoutputDirectory={libs}"], check=True, stdout=sys.stderr)
            open(done, "w").close()
    return libs


def shared_classes():
    """The archive of loaded classes beside the jars, made once by a broker that starts and ends: with it, and without the second
    compiler, a start costs a third (3 s of processor time for 9). Java passes over one that another Java made. None: it could not be made."""
    libs = fetch()
    archive = libs + ".jsa"
    if os.path.exists(archive):
        return archive
    with open(libs + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(archive + ".tried"):
            return archive if os.path.exists(archive) else None
        open(archive + ".tried", "w").close()
        with tempfile.TemporaryDirectory() as d:
            fresh = os.path.join(d, "classes.jsa")
            b = Broker(os.path.join(d, "broker"))
            b.java = ["-XX:ArchiveClassesAtExit=" + fresh]
            try:
                b.start()
                b.stop(180)
                shutil.move(fresh, archive + ".part")
                os.rename(archive + ".part", archive)
            except (BrokerError, OSError) as x:
                print("kafka_broker.py: no archive of classes: %s" % x, file=sys.stderr)
                return None
    return archive


def speaks_kafka(port):
    """Answers an ApiVersions request (version 0)."""
    body = struct.pack(">hhih", 18, 0, 7, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as s:
            s.settimeout(5)
            s.sendall(struct.pack(">i", len(body)) + body)
            return len(s.recv(8)) == 8
    except OSError:
        return False


class Broker:
    def __init__(self, folder, secure=False, auto_create=False, settings=()):
        self.dir = os.path.abspath(folder)
        self.secure, self.auto_create, self.settings = secure, auto_create, list(settings)
        self.ports = {}
        self.java = None    # options of the virtual machine, known at the first start
        self._read_env()

    # --- addresses ---
    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.ports['PORT']}"

    @property
    def secure_bootstrap(self):
        return f"127.0.0.1:{self.ports['SECURE_PORT']}"

    @property
    def tls_bootstrap(self):
        """TLS without a client's certificate."""
        return f"127.0.0.1:{self.ports['TLS_PORT']}"

    @property
    def mtls_bootstrap(self):
        """TLS that asks for one: client.crt and client.key in the folder."""
        return f"127.0.0.1:{self.ports['MTLS_PORT']}"

    @property
    def ca(self):
        return self._path("ca.pem")

    def env(self):
        lines = [f"KAFKA_BOOTSTRAP={self.bootstrap}"]
        if "SECURE_PORT" in self.ports:
            lines += [f"KAFKA_SECURE_BOOTSTRAP={self.secure_bootstrap}", f"KAFKA_CA={shlex.quote(self.ca)}",
                      f"KAFKA_USER={USER}", f"KAFKA_PASSWORD={PASSWORD}"]
        return lines

    # --- life ---
    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        libs = fetch()
        os.makedirs(self.dir, exist_ok=True)
        if self.pid():
            return self
        if self.java is None:
            archive = shared_classes()
            self.java = ["-XX:TieredStopAtLevel=1"] + (["-XX:SharedArchiveFile=" + archive] if archive else [])
        for _ in range(5):
            if not self.ports:
                names = ["PORT", "CONTROLLER_PORT"] + (["SECURE_PORT", "TLS_PORT", "MTLS_PORT"] if self.secure else [])
                self.ports = {n: free_port() for n in names}
            if "SECURE_PORT" in self.ports:
                self._certificates()
            self._write_properties()
            self._format()
            if self._launch(libs):
                return self
            if os.path.exists(self._path("ran")):
                break
            # Only a port taken on a first start is worth another try.
            with open(self._path("broker.log"), encoding="utf-8", errors="replace") as f:
                if "Address already in use" not in f.read():
                    break
            self.ports = {}
            subprocess.run(["rm", "-rf", self._path("data"), self._path("ports")], check=True)
        with open(self._path("broker.log"), encoding="utf-8", errors="replace") as f:
            raise BrokerError("the broker ended at once:\n" + "".join(f.readlines()[-30:]))

    def stop(self, seconds=120):
        pid = self.pid()
        if not pid:
            return
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
        if not self._wait_gone(pid, seconds):
            self.crash()

    def crash(self):
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            if not self._wait_gone(pid, 120):
                raise BrokerError(f"pid {pid} does not die")

    def pause(self):
        os.kill(self._need_pid(), signal.SIGSTOP)

    def resume(self):
        os.kill(self._need_pid(), signal.SIGCONT)

    def topic(self, name, partitions=1, **config):
        args = [f"--config={k.replace('_', '.')}={v}" for k, v in config.items()]
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.bootstrap, "--create", "--topic", name,
                          "--partitions", str(partitions), "--replication-factor", "1", *args)
                return
            except BrokerError as x:    # a busy machine: it answers before its controller has heard of it
                if "currently fenced" not in str(x) or time.monotonic() > end:
                    raise

    def tool(self, cls, *args):
        """One of Kafka's own commands; returns what it printed."""
        p = subprocess.run(["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                            f"-Dlog4j.configuration=file:{HERE}/log4j.properties", "-cp", fetch() + "/*", cls, *args],
                           capture_output=True, text=True)
        if p.returncode != 0:
            raise BrokerError(f"{cls}: {p.stdout[-2000:]}{p.stderr[-2000:]}")
        return p.stdout

    # --- inside ---
    def _path(self, name):
        return os.path.join(self.dir, name)

    def _read_env(self):
        if os.path.exists(self._path("ports")):
            with open(self._path("ports"), encoding="ascii") as f:
                self.ports = {k: int(v) for k, v in (x.strip().split("=") for x in f)}

    def pid(self):
        """The pid when the process of the pid file lives and is this broker."""
        try:
            with open(self._path("pid"), encoding="ascii") as f:
                pid = int(f.read())
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                mine = self._path("server.properties").encode() in f.read().split(b"\0")
            with open(f"/proc/{pid}/stat", "rb") as f:
                return pid if mine and f.read().split(b") ")[1][:1] != b"Z" else 0
        except (OSError, ValueError, IndexError):
            return 0

    def _need_pid(self):
        pid = self.pid()
        if not pid:
            raise BrokerError("the broker is not running")
        return pid

    def _wait_gone(self, pid, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:    # as its parent, or not
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass
            if self.pid() != pid:
                return True
            time.sleep(0.05)
        return False

    def _certificates(self):
        if os.path.exists(self._path("server.pem")):
            return
        run = lambda *a: subprocess.run(["openssl", *a], cwd=self.dir, check=True, capture_output=True)
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=test-ca",
            "-keyout", "ca.key", "-out", "ca.pem")
        run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        with open(self._path("san"), "w", encoding="ascii") as f:
            f.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=wiredesk", "-keyout", "client.key", "-out", "client.csr")
        run("x509", "-req", "-in", "client.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "client.crt", "-days", "30")
        run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.crt", "-days", "30", "-extfile", "san")
        with open(self._path("server.pem"), "w", encoding="ascii") as out:
            for n in ("server.key", "server.crt", "ca.pem"):
                with open(self._path(n), encoding="ascii") as f:
                    out.write(f.read())

    def _write_properties(self):
        p = self.ports
        listeners = f"PLAINTEXT://127.0.0.1:{p['PORT']}"
        secure = ""
        if "SECURE_PORT" in p:
            listeners += (f",SASL_SSL://127.0.0.1:{p['SECURE_PORT']},TLS://127.0.0.1:{p['TLS_PORT']}"
                          f",MTLS://127.0.0.1:{p['MTLS_PORT']}")
            login = "org.apache.kafka.common.security"
            secure = (
                "ssl.keystore.type=PEM\n"
                f"ssl.keystore.location={self._path('server.pem')}\n"
                f"listener.name.mtls.ssl.truststore.type=PEM\nlistener.name.mtls.ssl.truststore.location={self.ca}\n"
                "listener.name.mtls.ssl.client.auth=required\n"
                "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512\n"
                "listener.name.sasl_ssl.plain.sasl.jaas.config="
                f"{login}.plain.PlainLoginModule required user_{USER}=\"{PASSWORD}\";\n"
                f"listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config={login}.scram.ScramLoginModule required;\n"
                f"listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={login}.scram.ScramLoginModule required;\n")
        settings = {
            "process.roles": "broker,controller", "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{p['CONTROLLER_PORT']}",
            "controller.listener.names": "CONTROLLER", "inter.broker.listener.name": "PLAINTEXT",
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{p['CONTROLLER_PORT']}",
            "advertised.listeners": listeners,
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,TLS:SSL,MTLS:SSL",
            "log.dirs": self._path("data"), "auto.create.topics.enable": str(self.auto_create).lower(),
            "num.partitions": 1, "offsets.topic.num.partitions": 1, "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 1, "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1, "group.initial.rebalance.delay.ms": 0,
            # A crashed broker's own old session would keep it from registering again for 16 s.
            "broker.session.timeout.ms": 3000, "broker.heartbeat.interval.ms": 300,
            "log.retention.hours": -1, "log.cleaner.dedupe.buffer.size": 8388608,
            "num.network.threads": 2, "num.io.threads": 4,
        }
        with open(self._path("server.properties"), "w", encoding="utf-8") as f:
            f.writelines(f"{k}={v}\n" for k, v in settings.items())
            f.write(secure)
            f.writelines(f"{s}\n" for s in self.settings)   # later lines win
        with open(self._path("ports"), "w", encoding="ascii") as f:
            f.writelines(f"{k}={v}\n" for k, v in p.items())

    def _format(self):
        if os.path.exists(self._path("data/meta.properties")):
            return
        scram = []
        if "SECURE_PORT" in self.ports:
            for m in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                scram += ["--add-scram", f"{m}=[name={USER},password={PASSWORD}]"]
        cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=").replace("-", "A")
        self.tool("kafka.tools.StorageTool", "format", "-t", cluster, "-c", self._path("server.properties"), *scram)

    def _launch(self, libs):
        heap = os.environ.get("KAFKA_HEAP", "512m")
        with open(self._path("broker.log"), "ab") as log:
            p = subprocess.Popen(
                ["java", f"-Xms{heap}", f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:-UsePerfData", *self.java,
                 f"-Dlog4j.configuration=file:{HERE}/log4j.properties", "-cp", libs + "/*", "kafka.Kafka",
                 self._path("server.properties")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        with open(self._path("pid"), "w", encoding="ascii") as f:
            f.write(str(p.pid))
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if p.poll() is not None:
                return False
            if speaks_kafka(self.ports["PORT"]):
                open(self._path("ran"), "w").close()
                return True
            time.sleep(0.1)
        self.stop()
        raise BrokerError(f"no answer in {START_SECONDS} s; see {self._path('broker.log')}")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("command", choices=["start", "stop", "crash", "pause", "resume", "env", "topic", "tool", "fetch"])
    ap.add_argument("--dir", default=".kafka-broker")
    ap.add_argument("--secure", action="store_true")
    ap.add_argument("--auto-create", action="store_true")
    ap.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    ap.add_argument("args", nargs="*")
    o, rest = ap.parse_known_args()
    words = o.args + rest
    if o.command == "fetch":
        fetch()
        return 0
    b = Broker(o.dir, o.secure, o.auto_create, o.set)
    try:
        if o.command in ("start", "env"):
            if o.command == "start":
                b.start()
            print("\n".join(b.env()))
        elif o.command == "topic":
            config = dict(x.split("=", 1) for x in words[2:])
            b.topic(words[0], int(words[1]), **config)
        elif o.command == "tool":
            print(b.tool(words[0], *words[1:]), end="")
        else:
            getattr(b, o.command)()
    except (BrokerError, subprocess.CalledProcessError) as x:
        print(f"kafka_broker.py: {x}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
