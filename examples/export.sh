#!/usr/bin/env bash
# Exports a session with curl: whole, or not at all.
#   ROOMKEEPER_TOKEN=… examples/export.sh s42 parquet [file]
set -euo pipefail

server="${ROOMKEEPER_URL:-http://127.0.0.1:8080}"
session="${1:?the id of a session, like s42}"
format="${2:-ndjson}"
file="${3:-$session.$format}"
part="$file.$$.part"
trap 'rm -f "$part"' EXIT

# The token comes from a file descriptor: what stands on a command line can be seen by everybody on the machine.
# --fail turns a refusal into an error; a connection that breaks half way is one by itself.
curl --silent --show-error --fail --output "$part" \
  --header @<(printf 'authorization: Bearer %s' "${ROOMKEEPER_TOKEN:?}") \
  "$server/api/sessions/$session/export?format=$format"
mv "$part" "$file"
echo "$file"
