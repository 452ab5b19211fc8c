#!/bin/sh
# Runs all golden cases in `make check`.
exec python3 "$SRCDIR/tests/golden/run.py"
