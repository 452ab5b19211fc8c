#!/usr/bin/env bash
# Proves the units under a real systemd: installs this build, then start, READY, credentials, reload,
# watchdog, SIGTERM drain, kill -9 and restart, socket, exposure. Ends with "N passed, N failed".
#
#   tests/integration/systemd.sh [BUILD-FOLDER]      needs root; nothing stays on the machine
#
# The outer half boots a private systemd (with-systemd) over this machine's files, read-only with an
# overlay in memory, and runs the inner half in it.
set -u
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
build=$(cd -- "${1:-${BUILD:-$here/../../build}}" && pwd)

if [[ ${WD_INSIDE:-} != 1 ]]; then
    for tool in /lib/systemd/systemd unshare nsenter; do
        command -v "$tool" >/dev/null || { echo "skipped: $tool is missing"; echo "0 passed, 0 failed"; exit 77; }
    done
    [[ $EUID == 0 ]] || { echo "skipped: needs root"; echo "0 passed, 0 failed"; exit 77; }
    work=$(mktemp -d /var/tmp/wd-systemd.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    # A build folder below /tmp is not seen inside, so what is to be installed is staged first.
    make -C "$build" -s install DESTDIR="$work/stage" >"$work/install.log" 2>&1 || {
        cat "$work/install.log"
        echo "0 passed, 1 failed"
        exit 1
    }
    prefix=$(sed -n 's/^prefix = //p' "$build/Makefile")
    cp "$here/origin.py" "$here/systemd.sh" "$work/"
    WD_INSIDE=1 WD_WORK=$work WD_PREFIX=$prefix "$here/with-systemd" --rw "$work" -- bash "$work/systemd.sh" "$work"
    exit $?
fi

# ---- inside ----
cd /
work=$WD_WORK prefix=$WD_PREFIX events=/var/lib/wiredesk/events.jsonl
bad=0 good=0
check() { # name, wanted pattern, text
    if [[ $3 =~ $2 ]]; then
        good=$((good + 1)) && echo "ok   $1"
    else
        bad=$((bad + 1)) && echo "FAIL $1: wanted /$2/, got: ${3:-nothing}"
        journalctl -q --no-pager -o cat -u wiredesk.service | tail -n 15
    fi
}
show() { systemctl show wiredesk.service -P "$1"; }
log() { journalctl -q --no-pager -o cat -u wiredesk.service; }
until_true() { # command… ; nobody waits so long when all is well
    local end=$((SECONDS + 240))
    until "$@"; do ((SECONDS < end)) || return 1; sleep 0.1; done
}
lines() { if [[ -e $events ]]; then wc -l <"$events"; else echo 0; fi; }
has_lines() { (($(lines) >= $1)); }
logged() { log | grep -q -- "$1"; }
state_is() { [[ $(systemctl is-active wiredesk.service) == "$1" ]]; }
fed_since() { (($(show WatchdogTimestampMonotonic) > $1)); }
lost() { # titles of the ledger that no event has
    python3 - "$work/ledger.jsonl" "$events" <<'PY'
import json, sys
want = {json.loads(l)["title"] for l in open(sys.argv[1]) if '"/feed/3"' not in l}
have = {json.loads(l)["data"]["headlines"][0]["value"] for l in open(sys.argv[2]) if l.endswith("\n")}
print(len(want - have))
PY
}
nothing_lost() { [[ $(lost) == 0 ]]; }
new_pid() { local p; p=$(show MainPID); [[ $p != 0 && $p != "$1" ]] && state_is active; }

cp -a "$work/stage/." /
unit=$prefix/lib/systemd/system
[[ $unit == /usr/* || $unit == /etc/* ]] || cp "$unit"/wiredesk.* /etc/systemd/system/
systemd-sysusers "$prefix/lib/sysusers.d/wiredesk.conf"
systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/wiredesk.conf"
check "sysusers makes the account" 'wiredesk' "$(getent passwd wiredesk)"
check "tmpfiles makes the spool" '^2770 wiredesk$' "$(stat -c '%a %U' /var/spool/wiredesk)"

python3 "$work/origin.py" --feeds 3 --items 5 --rate 5 --ledger "$work/ledger.jsonl" >"$work/origin.out" &
origin_pid=$!
until_true grep -q listening "$work/origin.out"
url=$(sed -n 's/^listening //p' "$work/origin.out")
etc=$("$prefix/bin/wiredesk" run --help | sed -n 's,.*default \(.*\)/wiredesk.yaml.*,\1,p')
mkdir -p "$etc" /etc/systemd/system/wiredesk.service.d
printf 'top-secret-token\n' >/etc/agency.token
chmod 600 /etc/agency.token
conf() { # extra feed line
    cat >"$etc/wiredesk.yaml" <<YAML
store: {path: state/}
http: {allow_private: [127.0.0.0/8]}
feed_defaults: {interval: 500ms, fixed: true}
sinks: [{type: jsonl, path: events.jsonl}]
receive: {spool: /var/spool/wiredesk, sources: [{name: agency, token_file: agency.token}]}
feeds:
  - {url: "$url/feed/1", name: one}
  - {url: "$url/feed/2", name: two}
$1
YAML
    chmod 644 "$etc/wiredesk.yaml"
}
conf ""
printf '[Service]\nLoadCredential=agency.token:/etc/agency.token\nWatchdogSec=10s\n' \
    >/etc/systemd/system/wiredesk.service.d/test.conf
systemctl daemon-reload

check "systemd-analyze verify" '^$' "$(systemd-analyze verify "$unit/wiredesk.service" "$unit/wiredesk.socket" 2>&1 | grep -i wiredesk)"
systemctl start wiredesk.service
check "start waits for READY" '^active$' "$(systemctl is-active wiredesk.service)"
check "READY comes when everything is loaded" 'ready version=' "$(log)"
check "STATUS tells the feeds" '2 feeds' "$(show StatusText)"
check "the account is used" '^wiredesk$' "$(ps -o user= -p "$(show MainPID)")"
until_true has_lines 10
check "events are written to the state folder" '^[0-9]{2,}$' "$(lines)"
printf '<rss version="2.0"><channel><title>t</title><item><title>From the spool</title><guid>s</guid></item></channel></rss>' \
    >/var/spool/wiredesk/.x && mv /var/spool/wiredesk/.x /var/spool/wiredesk/x.xml
until_true test -e /var/spool/wiredesk/done/x.xml
check "the spool of tmpfiles is read" 'x.xml' "$(ls /var/spool/wiredesk/done)"
first=$(show WatchdogTimestampMonotonic)
until_true fed_since "$((first + 11000000))"
check "watchdog: still up after its time" '^active 0$' "$(systemctl is-active wiredesk.service) $(show NRestarts)"

pid=$(show MainPID)
conf "  - {url: \"$url/feed/3\", name: three}"
systemctl reload wiredesk.service
until_true logged 'reloaded feeds=3'
check "reload keeps the process and applies" "^$pid\$" "$(show MainPID)"
conf "bogus: 1"
systemctl reload wiredesk.service
until_true logged 'reload-refused'
check "a reload with an error applies nothing" "active" "$(systemctl is-active wiredesk.service)"
check "and is said with line and column" 'yaml:[0-9]+:1: .*bogus' "$(log)"
conf ""

kill -STOP "$pid"
until_true new_pid "$pid"
check "a hung loop is killed by the watchdog and restarted" '^active$' "$(systemctl is-active wiredesk.service)"
pid=$(show MainPID)
kill -KILL "$pid"
until_true new_pid "$pid"
check "kill -9 is followed by a restart" '^active$' "$(systemctl is-active wiredesk.service)"
before=$(lines)
until_true has_lines $((before + 3))
check "and by further events" '^[0-9]+$' "$(lines)"
check "no torn line" '^whole$' "$(python3 -c '
import json
text = open("/var/lib/wiredesk/events.jsonl").read()
for line in text[: text.rindex("\n")].split("\n"):    # the daemon is writing behind that
    json.loads(line)
print("whole")')"

kill "$origin_pid"
wait "$origin_pid" 2>/dev/null
until_true nothing_lost
systemctl stop wiredesk.service
check "SIGTERM drains and ends well" '^success 0$' "$(show Result) $(show ExecMainStatus)"
check "everything is delivered" 'everything is delivered' "$(log)"
check "nothing of the ledger is lost" '^0$' "$(lost)"
conf "bogus: 1"
systemctl start wiredesk.service 2>/dev/null
check "a wrong configuration does not start" 'failed|activating|inactive' "$(systemctl is-active wiredesk.service)"
systemctl stop wiredesk.service

check "exposure at most 1.5" '^(0\.[0-9]|1\.[0-5])$' \
    "$(systemd-analyze security --offline=true --no-pager "$unit/wiredesk.service" | sed -n 's/.*wiredesk.service: \([0-9.]*\).*/\1/p')"
echo "$good passed, $bad failed"
((bad == 0))
