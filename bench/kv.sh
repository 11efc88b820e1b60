#!/usr/bin/env bash
# Measures kv beside a bare Vert.x route and prints a table. Needs Debian's wrk, and ./mikcar built.
# Usage: bench/kv.sh [seconds per measurement]
set -euo pipefail
cd "$(dirname "$0")/.."
. .mvn/find-jdk.sh
java=$(find_jdk)/bin/java
seconds=${1:-10}
app=gateway/target/quarkus-app
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
command -v wrk >/dev/null || { echo "bench: install wrk (Debian: apt-get install wrk)" >&2; exit 1; }
[ -e "$app/quarkus-run.jar" ] || { echo "bench: build first: ./mikcar --version" >&2; exit 1; }

rate() { wrk -t1 -c"$1" -d"${seconds}s" "${@:2}" | awk '/Requests\/sec/ {print int($2)}'; }
until_200() { until curl -s -o /dev/null -f "$1"; do sleep 0.02; done; }
rss() { awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$1/status"; }

begin=$(date +%s%N)
MIKCAR_DATA=$work/data LOG_FORMAT=text ./mikcar --kv --port 3901 --socket "$work/kv.sock" >"$work/log" 2>&1 &
mikcar=$!
until curl -s -o /dev/null -f -X PUT --data-binary "$(printf 'x%.0s' {1..100})" \
  -H 'Content-Type: text/plain' localhost:3901/kv/set/bench; do sleep 0.02; done
start_ms=$((($(date +%s%N) - begin) / 1000000))
sleep 2
idle=$(rss $mikcar)
"$java" -XX:+UseSerialGC -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED \
  -cp "$app/lib/main/*" bench/BareVertx.java 3902 >"$work/bare.log" 2>&1 &
until_200 localhost:3902/kv/get/bench
cat >"$work/set.lua" <<'LUA'
wrk.method = "PUT"; wrk.body = string.rep("x", 100); wrk.headers["Content-Type"] = "text/plain"
local n = 0
request = function() n = n + 1; return wrk.format(nil, "/kv/set/k" .. (n % 10000)) end
LUA
# Warm both, then alternate, so that a noisy neighbour hits both.
rate 32 http://localhost:3901/kv/get/bench >/dev/null
rate 32 http://localhost:3902/kv/get/bench >/dev/null
get1=$(rate 32 http://localhost:3901/kv/get/bench); bare1=$(rate 32 http://localhost:3902/kv/get/bench)
get2=$(rate 32 http://localhost:3901/kv/get/bench); bare2=$(rate 32 http://localhost:3902/kv/get/bench)
set1=$(rate 1 -s "$work/set.lua" http://localhost:3901)
set64=$(rate 64 -s "$work/set.lua" http://localhost:3901)
load=$(rss $mikcar)
tcp=$(date +%s%N); for _ in $(seq 200); do curl -s -o /dev/null localhost:3901/kv/get/bench; done
tcp=$((($(date +%s%N) - tcp) / 200000)); unix=$(date +%s%N)
for _ in $(seq 200); do curl -s -o /dev/null --unix-socket "$work/kv.sock" http://x/kv/get/bench; done
unix=$((($(date +%s%N) - unix) / 200000))

get=$(((get1 + get2) / 2)) bare=$(((bare1 + bare2) / 2))
cat <<TABLE
Machine: $(nproc) cores, $(awk '/MemTotal/ {print int($2 / 1048576)}' /proc/meminfo) GiB, $("$java" -version 2>&1 | sed -n 3p), $(uname -sr)

| what | value |
|---|---|
| kv get, 100 bytes, 32 connections | $get/s |
| bare Vert.x route, the same | $bare/s |
| ratio | $(awk "BEGIN {printf \"%.2f\", $get / $bare}") |
| durable set, 100 bytes, 1 client | $set1/s |
| durable set, 100 bytes, 64 clients | $set64/s |
| one curl, over TCP | $tcp µs |
| one curl, over the unix socket | $unix µs |
| start to first answered durable write | $start_ms ms |
| resident memory, idle | $idle MiB |
| resident memory, under load | $load MiB |
TABLE
