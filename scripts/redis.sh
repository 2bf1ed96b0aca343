#!/usr/bin/env bash
# redis-server to test with: from PATH, else from the distribution's packages. Prints where it is.
set -euo pipefail
if ! command -v redis-server >/dev/null; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "missing: redis-server; install it, or run this as root on Debian or Ubuntu" >&2
    exit 1
  fi
  # The package starts a server of its own where it may; the tests start theirs.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends redis-server >&2
fi
command -v redis-server
