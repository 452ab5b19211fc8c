#!/usr/bin/env python3
"""The rules of this code base that a program can check. Run by `make lint`.

  lint.py [CHECK…]      all checks by default; prints a line a finding, then "N passed, N failed"

  format      clang-format 14 agrees (skipped with a note where it is not installed)
  layers      include directions: base <- parsers <- taggers <- desk, base <- parsers <- sinks, base <- sources
  libraries   one file per third-party library
  banned      functions that have no place here
  headers     every header compiles alone
  sizes       files under 1,000 lines, functions under 100
  promises    no TODO and the like, no machine paths
  lists       local.mk names each file of its folder once, and no file that is not there
  shell       shellcheck, where installed
  python      every Python file compiles
"""
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("BUILD", ".")
CODE = ("base", "sources", "parsers", "taggers", "desk", "sinks", "daemon")

MAY_INCLUDE = {
    "base": {"base"},
    "sources": {"base", "sources"},
    "parsers": {"base", "parsers"},
    "taggers": {"base", "parsers", "taggers"},
    "desk": {"base", "parsers", "taggers", "desk"},
    "sinks": {"base", "parsers", "sinks"},
    "daemon": set(CODE),
}
# Header (or its folder) -> the files that may include it.
ONE_FILE = {
    "librdkafka/": {"sinks/kafka", "sources/kafka_input", "tests/"},
    "sqlite3.h": {"desk/store"},
    "libxml/": {"parsers/xml", "daemon/config_feeds.c", "daemon/main.c", "tests/"},
    "curl/": {"sources/http", "daemon/main.c"},
    "microhttpd.h": {"daemon/admin", "sources/http_push"},
    "yaml.h": {"base/yaml"},
    "utf8proc.h": {"base/utf8.c", "taggers/"},
    "xxhash.h": {"base/hash.c"},
    "uchardet": {"parsers/charset.c"},
    "iconv.h": {"parsers/charset.c"},
    "libexttextcat": {"taggers/language.c"},
    "archive.h": {"sources/"},
    "zlib.h": {"parsers/inflate", "sources/", "tests/"},
    "zstd.h": {"base/press.c", "sources/unpack.c", "tests/"},
    "brotli/": {"sources/unpack.c", "tests/"},
    "systemd/": {"daemon/notify"},
}
BANNED = re.compile(
    r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|sscanf|gets|strncpy|alloca|system|popen)\s*\(")
BANNED_OUTSIDE = (
    (re.compile(r"(?<![\w.>])(malloc|realloc)\s*\("), ("base/",), "raw memory outside base/ (calloc for long-lived objects is fine)"),
    (re.compile(r"(?<![\w.>])time\s*\("), ("base/clock.c",), "time() outside base/clock.c"),
    (re.compile(r"(?<![\w.>])v?printf\s*\("), ("daemon/",), "printf outside daemon/"),
)


def files(suffixes, folders=CODE):
    for folder in folders:
        for base, _, names in sorted(os.walk(os.path.join(TOP, folder))):
            for n in sorted(names):
                if n.endswith(suffixes):
                    yield os.path.relpath(os.path.join(base, n), TOP)


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def blank(text, keep_includes=False):
    """The code without comments and string contents, line breaks kept."""
    def sub(m):
        s = m.group(0)
        if s.startswith("/"):
            return "\n" * s.count("\n") or " "
        return s[0] + s[-1]
    if keep_includes:
        return re.sub(r"/\*.*?\*/|//[^\n]*", sub, text, flags=re.S)
    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", sub, text, flags=re.S)


def check_format():
    tool = shutil.which("clang-format-14")
    if tool is None:
        print("lint: clang-format-14 is not installed: format not checked")
        return
    paths = list(files((".c", ".h"), CODE + ("tests",)))
    for i in range(0, len(paths), 40):
        p = subprocess.run([tool, "--dry-run", "-Werror"] + paths[i:i + 40], cwd=TOP, capture_output=True, text=True)
        for f in sorted({line.split(":")[0] for line in p.stderr.splitlines() if ": error:" in line}):
            yield f, "run clang-format-14 -i"


def check_layers():
    for path in files((".c", ".h")):
        folder = path.split("/")[0]
        for m in re.finditer(r'^#include "([^"]+)"', read(path), re.M):
            target = m[1].split("/")[0]
            if "/" not in m[1]:
                if not m[1].endswith(".def"):
                    yield path, f'include "{m[1]}" from the top folder'
            elif target not in MAY_INCLUDE[folder]:
                yield path, f"{folder}/ may not include {m[1]}"


def check_libraries():
    for path in files((".c", ".h"), CODE + ("tests",)):
        for m in re.finditer(r"^#include <([^>]+)>", read(path), re.M):
            for header, allowed in ONE_FILE.items():
                hit = m[1].startswith(header) if header.endswith("/") else header in m[1]
                if hit and not path.startswith(tuple(allowed)) and not path.startswith("tests/"):
                    yield path, f"<{m[1]}> belongs to {', '.join(sorted(allowed))}"


def check_banned():
    for path in files((".c", ".h")):
        code = blank(read(path))
        for m in BANNED.finditer(code):
            yield f"{path}:{code.count(chr(10), 0, m.start()) + 1}", f"{m[1]}() is banned"
        for pattern, allowed, why in BANNED_OUTSIDE:
            if not path.startswith(allowed):
                for m in pattern.finditer(code):
                    yield f"{path}:{code.count(chr(10), 0, m.start()) + 1}", why


def check_headers():
    cflags = os.environ.get("LINT_CFLAGS", "").split()
    for path in files((".h",)):
        if not re.search(r"^#pragma once", read(path), re.M):
            yield path, "no #pragma once"
        src = f'#include "{path}"\n'
        p = subprocess.run(["cc", "-std=gnu11", "-D_GNU_SOURCE", "-fsyntax-only", f"-I{TOP}", f"-I{BUILD}", "-include",
                            "config.h", *cflags, "-x", "c", "-"], input=src, capture_output=True, text=True, cwd=BUILD)
        if p.returncode != 0:
            yield path, "does not compile alone: " + next((x for x in p.stderr.splitlines() if "error" in x), "")[:200]


def check_sizes():
    for path in files((".c", ".h"), CODE + ("tests",)):
        text = read(path)
        n = text.count("\n")
        if n > 1000 and "/corpus/" not in path:
            yield path, f"{n} lines: two rooms?"
        if not path.endswith(".c"):
            continue
        start = None
        for i, line in enumerate(text.splitlines(), 1):
            if line == "{":
                start = i
            elif line == "}" and start is not None:
                if i - start > 100 and not path.startswith("tests/"):
                    yield f"{path}:{start}", f"function of {i - start} lines"
                start = None


def check_promises():
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|[Nn]ot implemented|\b[Ff]or now\b")
    machine = re.compile("/(" + "work|farm" + r")/|/tmp/bash_" + "jobs")
    listed = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True).stdout.split()
    for path in listed or files((".c", ".h")):
        if path == "tests/lint/lint.py" or not path.endswith((".c", ".h", ".py", ".sh", ".md", ".mk", ".am", ".ac", ".yaml", ".in")):
            continue
        if path.startswith(("tests/golden/", "tests/fuzz/corpus/", "tests/topic/", "data/")):
            continue
        for i, line in enumerate(read(path).splitlines(), 1):
            m = words.search(line)
            if m and path.endswith((".c", ".h", ".py", ".sh", ".mk", ".am", ".ac")):
                yield f"{path}:{i}", f"a promise left in the text: {m[0]}"
            if machine.search(line):
                yield f"{path}:{i}", "a machine path"


def check_lists():
    for folder in CODE:
        listed = re.findall(r"%reldir%/(\S+\.(?:c|h|def))\b", read(f"{folder}/local.mk"))
        for name in sorted(set(listed)):
            if listed.count(name) > 1:
                yield f"{folder}/local.mk", f"{name} is listed {listed.count(name)} times"
            if not os.path.exists(os.path.join(TOP, folder, name)):
                yield f"{folder}/local.mk", f"{name} is listed but not there"
        for path in files((".c", ".h", ".def"), (folder,)):
            if os.path.basename(path) not in listed:
                yield path, f"is not in {folder}/local.mk"


def check_shell():
    tool = shutil.which("shellcheck")
    if tool is None:
        print("lint: shellcheck is not installed: scripts not checked")
        return
    scripts = [p for p in ("scripts/test", "scripts/demo", ".ci/run") if os.path.exists(os.path.join(TOP, p))]
    for base, _, names in os.walk(os.path.join(TOP, "scripts")):
        scripts += [os.path.relpath(os.path.join(base, n), TOP) for n in names if n.endswith(".sh")]
    scripts += list(files((".sh",), ("tests", "systemd")))
    scripts += [p for p in ("tests/integration/kafka-broker", "tests/integration/with-systemd") if os.path.exists(os.path.join(TOP, p))]
    for path in sorted(set(scripts)):
        p = subprocess.run([tool, "-S", "warning", "-e", "SC1091,SC2034,SC2154", "-f", "gcc", path], cwd=TOP, capture_output=True, text=True)
        for line in p.stdout.splitlines()[:5]:
            yield path, line.split(":", 1)[1]


def check_python():
    for path in files((".py",), ("tests", "scripts")):
        try:
            compile(read(path), path, "exec")
        except SyntaxError as x:
            yield path, str(x)


def main():
    names = sys.argv[1:] or ["format", "layers", "libraries", "banned", "headers", "sizes", "promises", "lists", "shell", "python"]
    failed = 0
    for name in names:
        found = list(globals()["check_" + name]())
        for where, why in found:
            print(f"lint: {name}: {where}: {why}")
        failed += bool(found)
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
