#!/bin/sh
# Checks that every local link of the site leads to one of its files.
set -eu
root=$1
status=0
count=0
for page in "$root"/*.html; do
  rest=$(cat "$page")
  while :; do
    case $rest in
      *'href="/'*) ;;
      *) break ;;
    esac
    rest=${rest#*href=\"/}
    link=${rest%%\"*}
    count=$((count + 1))
    [ -f "$root/$link" ] || {
      echo "$page: /$link leads nowhere" >&2
      status=1
    }
  done
done
[ "$status" -eq 0 ] && echo "ok: $count links"
exit "$status"
