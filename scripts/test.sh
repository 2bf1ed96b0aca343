#!/usr/bin/env bash
# test.sh CONFIGURATION [NAME]  - runs the test projects one after the other (each may use the whole machine), shows what
# runs, and ends with the tests that failed and "N passed, N failed" summed from the result files. NAME picks
# K8sLb.NAME.Tests.
set -uo pipefail
configuration=$1
only=${2:-}
filter=${TEST_FILTER:-Category!=Node&Category!=Long}
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

projects=()
for project in tests/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  [ -n "$only" ] && [ "$name" != "K8sLb.$only.Tests" ] && continue
  projects+=("$project")
done
if [ ${#projects[@]} = 0 ]; then
  echo "no test project K8sLb.$only.Tests; there are:" tests/*.Tests >&2
  exit 2
fi

status=0
begun=$SECONDS
for i in "${!projects[@]}"; do
  name=$(basename "${projects[$i]}" .csproj)
  at=$SECONDS
  printf '[%d/%d] %s\n' "$((i + 1))" "${#projects[@]}" "$name"
  if ! dotnet test "${projects[$i]}" -c "$configuration" --no-build --nologo -v quiet --filter "$filter" \
    --logger "trx;LogFileName=$name.trx" --results-directory "$results" --blame-hang-timeout 5m; then
    status=1
  fi
  [ -f "$results/$name.trx" ] || { echo "no result file from $name" >&2; status=1; }
  printf '      %d s, %d s in all\n' "$((SECONDS - at))" "$((SECONDS - begun))"
done

sum() {
  cat "$results"/*.trx 2>/dev/null | grep -oE "<Counters [^>]*" | grep -oE " $1=\"[0-9]+\"" | tr -dc '0-9\n' | awk '{n += $1} END {print n + 0}'
}
passed=$(sum passed)
failed=$(sum failed)
skipped=$(sum notExecuted)
[ "${passed:-0}" -gt 0 ] || status=1
[ "${failed:-0}" -eq 0 ] || { status=1; scripts/failed-tests.sh "$results"/*.trx; }
printf '%d passed, %d failed' "${passed:-0}" "${failed:-0}"
[ "${skipped:-0}" -eq 0 ] || printf ', %d skipped' "$skipped"
printf '\n'
exit $status
