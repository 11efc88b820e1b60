#!/usr/bin/env bash
# Measures sql on PostgreSQL beside pgbench, and through PgBouncer, and prints a table. Needs Debian's wrk,
# postgresql and pgbouncer, and ./mikcar built. Usage: bench/sql.sh [seconds per measurement]
set -euo pipefail
cd "$(dirname "$0")/.."
. .mvn/find-jdk.sh
java=$(find_jdk)/bin/java
seconds=${1:-10}
connections=10
work=$(mktemp -d)
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
command -v wrk >/dev/null || { echo "bench: install wrk (Debian: apt-get install wrk)" >&2; exit 1; }
[ -x "$bin/postgres" ] || { echo "bench: install postgresql" >&2; exit 1; }
[ -x /usr/sbin/pgbouncer ] || { echo "bench: install pgbouncer" >&2; exit 1; }
as=()
if [ "$(id -u)" -eq 0 ]; then
  as=(setpriv --reuid=postgres --regid=postgres --init-groups)
  chown postgres "$work"
fi
trap 'kill $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT

pg_port=3955
"${as[@]}" "$bin/initdb" -D "$work/data" -U postgres -A trust --no-sync >/dev/null
"${as[@]}" "$bin/postgres" -D "$work/data" -p $pg_port -k "$work" -c listen_addresses=127.0.0.1 >"$work/pg.log" 2>&1 &
until "$bin/pg_isready" -q -h 127.0.0.1 -p $pg_port; do sleep 0.1; done
pg=(-h 127.0.0.1 -p $pg_port -U postgres)
"$bin/pgbench" "${pg[@]}" -i -s 10 -q postgres >/dev/null 2>&1
"$bin/psql" "${pg[@]}" -q -c 'CREATE TABLE bench (id bigserial PRIMARY KEY, v text)' \
  -c 'CREATE TABLE purse (id int PRIMARY KEY, balance int)' -c 'INSERT INTO purse VALUES (1, 1000000), (2, 1000000)' postgres
echo "INSERT INTO bench (v) VALUES ('value')" >"$work/insert.sql"
echo 'SELECT pg_backend_pid()' >"$work/volatile.sql"
cat >"$work/transfer.sql" <<SQL
\set way random(0, 1)
BEGIN;
SELECT balance FROM purse WHERE id = 1 + :way;
UPDATE purse SET balance = balance - 1 WHERE id = 1 + :way;
UPDATE purse SET balance = balance + 1 WHERE id = 2 - :way;
END;
SQL

LOG_FORMAT=text DATABASE_URL=postgres://postgres@127.0.0.1:$pg_port/postgres SQL_POOL_SIZE=$connections \
  ./mikcar --sql --port 3956 >"$work/log" 2>&1 &
mikcar=$!
until curl -s -o /dev/null -f localhost:3956/health/ready; do sleep 0.1; done

bouncer_port=3957
cat >"$work/bouncer.ini" <<INI
[databases]
postgres = host=127.0.0.1 port=$pg_port user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $bouncer_port
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = $connections
INI
"${as[@]}" /usr/sbin/pgbouncer -q "$work/bouncer.ini" >"$work/bouncer.log" 2>&1 &
LOG_FORMAT=text DATABASE_URL=postgres://postgres@127.0.0.1:$bouncer_port/postgres SQL_POOL_SIZE=$connections \
  ./mikcar --sql --port 3958 >"$work/pooled.log" 2>&1 &
until curl -s -o /dev/null -f localhost:3958/health/ready; do sleep 0.1; done

rss() { awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$1/status"; }
# lua NAME ROUTE BODY [BEFORE]: a script of wrk; BEFORE runs for each request.
lua() {
  cat >"$work/$1.lua" <<LUA
wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
local bad = 0
request = function() $4 return wrk.format(nil, "/sql/$2", nil, $3) end
response = function(status) if status ~= 200 then bad = bad + 1; print("status " .. status) end end
LUA
}
lua point query '"{\"sql\":\"SELECT abalance FROM pgbench_accounts WHERE aid = $1\",\"params\":[" .. math.random(1000000) .. "]}"' ''
lua insert execute '"{\"sql\":\"INSERT INTO bench (v) VALUES ($1)\",\"params\":[\"value\"]}"' ''
lua batch batch '"{\"statements\":[" .. string.rep("{\"sql\":\"INSERT INTO bench (v) VALUES ($1)\",\"params\":[\"value\"]},", 99) .. "{\"sql\":\"INSERT INTO bench (v) VALUES ($1)\",\"params\":[\"value\"]}]}"' ''
lua large query '"{\"sql\":\"SELECT aid, bid, abalance, filler FROM pgbench_accounts WHERE aid <= 10000\"}"' ''
lua volatile query '"{\"sql\":\"SELECT pg_backend_pid() AS p\"}"' ''
lua transfer script '"{\"script\":\"const [a] = sql.query(\\\"SELECT balance FROM purse WHERE id = $1\\\", [input.from]); sql.execute(\\\"UPDATE purse SET balance = balance - 1 WHERE id = $1\\\", [input.from]); sql.execute(\\\"UPDATE purse SET balance = balance + 1 WHERE id = $1\\\", [3 - input.from])\",\"input\":{\"from\":" .. math.random(2) .. "}}"' ''
lua script script '"{\"script\":\"const [a] = sql.query(\\\"SELECT abalance FROM pgbench_accounts WHERE aid = $1\\\", [input.id]); const [b] = sql.query(\\\"SELECT abalance FROM pgbench_accounts WHERE aid = $1\\\", [input.id + 1]); return a.abalance + b.abalance\",\"input\":{\"id\":" .. math.random(999999) .. "}}"' ''
rate() { wrk -t1 -c"$2" -d"${seconds}s" -s "$work/$1.lua" "http://localhost:${3:-3956}" | tee -a "$work/wrk.log" | awk '/Requests\/sec/ {print $2}'; }
# tps CONNECTIONS WHAT...: what pgbench gets done in a second.
tps() { "$bin/pgbench" "${pg[@]}" -n "${@:2}" -M prepared -c "$1" -j 1 -T "$seconds" postgres 2>/dev/null | awk '/^tps/ {print $3}'; }
# done_rate: as rate, of what was answered with 200.
done_rate() {
  wrk -t1 -c"$2" -d"${seconds}s" --timeout 60s -s "$work/$1.lua" "http://localhost:3956" | tee -a "$work/wrk.log" |
    awk '/requests in/ {all = $1; time = $4 + 0} /Non-2xx/ {bad = $NF} END {printf "%.1f", (all - bad) / time}'
}

# The compiler of the JVM is done with what runs most after some ten thousands of each.
seconds=20 rate point 32 >/dev/null
seconds=10 rate script 4 >/dev/null
seconds=20 rate point 32 3958 >/dev/null
pooled16=$(rate point 16 3958); pooledInsert16=$(rate insert 16 3958); peer3=$(tps $connections -S)
point1=$(rate point 1); peer1=$(tps 1 -S)
point16=$(rate point 16); peer=$(tps $connections -S)
point64=$(rate point 64); peer2=$(tps $connections -S)
insert1=$(rate insert 1); insert16=$(rate insert 16); peerInsert=$(tps $connections -f "$work/insert.sql")
volatile16=$(rate volatile 16); peerVolatile=$(tps $connections -f "$work/volatile.sql")
transfer16=$(done_rate transfer 16); peerTransfer=$(tps 16 --max-tries=20 -f "$work/transfer.sql")
batch1=$(rate batch 1); large1=$(rate large 1)
script1=$(rate script 1); script16=$(rate script 16)
before=$(rss $mikcar)
begin=$(date +%s%N)
curl -s -H 'Content-Type: application/json' -H 'Accept: application/x-ndjson' localhost:3956/sql/query \
  -d '{"sql":"SELECT generate_series(1, 10000000) AS i, repeat('"'x'"', 50) AS v"}' | wc -l >"$work/lines" &
stream=$! most=0
while kill -0 $stream 2>/dev/null; do now=$(rss $mikcar); [ "$now" -gt "$most" ] && most=$now; sleep 0.1; done
took=$((($(date +%s%N) - begin) / 1000000))
ratio() { awk "BEGIN {printf \"%.2f\", $1 / $2}"; }
cat <<TABLE
Machine: $(nproc) cores, $(awk '/MemTotal/ {print int($2 / 1048576)}' /proc/meminfo) GiB, $("$java" -version 2>&1 | sed -n 3p), $("$bin/postgres" --version), $(uname -sr)

| what | value | pgbench -S -M prepared | ratio |
|---|---|---|---|
| point SELECT, 1 client | $point1/s | $peer1/s, 1 connection | $(ratio "$point1" "$peer1") |
| point SELECT, 16 clients | $point16/s | $peer/s, $connections connections | $(ratio "$point16" "$peer") |
| point SELECT, 64 clients | $point64/s | $peer2/s, $connections connections | $(ratio "$point64" "$peer2") |
| point SELECT, 16 clients, through PgBouncer by transaction | $pooled16/s | $peer3/s, $connections connections, without it | $(ratio "$pooled16" "$peer3") |
| single INSERT, 16 clients, through PgBouncer by transaction | $pooledInsert16/s | | |
| single INSERT, 1 client | $insert1/s | | |
| single INSERT, 16 clients, its session reset after each | $insert16/s | $peerInsert/s, $connections connections, no reset | $(ratio "$insert16" "$peerInsert") |
| SELECT of a function that might change its session, 16 clients: transaction and reset | $volatile16/s | $peerVolatile/s, $connections connections, neither | $(ratio "$volatile16" "$peerVolatile") |
| transfers between two rows in both directions by script, 16 clients | $transfer16/s | $peerTransfer/s, 16 connections, tried again after a deadlock | $(ratio "$transfer16" "$peerTransfer") |
| batch of 100 INSERTs, 1 client | $batch1/s | | |
| 10,000 rows, 1 client | $large1/s | | |
| script of two queries, 1 client | $script1/s | | |
| script of two queries, 16 clients | $script16/s | | |
| 10,000,000 rows streamed | $took ms, $(cat "$work/lines") lines | | |
| resident memory before and at most while streaming | $before and $most MiB | | |

Answers that were not 200: $(grep -c '^status' "$work/wrk.log" || true)
TABLE
