#!/bin/sh
# Replaces pw_exec of entrypoint.sh for steps with variables that a shell loses or changes: takes the environment from
# /proc and lets env set it.
#
# GNU `env -S` takes values from variables, so that none is in an argument list, which every user of a machine can read.
# Without it (busybox) the variables that a shell would lose are arguments of `env` until it has started the command.
#
# shellcheck disable=SC1007 # several assignments in one line: an empty value is followed by a space
# shellcheck disable=SC2059 # the format is an octal escape
# shellcheck disable=SC2086,SC2089,SC2090 # pw_words is split at pw_sep, and env -S reads its quotes
# shellcheck disable=SC2154 # entrypoint.sh sets pw_dirs and pw_found

# Sets pw_all to the environment that this process started with, separated by a control character (pw_sep) that is not in it.
pw_all=
for pw_k in 002 003 004 005 006 007 016 017 020 021 022 023 024 025 026 027 030 031 032 033 034 035 036 037; do
  pw_text=$(pw_tool tr -cd "\\$pw_k" 2>/dev/null </proc/self/environ && echo .) || break
  [ "$pw_text" = . ] || continue
  pw_sep=$(printf "\\$pw_k")
  pw_all=$(pw_tool tr '\000' "\\$pw_k" </proc/self/environ && echo .) pw_all=${pw_all%.}
  break
done
pw_splits=
if pw_tool env -S 'A=B env' >/dev/null 2>&1; then pw_splits=1; fi
# Quotes the name of a variable for env -S.
pw_word() {
  pw_rest=$1 pw_name=
  while :; do
    pw_plain=${pw_rest%%[\\\']*}
    pw_name=$pw_name$pw_plain pw_rest=${pw_rest#"$pw_plain"}
    [ -n "$pw_rest" ] || return 0
    pw_text=${pw_rest#?}
    pw_name=$pw_name\\${pw_rest%"$pw_text"} pw_rest=$pw_text
  done
}
pw_exec() {
  # env would read such a command as a variable.
  case $1 in *=*) pw_all= ;; esac
  if [ -z "$pw_all" ] || ! pw_find env "$pw_dirs"; then unset PWD OLDPWD SHLVL; exec "$@"; fi
  pw_env=$pw_found
  set -f
  IFS=$pw_sep pw_words= pw_k=0
  for pw_line in $pw_all; do
    case $pw_line in ?*=*) ;; *) continue ;; esac
    if [ -n "$pw_splits" ]; then
      pw_k=$((pw_k + 1))
      pw_word "${pw_line%%=*}"
      eval "pw_v$pw_k=\${pw_line#*=}; export pw_v$pw_k"
      pw_words="$pw_words '$pw_name='\${pw_v$pw_k}"
    else
      case ${pw_line%%=*} in
        [!A-Za-z_]* | *[!A-Za-z0-9_]* | IFS | PWD | OLDPWD | PPID | OPTIND | OPTERR | PS1 | PS2 | PS4 | LINENO | SHLVL | _ | RANDOM | SECONDS | SHELLOPTS | BASH* | EPOCH* | SRANDOM | POSIXLY_CORRECT | COMP_WORDBREAKS | HISTCMD | UID | EUID | GROUPS | DIRSTACK | FUNCNAME | PIPESTATUS | pw_* | TMOUT | FUNCNEST | EXECIGNORE | GLOBIGNORE) pw_words=$pw_words$pw_line$pw_sep ;;
      esac
    fi
  done
  if [ -n "$pw_splits" ]; then pw_clean; exec "$pw_env" -i -S "-- $pw_words" "$@"; fi
  set -- $pw_words "$@"
  unset PWD OLDPWD SHLVL
  exec "$pw_env" -- "$@"
}
