#!/usr/bin/env bash
# Runs a command with a PATH that has only Node, npm, git, awk and the programs of Debian's essential packages, without Perl,
# to detect tests that need other programs. Needs dpkg.
set -euo pipefail
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
packages=$(dpkg-query -W -f='${Package} ${Essential}\n' | sed -n 's/ yes$//p' | grep -vx perl-base)
# shellcheck disable=SC2086 # a list
dpkg -L $packages | grep -E '^(/usr)?/s?bin/[^/]+$' | sort -u | while read -r file; do
  if [[ -x $file && ! -d $file ]]; then ln -sf "$file" "$bin/"; fi
done
for name in node npm npx git awk; do ln -sf "$(readlink -f "$(command -v "$name")")" "$bin/$name"; done
for name in perl ps kubectl skopeo bwrap docker; do
  if [[ -e $bin/$name ]]; then echo "$name is among the essential programs" >&2; exit 1; fi
done
PATH=$bin "$@"
