#!/usr/bin/env python3
"""What a remembered article costs in memory after a restart: tests/bench/restart.py in short. `make tests/bench/bench_restart` first."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import program, run_tests  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def test_an_article_costs_under_200_bytes():
    maker = os.path.join(os.path.dirname(program()), "tests", "bench", "bench_restart")
    if not os.path.exists(maker):
        print("skipped: bench_restart is not built")
        return
    out = subprocess.run([sys.executable, os.path.join(HERE, "..", "bench", "restart.py"), program(), maker, "60000", "200", "20000"],
                         capture_output=True, text=True, timeout=600)
    assert out.returncode == 0, out.stdout + out.stderr


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
