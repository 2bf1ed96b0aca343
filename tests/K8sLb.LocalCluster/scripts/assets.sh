#!/bin/bash
# assets.sh control-plane|node|all - finds or makes the programs that a local cluster needs.
# Returns at once if they are where they were the last time; everything else is done by K8sLb.LocalCluster.
set -euo pipefail
tier=${1:?usage: assets.sh control-plane|node|all}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Written by ReadyList.cs: path, size and time of each file, for this environment.
environment=$(printf '%s\n%s\n' "${KUBEBUILDER_ASSETS:-}" "$PATH" | sha256sum | cut -c1-16)
ready=${XDG_CACHE_HOME:-$HOME/.cache}/k8slb/ready/${tier/#all/node}-$environment
# A list that is older than the catalogue may lack what was added there.
if [ "$ready" -nt "$here/../Assets/AssetCatalog.cs" ] && cut -d' ' -f1 "$ready" | xargs stat -L -c '%n %s %Y' 2>/dev/null | cmp -s - <(cut -d' ' -f1-3 "$ready"); then
  echo "cluster assets ($tier): all there"
  exit 0
fi
exec dotnet run --project "$here/.." -- assets "$tier"
