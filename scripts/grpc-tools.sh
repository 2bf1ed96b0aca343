#!/usr/bin/env bash
# A gRPC implementation to test with, pinned, in the user's cache. Prints the folder to find it in (NODE_PATH).
set -euo pipefail
version=1.14.3
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "missing: node and npm; install them, or run this as root on Debian or Ubuntu" >&2
    exit 1
  fi
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends nodejs npm >&2
fi
folder=${XDG_CACHE_HOME:-$HOME/.cache}/k8slb/grpc-js-$version
if [ ! -f "$folder/installed" ]; then
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-audit --no-fund --no-package-lock --ignore-scripts --loglevel error \
    "@grpc/grpc-js@$version" >&2
  touch "$folder/installed"
fi
echo "$folder/node_modules"
