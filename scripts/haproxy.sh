#!/usr/bin/env bash
# HAProxy to test with, from the distribution's packages where it is not there yet. Prints where it is.
set -euo pipefail
# Not on every user's PATH.
PATH=$PATH:/usr/sbin
if ! command -v haproxy >/dev/null; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "missing: haproxy; install it, or run this as root on Debian or Ubuntu" >&2
    exit 1
  fi
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends haproxy >&2
fi
command -v haproxy
