# What scripts/test and scripts/demo share; sourced by bash.
# shellcheck shell=bash

top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

as_root() {
    if [[ $(id -u) == 0 ]]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "installing packages needs root or sudo: $*"; fi
}

build_packages="autoconf automake gcc libc6-dev make pkg-config libcurl4-openssl-dev librdkafka-dev libxml2-dev
    libuv1-dev libsqlite3-dev libmicrohttpd-dev libyaml-dev libjansson-dev libutf8proc-dev libxxhash-dev libpcre2-dev
    libuchardet-dev libexttextcat-dev zlib1g-dev libzstd-dev libbrotli-dev libarchive-dev libgnutls28-dev libsystemd-dev python3 ca-certificates"
kafka_packages="default-jre-headless maven kcat"

# Installs the Debian packages that are missing among the given ones.
need_packages() {
    local missing=() p
    for p in "$@"; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p")
    done
    ((${#missing[@]} == 0)) && return 0
    command -v apt-get >/dev/null || die "this is no Debian; install by hand: ${missing[*]}"
    say "installing ${missing[*]}"
    as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Java and Maven count as there when the commands are, whoever installed them.
need_kafka() {
    local want=() p
    for p in $kafka_packages; do
        case $p in
            default-jre-headless) command -v java >/dev/null || want+=("$p") ;;
            maven) command -v mvn >/dev/null || want+=("$p") ;;
            *) want+=("$p") ;;
        esac
    done
    need_packages "${want[@]}"
}

# need_hub FOLDER: Flask-WebSub and what it needs, installed there from PyPI; prints the folder to import from. Where PyPI is
# out of reach it says so on standard error and fails: the tests do without.
need_hub() {
    local dir=$1 wanted=$top/tests/integration/hub-requirements.txt
    if ! cmp -s "$wanted" "$dir/installed"; then
        rm -rf "$dir"
        if ! { /usr/bin/python3 -m venv "$dir" &&
            timeout 600 "$dir/bin/pip" install -q --no-input --retries 1 -r "$wanted"; } >"$dir.log" 2>&1; then
            printf 'skipped: Flask-WebSub cannot be installed from PyPI: %s\n' "$(tail -n 1 "$dir.log")" >&2
            return 1
        fi
        cp "$wanted" "$dir/installed"
    fi
    "$dir/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'
}

# configure_in FOLDER [ARG...]: a build folder of this tree.
configure_in() {
    local dir=$1
    shift
    [[ -x $top/configure ]] || (cd "$top" && autoreconf -fi >/dev/null 2>&1) || die "autoreconf failed: run autoreconf -fi"
    mkdir -p "$dir"
    [[ -e $dir/Makefile ]] || (cd "$dir" && "$top/configure" -q "$@") || die "configure failed: see $dir/config.log"
}
