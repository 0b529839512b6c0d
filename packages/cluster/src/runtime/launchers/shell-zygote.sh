#!/bin/sh
# Reads lines `ID DIRECTORY`, runs DIRECTORY/launch in a process of its own, and prints `ID CODE` when it has ended.
#
# At the end of the input, `kill-group` as the first argument makes it kill its process group.

while IFS=' ' read -r id directory; do
  # shellcheck disable=SC1091 # made for each container
  { ( . "$directory/launch" ); printf '%s %s\n' "$id" "$?"; } &
done
if [ "$1" = kill-group ]; then kill -9 0; fi
