#!/usr/bin/env bash
# Measures storage on disk beside nginx, which serves the same files, and beside dd; and through
# s3:// beside Amazon's client of the same S3 server (s3proxy, a process of its own). Prints a table.
# Needs Debian's wrk, nginx-light and curl. Usage: bench/storage.sh [seconds per measurement]
set -euo pipefail
cd "$(dirname "$0")/.."
. .mvn/find-jdk.sh
java=$(find_jdk)/bin/java
seconds=${1:-5}
app=gateway/target/quarkus-app
for tool in wrk nginx curl; do
  PATH=$PATH:/usr/sbin command -v $tool >/dev/null || { echo "bench: install $tool (Debian: apt-get install wrk nginx-light curl)" >&2; exit 1; }
done
./mikcar --version >/dev/null
work=$(mktemp -d -p "${BENCH_DIR:-/var/tmp}")
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT

# requests a second: rate <connections> <url>
rate() {
  wrk -t1 -c"$1" -d"${seconds}s" "$2" >"$work/wrk"
  ! grep -E 'Socket errors|Non-2xx' "$work/wrk" >&2
  awk '/Requests\/sec/ {print int($2)}' "$work/wrk"
}
# milliseconds of a command
ms() {
  local begin
  begin=$(date +%s%N)
  "$@"
  echo $((($(date +%s%N) - begin) / 1000000))
}
get() { curl -sf -o /dev/null "$1"; }
ready() { until get "$1"; do sleep 0.05; done; }
puts() { for i in $(seq 50); do curl -sf -o /dev/null -T "$work/1m" "$ours/put-$i"; done; }
dds() { for i in $(seq 50); do dd if="$work/1m" of="$work/dd-$i" bs=1M conv=fsync status=none; done; }
rss() { awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$1/status"; }
ratio() { awk "BEGIN {printf \"%.2f\", $1 / $2}"; }

ours=http://127.0.0.1:3911/storage/object
theirs=http://127.0.0.1:3912
MIKCAR_DATA=$work/data LOG_FORMAT=text ./mikcar --storage --port 3911 >"$work/log" 2>&1 &
mikcar=$!
ready http://127.0.0.1:3911/health/ready
head -c 1024 /dev/urandom >"$work/1k"
head -c 1048576 /dev/urandom >"$work/1m"
head -c 1073741824 /dev/urandom >"$work/1g"
for file in 1k 1m 1g; do curl -sf -o /dev/null -T "$work/$file" "$ours/$file"; done

# Our own files: the content, and some 150 bytes more.
cat >"$work/nginx.conf" <<CONF
daemon off; worker_processes auto; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections 512; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path $work/t; proxy_temp_path $work/t; fastcgi_temp_path $work/t;
  uwsgi_temp_path $work/t; scgi_temp_path $work/t;
  server { listen 127.0.0.1:3912; root $work/data/storage/objects; } }
CONF
[ "$(id -u)" -ne 0 ] || sed -i '1i user root;' "$work/nginx.conf"
PATH=$PATH:/usr/sbin nginx -c "$work/nginx.conf" -p "$work" 2>"$work/nginx.start" &
ready $theirs/1k

# Warm up both, then measure in turns, so that a noisy neighbour hits both.
for url in $ours $theirs; do rate 16 $url/1k; rate 16 $url/1k; rate 16 $url/1m; get $url/1g; done >/dev/null
declare -A a b
for file in 1k 1m; do
  a[$file]=0 b[$file]=0
  for _ in 1 2 3; do
    a[$file]=$((a[$file] + $(rate 16 $ours/$file) / 3))
    b[$file]=$((b[$file] + $(rate 16 $theirs/$file) / 3))
  done
done
a[1g]=0 b[1g]=0
for _ in 1 2 3; do
  a[1g]=$((a[1g] + $(ms get $ours/1g) / 3)) b[1g]=$((b[1g] + $(ms get $theirs/1g) / 3))
done
puts
put=0 dd=0
for _ in 1 2; do put=$((put + $(ms puts))) dd=$((dd + $(ms dds))); done
before=$(rss $mikcar)
curl -sf -o /dev/null -T "$work/1g" "$ours/again"
get "$ours/again"
after=$(rss $mikcar)

# S3
mkdir "$work/s3" "$work/objects"
cat >"$work/s3/pom.xml" <<POM
<project><modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>s3</artifactId>
<version>1</version><dependencies><dependency><groupId>org.gaul</groupId>
<artifactId>s3proxy</artifactId><version>4.1.0</version></dependency><dependency>
<groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-annotations</artifactId>
<version>2.21</version></dependency></dependencies></project>
POM
# Else it logs every step it takes.
echo '<configuration><root level="OFF"/></configuration>' >"$work/s3/logback.xml"
mvn -B -q -f "$work/s3/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.10.0:build-classpath \
  -Dmdep.outputFile="$work/s3/classpath" >"$work/s3/log" 2>&1 || { cat "$work/s3/log" >&2; exit 1; }
cat >"$work/s3/conf" <<CONF
s3proxy.endpoint=http://127.0.0.1:3913
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity=id
s3proxy.credential=secret
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=$work/objects
CONF
"$java" -Xmx1g -Dlogback.configurationFile="$work/s3/logback.xml" -cp "$(cat "$work/s3/classpath")" org.gaul.s3proxy.Main --properties "$work/s3/conf" >>"$work/s3/log" 2>&1 &
s3=$!
until curl -s -o /dev/null http://127.0.0.1:3913/; do
  kill -0 $s3 || { cat "$work/s3/log" >&2; exit 1; }
  sleep 0.05
done
STORAGE_URL="s3://bench?endpoint=http://127.0.0.1:3913&region=us-east-1&path_style=true&access_key_id=id&secret_access_key=secret" \
  LOG_FORMAT=text ./mikcar --storage --port 3914 >"$work/s3.log" 2>&1 &
until curl -s -o /dev/null http://127.0.0.1:3914/health; do sleep 0.05; done
"$java" -cp "$app/lib/main/*" bench/S3Beside.java http://127.0.0.1:3914 http://127.0.0.1:3913 bench "$seconds" >"$work/s3.rows" 2>"$work/s3.err" || { cat "$work/s3.err" >&2; exit 1; }

cat <<TABLE
$(nproc) cores, $(awk '/MemTotal/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo) GiB, $("$java" -version 2>&1 | sed -n 3p), $(uname -sr), $(df --output=fstype "$work" | tail -1), load $(cut -d' ' -f1 /proc/loadavg)

| What | mikcar | beside it | Ratio |
|---|---|---|---|
| GET of 1 KiB, 16 connections, beside nginx | ${a[1k]}/s | ${b[1k]}/s | $(ratio "${a[1k]}" "${b[1k]}") |
| GET of 1 MiB, 16 connections, beside nginx | ${a[1m]}/s | ${b[1m]}/s | $(ratio "${a[1m]}" "${b[1m]}") |
| GET of 1 GiB, 1 connection, beside nginx | ${a[1g]} ms | ${b[1g]} ms | $(ratio "${b[1g]}" "${a[1g]}") |
| PUT of 1 MiB, synced, a curl each, beside dd conv=fsync | $((put / 100)) ms | $((dd / 100)) ms | $(ratio $dd $put) |
$(cat "$work/s3.rows")
| resident memory before and after 1 GiB went in and out | $before MiB | $after MiB | |
TABLE
