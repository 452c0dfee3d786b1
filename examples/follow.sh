#!/usr/bin/env bash
# Prints every fact as it happens, one JSON object a line, and goes on after an interruption where it stopped.
#   ROOMKEEPER_TOKEN=… examples/follow.sh [room]
set -euo pipefail

server="${ROOMKEEPER_URL:-http://127.0.0.1:8080}"
query="${1:+?room=$1}"
last=""

while true; do
  while IFS= read -r line; do
    case "$line" in
      "id: "* | "id:"*) last="${line#id:}" && last="${last# }" ;;
      "data: {"* | "data:{"*) line="${line#data:}" && printf '%s\n' "${line# }" ;;
    esac
  done < <(
    curl --silent --no-buffer --fail \
      --header @<(printf 'authorization: Bearer %s\n' "${ROOMKEEPER_TOKEN:?}" && [ -z "$last" ] || printf 'last-event-id: %s\n' "$last") \
      "$server/api/stream$query"
  )
  sleep 2
done
