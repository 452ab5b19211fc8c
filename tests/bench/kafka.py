#!/usr/bin/env python3
"""Starts a real broker with the benchmark's topics and runs bench_kafka on it: kafka.py PROGRAM [MESSAGES [ROUNDS]]"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from kafka_broker import Broker  # noqa: E402

folder = tempfile.mkdtemp(prefix="wiredesk-bench-")
try:
    with Broker(folder) as b:
        for t in ("bench.idem", "bench.txn", "bench.alo", "bench.eo"):
            b.topic(t, 3)
        sys.exit(subprocess.call([sys.argv[1], b.bootstrap] + sys.argv[2:]))
finally:
    shutil.rmtree(folder, ignore_errors=True)
