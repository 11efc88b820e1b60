#!/usr/bin/env bash
# Measures kv beside a bare Vert.x route and prints a table. Needs Debian's nghttp2-client (h2load)
# and curl. Usage: bench/kv.sh [seconds per measurement]
set -euo pipefail
cd "$(dirname "$0")/.."
. .mvn/find-jdk.sh
java=$(find_jdk)/bin/java
seconds=${1:-5}
app=gateway/target/quarkus-app
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
rss() { awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$1/status"; }
ratio() { awk "BEGIN {printf \"%.2f\", $1 / $2}"; }

value=$(printf 'x%.0s' {1..100})
printf '%s' "$value" >"$work/value"
for i in $(seq 10000); do echo "http://127.0.0.1:3901/kv/set/k$i"; done >"$work/keys"

begin=$(date +%s%N)
MIKCAR_DATA=$work/data LOG_FORMAT=text ./mikcar --kv --port 3901 --socket "$work/kv.sock" >"$work/log" 2>&1 &
mikcar=$!
until answers -X PUT -d "$value" -H 'Content-Type: text/plain' localhost:3901/kv/set/bench; do sleep 0.01; done
start_ms=$((($(date +%s%N) - begin) / 1000000))
idle=$(rss $mikcar)
mapfile -t flags < <(sed -n '/^flags=(/,/^)/p' mikcar | sed '1d;$d;s/^ *//')
"$java" "${flags[@]}" -cp "$app/lib/main/*" bench/BareVertx.java 3902 >"$work/bare.log" 2>&1 &
until answers localhost:3902/kv/get/bench; do sleep 0.05; done

kv=http://127.0.0.1:3901/kv/get/bench
bare=http://127.0.0.1:3902/kv/get/bench
# Warm up both, then measure in turns, so that a noisy neighbour hits both.
for url in $kv $bare $kv $bare $kv $bare; do load 32 "$url" >/dev/null; done
get=0 peer=0
for _ in 1 2 3; do
  get=$((get + $(load 32 $kv))) peer=$((peer + $(load 32 $bare)))
done
tcp=0 unix=0
for _ in 1 2 3; do
  tcp=$((tcp + $(load 32 $kv))) unix=$((unix + $(load 32 -B "unix:$work/kv.sock" $kv)))
done
load 64 -i "$work/keys" -d "$work/value" >/dev/null
set1=$(load 1 -i "$work/keys" -d "$work/value")
set64=$(load 64 -i "$work/keys" -d "$work/value")
busy=$(rss $mikcar)

cat <<TABLE
$(nproc) cores, $(awk '/MemTotal/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo) GiB, $("$java" -version 2>&1 | sed -n 3p), $(uname -sr), $(df --output=fstype "$work" | tail -1)

| What | Measured |
|---|---|
| get of 100 bytes, 32 connections | $((get / 3))/s |
| the same of a bare Vert.x route | $((peer / 3))/s |
| **get, ratio to the bare route** | **$(ratio $get $peer)** |
| get over the unix socket, ratio to TCP | $(ratio $unix $tcp) |
| durable set of 100 bytes, 1 client | $set1/s |
| durable set of 100 bytes, 64 clients | $set64/s, $(ratio "$set64" "$set1") times one client's |
| start to the first answered durable set | $start_ms ms |
| resident memory, idle | $idle MiB |
| resident memory, after this load | $busy MiB |
TABLE
