#!/usr/bin/env bash
# h2spec.sh CONFIGURATION  - runs h2spec against the sidecar's relay in front of the sample application, from what the tests
# were built into. Takes h2spec from PATH or the user's cache, else builds it with Go.
#
# One case is expected to fail: behind an invalid connection preface h2spec reads what comes as frames, and a port that
# speaks HTTP/1.1 as well answers such a line with 400 before it closes.
set -euo pipefail
cd "$(dirname "$0")/.."
version=2.6.0
expected='Sends invalid connection preface'
built=tests/K8sLb.Sidecar.Tests/bin/${1:-Debug}/net10.0
address=127.0.53.1

cache=${XDG_CACHE_HOME:-$HOME/.cache}/k8slb/h2spec-$version
h2spec=$(command -v h2spec || echo "$cache/h2spec")
if [ ! -x "$h2spec" ]; then
  command -v go >/dev/null || { echo "h2spec is not here, and neither is Go to build it with" >&2; exit 1; }
  GOBIN=$cache go install "github.com/summerwind/h2spec/cmd/h2spec@v$version"
fi

work=$(mktemp -d)
pids=()
clean_up() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap clean_up EXIT

cat >"$work/pool.json" <<POOL
{"epoch": 1, "version": 1, "nonce": "1", "sentAt": "2026-01-01T00:00:00Z", "self": {"uid": "one"},
 "pool": {"namespace": "test", "name": "pool",
  "members": [{"uid": "one", "name": "one", "peerAddress": "$address", "peerPort": 15008, "peerCredential": "x",
               "availability": "Available", "weight": 100}],
  "policy": {
   "ports": [{"name": "http", "port": 8080, "targetPort": 8083, "protocol": "Http", "mode": "Relay"}],
   "drain": {"deadlineMs": 1000, "rampDownMs": 0, "quietPeriodMs": 100, "lateArrivals": "Serve",
             "maxReleasesPerSecond": 1000, "goAwayGraceMs": 1000, "webSocketCloseCode": 1001, "onDeadline": "Close"},
   "slowStart": {"durationMs": 0, "minimumPercent": 10, "aggression": 1}}}}
POOL
APP_ADDRESS=$address APP_PORT=8081 APP_H2_PORT=8083 dotnet "$built/K8sLb.SampleApp.dll" >"$work/app.log" 2>&1 &
pids+=($!)
K8SLB_LISTEN_ADDRESS=$address K8SLB_APP_ADDRESS=$address K8SLB_STATE_DIR=$work K8SLB_STATIC_POOL=$work/pool.json \
  dotnet "$built/K8sLb.Sidecar.dll" >"$work/sidecar.log" 2>&1 &
pids+=($!)

ready() {
  exec 3<>"/dev/tcp/$address/15020" || return 1
  printf 'GET /readyz HTTP/1.0\r\nHost: x\r\n\r\n' >&3
  head -1 <&3 | grep -q ' 200 '
}
for _ in $(seq 300); do (ready) 2>/dev/null && break; sleep 0.1; done

"$h2spec" -h "$address" -p 8080 -o 5 >"$work/report.txt" || true
grep -E '^[0-9]+ tests,' "$work/report.txt" | tail -1
if ! grep -qE '^[0-9]+ tests,' "$work/report.txt" || grep '×' "$work/report.txt" | grep -qv "$expected"; then
  sed -n '/^Failures/,$p' "$work/report.txt"
  exit 1
fi
