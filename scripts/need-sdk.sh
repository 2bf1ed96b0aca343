#!/usr/bin/env bash
# Says what is missing before a build fails with something less clear.
set -euo pipefail
wanted=$(sed -n 's/.*"version": *"\([0-9]*\)\..*/\1/p' global.json)
if ! command -v dotnet >/dev/null; then
  echo "dotnet is not on PATH: install the .NET SDK $wanted (https://dotnet.microsoft.com/download)" >&2
  exit 1
fi
if ! dotnet --version >/dev/null 2>&1; then
  echo "global.json asks for a .NET SDK $wanted that is not installed; found: $(dotnet --list-sdks | tr '\n' ' ')" >&2
  exit 1
fi
