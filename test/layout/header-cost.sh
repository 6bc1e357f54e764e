#!/usr/bin/env bash
# header-cost.sh COMPILER INCLUDE_DIR SECONDS: `#include <mercer/mercer.h>` must cost less processor time than that.
set -euo pipefail
source=$(mktemp --suffix=.cpp)
trap 'rm -f "$source"' EXIT
echo '#include <mercer/mercer.h>' >"$source"
best=1000
for _ in 1 2 3; do
  TIMEFORMAT='%U %S'
  spent=$({ time "$1" -std=c++20 -I"$2" -fsyntax-only "$source"; } 2>&1) || { echo "$spent"; exit 1; }
  best=$(awk -v best="$best" '{ t = $1 + $2; print t < best ? t : best }' <<<"$spent")
done
echo "mercer.h costs $best s, at most $3 s"
awk -v best="$best" -v limit="$3" 'BEGIN { exit !(best < limit) }'
