#!/bin/sh
# Copies the credentials in HOME to the home directory of a step (pw_home). A failure is a warning, in Tekton's words.
#
# shellcheck disable=SC2154 # the caller sets pw_home, and entrypoint.sh defines pw_note

for file in .docker .gitconfig .git-credentials .ssh; do
  [ -e "$HOME/$file" ] || continue
  if [ "$pw_home" != "$HOME" ] && cp -R "$HOME/$file" "$pw_home/" 2>/dev/null; then continue; fi
  [ "$pw_home" != "$HOME" ] || continue
  if [ -d "$HOME/$file" ]; then reason="unable to create destination directory: mkdir ${pw_home%/}/$file: permission denied"
  else reason="unable to open destination: open ${pw_home%/}/$file: permission denied"; fi
  pw_note "warning: unsuccessful cred copy: \"$file\" from \"$HOME\" to \"$pw_home\": $reason"
done
