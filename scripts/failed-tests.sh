#!/usr/bin/env bash
# failed-tests.sh FILE.trx...  - each test that failed: its name, its message and the lines of ours in its stack. It stands
# at the end of a run, where a log that keeps only the end still has it.
set -euo pipefail
awk '
  function text(line) {
    gsub(/^ +|<[^>]*>|&#xD;|\r/, "", line)
    gsub(/&lt;/, "<", line); gsub(/&gt;/, ">", line); gsub(/&quot;/, "\"", line); gsub(/&amp;/, "\\&", line)
    return line
  }
  /<UnitTestResult / && / outcome="Failed"/ {
    match($0, / testName="[^"]*"/)
    printf "\nFAILED %s\n", text(substr($0, RSTART + 11, RLENGTH - 12))
    failed = 1
  }
  !failed { next }
  /<Message>/ { message = 1; lines = 0 }
  message && lines++ < 20 && text($0) ~ /[^ ]/ { print "  " text($0) }
  /<\/Message>/ { message = 0 }
  /<StackTrace>/ { stack = 1 }
  stack && /:line [0-9]/ { print "  " text($0) }
  /<\/StackTrace>/ { stack = 0 }
  /<\/UnitTestResult>/ { failed = 0 }
' "$@"
