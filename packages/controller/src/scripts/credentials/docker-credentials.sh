#!/bin/sh
# Writes HOME/.docker/config.json: AWK_PROGRAM [KIND SECRET_DIRECTORY REGISTRY]...
#
# Without an AWK_PROGRAM it copies the only secret's .dockerconfigjson.

set -e
umask 077
export LC_ALL=C
program=$1
shift
mkdir -p "$HOME/.docker"
if [ -n "$program" ]; then awk "$program" "$@" >"$HOME/.docker/config.json"
else cat "$2/.dockerconfigjson" >"$HOME/.docker/config.json"; fi
