#!/usr/bin/env bash
# Reads metrics with Prometheus' own parser: text from standard input, in OpenMetrics where the argument is "openmetrics", else in the
# older format. Prints samples as JSON, or says what is wrong and fails. The parser comes from the distribution's packages.
set -euo pipefail
python=python3
# What a package brings is for the distribution's own interpreter, which need not be the first one on PATH.
has() { "$1" -c 'import prometheus_client' 2>/dev/null; }
if ! has "$python"; then python=/usr/bin/python3; fi
if ! has "$python"; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "missing: the Python module prometheus_client; install it, or run this as root on Debian or Ubuntu" >&2
    exit 1
  fi
  apt-get -o DPkg::Lock::Timeout=300 update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends \
    python3-prometheus-client >&2
fi
exec "$python" -c '
import json, sys
if sys.argv[1] == "openmetrics":
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
else:
    from prometheus_client.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.read())
print(json.dumps([
    {"family": f.name, "type": f.type, "unit": f.unit, "help": f.documentation, "name": s.name, "labels": s.labels, "value": str(float(s.value))}
    for f in families for s in f.samples]))
' "${1:-openmetrics}"
