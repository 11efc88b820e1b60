#!/usr/bin/env bash
# Measures queue, in memory and in files, beside kv's durable set, and prints a table. Needs Debian's
# nghttp2-client (h2load) and curl. Usage: bench/queue.sh [seconds per measurement]
set -euo pipefail
cd "$(dirname "$0")/.."
. .mvn/find-jdk.sh
java=$(find_jdk)/bin/java
seconds=${1:-5}
command -v h2load >/dev/null || { echo "bench: install h2load (Debian: apt-get install nghttp2-client)" >&2; exit 1; }
./mikcar --version >/dev/null
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT

# requests a second: load <connections> <h2load arguments>
load() {
  h2load --h1 -t1 -c"$1" -D"$seconds" "${@:2}" >"$work/h2load" 2>&1
  grep -q ' 0 failed, 0 errored' "$work/h2load" || { cat "$work/h2load" >&2; exit 1; }
  awk '/^finished in/ {print int($4)}' "$work/h2load"
}
answers() { curl -s -o /dev/null -f "$@"; }
ratio() { awk "BEGIN {printf \"%.2f\", $1 / $2}"; }

printf 'x%.0s' {1..100} >"$work/value"
for i in $(seq 10000); do echo "http://127.0.0.1:3911/kv/set/k$i"; done >"$work/keys"

serve() { # serve <port> <QUEUE_URL> <flags>
  MIKCAR_DATA=$work/data-$1 QUEUE_URL=$2 QUEUE_MAX_LENGTH=100000000 LOG_FORMAT=text \
    ./mikcar --port "$1" "${@:3}" >"$work/log-$1" 2>&1 &
  until answers -d 1 "localhost:$1/queue/push/warm"; do sleep 0.05; done
}
serve 3911 "file://$work/queue" --kv --queue
serve 3912 memory:// --queue
for port in 3911 3912; do
  for _ in 1 2 3; do
    load 16 -d "$work/value" "http://127.0.0.1:$port/queue/push/warm" >/dev/null
    load 16 "http://127.0.0.1:$port/queue/pop/warm?timeout=0" >/dev/null
  done
  answers -X POST "localhost:$port/queue/purge/warm"
done
load 64 -i "$work/keys" -d "$work/value" >/dev/null

echo "$(nproc) cores, $(awk '/MemTotal/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo) GiB, $("$java" -version 2>&1 | sed -n 3p), $(uname -sr), $(df --output=fstype "$work" | tail -1)"
echo
echo '| What | `file://` | `memory://` |'
echo '|---|---|---|'
declare -A pushed
for clients in 1 16 64; do
  for port in 3911 3912; do
    pushed[$port,$clients]=$(load "$clients" -d "$work/value" "http://127.0.0.1:$port/queue/push/jobs$clients")
  done
  echo "| push of 100 bytes, $clients clients | ${pushed[3911,$clients]}/s | ${pushed[3912,$clients]}/s |"
done
# Each queue holds what was pushed above; a pop that finds none would be faster, and is not counted.
for clients in 1 16 64; do
  row="| pop of 100 bytes, $clients clients |"
  for port in 3911 3912; do
    url="localhost:$port/queue"
    before=$(curl -s "$url/len/jobs$clients" | sed 's/.*"length":\([0-9]*\).*/\1/')
    begin=$(date +%s%N)
    h2load --h1 -t1 -c"$clients" -n"$before" "http://127.0.0.1:$port/queue/pop/jobs$clients?timeout=0" >"$work/h2load" 2>&1
    nanos=$(($(date +%s%N) - begin))
    after=$(curl -s "$url/len/jobs$clients" | sed 's/.*"length":\([0-9]*\).*/\1/')
    row+=" $(((before - after) * 1000000000 / nanos))/s |"
  done
  echo "$row"
done
set64=$(load 64 -i "$work/keys" -d "$work/value")
again=$(load 64 -d "$work/value" http://127.0.0.1:3911/queue/push/again)
echo "| kv's durable set of 100 bytes, 64 clients | $set64/s | |"
echo "| **push, ratio to it, in turns** | **$(ratio "$again" "$set64")** | |"
for port in 3911 3912; do
  "$java" bench/QueueLatency.java "$port" >"$work/latency-$port"
done
echo "| from a push to the answer of a waiting pop, median and 99 % | $(cat "$work/latency-3911") | $(cat "$work/latency-3912") |"
