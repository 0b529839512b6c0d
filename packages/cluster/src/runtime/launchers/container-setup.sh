#!/bin/sh
# Runs first in a container's namespaces: MOUNT_PROGRAM FSTAB ROOT HOSTNAME COMMAND...
#
# Prints `ok` on standard error when the container is made, otherwise the reason why not; then becomes the command. It interprets
# nothing that a user wrote.

mount=$1 fstab=$2 root=$3 name=$4
shift 4
{ printf %s "$name" > /proc/sys/kernel/hostname; } 2>/dev/null
{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null
{ "$mount" -n -a -T "$fstab" && cd "$root" && "$mount" -n --move . / ; } >&2 || exit 125
unset PWD OLDPWD
echo ok >&2
exec "$@" 2>&1
