#!/usr/bin/env bash
# header-cost.sh COMPILER INCLUDE_DIR SECONDS: `#include <mercer/mercer.h>` must cost less processor time than that, on a
# machine where the standard headers beneath it cost 0.35 s; elsewhere, or on a busy machine, in proportion.
set -euo pipefail
source=$(mktemp --suffix=.cpp)
trap 'rm -f "$source"' EXIT

cost() { # of the includes on standard input, the best of three
  cat >"$source"
  local best=1000 spent
  for _ in 1 2 3; do
    TIMEFORMAT='%U %S'
    spent=$({ time "$1" -std=c++20 -I"$2" -fsyntax-only "$source"; } 2>&1) || { echo "$spent" >&2; exit 1; }
    best=$(awk -v best="$best" '{ t = $1 + $2; print t < best ? t : best }' <<<"$spent")
  done
  echo "$best"
}

standard=$(printf '#include <%s>\n' functional memory source_location string vector | cost "$1" "$2")
mercer=$(echo '#include <mercer/mercer.h>' | cost "$1" "$2")
limit=$(awk -v limit="$3" -v standard="$standard" 'BEGIN { print limit * standard / 0.35 }')
echo "mercer.h costs $mercer s, standard headers $standard s; at most $limit s"
awk -v mercer="$mercer" -v limit="$limit" 'BEGIN { exit !(mercer < limit) }'
