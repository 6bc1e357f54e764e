#!/usr/bin/env bash
# run.sh FOLDER [ARG...]: installs the libraries into FOLDER/venv the first time, then runs bench.py with ARGs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1
shift
if ! cmp -s "$here/requirements.txt" "$folder/venv/requirements.txt"; then
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" install --quiet -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$folder/venv/requirements.txt"
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$folder/venv/bin/python" "$here/bench.py" --mercer "$folder/mercer-bench" --to "$folder/results" "$@"
