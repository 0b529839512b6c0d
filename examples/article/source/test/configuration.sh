#!/bin/sh
# Checks the shape of an nginx configuration: every line ends a directive, opens a block or closes one, and blocks match.
set -eu
file=$1
depth=0
number=0
fail() {
  echo "$file:$number: $1" >&2
  exit 1
}
while IFS= read -r line || [ -n "$line" ]; do
  number=$((number + 1))
  text=${line%%#*}
  while :; do
    case $text in
      [[:space:]]*) text=${text#?} ;;
      *[[:space:]]) text=${text%?} ;;
      *) break ;;
    esac
  done
  case $text in
    '' | *';' | *'{}') ;;
    *'{') depth=$((depth + 1)) ;;
    '}') depth=$((depth - 1)) ;;
    *) fail "neither ends with ; nor opens or closes a block: $text" ;;
  esac
  [ "$depth" -ge 0 ] || fail "closes a block that was not opened"
done <"$file"
[ "$depth" -eq 0 ] || fail "$depth block(s) left open"
echo "ok: $file, $number lines"
