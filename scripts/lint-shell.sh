#!/usr/bin/env bash
# Every shell script parses; with shellcheck on PATH it is also checked for the usual traps.
set -euo pipefail
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
for script in "${scripts[@]}"; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then shellcheck --severity=warning "${scripts[@]}"; fi
echo "${#scripts[@]} shell scripts are well-formed"
