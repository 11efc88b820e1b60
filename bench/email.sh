#!/usr/bin/env bash
# Measures email beside a plain loop that opens a connection for each message, and prints a table.
# Needs Debian's postfix (smtp-sink, a server that throws all mail away), nghttp2-client (h2load),
# python3 and curl. Usage: bench/email.sh [seconds per measurement]
set -euo pipefail
cd "$(dirname "$0")/.."
. .mvn/find-jdk.sh
java=$(find_jdk)/bin/java
seconds=${1:-5}
PATH=$PATH:/usr/sbin
for tool in h2load smtp-sink python3 curl; do
  command -v "$tool" >/dev/null || { echo "bench: install $tool (Debian: nghttp2-client, postfix, python3, curl)" >&2; exit 1; }
done
./mikcar --version >/dev/null
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT

message='{"from":"ann@example.org","to":["bob@example.org"],"subject":"Hello","text":"Dear Bob,\nthis is a message of a usual length, as an application sends it.\n"}'
printf '%s' "$message" >"$work/message"
python3 - "$message" >"$work/batch" <<'PYTHON'
import sys
print('{"emails":[' + ",".join([sys.argv[1]] * 500) + "]}")
PYTHON
cat >"$work/loop.py" <<'PYTHON'
"""Sends messages for some seconds, each over a connection of its own; prints how many a second."""
import smtplib, sys, time
from email.message import EmailMessage
port, seconds = int(sys.argv[1]), float(sys.argv[2])
begun, sent = time.monotonic(), 0
while time.monotonic() - begun < seconds:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@example.org", "bob@example.org", "Hello"
    message.set_content("Dear Bob,\nthis is a message of a usual length, as an application sends it.\n")
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(message)
    sent += 1
print(int(sent / (time.monotonic() - begun)))
PYTHON

smtp-sink -u "$(id -un)" 127.0.0.1:3925 1000 >"$work/sink" 2>&1 &
EMAIL_URL='smtp://127.0.0.1:3925?starttls=disabled&per_connection=10000' MIKCAR_DATA=$work/data LOG_FORMAT=text \
  QUARKUS_LOG_CATEGORY__DEV_MIKCAR_EMAIL_AUDIT__LEVEL=WARN ./mikcar --email --port 3901 >"$work/log" 2>&1 &
send=http://127.0.0.1:3901/email/send
json='Content-Type: application/json'
until curl -s -o /dev/null -f -H "$json" -d "@$work/message" $send; do sleep 0.05; done

# messages a second with so many clients
single() {
  h2load --h1 -t1 -c"$1" -D"$seconds" -H "$json" -d "$work/message" "${@:2}" $send >"$work/h2load" 2>&1
  grep -q ' 0 failed, 0 errored' "$work/h2load" || { cat "$work/h2load" >&2; exit 1; }
  awk '/^finished in/ {print int($4)}' "$work/h2load"
}
# messages a second in batches of 500, one after the other
batch() {
  local begun sent=0
  begun=$(date +%s%N)
  while [ $(($(date +%s%N) - begun)) -lt $((seconds * 1000000000)) ]; do
    curl -s -f -H "$json" -d "@$work/batch" $send/batch >"$work/answer"
    grep -q '"sent":500,' "$work/answer"
    sent=$((sent + 500))
  done
  echo $((sent * 1000000000 / ($(date +%s%N) - begun)))
}
loop() { python3 "$work/loop.py" 3925 "$seconds"; }
ratio() { awk "BEGIN {printf \"%.1f\", $1 / $2}"; }

# Warm up, then measure in turns, so that a noisy neighbour hits all.
single 32 >/dev/null; single 1 >/dev/null; batch >/dev/null
one=0 many=0 batches=0 plain=0
for _ in 1 2 3; do
  plain=$((plain + $(loop))) one=$((one + $(single 1))) many=$((many + $(single 32))) batches=$((batches + $(batch)))
done

cat <<TABLE
$(nproc) cores, $(awk '/MemTotal/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo) GiB, $("$java" -version 2>&1 | sed -n 3p), $(uname -sr)

| What | Messages a second | Beside the loop |
|---|---|---|
| a plain loop (Python's smtplib), a connection for each message | $((plain / 3)) | 1 |
| single messages, 1 client | $((one / 3)) | $(ratio $one $plain) |
| single messages, 32 clients | $((many / 3)) | $(ratio $many $plain) |
| batches of 500, one after the other | $((batches / 3)) | $(ratio $batches $plain) |
TABLE
