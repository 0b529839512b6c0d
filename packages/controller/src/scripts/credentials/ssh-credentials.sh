#!/bin/sh
# Writes keys, known_hosts and config into HOME/.ssh: (key NAME SECRET_DIRECTORY | host NAME PORT | identity KEY_NAME)...
#
# Each file ends in one line end. `printf` is a builtin, so no key appears in an argument list.

set -e
umask 077
export LC_ALL=C
ssh=$HOME/.ssh
mkdir -p "$ssh"
: >"$ssh/known_hosts"
: >"$ssh/config"
while [ "$#" -gt 0 ]; do
  case $1 in
    key)
      printf '%s\n' "$(cat "$3/ssh-privatekey")" >"$ssh/id_$2"
      if [ -f "$3/known_hosts" ]; then printf '%s\n' "$(cat "$3/known_hosts")" >>"$ssh/known_hosts"; fi
      shift 3 ;;
    host) printf 'Host %s\n    HostName %s\n    Port %s\n' "$2" "$2" "$3" >>"$ssh/config"; shift 3 ;;
    identity) printf '    IdentityFile %s\n' "$ssh/id_$2" >>"$ssh/config"; shift 2 ;;
    *) exit 2 ;;
  esac
done
